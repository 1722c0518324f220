/** The four charts: what each says, in words, as a table and as a drawing. */
import { useCallback, useMemo } from 'react';
import uPlot from 'uplot';
import { Link } from 'wouter';
import { aboutInDollars, dollarsOf, exactInDollars } from '../../../shared/money.ts';
import { durationInWords } from '../duration.ts';
import { dayAndTime, LANGUAGE } from '../time.ts';
import { Chart, type Colours, type Drawing } from './chart.tsx';
import {
  type Asked,
  hitRatesOf,
  type LeadTime,
  medianOf,
  RANGES,
  type Range,
  type Spending,
  sumOf,
  type Way,
} from './measures.ts';

interface Times {
  edges: readonly number[];
  range: Range;
}

const hour = new Intl.DateTimeFormat(LANGUAGE, { hour: '2-digit', minute: '2-digit' });
const dayOfMonth = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'short' });
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;
const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** The name of a part of the range. */
const partInWords = (range: Range, at: number): string =>
  (RANGES[range].unit === 'hour' ? hour : dayOfMonth).format(at);

const WAYS: Readonly<Record<Way, string>> = {
  cold: 'made from the beginning',
  claimed: 'claimed from a pool',
};

/** uPlot counts time in seconds. */
const xOf = (edges: readonly number[]): number[] =>
  edges.slice(0, -1).map((edge, part) => (edge + (edges[part + 1] ?? edge)) / 2000);

function timeAxis({ edges, range }: Times): { scale: uPlot.Scale; axis: uPlot.Axis } {
  const from = (edges[0] ?? 0) / 1000;
  const to = (edges.at(-1) ?? 0) / 1000;
  return {
    scale: { time: true, range: [from, to] },
    axis: {
      size: 30,
      gap: 8,
      grid: { show: false },
      splits: ({ width }) => {
        const every = Math.ceil((edges.length - 1) / Math.max(2, Math.floor(width / 80)));
        return edges.filter((_, part) => part % every === 0).map((edge) => edge / 1000);
      },
      values: (_, splits) => splits.map((at) => partInWords(range, at * 1000)),
    },
  };
}

/** Grows from zero, and has room above for what is greatest. */
const fromZero = (atLeast: number): uPlot.Scale => ({
  range: (_, __, greatest) => [0, Math.max(atLeast, (greatest ?? 0) * 1.1)],
});

const bars = (colour: string): uPlot.Series => ({
  fill: colour,
  stroke: colour,
  width: 0,
  points: { show: false },
  paths: uPlot.paths.bars?.({ size: [0.7, 40], align: 0 }) ?? (() => null),
});

/** What a person would write beside an axis of durations, in seconds. */
const NICE = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 3600, 7200, 14_400, 43_200, 86_400, 604_800];

/** A line of text is that high. */
const LINE_PX = 18;

/** Those between the two that do not touch each other, on a scale on which the same factor is the same way. */
function readable(least: number, greatest: number, height: number): number[] {
  const room = (LINE_PX / height) * Math.log(greatest / least);
  const kept: number[] = [];
  for (const nice of NICE) {
    const last = kept.at(-1);
    if (nice < least || nice > greatest) continue;
    if (last === undefined || Math.log(nice / last) >= room) kept.push(nice);
  }
  return kept;
}

