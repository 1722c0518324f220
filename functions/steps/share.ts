/** The members of the document everywhere else: in the leaf and in the application. */
import { withGood } from '../access/conditions.ts';
import { applyMembers } from '../access/members.ts';
import { siteOf } from '../access/site.ts';
import { shutIfOpen } from './shut.ts';
import { done, type Step, untilRenewed } from './step.ts';

/**
 * Should it find that strangers are let in, it closes the way in.
 * @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PROVIDER_UNAVAILABLE, PERMISSION_DENIED
 */
export const share: Step = async (cluster, ports) => {
  const site = await siteOf(cluster, ports);
  try {
    if ((await applyMembers(site)) === 'renewing') return untilRenewed();
  } catch (thrown) {
    return shutIfOpen(site, thrown);
  }
  const now = new Date(ports.clock.now());
  return done(
    { conditions: withGood(cluster.conditions, 'Members', now) },
    { note: 'The change of its members is in effect.' },
  );
};
