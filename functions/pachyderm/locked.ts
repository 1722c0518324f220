/**
 * Whether a Pachyderm is locked, seen from outside: each check tries what must not work, or must. A check fails on what was seen, never
 * on silence: without an answer there is no proof, and the step asks again.
 */
import { AppError, cut } from '../../shared/errors.ts';
import { minutes } from '../../shared/units.ts';
import type { Clock, Random } from '../cloud.ts';
import { digestOf, newSecret } from '../secrets.ts';
import { versionOf } from './about.ts';
import { boundAt, CLUSTER, DEFAULT_PROJECT, resourcesOf } from './access.ts';
import { ask, askedBy, type Connector, callAll, callOne } from './calls.ts';
import { isAway, NOT_ACTIVATED, pachydermError, wordsOf } from './errors.ts';
import { GRPC, type GrpcChannel, GrpcRefusal } from './grpc.ts';
import { EVERYBODY, planBindings, planStrangers, principalOf } from './members.ts';
import { findMockLogin } from './mock-login.ts';
import type { LockCheck, LockClaim, LockProof } from './pachyderm.ts';
import { PERMISSION } from './protos.ts';
import type { Reach } from './reach.ts';
import { restoreToken, signOut } from './tokens.ts';

interface Outlook {
  channel: GrpcChannel;
  reach: Reach;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

/** Why it is not so; undefined if it is. */
type Finding = string | undefined;

export async function proveLocked(outlook: Outlook, admin: string, claim: LockClaim): Promise<LockProof> {
  const { channel, reach } = outlook;
  const { owner } = claim;
  const checks: [LockCheck, () => Promise<Finding>][] = [
    ['version', () => wrongVersion(channel, claim.version)],
    ['anonymous is refused', () => lettingIn(channel, undefined)],
    ['a false token is refused', () => lettingIn(channel, newSecret(outlook.random))],
    ['a stranger is refused', () => strangersRights(outlook, admin)],
    ['nobody else is bound', () => wrongBindings(channel, admin, claim)],
    ['only Hub signs people in', () => wrongConnectors(channel, admin, claim.issuer)],
    ['the mock login is refused', () => findMockLogin(channel, reach, claim.issuer)],
  ];
  // A spare has none yet.
  if (owner !== undefined) checks.push(['the owner is accepted', () => ownersTrouble(outlook, admin, owner)]);
  const proof: { check: LockCheck; ok: boolean; reason?: string }[] = [];
  let open = false;
  for (const [check, find] of checks) {
    // Where anybody comes in there may be no authentication at all, and nobody to ask the rest as.
    const reason: Finding = open ? 'not tried, since anybody comes in' : await find();
    if (check === 'anonymous is refused') open = reason !== undefined;
    proof.push({ check, ok: reason === undefined, ...(reason !== undefined && { reason }) });
  }
  return { checks: proof, locked: proof.every(({ ok }) => ok) };
}

/** @throws AppError LOCK_FAILED with every reason */
export function requireLocked({ checks }: LockProof): void {
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length === 0) return;
  throw new AppError('LOCK_FAILED', failed.map(({ check, reason }) => `${check}: no, ${reason}`).join('; '));
}

/** Of a word that an application says, in a sentence of ours. */
const MAX_NAMED = 100;

async function wrongVersion(channel: GrpcChannel, version: string): Promise<Finding> {
  const { text } = await versionOf(channel);
  return text === version ? undefined : `it is ${text}, not ${version}`;
}

