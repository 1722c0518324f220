/** The members of the document everywhere else: in the leaf and in the application. */
import { withGood } from '../access/conditions.ts';
import { applyMembers } from '../access/members.ts';
import { siteOf } from '../access/site.ts';
import { done, type Step, untilRenewed } from './step.ts';

/** @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PROVIDER_UNAVAILABLE, PERMISSION_DENIED */
export const share: Step = async (cluster, ports) => {
  if ((await applyMembers(await siteOf(cluster, ports))) === 'renewing') return untilRenewed();
  const now = new Date(ports.clock.now());
  return done(
    { conditions: withGood(cluster.conditions, 'Members', now) },
    { note: 'The change of its members is in effect.' },
  );
};
