/** A spare becomes somebody's: its members are told to it, for now and for its next start. Everything else it had before. */

import type { Cluster } from '../../shared/documents/cluster.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import { applyMembers } from '../access/members.ts';
import { siteOf } from '../access/site.ts';
import { sendToSparesIn } from '../clusters/looks.ts';
import { asAppError, tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { shutIfOpen } from './shut.ts';
import { done, type Step, untilRenewed } from './step.ts';

/** What may be no fault of this cluster alone. */
const OF_ITS_PLACE: readonly ErrorCode[] = ['PROVIDER_UNAVAILABLE', 'LEAF_UNAVAILABLE'];
/** For less than that anything may be away, and a look that misses a spare keeps it from everybody for minutes. */
const BRIEF_MS = seconds(30);

/**
 * Should it find that strangers are let in, it closes the way in.
 * @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PROVIDER_UNAVAILABLE, PERMISSION_DENIED
 */
export const personalize: Step = async (cluster, ports) => {
  try {
    const site = await siteOf(cluster, ports);
    const applied = await applyMembers(site).catch((thrown: unknown) => shutIfOpen(site, thrown));
    if (typeof applied === 'object') return applied;
    return applied === 'renewing' ? untilRenewed() : done();
  } catch (thrown) {
    await warn(cluster, asAppError(thrown).code, ports);
    throw thrown;
  }
};

/** So that nobody else is handed out a spare of a place that has just gone. */
async function warn({ id, since, location }: Cluster, code: ErrorCode, ports: Ports): Promise<void> {
  if (location === undefined || !OF_ITS_PLACE.includes(code)) return;
  if (ports.clock.elapsed(since.getTime()) < BRIEF_MS) return;
  try {
    await sendToSparesIn(ports, location);
  } catch (thrown) {
    tellFailure(ports.log, 'spares not looked at', thrown, { cluster: id });
  }
}
