/**
 * Brings a database that was set back to some moment forward again, as far as the audit log says what people decided since: who has a spare,
 * who may use a cluster, until when it lives and who pays, who is suspended, who has left. It says so in documents alone; what is in the
 * clouds comes to agree as soon as Hub looks. What only people can do again is told.
 *
 * Repeating it changes nothing, and neither does a moment that is too early: the last word of each kind counts, and what agrees is left alone.
 */
import { type Allowance, accountPath, DELETED_ACCOUNT } from '../../shared/documents/account.ts';
import { clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { INVITATION_LIFETIME_MS, invitationDocument } from '../../shared/documents/invitation.ts';
import { UnreadableError } from '../../shared/documents/parse.ts';
import { idOf } from '../../shared/documents/paths.ts';
import { poolDocument } from '../../shared/documents/pool.ts';
import { minutes } from '../../shared/units.ts';
import { readAccount } from '../accounts/allowance.ts';
import type { Deed } from '../audit.ts';
import { CommitError, type DocumentData, isLostRace, type Write } from '../cloud.ts';
import { readDocument } from '../documents.ts';
import { pathOfInvitation } from '../members/invitations.ts';
import { findEmail } from '../tokens.ts';
import { planOfCluster } from './cluster-forward.ts';
import { agreeing, type Correction, entryAnew, type Plan, type RollForwardPorts } from './correction.ts';
import {
  type AccountSince,
  type AuditLine,
  type ClusterSince,
  type Invited,
  type PoolSince,
  whatHappened,
} from './deeds.ts';

type Planner = () => Promise<Plan>;

/** What one document may take: a claim, then the deletion of what was claimed, and others who write it meanwhile. */
const TRIES = 8;

/**
 * @param lines of the log since the moment to which the database was set back, in their order
 * @param write false: only says what would be the first thing to write to each document
 * @returns what was written, and what is left to people
 * @throws CommitError, also if a document changes all the time; AppError UNAVAILABLE
 */
export async function rollForward(
  ports: RollForwardPorts,
  lines: readonly AuditLine[],
  write: boolean,
): Promise<Correction[]> {
  const corrections: Correction[] = [];
  for (const plan of plannersOf(ports, lines)) {
    const { path, says, unclear } = await (write ? carryOut(ports, plan) : plan()).catch(unreadable);
    if (says.length + unclear.length > 0) corrections.push({ path, says, unclear });
  }
  return corrections;
}

/** One of them must not keep the others as they are. @throws what it was given, if it is anything else */
function unreadable(thrown: unknown): Correction {
  if (!(thrown instanceof UnreadableError)) throw thrown;
  return { path: 'not readable', says: [], unclear: [thrown.message] };
}

async function carryOut({ documents }: RollForwardPorts, plan: Planner): Promise<Plan> {
  const says: string[] = [];
  let next = await plan();
  for (let tries = 0; next.writes.length > 0; tries++) {
    if (tries === TRIES) throw new CommitError('unavailable', `${next.path} changes all the time`);
    try {
      await documents.commit(next.writes);
      says.push(...next.says);
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
    next = await plan();
  }
  return { ...next, says };
}

/** Accounts last: by then they have what they had. */
function plannersOf(ports: RollForwardPorts, lines: readonly AuditLine[]): Planner[] {
  const { clusters, accounts, pools } = whatHappened(lines);
  return [
    ...[...clusters].flatMap(([id, since]): Planner[] => [
      () => planOfCluster(ports, id, since),
      () => planOfInvitations(ports, id, since),
    ]),
    ...[...pools].map(
      ([path, since]): Planner =>
        () =>
          planOfPool(ports, path, since),
    ),
    ...[...accounts].map(
      ([uid, since]): Planner =>
        () =>
          planOfAccount(ports, uid, since),
    ),
  ];
}

/** Whoever was to stay away must not come in by what was taken back, nor a second time by what is spent. */
async function planOfInvitations(ports: RollForwardPorts, id: string, since: ClusterSince): Promise<Plan> {
  const { invitations, arrived } = since;
  const all = new Map<string, Invited | 'withdrawn' | 'spent'>(invitations);
  for (const [uid, at] of arrived) {
    const profile = await ports.people.find(uid);
    const email = profile && findEmail(profile);
    if (email === undefined) continue;
    const path = pathOfInvitation(id, email);
    const last = invitations.get(path);
    if (last === undefined || (last !== 'withdrawn' && last.at <= at)) all.set(path, 'spent');
  }
  const plans = [];
  for (const [path, last] of all) plans.push(await planOfInvitation(ports, path, last, id));
  const says = plans.flatMap((plan) => plan.says);
  const unclear = plans.flatMap((plan) => plan.unclear);
  return {
    path: `${clusterPath(id)}, invitations`,
    says,
    unclear,
    writes: plans.flatMap((plan) => plan.writes),
  };
}

async function planOfInvitation(
  ports: RollForwardPorts,
  path: string,
  last: Invited | 'withdrawn' | 'spent',
  cluster: string,
): Promise<Plan> {
  const found = await readDocument(ports.documents, path, invitationDocument);
  const target = clusterPath(cluster);
  if (typeof last === 'string') {
    if (!found) return agreeing(path);
    const says = [`the invitation ${idOf(path)} is ${last}`];
    const entry = entryAnew(ports, { action: 'withdraw-invitation', target, cluster, subject: path }, says);
    return { path, says, unclear: [], writes: [{ op: 'delete', path, ifVersion: found.version }, entry] };
  }
  const { by, role, at } = last;
  if (!found) return agreeing(path, [`${by} invited somebody (${role}), whose address no log has`]);
  const { data: known } = found;
  // Whose account is deleted is named no more, and their invitation goes on.
  const invitedBy = known.invitedBy === DELETED_ACCOUNT ? DELETED_ACCOUNT : by;
  const isSame = known.role === role && known.invitedBy === invitedBy;
  if (isSame || known.createdAt >= at) return agreeing(path);
  const says = [`${by} made the invitation ${idOf(path)} one for a ${role}`];
  const expiresAt = new Date(at.getTime() + INVITATION_LIFETIME_MS);
  const data = { role, invitedBy, createdAt: at, expiresAt };
  const entry = entryAnew(ports, { action: 'invite', target, cluster, subject: path }, says);
  return { path, says, unclear: [], writes: [{ op: 'update', path, data, ifVersion: found.version }, entry] };
}

async function planOfPool(
  ports: RollForwardPorts,
  path: string,
  { wanted, shape }: PoolSince,
): Promise<Plan> {
  const found = await readDocument(ports.documents, path, poolDocument);
  const words = `wants ${wanted} of ${shape}`;
  if (!found || shapeOf(found.data.spec) !== shape)
    return agreeing(path, [`${words}: set it again, for the shape is another one`]);
  if (found.data.wanted === wanted) return agreeing(path);
  const write: Write = { op: 'update', path, data: { wanted }, ifVersion: found.version };
  const writes = [write, entryAnew(ports, { action: 'set-pool', target: path }, [words])];
  return { path, says: [words], unclear: [], writes };
}

type AccountFact = Pick<Deed, 'action'> & { says: string; data: Partial<Allowance> };

async function planOfAccount(ports: RollForwardPorts, uid: string, since: AccountSince): Promise<Plan> {
  const path = accountPath(uid);
  const found = await readAccount(ports, uid);
  const facts = [
    standingSince(found?.data, since),
    limitsSince(found?.data, since),
    closingSince(found?.data, since),
  ].filter((fact) => fact !== undefined);
  if (facts.length === 0) return agreeing(path, since.unclear);
  const says = facts.map((fact) => fact.says);
  const data = Object.assign({}, ...facts.map((fact) => fact.data)) as DocumentData;
  const fresh = { schema: DOCUMENT_SCHEMA, clusters: 0, hourlyMicros: 0, ...present(data) };
  const write: Write = found
    ? { op: 'update', path, data, ifVersion: found.version }
    : { op: 'create', path, data: fresh };
  const entries = facts.map(({ action, says }) =>
    entryAnew(ports, { action, target: path, subject: uid }, [says]),
  );
  return { path, says, unclear: since.unclear, writes: [write, ...entries] };
}

const present = (data: DocumentData): DocumentData =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));

