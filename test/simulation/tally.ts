/** What many seeds come to together, and what is missing in it. */
import { EDGES } from './invariants/edges.ts';
import { MARKERS } from './markers.ts';
import type { Run } from './simulate.ts';
import { PRESSED } from './weather.ts';

const YEAR_MS = 365.25 * 24 * 3_600_000;

interface Tally {
  seeds: number;
  failed: { seed: number; name: string; text: string }[];
  faults: { least: number; all: number };
  crashes: { least: number; all: number };
  events: number;
  virtualMs: number;
  edges: Map<string, number>;
  markers: Map<string, number>;
  recoveries: number[];
  settledMs: number[];
  /** Seeds that are run twice and came out different. */
  unsteady: number[];
}

export const emptyTally = (): Tally => ({
  seeds: 0,
  failed: [],
  faults: { least: Number.POSITIVE_INFINITY, all: 0 },
  crashes: { least: Number.POSITIVE_INFINITY, all: 0 },
  events: 0,
  virtualMs: 0,
  edges: new Map(),
  markers: new Map(),
  recoveries: [],
  settledMs: [],
  unsteady: [],
});

export function count(tally: Tally, run: Run): void {
  tally.seeds++;
  const { violation, counts } = run;
  if (violation) tally.failed.push({ seed: run.seed, name: violation.name, text: violation.text });
  tally.faults.all += counts.faults;
  tally.faults.least = Math.min(tally.faults.least, counts.faults);
  tally.crashes.all += counts.crashes;
  tally.crashes.least = Math.min(tally.crashes.least, counts.crashes);
  tally.events += counts.events;
  tally.virtualMs += run.virtualMs;
  for (const edge of run.edges) tally.edges.set(edge, (tally.edges.get(edge) ?? 0) + 1);
  for (const marker of run.markers) tally.markers.set(marker, (tally.markers.get(marker) ?? 0) + 1);
  tally.recoveries.push(...run.recoveries);
  if (run.settledMs !== undefined) tally.settledMs.push(run.settledMs);
}

/** Edges that no run can take, each with its reason. */
const OUT_OF_REACH: Readonly<Record<string, string>> = {
  'queued>failed:timeout': 'a queue has no deadline',
  'queued>failed:failed': 'admission asks nothing but the database, which may be away but does not say no',
};

/** @returns what a full run must have met and has not */
export function missing(tally: Tally): string[] {
  const edges = [...EDGES].filter((edge) => !tally.edges.has(edge) && !(edge in OUT_OF_REACH));
  const deadlines = PRESSED.filter(
    (state) =>
      ![...tally.edges.keys()].some((edge) => edge.startsWith(`${state}>`) && edge.endsWith(':timeout')),
  );
  const markers = MARKERS.filter((marker) => !tally.markers.has(marker));
  return [
    ...edges.map((edge) => `the edge ${edge} was never taken`),
    ...deadlines.map((state) => `the deadline of ${state} never came`),
    ...markers.map((marker) => `never happened: ${marker}`),
  ];
}

/** Of so many it is told how often they were met, so that none is lost unnoticed. */
const RAREST = 5;

/** @returns the edges and the rare states that the fewest seeds have met */
export function rarest(tally: Tally): string {
  const met = [
    ...tally.edges,
    ...[...tally.markers].filter(([marker]) => MARKERS.some((one) => one === marker)),
  ];
  const fewest = met.sort(([, a], [, b]) => a - b).slice(0, RAREST);
  return `met by the fewest seeds: ${fewest.map(([what, seeds]) => `${what} (${seeds})`).join(', ')}`;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function report(tally: Tally, tookS: number): string {
  const { seeds, faults, crashes, failed, recoveries, settledMs } = tally;
  const s = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const names = new Map<string, number>();
  for (const { name } of failed) names.set(name, (names.get(name) ?? 0) + 1);
  return [
    `${seeds} seeds in ${tookS.toFixed(1)} s (${(seeds / tookS).toFixed(1)} per second), ${(tally.virtualMs / YEAR_MS).toFixed(2)} virtual years, ${tally.events} events`,
    `faults per seed: at least ${faults.least}, ${(faults.all / seeds).toFixed(0)} on average; crashes: at least ${crashes.least}, ${(crashes.all / seeds).toFixed(0)} on average`,
    `from a crash or a lost message to the next look: median ${s(quantile(recoveries, 0.5))}, p99 ${s(quantile(recoveries, 0.99))}, longest ${s(quantile(recoveries, 1))}`,
    `from the last fault until all is at rest: median ${s(quantile(settledMs, 0.5))}, p99 ${s(quantile(settledMs, 0.99))}, longest ${s(quantile(settledMs, 1))}`,
    `edges of the lifecycle taken: ${tally.edges.size} of ${EDGES.size}; rare states reached: ${MARKERS.filter((marker) => tally.markers.has(marker)).length} of ${MARKERS.length}`,
    failed.length === 0
      ? 'no violation'
      : `${failed.length} seeds violate an invariant (${[...names].map(([name, n]) => `${name}: ${n}`).join(', ')}): ${failed
          .slice(0, 10)
          .map(({ seed, name, text }) => `\n  seed ${seed}: ${name}: ${text}`)
          .join('')}`,
    ...(tally.unsteady.length > 0 ? [`not the same twice: ${tally.unsteady.join(', ')}`] : []),
  ].join('\n');
}
