/** What the page of insights draws, computed purely from clusters: lead times, how many were asked for and how, and what was spent when. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { costAt } from '../../../shared/lifecycle/cost.ts';

export type Range = 'day' | 'week' | 'month';

export const RANGES: Readonly<
  Record<Range, { label: string; inWords: string; unit: 'hour' | 'day'; count: number }>
> = {
  day: { label: 'Day', inWords: 'the last 24 hours', unit: 'hour', count: 24 },
  week: { label: 'Week', inWords: 'the last 7 days', unit: 'day', count: 7 },
  month: { label: 'Month', inWords: 'the last 30 days', unit: 'day', count: 30 },
};

/**
 * The whole hours or days of a range, by the reader's clock; the last one is still going on.
 * @returns in ms; one more than there are parts: where each begins, and where the last one ends
 */
export function edgesOf(range: Range, now: number): readonly number[] {
  const { unit, count } = RANGES[range];
  return Array.from({ length: count + 1 }, (_, index) => {
    const at = new Date(now);
    const back = count - 1 - index;
    // By the calendar: not every day has 24 hours.
    if (unit === 'hour') at.setHours(at.getHours() - back, 0, 0, 0);
    else {
      at.setHours(0, 0, 0, 0);
      at.setDate(at.getDate() - back);
    }
    return at.getTime();
  });
}

/** Which part an instant is in; -1: none. */
const partOf = (edges: readonly number[], at: number): number =>
  at >= (edges.at(-1) ?? 0) ? -1 : edges.findLastIndex((edge) => edge <= at);

export function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}

/** How somebody got their cluster: a spare that waited, or made from the beginning. */
export type Way = 'claimed' | 'cold';

const wayOf = ({ claimedFrom }: Cluster): Way => (claimedFrom === undefined ? 'cold' : 'claimed');

export interface LeadTime {
  id: string;
  name: string;
  /** When it was asked for. */
  at: number;
  way: Way;
  /** Cloud time from asking to ready. */
  ms: number;
}

/**
 * Oldest first. Those that were begun anew are left out: what they took is mostly how long somebody thought about it.
 * @param speed cloud time per time
 */
export function leadTimesOf(clusters: readonly Cluster[], from: number, speed: number): readonly LeadTime[] {
  return clusters
    .flatMap((cluster): LeadTime[] => {
      const { id, name, owner, generation, createdAt, readyAt } = cluster;
      const at = createdAt.getTime();
      if (owner === undefined || !readyAt || generation > 1 || at < from) return [];
      return [{ id, name, at, way: wayOf(cluster), ms: Math.max(0, readyAt.getTime() - at) * speed }];
    })
    .sort((a, b) => a.at - b.at);
}

/** How many were asked for in each part of the range. */
export type Asked = Readonly<Record<Way, readonly number[]>>;

export function askedOf(clusters: readonly Cluster[], edges: readonly number[]): Asked {
  const parts = edges.length - 1;
  const asked = { claimed: Array<number>(parts).fill(0), cold: Array<number>(parts).fill(0) };
  for (const cluster of clusters) {
    const part = partOf(edges, cluster.createdAt.getTime());
    if (cluster.owner === undefined || part < 0) continue;
    const counts = asked[wayOf(cluster)];
    counts[part] = (counts[part] ?? 0) + 1;
  }
  return asked;
}

/** Of each part the share that was claimed, 0 to 1; null where nobody asked. */
export const hitRatesOf = ({ claimed, cold }: Asked): readonly (number | null)[] =>
  claimed.map((hits, part) => {
    const all = hits + (cold[part] ?? 0);
    return all === 0 ? null : hits / all;
  });

/** What was spent in each part of the range, in micro-dollars: by those who have clusters, and on spares that wait. */
export interface Spending {
  used: readonly number[];
  idle: readonly number[];
}

/** @param elapsed cloud time since an instant: meters run in the cloud's time */
export function spendingOf(
  clusters: readonly Cluster[],
  edges: readonly number[],
  now: number,
  elapsed: (sinceMs: number) => number,
): Spending {
  const parts = edges.length - 1;
  const used = Array<number>(parts).fill(0);
  const idle = Array<number>(parts).fill(0);
  for (const cluster of clusters) {
    const { createdAt, since, cost, owner, idleMicros = 0 } = cluster;
    const into = owner === undefined ? idle : used;
    const begun = createdAt.getTime();
    // How long it had waited is not kept; that it was claimed then is.
    spread(idle, edges, idleMicros, begun, begun);
    if (!cost) continue;
    const settled = cost.since?.getTime() ?? since.getTime();
    spread(into, edges, cost.micros, begun, settled);
    if (cost.since) spread(into, edges, costAt(cost, elapsed) - cost.micros, settled, now);
  }
  return { used, idle };
}

/** Spends evenly from one instant to another, as a meter does; what is outside of the range is lost. */
function spread(into: number[], edges: readonly number[], micros: number, from: number, to: number): void {
  if (micros <= 0) return;
  if (to <= from) {
    const part = partOf(edges, from);
    if (part >= 0) into[part] = (into[part] ?? 0) + micros;
    return;
  }
  for (let part = 0; part < into.length; part++) {
    const begin = Math.max(from, edges[part] ?? 0);
    const end = Math.min(to, edges[part + 1] ?? 0);
    if (end > begin) into[part] = (into[part] ?? 0) + (micros * (end - begin)) / (to - from);
  }
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
