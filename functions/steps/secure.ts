/** Locks the application while nobody can reach it yet, and proves it. What cannot be locked is never exposed. */
import { accessOf } from '../access/access.ts';
import { withGood } from '../access/conditions.ts';
import { applyMembers } from '../access/members.ts';
import { siteOf } from '../access/site.ts';
import { done, type Step, untilRenewed } from './step.ts';
import { untilDecided } from './undecided.ts';

/** @throws AppError LOCK_FAILED, CLUSTER_VANISHED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PROVIDER_UNAVAILABLE, PERMISSION_DENIED */
export const secure: Step = async (cluster, ports) => {
  const site = await siteOf(cluster, ports);
  const undecided = await untilDecided(site);
  if (undecided) return undecided;
  const applied = await applyMembers(site, (at, changes) => accessOf(at).secure(at, changes));
  if (applied === 'renewing') return untilRenewed();
  const now = new Date(ports.clock.now());
  return done({ conditions: withGood(cluster.conditions, 'Locked', now) });
};