/** Reads that whoever is signed in may do; nobody else may. */
async function lettingIn(channel: GrpcChannel, token: string | undefined): Promise<Finding> {
  const calls = [
    () => callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy(token)),
    () => callAll(channel, 'pfs_v2.API/ListProject', {}, askedBy(token)),
    () => callAll(channel, 'pfs_v2.API/ListRepo', {}, askedBy(token)),
    () => callOne(channel, 'auth_v2.API/GetRoleBinding', { resource: CLUSTER }, askedBy(token)),
  ];
  for (const call of calls) {
    const finding = await unlessRefused(call, GRPC.UNAUTHENTICATED, token);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

async function unlessRefused(call: () => Promise<unknown>, status: number, token?: string): Promise<Finding> {
  try {
    await call();
    return 'it was let in';
  } catch (error) {
    if (!(error instanceof GrpcRefusal)) throw error;
    if (error.status === status) return undefined;
    if (isAway(error)) throw pachydermError('proving the lock', error, token === undefined ? [] : [token]);
    if (error.message.includes(NOT_ACTIVATED)) return 'authentication is not active';
    return `another answer than a refusal: ${wordsOf(error, token === undefined ? [] : [token])}`;
  }
}

/** What would be something to have, from reading on; all of it is asked for at the default project too. */
const RIGHTS: readonly number[] = Object.values(PERMISSION);

/** Signed in, but nobody's member: a token of its own, for a minute or two. */
async function strangersRights(outlook: Outlook, admin: string): Promise<Finding> {
  const subject = principalOf(`stranger-${outlook.random.base32(16)}@hub.invalid`);
  return withToken(outlook, admin, subject, async (token) => {
    const { channel } = outlook;
    for (const resource of [CLUSTER, DEFAULT_PROJECT]) {
      const request = { resource, permissions: RIGHTS };
      const { satisfied } = await ask(channel, 'auth_v2.API/Authorize', request, token);
      if (satisfied.length > 0) return `whoever signs in has the permissions ${satisfied.join(', ')}`;
    }
    const robot = { robot: 'stranger', ttl: 60 };
    return unlessRefused(
      () => callOne(channel, 'auth_v2.API/GetRobotToken', robot, askedBy(token)),
      GRPC.PERMISSION_DENIED,
      token,
    );
  });
}

async function ownersTrouble(outlook: Outlook, admin: string, owner: string): Promise<Finding> {
  const { channel } = outlook;
  return withToken(outlook, admin, principalOf(owner), async (token) => {
    const { username } = await ask(channel, 'auth_v2.API/WhoAmI', {}, token);
    if (username !== principalOf(owner)) return 'it takes the owner for somebody else';
    const permissions = [
      PERMISSION.CLUSTER_MODIFY_BINDINGS,
      PERMISSION.PROJECT_CREATE,
      PERMISSION.REPO_WRITE,
    ];
    const request = { resource: CLUSTER, permissions };
    const { authorized, missing } = await ask(channel, 'auth_v2.API/Authorize', request, token);
    return authorized ? undefined : `the owner lacks the permissions ${missing.join(', ')}`;
  });
}

const PROBE_LIFE_MS = minutes(2);

/** A token for that subject that is taken back at the end; should Hub die before, it ends by itself. */
async function withToken(
  { channel, clock, random }: Outlook,
  admin: string,
  subject: string,
  use: (token: string) => Promise<Finding>,
): Promise<Finding> {
  const token = newSecret(random);
  await restoreToken(channel, admin, {
    hash: digestOf(token),
    subject,
    expiresAt: clock.now() + PROBE_LIFE_MS,
  });
  try {
    return await use(token);
  } finally {
    await signOut(channel, token);
  }
}

/** Nobody comes in by that who could not anyway, but for programs that an owner let in. */
const ONLY_MORE = 'only robots and further roles of members are bound besides';

/** Whether a lock failed, at nothing else. */
export const isOnlyMore = (detail: string | undefined): boolean =>
  detail === `nobody else is bound: no, ${ONLY_MORE}`;

async function wrongBindings(channel: GrpcChannel, admin: string, { bindings }: LockClaim): Promise<Finding> {
  const cluster = await boundAt(channel, admin, CLUSTER);
  const project = await boundAt(channel, admin, DEFAULT_PROJECT);
  if (cluster[EVERYBODY] ?? project[EVERYBODY]) return 'everybody who signs in is bound';
  const changes = planBindings(cluster, bindings);
  const ofMembers = changes.every(
    ({ principal, roles }) =>
      principal.startsWith('robot:') ||
      ((cluster[principal] ?? []).length > roles.length && roles.length > 0),
  );
  if (changes.length > 0 && !ofMembers) return `${changes.length} bindings differ from the members`;
  let strangers = 0;
  for (const resource of await resourcesOf(channel, admin)) {
    strangers += planStrangers(await boundAt(channel, admin, resource), bindings).length;
  }
  if (strangers > 0) return `${strangers} bindings of strangers in projects and repositories`;
  return changes.length > 0 ? ONLY_MORE : undefined;
}

async function wrongConnectors(channel: GrpcChannel, admin: string, issuer: string): Promise<Finding> {
  const { connectors } = await ask(channel, 'identity_v2.API/ListIDPConnectors', {}, admin);
  const [only] = connectors;
  if (!only || connectors.length > 1) return `there are ${connectors.length} connectors, not one`;
  if (only.type !== 'oidc') return `the connector is of type ${cut(only.type, MAX_NAMED)}`;
  const { issuer: named, insecureSkipEmailVerified } = configOf(only);
  if (named !== issuer) return 'the connector names another issuer';
  if (insecureSkipEmailVerified === true) return 'the connector takes unverified e-mail addresses';
  const { configuration } = await ask(channel, 'auth_v2.API/GetConfiguration', {}, admin);
  return configuration?.requireEmailVerified ? undefined : 'unverified e-mail addresses are accepted';
}

/** pachd tells it as a Struct, older ones as JSON. */
function configOf({ config, jsonConfig }: Connector): {
  issuer?: unknown;
  insecureSkipEmailVerified?: unknown;
} {
  const { issuer, insecureSkipEmailVerified } = config?.fields ?? {};
  if (issuer)
    return { issuer: issuer.stringValue, insecureSkipEmailVerified: insecureSkipEmailVerified?.boolValue };
  try {
    return JSON.parse(jsonConfig) ?? {};
  } catch {
    return {};
  }
}
