/**
 * Brings a cluster that stands back to how it was left, by applying again what Hub owns: its parts, its lock, its members, its name, its
 * certificate. Also the way in which a certificate is renewed.
 */

import { accessOf } from '../access/access.ts';
import { allGood } from '../access/conditions.ts';
import { missingParts } from '../access/drift.ts';
import { ensureExposed } from '../access/expose.ts';
import { ensureInstallation, installationOf } from '../access/installation.ts';
import { type Applied, applyMembers } from '../access/members.ts';
import { type Site, siteOf } from '../access/site.ts';
import { asAppError } from '../failure.ts';
import { isInterrupted, isMeshOutdated, partsOf, revokeRights } from '../leaf/install.ts';
import { jobRef } from '../leaf/manifests.ts';
import { meshAlone } from '../leaf/mesh.ts';
import type { InstallPlan } from '../leaf/plan.ts';
import { credentialsRights } from '../leaf/roles.ts';
import { startAnew, untilStarted } from './anew.ts';
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
    const installing = await reinstall(site, whole);
    if (installing) return installing;
    const locked = await lock(site);
    if (locked === 'renewing') return untilRenewed();
    if (locked === 'starting') return untilStarted();
    await ports.provider.ensureWebhookAccess(site.target);
    // A cluster of a Hub of before has others.
    const rights = credentialsRights(ports.settings.credentialsAccount, site.product.namespace);
    for (const object of rights) await site.leaf.apply(object);
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

/** @returns `starting`: it did not hold, so the application is closed and starts anew */
async function lock(site: Site): Promise<Applied | 'starting'> {
  try {
    return await applyMembers(site, async (at, changes) => {
      // Hub itself could not come in otherwise.
      await accessOf(at).register(at);
      await accessOf(at).secure(at, changes);
    });
  } catch (thrown) {
    if (asAppError(thrown).code === 'LOCK_FAILED' && (await startAnew(site))) return 'starting';
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
 * is: nobody asked for it to start anew.
 */
async function planFor({ cluster, leaf }: Site, whole: InstallPlan): Promise<InstallPlan | undefined> {
  const mesh = meshAlone(whole);
  if (await leaf.find(jobRef(mesh))) return mesh;
  if (await leaf.find(jobRef(whole))) return whole;
  if (missingParts(cluster, await partsOf(leaf, whole)) > 0 || (await isInterrupted(leaf, mesh)))
    return whole;
  return (await isMeshOutdated(leaf)) ? mesh : undefined;
}

function onlyLockFailed(thrown: unknown): undefined {
  if (asAppError(thrown).code === 'LOCK_FAILED') throw thrown;
}
