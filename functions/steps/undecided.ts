/** What a step reports of a cluster that is somebody's though its document names nobody: see `isSomebodys`. */

import { minutes } from '../../shared/units.ts';
import { withCondition } from '../access/conditions.ts';
import { isSomebodys, SOMEBODYS } from '../access/members.ts';
import type { Site } from '../access/site.ts';
import { isOvertaken } from '../clusters/read.ts';
import { deadlineAnew } from './pace.ts';
import { type StepResult, wait } from './step.ts';

/** Before the deadline of any state that asks. */
const LOOK_AGAIN_MS = minutes(10);

/**
 * It leaves its pool and stays in its state, for as long as it takes people to find out whose it is: a failure would delete it, and going on
 * would shut out whoever is in. @returns undefined for every other cluster
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function untilDecided(site: Site): Promise<StepResult | undefined> {
  if (!(await isSomebodys(site))) return undefined;
  const { cluster, ports } = site;
  const { id, pool, state } = cluster;
  // Whoever was handed it at this moment is no secret to the document.
  if (pool !== undefined && !(await isOvertaken(cluster, ports)))
    ports.log.error('spare in use', { cluster: id, pool });
  const now = new Date(ports.clock.now());
  return wait(LOOK_AGAIN_MS, SOMEBODYS, {
    patch: {
      pool: undefined,
      conditions: withCondition(cluster.conditions, 'Members', false, SOMEBODYS, now),
      deadlineAt: deadlineAnew(state, ports.clock),
    },
  });
}
