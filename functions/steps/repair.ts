/**
 * Brings a cluster that stands back to how it was left, by applying again what Hub owns: its namespaces and what guards them, its parts, its
 * lock, its members, its name, its certificate. Also the way in which a certificate is renewed.
 */

import { minutes, seconds } from '../../shared/units.ts';
import { accessOf } from '../access/access.ts';
import { ensureCertificate } from '../access/certificate.ts';
import { allGood } from '../access/conditions.ts';
import { missingParts } from '../access/drift.ts';
import { ensureClosed, ensureExposed } from '../access/expose.ts';
import { ensureInstallation, installationOf } from '../access/installation.ts';
import { type Applied, applyMembers } from '../access/members.ts';
import { type Site, siteOf } from '../access/site.ts';
import { asAppError, tellFailure } from '../failure.ts';
import { ensureGuards, ensureNamespaces } from '../leaf/guards.ts';
import {
  isInterrupted,
  isMeshOutdated,
  isProductGone,
  partsOf,
  revokeRights,
  untilGone,
} from '../leaf/install.ts';
import { jobRef } from '../leaf/manifests.ts';
import { GATEWAY_NAMESPACE, meshAlone } from '../leaf/mesh.ts';
import type { InstallPlan } from '../leaf/plan.ts';
import { isElsewhere } from '../pachyderm/elsewhere.ts';
import { restart, startAnew, untilRefreshed, untilStarted } from './anew.ts';
import { untilExposed } from './expose.ts';
import { untilNextLook } from './pace.ts';
import { shutIfOpen } from './shut.ts';
import { done, fail, type Step, type StepResult, untilRenewed, wait } from './step.ts';
import { untilDecided } from './undecided.ts';

/**
 * @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, PROVIDER_UNAVAILABLE, PERMISSION_DENIED, DNS_ZONE_MISSING,
 * CLOUD_QUOTA, CLOUD_SETUP, CLOUD_BUSY, CERTIFICATE_REFUSED, CERTIFICATE_LIMIT, CERTIFICATE_AUTHORITY_UNAVAILABLE, LICENSE_MISSING
 */
export const repair: Step = async (cluster, ports) => {
  const site = await siteOf(cluster, ports);
  const undecided = await untilDecided(site);
  if (undecided) return undecided;
  try {
    const whole = await installationOf(site, `repair-${cluster.since.getTime()}`);
    const going = await guard(site, whole);
    if (going) return going;
    const renewing = await renewEarly(site);
    if (renewing) return renewing;
    const installing = await reinstall(site, whole);
    if (installing) return installing;
    const starting = await refresh(site);
    if (starting) return starting;
    const locked = await lock(site);
    if (locked === 'renewing') return untilRenewed();
    if (locked === 'starting') return untilStarted();
    await ports.provider.ensureWebhookAccess(site.target);
    const progress = await ensureExposed(site);
    if (progress.status !== 'exposed') return untilExposed(progress);
    return done(
      {
        endpoints: site.product.endpoints(site.host),
        certificate: progress.certificate,
        ...(await partsMade(site, whole)),
        conditions: allGood(cluster.conditions, new Date(ports.clock.now())),
      },
      { note: 'Everything is in order again.' },
    );
  } catch (thrown) {
    return shutIfOpen(site, thrown);
  }
};

/**
 * The namespaces with their limits, ways and rights, before anything is made in them; a cluster of a Hub of before has others. An application
 * that is made anew is reached by nobody before it is locked: the way to the old one goes first.
 * @returns what to report for as long as somebody's deletion of a namespace takes
 */
async function guard(site: Site, plan: InstallPlan): Promise<StepResult | undefined> {
  const { leaf } = site;
  if (await isProductGone(leaf, plan)) await ensureClosed(site);
  const going = await ensureNamespaces(leaf, plan);
  if (going.length === 0) {
    await ensureGuards(leaf, plan);
    return undefined;
  }
  // Who was removed need not stay for as long as that.
  await lock(site).catch(onlyLockFailed);
  const renewing = going.includes(GATEWAY_NAMESPACE) ? undefined : await renewEarly(site);
  return renewing ?? wait(GOING_MS, untilGone(going));
}

/** Kubernetes takes seconds to empty a namespace. */
const GOING_MS = seconds(10);

/**
 * A certificate whose time has come is not kept waiting by what may take its whole time and fail, as an installation does where its owner's work
 * leaves no room: that would be tried again twice a day until the certificate is over. Nor may an authority that is away keep back the rest, so
 * what goes wrong here is left to the exposure below.
 * @returns what to report until there is a new one, and for the document to know it
 */
