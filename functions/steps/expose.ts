/** The address, the certificate and the way in; the last thing before the owner has their cluster. */

import { allGood } from '../access/conditions.ts';
import { type ExposureProgress, ensureExposed } from '../access/expose.ts';
import { siteOf } from '../access/site.ts';
import { asAppError } from '../failure.ts';
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
  const progress = await ensureExposed(site).catch(unlessOpen);
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

/** Trying again would let strangers in again, if only for a moment. */
function unlessOpen(thrown: unknown): StepResult {
  const { code, detail } = asAppError(thrown);
  if (code !== 'LOCK_FAILED') throw thrown;
  return fail(code, detail);
}
