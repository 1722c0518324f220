/** A cluster's document brought forward to what the audit log says of it: one commit at a time, until both agree. */
import {
  type Cluster,
  type ClusterPatch,
  clusterPath,
  type Role,
  roleOf,
} from '../../shared/documents/cluster.ts';
import { ENDING } from '../../shared/lifecycle/derive.ts';
import { transition } from '../../shared/lifecycle/transition.ts';
import { hours } from '../../shared/units.ts';
import { deedId } from '../audit.ts';
import type { Write } from '../cloud.ts';
import { circumstances } from '../clusters/circumstances.ts';
import { type Read, readCluster } from '../clusters/read.ts';
import { changes, eventWrite, fieldWrite } from '../dispatch/commit.ts';
import { emailOf } from '../members/membership.ts';
import { outOfPool } from '../pool/claim.ts';
import { findEmail } from '../tokens.ts';
import { agreeing, entryAnew, type Plan, type RollForwardPorts } from './correction.ts';
import type { ClusterSince } from './deeds.ts';

export async function planOfCluster(ports: RollForwardPorts, id: string, since: ClusterSince): Promise<Plan> {
  const path = clusterPath(id);
  const read = await readCluster(ports, id);
  if (!read) return agreeing(path, [unknown(since)]);
  const { cluster } = read;
  const isEnding = ENDING.has(cluster.state);
  const { patch, says, unclear } = await factsOf(ports, cluster, since);
  const open = [...(isEnding ? [] : since.unclear), ...unclear];
  if (says.length > 0) {
    const command = patch.owner !== undefined && cluster.state === 'warm' ? 'claim' : 'share';
    const writes = writesOf(ports, read, command, patch, says);
    const refused = `it is ${cluster.state}, and does not take that ${says.join('; ')}`;
    return writes ? { path, says, unclear: open, writes } : agreeing(path, [...open, refused]);
  }
  const ended = isEnding ? undefined : endedBy(ports, cluster, since);
  if (ended === undefined) return agreeing(path, open);
  return { path, says: [ended], unclear: open, writes: writesOf(ports, read, 'delete', {}, [ended]) ?? [] };
}

const unknown = ({ askedBy, deletedBy }: ClusterSince): string =>
  `${askedBy ?? 'nobody'} asked for it since${deletedBy === undefined ? '' : `, and ${deletedBy} deleted it`}: Hub reports what is left of it`;

/** A lifetime ends without a line of the log; of a spare that was handed out nobody else would know it. */
function endedBy(
  { clock }: RollForwardPorts,
  { expiresAt }: Cluster,
  { deletedBy, claim }: ClusterSince,
): string | undefined {
  if (deletedBy !== undefined) return `${deletedBy} deleted it`;
  return claim && expiresAt && expiresAt.getTime() <= clock.now() ? 'its lifetime is over' : undefined;
}

interface Facts {
  patch: ClusterPatch;
  /** What is another than the document has it. */
  says: string[];
  unclear: string[];
}

/** What its document lacks of who has it, who may use it, and until when. */
async function factsOf(ports: RollForwardPorts, cluster: Cluster, since: ClusterSince): Promise<Facts> {
  const { claim, payer, expiry } = since;
  // Of what is deleted again nobody needs to be let in or out.
  const roles = new Map(since.deletedBy === undefined ? since.roles : []);
  const says: string[] = [];
  let patch: ClusterPatch = {};
  if (claim && cluster.owner === undefined && !ENDING.has(cluster.state)) {
    patch = handedOut(cluster, claim);
    if (!roles.has(claim.by)) roles.set(claim.by, 'owner');
    says.push(`${claim.by} was handed it`);
  }
  const people = await peopleOf(ports, cluster, roles);
  const unclear = [...people.unclear];
  const owner = patch.owner ?? cluster.owner;
  if (payer && owner !== undefined && owner !== payer.uid) {
    if (roleOf(people, payer.uid) === 'owner') {
      const done = { offeredTo: undefined, handOverUntilAt: undefined };
      patch = { ...patch, owner: payer.uid, ownedSince: payer.at, ...done };
      says.push(`${payer.uid} pays for it, not ${owner}`);
    } else unclear.push(`${payer.uid} would pay for it, and not be its owner`);
  }
  // Nobody is to pay for what they can neither see nor delete.
  const pays = patch.owner ?? cluster.owner;
  if (pays !== undefined && roleOf(people, pays) !== 'owner') {
    if (claim && cluster.owner === undefined)
      return { patch: {}, says: [], unclear: [...unclear, `${pays} was handed it, and cannot be its owner`] };
    const lesser = `${pays} is ${roleOf(people, pays) ?? 'no member'}`;
    people.says = people.says.filter((one) => one !== lesser);
    people.members[pays] = 'owner';
    people.emails[pays] = emailOf(cluster, pays);
    unclear.push(`${pays} pays for it, and is to be no owner of it: they stay one`);
  }
  if (isOther(cluster, people)) {
    const { members, emails } = people;
    patch = { ...patch, members, emails, readers: Object.keys(members) };
    says.push(...people.says);
  }
  if (expiry && (patch.expiresAt ?? cluster.expiresAt ?? NEVER) < expiry.at) {
    const spec = { ...(patch.spec ?? cluster.spec), ttlHours: expiry.ttlHours };
    patch = { ...patch, spec, specVersion: cluster.specVersion + 1, expiresAt: expiry.at };
    says.push(`it lives until ${expiry.at.toISOString()}`);
  }
  return { patch, says, unclear };
}

