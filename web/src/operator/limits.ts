/** How much somebody may have: what holds, and what to propose. Pure. */

import type { Allowance, RequestedLimits } from '../../../shared/documents/account.ts';
import { dollarsOf } from '../../../shared/money.ts';
import type { Limits } from '../session/me.ts';

/** What holds for an account; a limit that is not known yet is absent. */
export const limitsOf = (
  { maxClusters, maxHourlyMicros }: Partial<Allowance>,
  defaults: Partial<Limits>,
): Partial<Limits> => ({
  ...defaults,
  ...(maxClusters !== undefined && { maxClusters }),
  ...(maxHourlyMicros !== undefined && { maxHourlyMicros }),
});

/**
 * What is asked for; where no budget is, one in proportion to the clusters, in whole dollars: who may have more of them must be able to pay for
 * them.
 */
export function proposal(
  now: Partial<Limits>,
  asked: RequestedLimits,
): { maxClusters: number; maxHourlyDollars: number } {
  const { maxClusters = 0, maxHourlyMicros = 0 } = now;
  if (asked.maxHourlyMicros !== undefined)
    return { maxClusters: asked.maxClusters, maxHourlyDollars: dollarsOf(asked.maxHourlyMicros) };
  const factor = maxClusters > 0 ? Math.max(1, asked.maxClusters / maxClusters) : 1;
  const dollars = dollarsOf(maxHourlyMicros) * factor;
  return { maxClusters: asked.maxClusters, maxHourlyDollars: factor === 1 ? dollars : Math.ceil(dollars) };
}
