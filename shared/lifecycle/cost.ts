/** The meter of a cluster: what it has cost so far. Pure, and light enough for a browser that draws it while it runs. */
import type { Cost } from '../documents/cluster.ts';
import type { OrphanFields } from '../documents/orphan.ts';

const HOUR_MS = 3_600_000;

/**
 * What has been spent by now, in whole micro-dollars. It never falls while the meter runs.
 * @param elapsed cloud time since an instant: money is spent in the cloud's time
 */
export function costAt(cost: Cost | undefined, elapsed: (sinceMs: number) => number): number {
  if (!cost) return 0;
  const ranMs = cost.since === undefined ? 0 : Math.max(0, elapsed(cost.since.getTime()));
  return cost.micros + Math.floor((ranMs * cost.hourlyMicros) / HOUR_MS);
}

/**
 * The meter after a transition. It runs exactly while the cluster holds something of its account's and its cell's allowance: it starts
 * with that, is settled when that is given back, and starts anew at another price. The same price lets it run on.
 * @param hourlyMicros what the cluster costs from now on; undefined: nothing
 */
export function metered(
  cost: Cost | undefined,
  hourlyMicros: number | undefined,
  at: { now: number; elapsed(sinceMs: number): number },
): Cost | undefined {
  const runs = cost?.since !== undefined;
  if (hourlyMicros === undefined ? !runs : runs && cost.hourlyMicros === hourlyMicros) return cost;
  const { since: _, ...kept } = cost ?? {};
  const micros = costAt(cost, at.elapsed);
  // What it last cost an hour stays to be told.
  if (hourlyMicros === undefined) return { ...kept, micros, hourlyMicros: cost?.hourlyMicros ?? 0 };
  return { ...kept, micros, hourlyMicros, since: new Date(at.now) };
}

/** What something that leaks has cost since it was found; what it cost before, nobody saw. */
export function costOfOrphan(
  { hourlyMicros, foundAt, goneAt }: Pick<OrphanFields, 'hourlyMicros' | 'foundAt' | 'goneAt'>,
  elapsed: (sinceMs: number) => number,
): number {
  const goneForMs = goneAt ? Math.max(0, elapsed(goneAt.getTime())) : 0;
  const meter = { micros: 0, hourlyMicros, since: foundAt };
  return costAt(meter, (sinceMs) => elapsed(sinceMs) - goneForMs);
}
