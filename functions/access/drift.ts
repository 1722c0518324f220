/** What of a cluster that stands is not as it was left. It looks and changes nothing. */
import { createHash } from 'node:crypto';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { days } from '../../shared/units.ts';
import { hostName } from '../clusters/host.ts';
import { asAppError } from '../failure.ts';
import { findLostGuards } from '../leaf/guards.ts';
import { isMeshOutdated, isUnrevoked, type Parts, partsOf } from '../leaf/install.ts';
import type { InstallPlan } from '../leaf/plan.ts';
import { isOnlyMore } from '../pachyderm/locked.ts';
import type { Ports } from '../ports.ts';
import { accessOf } from './access.ts';
import { heldBy, isAnother } from './certificate.ts';
import type { ConditionType } from './conditions.ts';
import { isExposed } from './expose.ts';
import { installationOf } from './installation.ts';
import { areMembersApplied, isSomebodys, SOMEBODYS } from './members.ts';
import { observe, type Site, siteIn } from './site.ts';

export interface Finding {
  type: ConditionType;
  /** For its owner. */
  message: string;
  /** Hub can do something about it. */
  repairable: boolean;
  /** Strangers could come in at this moment. */
  isOpen?: true;
  /** It is no spare, whatever its document says: nothing at all is done about it. */
  isSomebodys?: true;
}

export interface Drift {
  findings: Finding[];
  /** That its members can come in, and nobody else, was seen. */
  isLocked: boolean;
}

/** @throws AppError LEAF_UNAVAILABLE, PROVIDER_UNAVAILABLE, PERMISSION_DENIED if nothing could be seen: no proof of anything */
export async function findDrift(cluster: Cluster, ports: Ports): Promise<Drift> {
  const seen = await observe(cluster, ports);
  if (seen.status === 'absent' || seen.status === 'deleting') return nothing(GONE);
  if (seen.status === 'broken') {
    ports.log.warn('cluster broken', { cluster: cluster.id, code: seen.code, detail: seen.detail });
    return nothing(BROKEN);
  }
  const site = siteIn(seen, cluster, ports);
  const plan = await installationOf(site);
  const [guards, parts, locked, ...others] = await Promise.all([
    findMissingGuards(site, plan),
    findMissingParts(site, plan),
    findOpenLock(site),
    findOldGateway(site),
    findOldLicense(site),
    findBadCertificate(site),
    findSilence(site),
    findLostMembers(site),
  ]);
  const findings = [...guards, parts, typeof locked === 'object' ? locked : undefined, ...others]
    .filter((finding) => finding !== undefined)
    // What can be mended comes before what is waited for. Who lets strangers in is found from inside and from outside, where the one may be refused what the other sees.
    .filter((one, _, all) => one === worstOf(all.filter(({ type }) => type === one.type)));
  const idle = findings.some(({ type, repairable }) => type === 'Workloads' && !repairable);
  const silent = findings.find(({ type }) => type === 'Reachable');
  // What does not run cannot answer either; making the way to it once more would not help.
  if (idle && silent && (await isExposed(site))) silent.repairable = false;
  const isLocked =
    locked === 'locked' && !findings.some(({ type }) => type === 'Locked' || type === 'Members');
  return { findings, isLocked };
}

const worstOf = (ofOneType: readonly Finding[]): Finding | undefined =>
  ofOneType.find(({ isOpen }) => isOpen) ?? ofOneType[0];

const nothing = (message: string): Drift => ({
  findings: [{ type: 'Exists', message, repairable: false }],
  isLocked: false,
});
const GONE = 'The cluster itself is gone: somebody deleted it in the cloud.';
/** Left by a deletion that failed half-way, for one; the cloud does not mend such a cluster. */
const BROKEN = 'The cloud says that the cluster itself cannot be used any more.';

async function findMissingGuards(site: Site, plan: InstallPlan): Promise<Finding[]> {
  const { cluster, leaf, ports } = site;
  const { lost, outdated } = await findLostGuards(leaf, plan);
  const missing = lost.map(({ kind, metadata: { namespace = '', name } }) => `${kind} ${namespace}/${name}`);
  if (missing.length > 0)
    ports.log.warn('guards missing', { cluster: cluster.id, detail: missing.join(', ') });
  const message = 'Some of the limits and rights that Hub sets in it are missing.';
  return [
    ...(lost.length > 0 ? [{ type: 'Workloads', message, repairable: true } as const] : []),
    ...(outdated.length > 0 ? [outdatedIn(site, OLD_GUARDS)] : []),
  ];
}

const OLD_GUARDS = 'The limits and rights that Hub sets in it need an upgrade.';