export function LeadTimeChart({ leadTimes, edges, range }: Times & { leadTimes: readonly LeadTime[] }) {
  const { data, medians } = useMemo(() => {
    const median = (way: Way) => medianOf(leadTimes.filter((one) => one.way === way).map(({ ms }) => ms));
    const found = { cold: median('cold'), claimed: median('claimed') };
    const shown = (ms: number): number => Math.max(1, ms / 1000);
    const of = (way: Way) => leadTimes.map((one) => (one.way === way ? shown(one.ms) : null));
    // The lines of the medians go from edge to edge.
    const ends = [(edges[0] ?? 0) / 1000, (edges.at(-1) ?? 0) / 1000];
    const xs = [ends[0] ?? 0, ...leadTimes.map(({ at }) => at / 1000), ends[1] ?? 0];
    const line = (ms: number | undefined) => xs.map(() => (ms === undefined ? null : shown(ms)));
    return {
      medians: found,
      data: [
        xs,
        line(found.cold),
        line(found.claimed),
        [null, ...of('cold'), null],
        [null, ...of('claimed'), null],
      ] as uPlot.AlignedData,
    };
  }, [leadTimes, edges]);
  const draw = useCallback(
    (colours: Colours): Drawing => {
      const { scale, axis } = timeAxis({ edges, range });
      const line = (stroke: string): uPlot.Series => ({
        stroke,
        width: 1.5,
        dash: [6, 4],
        points: { show: false },
      });
      const points = (stroke: string, fill: string): uPlot.Series => ({
        stroke,
        paths: () => null,
        points: { show: true, size: 7, width: 1.5, stroke, fill, space: 0 },
      });
      return {
        series: [
          line(colours.accent),
          line(colours.good),
          points(colours.accent, colours.surface),
          points(colours.good, colours.good),
        ],
        scales: {
          x: scale,
          y: {
            distr: 3,
            range: (_, least, greatest) => [
              NICE.findLast((nice) => nice < (least ?? 1)) ?? 1,
              NICE.find((nice) => nice > (greatest ?? 600)) ?? 1_000_000,
            ],
          },
        },
        axes: [
          axis,
          {
            size: 62,
            splits: ({ height }, _, least, greatest) => readable(least, greatest, height),
            filter: (_, splits) => splits,
            values: (_, splits) => splits.map((at) => durationInWords(at * 1000)),
          },
        ],
      };
    },
    [edges, range],
  );
  const said = (['cold', 'claimed'] as const).flatMap((way) => {
    const count = leadTimes.filter((one) => one.way === way).length;
    const median = medians[way];
    if (median === undefined) return [];
    const within = median < 500 ? 'at once' : `within ${durationInWords(median)}`;
    return count === 1
      ? [`the one that was ${WAYS[way]} was ready ${within}`]
      : [`half of the ${count} ${WAYS[way]} were ready ${within}`];
  });
  return (
    <Chart
      title="From asking to ready"
      reading={
        said.length === 0
          ? `Of the clusters asked for in ${RANGES[range].inWords}, none is ready yet.`
          : `In ${RANGES[range].inWords} ${said.join(', and ')}.`
      }
      legend={[
        { ink: 'accent', label: capital(WAYS.cold), look: 'ring' },
        { ink: 'good', label: capital(WAYS.claimed) },
        { ink: 'muted', label: 'Median', look: 'line' },
      ]}
      data={data}
      draw={draw}
      pointAt={(index) => {
        const one = leadTimes[index - 1];
        return one ? `${one.name}: ${durationInWords(one.ms)}, ${WAYS[one.way]}` : '';
      }}
      table={{
        head: ['Asked for', 'Cluster', 'How', 'Ready after'],
        words: 3,
        rows: () =>
          leadTimes.toReversed().map(({ id, name, at, way, ms }) => [
            dayAndTime(new Date(at)),
            <Link key={id} href={`/clusters/${id}`}>
              {name}
            </Link>,
            WAYS[way],
            durationInWords(ms),
          ]),
      }}
    />
  );
}

export function AskedChart({ asked, edges, range }: Times & { asked: Asked }) {
  const { unit, inWords } = RANGES[range];
  const data = useMemo(
    () =>
      [
        xOf(edges),
        asked.cold.map((count, part) => count + (asked.claimed[part] ?? 0)),
        [...asked.claimed],
      ] as uPlot.AlignedData,
    [asked, edges],
  );
  const draw = useCallback(
    (colours: Colours): Drawing => {
      const { scale, axis } = timeAxis({ edges, range });
      return {
        // The one in front hides its part of the whole behind it.
        series: [bars(colours.accent), bars(colours.good)],
        scales: { x: scale, y: fromZero(4) },
        axes: [axis, { size: 40, incrs: [1, 2, 5, 10, 20, 50, 100] }],
      };
    },
    [edges, range],
  );
  const claimed = sumOf(asked.claimed);
  const cold = sumOf(asked.cold);
  const numbers = (part: number): readonly [number, number] => [
    asked.claimed[part] ?? 0,
    asked.cold[part] ?? 0,
  ];
  return (
    <Chart
      title={`Clusters asked for, per ${unit}`}
      reading={
        claimed + cold === 0
          ? `Nobody asked for a cluster in ${inWords}.`
          : `In ${inWords} ${counted(claimed + cold, 'cluster was', 'clusters were')} asked for: ${claimed} ${WAYS.claimed}, ${cold} ${WAYS.cold}.`
      }
      legend={[
        { ink: 'accent', label: capital(WAYS.cold) },
        { ink: 'good', label: capital(WAYS.claimed) },
      ]}
      data={data}
      draw={draw}
      pointAt={(part) => {
        const [hits, others] = numbers(part);
        return `${partInWords(range, edges[part] ?? 0)}: ${hits} claimed, ${others} from the beginning`;
      }}
      table={{
        head: [capital(unit), 'Claimed', 'Newly created', 'In all'],
        rows: () =>
          edges.slice(0, -1).map((edge, part) => {
            const [hits, others] = numbers(part);
            return [partInWords(range, edge), hits, others, hits + others];
          }),
      }}
    />
  );
}

