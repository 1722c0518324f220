/** How much somebody may have: what holds, and what to propose. Pure. */
import type { Allowance } from '../../../shared/documents/account.ts';

export interface Limits {
  maxClusters: number;
  maxHourlyMicros: number;
}

/** What holds for an account; a limit that is not known yet is absent. */
export const limitsOf = (
  { maxClusters, maxHourlyMicros }: Partial<Allowance>,
  defaults: Partial<Limits>,
): Partial<Limits> => ({
  ...defaults,
  ...(maxClusters !== undefined && { maxClusters }),
  ...(maxHourlyMicros !== undefined && { maxHourlyMicros }),
});

/** In proportion to the clusters: who may have more of them must be able to pay for them. In whole dollars. */
export function proposal(
  now: Partial<Limits>,
  wantedClusters: number,
): { maxClusters: number; maxHourlyDollars: number } {
  const { maxClusters = 0, maxHourlyMicros = 0 } = now;
  const factor = maxClusters > 0 ? Math.max(1, wantedClusters / maxClusters) : 1;
  const dollars = (maxHourlyMicros / 1_000_000) * factor;
  return { maxClusters: wantedClusters, maxHourlyDollars: factor === 1 ? dollars : Math.ceil(dollars) };
}
