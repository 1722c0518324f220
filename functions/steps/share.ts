/** The members of the document everywhere else: in the leaf and in the application. */
import { withGood } from '../access/conditions.ts';
import { applyMembers, isForgotten } from '../access/members.ts';
import { siteOf } from '../access/site.ts';
import { asAppError } from '../failure.ts';
import { shutIfOpen } from './shut.ts';
import { done, failedBy, type Step, untilRenewed } from './step.ts';

/**
 * Should it find that strangers are let in, it closes the way in.
 * @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PROVIDER_UNAVAILABLE, PERMISSION_DENIED
 */
export const share: Step = async (cluster, ports) => {
  const site = await siteOf(cluster, ports);
  try {
    if ((await applyMembers(site)) === 'renewing') return untilRenewed();
  } catch (thrown) {
    // Only a repair makes the place anew where members are written down, and the look after this finds that it has to.
    if (asAppError(thrown).code === 'LEAF_UNAVAILABLE' && (await isForgotten(site)))
      return { ...failedBy(thrown, cluster, ports), final: true };
    return shutIfOpen(site, thrown);
  }
  const now = new Date(ports.clock.now());
  return done(
    { conditions: withGood(cluster.conditions, 'Members', now) },
    { note: 'The change of its members is in effect.' },
  );
};
