/** What is promised to people. The alerts ask whether it is kept, and the histograms have a bucket that ends at each of its times. */
import type { Health } from '../shared/documents/status.ts';
import { COLD_WAY } from '../shared/lifecycle/derive.ts';
import { stepRowOf } from '../shared/lifecycle/table.ts';
import { minutes } from '../shared/units.ts';

/** An overdue cluster is looked at again within a minute; beyond this the sweep is late, and then it is not there. */
export const OVERDUE_MS: Record<Exclude<Health, 'operational'>, number> = {
  degraded: minutes(3),
  down: minutes(10),
};

/** Cloud time in which a cluster made from nothing usually is ready. */
const COLD_MS = COLD_WAY.reduce((sum, state) => sum + stepRowOf(state).expectedMs, 0);
const inSeconds = (ms: number): number => Math.round(ms / 1000);

export const SLOS = {
  /** Of requests that are not answered by a fault of Hub's, in 28 days. */
  apiAvailability: 0.999,
  /** Of clusters so many keep the times below. */
  inTime: 0.95,
  /** By then those made from nothing are ready. */
  readyS: inSeconds(2 * COLD_MS),
  /** Of clusters asked for as many are handed over from a pool. */
  poolHits: 0.8,
  /** Nothing that is due waits longer. */
  overdueS: inSeconds(OVERDUE_MS.degraded),
  /** How much later than promised they may be. */
  etaErrorS: inSeconds(COLD_MS / 2),
  /** Found in a week. Each is a fault of ours. */
  orphansPerWeek: 0,
} as const;