const isOther = (cluster: Cluster, { members, emails }: Pick<Cluster, 'members' | 'emails'>): boolean =>
  Object.keys(changes(cluster.members, members)).length > 0 ||
  Object.keys(changes(cluster.emails, emails)).length > 0;

const NEVER = new Date(0);

/** What a claim writes. Its lifetime began then. The name that it was given no log has. */
function handedOut(cluster: Cluster, { by, at, ttlHours }: NonNullable<ClusterSince['claim']>): ClusterPatch {
  return {
    name: 'restored',
    owner: by,
    createdAt: at,
    readyAt: at,
    ...outOfPool(cluster),
    ...(ttlHours !== undefined && {
      spec: { ...cluster.spec, ttlHours },
      expiresAt: new Date(at.getTime() + hours(ttlHours)),
    }),
  };
}

type People = Pick<Cluster, 'members' | 'emails'> & Omit<Facts, 'patch'>;

/** Who is a member, with their addresses as they are today. */
async function peopleOf(
  ports: RollForwardPorts,
  cluster: Cluster,
  roles: ReadonlyMap<string, Role | undefined>,
): Promise<People> {
  const members = new Map(Object.entries(cluster.members));
  const emails = new Map(Object.entries(cluster.emails));
  const says: string[] = [];
  const unclear: string[] = [];
  for (const [uid, role] of roles) {
    const was = roleOf(cluster, uid);
    const email = role && (await addressOf(ports, cluster, uid));
    if (role && email === undefined) {
      if (role !== was) unclear.push(`${uid} was made ${role} of it, and has no verified address any more`);
      continue;
    }
    if (role === was && email === emails.get(uid)) continue;
    members.delete(uid);
    emails.delete(uid);
    if (role && email !== undefined) {
      members.set(uid, role);
      emails.set(uid, email);
    }
    says.push(role === was ? `${uid} has another address` : `${uid} is ${role ?? 'no member'}`);
  }
  // An address is one person's: of whoever came by it last.
  for (const uid of roles.keys()) {
    const email = emails.get(uid);
    for (const [other, theirs] of [...emails]) {
      if (other === uid || theirs !== email || roles.has(other)) continue;
      members.delete(other);
      emails.delete(other);
      says.push(`${other} is no member, for ${uid} has their address`);
    }
  }
  return { members: Object.fromEntries(members), emails: Object.fromEntries(emails), says, unclear };
}

/** @throws AppError UNAVAILABLE */
async function addressOf(
  { people }: RollForwardPorts,
  { emails }: Cluster,
  uid: string,
): Promise<string | undefined> {
  const profile = await people.find(uid);
  return profile && (findEmail(profile) ?? (Object.hasOwn(emails, uid) ? emails[uid] : undefined));
}

/** @returns undefined if its state does not take it */
function writesOf(
  ports: RollForwardPorts,
  { cluster, version }: Read,
  command: 'claim' | 'share' | 'delete',
  patch: ClusterPatch,
  says: readonly string[],
): Write[] | undefined {
  const note = 'Hub was set back to an earlier moment, and forward again.';
  const next = transition(cluster, { kind: 'command', command, patch, note }, circumstances(ports));
  if (!next?.event) return undefined;
  const { id } = cluster;
  const { readyAt, expiresAt } = patch;
  // These are no command's to say: they follow from when it became ready, which was long ago.
  const marks = { ...(readyAt && { readyAt }), ...(expiresAt && { expiresAt }) };
  const deed = { action: command, target: clusterPath(id), cluster: id };
  return [
    fieldWrite({ cluster, version }, { ...next, fields: { ...next.fields, ...marks } }),
    eventWrite(id, next.event),
    entryAnew(ports, deed, says, deedId(id, next.event.epoch)),
  ];
}
