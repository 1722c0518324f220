/** The address, the certificate and the way in; the last thing before the owner has their cluster. */

import type { Cluster } from '../../shared/documents/cluster.ts';
import { ERRORS } from '../../shared/errors.ts';
import { hours, minutes } from '../../shared/units.ts';
import { allGood } from '../access/conditions.ts';
import { type ExposureProgress, ensureExposed } from '../access/expose.ts';
import { type Site, siteOf } from '../access/site.ts';
import { asAppError, tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { deadlineAnew } from './pace.ts';
import { done, fail, type Step, type StepResult, wait } from './step.ts';
import { untilDecided } from './undecided.ts';

/**
 * @throws AppError LOCK_FAILED, CLUSTER_VANISHED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PROVIDER_UNAVAILABLE, PERMISSION_DENIED,
 * DNS_ZONE_MISSING, CLOUD_QUOTA, CERTIFICATE_REFUSED, CERTIFICATE_LIMIT, CERTIFICATE_AUTHORITY_UNAVAILABLE
 */
export const expose: Step = async (cluster, ports) => {
  const site = await siteOf(cluster, ports);
  const undecided = await untilDecided(site);
  if (undecided) return undecided;
  const progress = await ensureExposed(site).catch(refusedIn(site));
  if ('kind' in progress) return progress;
  if (progress.status !== 'exposed') return untilExposed(progress);
  return done({
    endpoints: site.product.endpoints(site.host),
    certificate: progress.certificate,
    conditions: allGood(cluster.conditions, new Date(ports.clock.now())),
  });
};

/** What to report of an exposure that has not come to its end. */
export function untilExposed(progress: Exclude<ExposureProgress, { status: 'exposed' }>): StepResult {
  const { detail, certificate } = progress;
  const patch = certificate && { certificate };
  return progress.status === 'pending'
    ? wait(progress.forMs, detail, patch ? { patch } : {})
    : { kind: 'failed', code: 'CERTIFICATE_REFUSED', detail, ...(patch && { patch }) };
}

const refusedIn =
  ({ cluster, ports }: Site) =>
  (thrown: unknown): StepResult => {
    const { code, detail } = asAppError(thrown);
    // Trying again would let strangers in again, if only for a moment.
    if (code === 'LOCK_FAILED') return fail(code, detail);
    if (code !== 'CERTIFICATE_LIMIT') throw thrown;
    return ports.clock.elapsed(cluster.since.getTime()) < LIMITED_MS
      ? untilAllowed(cluster, ports, thrown)
      : fail(code, detail);
  };

/**
 * An authority that has issued too many certificates counts by the hour, day or week, and each order that it refuses may count, too. The
 * cluster is whole but for that: to undo it after half an hour, and have its owner press Retry, would only ask for more of them.
 */
function untilAllowed({ id, state, epoch }: Cluster, ports: Ports, thrown: unknown): StepResult {
  const { clock, log, random } = ports;
  tellFailure(log, 'certificate not ordered', thrown, { cluster: id, state, epoch });
  const forMs = LIMIT_AGAIN_MS * (1 + random.fraction());
  return wait(forMs, ERRORS.CERTIFICATE_LIMIT.say, { patch: { deadlineAt: deadlineAnew(state, clock) } });
}

/** And as much again by chance, for all that wait were refused at the same time. */
const LIMIT_AGAIN_MS = minutes(10);
/** Then somebody should be told that there will be none. */
const LIMITED_MS = hours(24);
