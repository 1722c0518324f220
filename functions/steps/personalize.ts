/** A spare becomes somebody's: its members are told to it, for now and for its next start. Everything else it had before. */
import { applyMembers } from '../access/members.ts';
import { siteOf } from '../access/site.ts';
import { done, type Step, untilRenewed } from './step.ts';

/** @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PROVIDER_UNAVAILABLE, PERMISSION_DENIED */
export const personalize: Step = async (cluster, ports) => {
  if ((await applyMembers(await siteOf(cluster, ports))) === 'renewing') return untilRenewed();
  return done();
};
