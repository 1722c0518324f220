/**
 * A chart, drawn by uPlot. The drawing is for the eye alone; a sentence and a table say the same to everybody. Its colours are those of the
 * page, and it is drawn anew when they change, as it is when its place does.
 */
import 'uplot/dist/uPlot.min.css';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import uPlot from 'uplot';
import { Scroll } from '../parts/scroll.tsx';
import { useStore } from '../store.ts';
import { theme } from '../theme.ts';

const INKS = ['accent', 'good', 'wait', 'muted', 'line', 'surface'] as const;
type Ink = (typeof INKS)[number];
export type Colours = Readonly<Record<Ink, string>>;

export interface Drawing {
  series: readonly uPlot.Series[];
  scales: uPlot.Scales;
  axes: readonly uPlot.Axis[];
}

interface Table {
  head: readonly string[];
  /** How many of its columns, from the first on, hold words; the others hold numbers. */
  words?: number;
  rows(): readonly (readonly ReactNode[])[];
}

interface Props {
  title: string;
  /** What it shows, in a sentence with its numbers. */
  reading: string;
  legend: readonly { ink: Ink; label: string; look?: 'line' | 'ring' }[];
  data: uPlot.AlignedData;
  /** Changes only where another drawing is meant: see `useCallback`. */
  draw(colours: Colours): Drawing;
  /** What the pointer is at, in words. */
  pointAt(index: number): string;
  table: Table;
}

const HEIGHT = 240;

export function Chart({ title, reading, legend, data, draw, pointAt, table }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLParagraphElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ data, pointAt });
  latest.current = { data, pointAt };
  const colours = useColours(place);
  const heading = useId();
  useEffect(() => {
    const at = place.current;
    if (!at || !colours) return;
    const { series, scales, axes } = draw(colours);
    const font = '12px system-ui, sans-serif';
    const made = new uPlot(
      {
        width: at.clientWidth,
        height: HEIGHT,
        // Room for half of the last hour beneath, and of the topmost number.
        padding: [10, 22, 0, 0],
        series: [{}, ...series],
        scales,
        axes: axes.map((axis) => ({
          stroke: colours.muted,
          font,
          grid: { stroke: colours.line, width: 1 },
          ticks: { show: false },
          ...axis,
        })),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
        hooks: {
          setCursor: [
            ({ cursor: { idx } }) => {
              if (!readout.current) return;
              readout.current.textContent = typeof idx === 'number' ? latest.current.pointAt(idx) : '';
            },
          ],
        },
      },
      latest.current.data,
      at,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: at.clientWidth, height: HEIGHT }));
    watch.observe(at);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [draw, colours]);
  useEffect(() => plot.current?.setData(data), [data]);
  return (
    <section className="card chart" aria-labelledby={heading}>
      <div>
        <h2 id={heading}>{title}</h2>
        <p>{reading}</p>
      </div>
      <div className="chart-head" aria-hidden="true">
        <ul className="legend small">
          {legend.map(({ ink, label, look }) => (
            <li key={label}>
              <span className={`swatch ${ink} ${look ?? ''}`} /> {label}
            </li>
          ))}
        </ul>
        <p className="small muted readout" ref={readout} />
      </div>
      <div className="plot" ref={place} aria-hidden="true" />
      <AsTable title={title} {...table} />
    </section>
  );
}

/** The colours of the page as they are: by the system's choice, or the reader's. Undefined until the page is there. */
function useColours(place: { current: HTMLElement | null }): Colours | undefined {
  const [colours, setColours] = useState<Colours>();
  const chosen = useStore(theme);
  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew when another theme is chosen
  useEffect(() => {
    const read = (): void => {
      if (place.current) setColours(coloursAt(place.current));
    };
    read();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', read);
    return () => dark.removeEventListener('change', read);
  }, [place, chosen]);
  return colours;
}

/** A canvas knows nothing of custom properties: something that wears each is asked what it looks like. */
function coloursAt(place: HTMLElement): Colours {
  const probe = place.appendChild(document.createElement('span'));
  const found = INKS.map((ink) => {
    probe.style.color = `var(--${ink})`;
    return [ink, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(found) as Colours;
}

function AsTable({ title, head, words = 1, rows }: Table & { title: string }) {
  const look = (column: number): string => (column < words ? '' : 'number');
  const [open, setOpen] = useState(false);
  return (
    <details className="more" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        As a table<span className="unseen">: {title}</span>
      </summary>
      {open && (
        <Scroll label={`${title}, as a table`}>
          <table>
            <thead>
              <tr>
                {head.map((label, column) => (
                  <th key={label} scope="col" className={look(column)}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map(([first, ...cells], row) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own
                <tr key={row}>
                  <th scope="row">{first}</th>
                  {cells.map((cell, column) => (
                    <td key={head[column + 1]} className={look(column + 1)}>
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </details>
  );
}
