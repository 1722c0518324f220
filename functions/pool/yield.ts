/** Spares that go for somebody who has waited for the cell's room for too long, decided purely. */
import type { Allowance } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { ENDING, leadsToWarm } from '../../shared/lifecycle/derive.ts';
import { type Limits, limitsOf } from '../accounts/admission.ts';

/**
 * The fewest spares, cheapest loss first, whose room suffices together with what is free and what other spares are giving back. None at all
 * if even all of them would not do: then they are of use to others meanwhile.
 * @param hourlyMicros what the cluster that waits would cost
 * @param spares of all pools, worth least first
 * @returns their ids
 */
export function planYield(
  hourlyMicros: number,
  now: Allowance | undefined,
  defaults: Limits,
  spares: readonly Cluster[],
): ReadonlySet<string> {
  const most = limitsOf(now, defaults);
  const lacking: Limits = {
    clusters: (now?.clusters ?? 0) + 1 - most.clusters,
    hourlyMicros: (now?.hourlyMicros ?? 0) + hourlyMicros - most.hourlyMicros,
  };
  const going = spares.filter(({ state }) => ENDING.has(state));
  const idle = spares.filter(({ state, liability }) => leadsToWarm(state) && liability);
  const suffices = (more: readonly Cluster[]): boolean => {
    const given = roomOf([...going, ...more]);
    return given.clusters >= lacking.clusters && given.hourlyMicros >= lacking.hourlyMicros;
  };
  const enough = idle.findIndex((_, n) => suffices(idle.slice(0, n + 1)));
  if (suffices([]) || enough < 0) return new Set();
  const chosen = idle.slice(0, enough + 1);
  // One that is worth little may turn out to be needless beside a larger one.
  const needed = chosen.reduceRight<readonly Cluster[]>((kept, spare) => {
    const without = kept.filter(({ id }) => id !== spare.id);
    return suffices(without) ? without : kept;
  }, chosen);
  return new Set(needed.map(({ id }) => id));
}

const roomOf = (spares: readonly Cluster[]): Limits => ({
  clusters: spares.reduce((sum, { liability }) => sum + (liability?.clusters ?? 0), 0),
  hourlyMicros: spares.reduce((sum, { liability }) => sum + (liability?.hourlyMicros ?? 0), 0),
});