/** Within which the line of a deed is told. */
const TOLD_MS = minutes(1);

function standingSince(found: Allowance | undefined, { standing }: AccountSince): AccountFact | undefined {
  if (!standing) return undefined;
  const { state, reason, by, at } = standing;
  const known = found?.standing;
  // A line is told after the commit.
  const isSame = known?.state === state && known.by === by && at.getTime() - known.since.getTime() < TOLD_MS;
  if (known && (isSame || known.since >= at)) return undefined;
  if (state === 'good')
    return (
      known && { action: 'restore', says: `${by} restored it`, data: { standing: undefined, clearedAt: at } }
    );
  const action = state === 'suspended' ? 'suspend' : 'throttle';
  return {
    action,
    says: `${by}: ${state} (${reason})`,
    data: { standing: { state, reason, by, since: at } },
  };
}

function limitsSince(found: Allowance | undefined, { limits }: AccountSince): AccountFact | undefined {
  const given = Object.entries(limits ?? {}) as [keyof Allowance, number][];
  if (given.every(([name, value]) => found?.[name] === value)) return undefined;
  const says = `may have ${given.map(([name, value]) => `${name} ${value}`).join(', ')}`;
  // It was the answer to what they had asked for.
  return { action: 'set-limits', says, data: { ...limits, request: undefined } };
}

/** One that was over and is not in the copy has nothing left to delete. */
function closingSince(found: Allowance | undefined, { closing }: AccountSince): AccountFact | undefined {
  if (!closing || found?.closing || (closing.isOver && !found)) return undefined;
  const { by, at } = closing;
  const data = { closing: { since: at, by }, request: undefined };
  return { action: 'delete-account', says: `${by} has it deleted`, data };
}