export function HitRateChart({ asked, edges, range }: Times & { asked: Asked }) {
  const { unit, inWords } = RANGES[range];
  const rates = useMemo(() => hitRatesOf(asked), [asked]);
  const data = useMemo(() => [xOf(edges), [...rates]] as uPlot.AlignedData, [rates, edges]);
  const draw = useCallback(
    (colours: Colours): Drawing => {
      const { scale, axis } = timeAxis({ edges, range });
      return {
        series: [
          {
            stroke: colours.good,
            width: 2,
            spanGaps: false,
            points: { show: true, size: 7, stroke: colours.good, fill: colours.good, space: 0 },
          },
        ],
        scales: { x: scale, y: { range: [0, 1.05] } },
        axes: [
          axis,
          { size: 52, splits: () => [0, 0.25, 0.5, 0.75, 1], values: (_, splits) => splits.map(percent) },
        ],
      };
    },
    [edges, range],
  );
  const claimed = sumOf(asked.claimed);
  const all = claimed + sumOf(asked.cold);
  const inPart = (part: number): string => {
    const rate = rates[part];
    return rate === null || rate === undefined ? 'nobody asked' : percent(rate);
  };
  return (
    <Chart
      title={`Hit rate, per ${unit}`}
      reading={
        all === 0
          ? `Nobody asked for a cluster in ${inWords}.`
          : `In ${inWords} a spare was there for ${claimed} of ${all}: ${percent(claimed / all)}.`
      }
      legend={[{ ink: 'good', label: 'Share of requests with a spare ready' }]}
      data={data}
      draw={draw}
      pointAt={(part) => `${partInWords(range, edges[part] ?? 0)}: ${inPart(part)}`}
      table={{
        head: [capital(unit), 'Hit rate'],
        rows: () => edges.slice(0, -1).map((edge, part) => [partInWords(range, edge), inPart(part)]),
      }}
    />
  );
}

const axisDollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  trailingZeroDisplay: 'stripIfInteger',
});

export function CostChart({ spending, edges, range }: Times & { spending: Spending }) {
  const { unit, inWords } = RANGES[range];
  const data = useMemo(
    () =>
      [
        xOf(edges),
        spending.used.map((micros, part) => dollarsOf(micros + (spending.idle[part] ?? 0))),
        spending.idle.map(dollarsOf),
      ] as uPlot.AlignedData,
    [spending, edges],
  );
  const draw = useCallback(
    (colours: Colours): Drawing => {
      const { scale, axis } = timeAxis({ edges, range });
      return {
        series: [bars(colours.accent), bars(colours.wait)],
        scales: { x: scale, y: fromZero(1) },
        axes: [axis, { size: 62, values: (_, splits) => splits.map((at) => axisDollars.format(at)) }],
      };
    },
    [edges, range],
  );
  const used = sumOf(spending.used);
  const idle = sumOf(spending.idle);
  const numbers = (part: number): readonly [number, number] => [
    spending.used[part] ?? 0,
    spending.idle[part] ?? 0,
  ];
  return (
    <Chart
      title={`Cost, per ${unit}`}
      reading={
        used + idle === 0
          ? `Nothing was spent in ${inWords}.`
          : `In ${inWords} ${aboutInDollars(used + idle)} was spent at list prices, of which ${percent(idle / (used + idle))} (${aboutInDollars(idle)}) on spares that waited.`
      }
      legend={[
        { ink: 'accent', label: 'Clusters with an owner' },
        { ink: 'wait', label: 'Spares that waited' },
      ]}
      data={data}
      draw={draw}
      pointAt={(part) => {
        const [owned, waited] = numbers(part);
        return `${partInWords(range, edges[part] ?? 0)}: ${exactInDollars(owned + waited)}, ${exactInDollars(waited)} of it idle`;
      }}
      table={{
        head: [capital(unit), 'With an owner', 'Idle', 'In all'],
        rows: () =>
          edges.slice(0, -1).map((edge, part) => {
            const [owned, waited] = numbers(part);
            return [
              partInWords(range, edge),
              exactInDollars(owned),
              exactInDollars(waited),
              exactInDollars(owned + waited),
            ];
          }),
      }}
    />
  );
}