async function findMissingParts(site: Site, plan: InstallPlan): Promise<Finding | undefined> {
  const { of, ready } = await partsOf(site.leaf, plan);
  const missing = missingParts(site.cluster, { of, ready });
  if (missing > 0) {
    const message = `${missing} of its ${site.cluster.parts} parts ${missing === 1 ? 'is' : 'are'} missing.`;
    return { type: 'Workloads', message, repairable: true };
  }
  // A handler that was held up for long enough begins what has long ended.
  if (await isUnrevoked(site.leaf, plan)) {
    const message = 'What Hub’s installer may do in it was not taken back.';
    return { type: 'Workloads', message, repairable: true };
  }
  const idle = of - ready;
  if (idle === 0) return undefined;
  // Kubernetes itself is at it; installing again would not help.
  const message = `${idle} of its ${of} parts ${idle === 1 ? 'does' : 'do'} not run.`;
  return { type: 'Workloads', message, repairable: false };
}

async function findOldGateway(site: Site): Promise<Finding | undefined> {
  return (await isMeshOutdated(site.leaf)) ? outdatedIn(site, 'Its gateway needs an upgrade.') : undefined;
}

async function findOldLicense(site: Site): Promise<Finding | undefined> {
  const isOld = await accessOf(site).isOutdated(site);
  return isOld ? outdatedIn(site, 'Its licence has been renewed, and it has to start with it.') : undefined;
}

/** Every cluster finds it at the first look after a new Hub was deployed, so each waits for its turn. */
function outdatedIn({ cluster, ports }: Site, message: string): Finding {
  const found = cluster.conditions.find(({ type }) => type === 'UpToDate');
  const knownMs = found?.status === false ? ports.clock.elapsed(found.since.getTime()) : 0;
  return { type: 'UpToDate', message, repairable: knownMs >= upgradeAfterMs(cluster.id) };
}

/** The first ones show within hours whether it can be done, and of no pool all spares are away at once. */
const UPGRADES_WITHIN_MS = days(2);

/** From when it was found until its turn: another time for each cluster, and always the same. */
export const upgradeAfterMs = (id: string): number =>
  (createHash('sha256').update(id, 'utf8').digest().readUInt32BE() / 2 ** 32) * UPGRADES_WITHIN_MS;

export const missingParts = ({ parts = 0 }: Cluster, { of }: Parts): number => Math.max(0, parts - of);

async function findOpenLock(site: Site): Promise<Finding | 'locked' | 'unseen'> {
  try {
    await accessOf(site).verify(site);
    return 'locked';
  } catch (thrown) {
    const { code, detail } = asAppError(thrown);
    if (isOnlyMore(detail)) return { type: 'Locked', message: ONLY_MORE, repairable: true };
    // That it does not answer proves nothing, and whether it does is another one's finding.
    if (code === 'LEAF_UNAVAILABLE') return 'unseen';
    if (code !== 'LOCK_FAILED' && code !== 'PRODUCT_REFUSED') throw thrown;
    return code === 'LOCK_FAILED' ? open() : { type: 'Locked', message: UNPROVEN, repairable: true };
  }
}

const open = (): Finding => ({
  type: 'Locked',
  message: 'People who are not members could get in.',
  repairable: true,
  isOpen: true,
});
const ONLY_MORE =
  'Robots, or more roles than its members have, were bound to the whole cluster. Hub takes that back: bind them to a project or a repository.';
const LEAKS = 'Its gateway lets more through than it must.';
const UNPROVEN = 'It refuses Hub, so Hub cannot check that only its members can get in.';

async function findBadCertificate({ cluster, leaf, host, ports }: Site): Promise<Finding | undefined> {
  const held = await heldBy(leaf, hostName(host));
  const found = (message: string): Finding => ({ type: 'Certificate', message, repairable: true });
  if (!held) return found('Its certificate is missing.');
  if (isAnother(held, cluster.certificate ?? {}))
    return found('Its certificate is not the one that Hub issued for it.');
  const now = ports.clock.now();
  if (held.notAfter.getTime() <= now) return found('Its certificate has expired.');
  const renewAt = cluster.certificate?.renewAt;
  return renewAt && renewAt.getTime() <= now ? found('Its certificate is due for renewal.') : undefined;
}

async function findSilence(site: Site): Promise<Finding | undefined> {
  let leak: string | undefined;
  try {
    leak = await accessOf(site).visit(site);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    if (thrown.code === 'LOCK_FAILED') return open();
    return { type: 'Reachable', message: 'It does not answer at its address.', repairable: true };
  }
  if (leak !== undefined) return { type: 'Locked', message: LEAKS, repairable: true };
  if (await isExposed(site)) return undefined;
  return { type: 'Reachable', message: 'The way to it is not as Hub makes it.', repairable: true };
}

async function findLostMembers(site: Site): Promise<Finding | undefined> {
  if (await isSomebodys(site))
    return { type: 'Members', message: SOMEBODYS, repairable: false, isSomebodys: true };
  if ((await areMembersApplied(site)) && (await accessOf(site).remembers(site))) return undefined;
  const message = 'Some of its members do not have the access they should.';
  return { type: 'Members', message, repairable: true };
}