async function renewEarly(site: Site): Promise<StepResult | undefined> {
  const { cluster, ports } = site;
  const { renewAt, fingerprint } = cluster.certificate ?? {};
  const isDue = fingerprint !== undefined && renewAt !== undefined && renewAt.getTime() <= ports.clock.now();
  if (!isDue || ports.clock.elapsed(cluster.since.getTime()) > EARLY_MS) return undefined;
  try {
    const progress = await ensureCertificate(site);
    const { certificate, status } = progress;
    if (status === 'pending') return untilExposed(progress);
    // That its order came to nothing is kept, too: each repair would else find it once more, and make no other.
    return status === 'held'
      ? wait(0, 'It has a new certificate.', { patch: { certificate } })
      : wait(REFUSED_MS, progress.detail, { patch: { certificate } });
  } catch (thrown) {
    tellFailure(ports.log, 'certificate not renewed', thrown, { cluster: cluster.id });
  }
  return undefined;
}

/** An order takes a minute, and what is repaired besides has the rest of the time. */
const EARLY_MS = minutes(10);
/** Two orders in that time: an authority does not like to see many. */
const REFUSED_MS = minutes(5);

/**
 * What the application reads when it starts, and Hub has another of by now. Written down only then: whoever dies on the way leaves it to be done.
 * @returns what to report until it has started
 */
async function refresh(site: Site): Promise<StepResult | undefined> {
  const access = accessOf(site);
  if (!(await access.isOutdated(site))) return undefined;
  await access.prepare(site);
  if (await restart(site)) return untilRefreshed();
  await access.noteStarted(site);
  return undefined;
}

/**
 * @returns `starting`: it did not hold, so the application is closed and starts anew; or it was told from inside to have others than Hub sign
 * people in, which it forgets in the same way
 */
async function lock(site: Site): Promise<Applied | 'starting'> {
  try {
    return await applyMembers(site, async (at, changes) => {
      // Hub itself could not come in otherwise.
      await accessOf(at).register(at);
      await accessOf(at).secure(at, changes);
    });
  } catch (thrown) {
    const { code, detail } = asAppError(thrown);
    if (code === 'LOCK_FAILED' && (await startAnew(site))) return 'starting';
    // For no other refusal: the reason may be Hub's own, and all clusters would start anew at once.
    if (isElsewhere(detail) && (await restart(site))) return 'starting';
    throw thrown;
  }
}

/** Helm once more, if something it made is missing or too old. @returns what to report until it has ended */
async function reinstall(site: Site, whole: InstallPlan): Promise<StepResult | undefined> {
  const { cluster, leaf, ports } = site;
  const plan = await planFor(site, whole);
  if (plan === undefined) {
    await revokeRights(leaf);
    return undefined;
  }
  if (!(await leaf.find(jobRef(plan)))) {
    // Not left open for as long as Helm takes; but what is missing may be what would have to answer.
    await lock(site).catch(onlyLockFailed);
    await ports.provider.ensureWebhookAccess(site.target);
  }
  const progress = await ensureInstallation(site, plan);
  if (progress.status === 'failed') {
    // Helm has set back what the application would know of its members at its next start.
    if ((await lock(site).catch(onlyLockFailed)) === 'starting') return untilStarted();
    return fail('INSTALL_FAILED', progress.detail);
  }
  if (progress.status === 'done') {
    if (plan === whole) return undefined;
    const missing = missingParts(cluster, await partsOf(leaf, whole));
    return missing === 0 ? undefined : fail('INSTALL_FAILED', `${missing} of its parts did not come back.`);
  }
  return wait(untilNextLook(cluster, ports), progress.detail);
}

/** Of all that Helm has made in this repair: what it does not make any more is missed by nobody. */
async function partsMade({ leaf }: Site, whole: InstallPlan): Promise<{ parts?: number }> {
  return (await leaf.find(jobRef(whole))) ? { parts: (await partsOf(leaf, whole)).of } : {};
}

/**
 * What is to be installed once more; what was begun in this repair goes on. Only for a mesh that is too old the product is left as it
 * is: nobody asked for it to start anew. What does not answer although its parts are there may lack what is no part, as a Service.
 */
async function planFor(site: Site, whole: InstallPlan): Promise<InstallPlan | undefined> {
  const { cluster, leaf } = site;
  const mesh = meshAlone(whole);
  if (await leaf.find(jobRef(mesh))) return mesh;
  if (await leaf.find(jobRef(whole))) return whole;
  if (missingParts(cluster, await partsOf(leaf, whole)) > 0 || (await isInterrupted(leaf, mesh)))
    return whole;
  if (await isMeshOutdated(leaf)) return mesh;
  return staysSilent(site) ? whole : undefined;
}

const staysSilent = ({ cluster: { conditions, since }, ports: { clock } }: Site): boolean =>
  conditions.some(({ type, status }) => type === 'Reachable' && !status) &&
  clock.elapsed(since.getTime()) > SILENT_MS;

/** Without Helm, a way in that is made anew takes less. */
const SILENT_MS = minutes(5);

function onlyLockFailed(thrown: unknown): undefined {
  if (asAppError(thrown).code === 'LOCK_FAILED') throw thrown;
}
