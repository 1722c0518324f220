/** Brings the bindings inside a Pachyderm to those of its members. */
import { AppError } from '../../shared/errors.ts';
import { ask, askAll, type Resource } from './calls.ts';
import type { GrpcChannel } from './grpc.ts';
import {
  ADMIN_ROLE,
  type Bindings,
  EVERYBODY,
  hasSessions,
  INTERNAL,
  planBindings,
  planOutsiders,
  planStrangers,
} from './members.ts';
import { RESOURCE } from './protos.ts';

type Binding = { binding?: { entries: Record<string, { roles: Record<string, boolean> }> } };

const rolesIn = ({ binding }: Binding): Bindings =>
  Object.fromEntries(
    Object.entries(binding?.entries ?? {}).map(([principal, { roles }]) => [principal, Object.keys(roles)]),
  );

export const CLUSTER = { type: RESOURCE.CLUSTER };

/** Bootstrapping gives everybody the right to write in it: `ActivateAuth` of pfs_v2. */
export const DEFAULT_PROJECT = { type: RESOURCE.PROJECT, name: 'default' };

/** Whoever is bound and no member is one who was: also where nothing else remembers them, their sessions end. */
export async function setMembers(channel: GrpcChannel, admin: string, bindings: Bindings): Promise<void> {
  const { username } = await ask(channel, 'auth_v2.API/WhoAmI', {}, admin);
  if (!username.startsWith('pach:') && !bindings[username]?.includes(ADMIN_ROLE)) {
    throw new AppError('BUG', 'these bindings would take away the right to change them');
  }
  for (const { principal, roles } of planBindings(await boundAt(channel, admin, CLUSTER), bindings)) {
    const leaves = roles.length === 0 && hasSessions(principal);
    // Before it, so that one that breaks off finds them bound still; and after it, for they could sign in until then.
    if (leaves) await revoke(channel, admin, principal);
    await modify(channel, admin, CLUSTER, principal, roles);
    if (leaves) await revoke(channel, admin, principal);
  }
  if ((await boundAt(channel, admin, DEFAULT_PROJECT))[EVERYBODY]) {
    await modify(channel, admin, DEFAULT_PROJECT, EVERYBODY, []);
  }
  for (const resource of await resourcesOf(channel, admin)) {
    for (const { principal } of planStrangers(await boundAt(channel, admin, resource), bindings)) {
      await modify(channel, admin, resource, principal, []);
    }
  }
}

/** An owner may restore a session for any subject, with a token of their own choice and without an end; only robots' are ever listed. */
export async function disown(channel: GrpcChannel, admin: string, bindings: Bindings): Promise<void> {
  const { username: self } = await ask(channel, 'auth_v2.API/WhoAmI', {}, admin);
  // Those first who could give others what was just taken from them.
  const subjects = new Set([INTERNAL, ...Object.keys(bindings).filter((principal) => principal !== self)]);
  for (const subject of subjects) await revoke(channel, admin, subject);
  const others = new Set<string>();
  for (const resource of await resourcesOf(channel, admin)) {
    for (const { principal } of planOutsiders(await boundAt(channel, admin, resource), bindings)) {
      await modify(channel, admin, resource, principal, []);
      others.add(principal);
    }
  }
  const { tokens } = await ask(channel, 'auth_v2.API/ExtractAuthTokens', {}, admin);
  for (const { subject } of tokens) others.add(subject);
  for (const subject of others) if (hasSessions(subject)) await revoke(channel, admin, subject);
  // Whoever asks, too: after it nothing can be asked with this token.
  await revoke(channel, admin, self);
}

const revoke = (channel: GrpcChannel, admin: string, username: string) =>
  ask(channel, 'auth_v2.API/RevokeAuthTokensForUser', { username }, admin);

async function modify(
  channel: GrpcChannel,
  admin: string,
  resource: Resource,
  principal: string,
  roles: readonly string[],
): Promise<void> {
  await ask(channel, 'auth_v2.API/ModifyRoleBinding', { resource, principal, roles }, admin);
}

/** Who is bound there. */
export const boundAt = async (channel: GrpcChannel, admin: string, resource: Resource): Promise<Bindings> =>
  rolesIn(await ask(channel, 'auth_v2.API/GetRoleBinding', { resource }, admin));

/** All projects and repositories. */
export async function resourcesOf(channel: GrpcChannel, admin: string): Promise<Resource[]> {
  const projects = await askAll(channel, 'pfs_v2.API/ListProject', {}, admin);
  const repos = await askAll(channel, 'pfs_v2.API/ListRepo', { type: 'user' }, admin);
  return [
    ...projects.map(({ project }) => ({ type: RESOURCE.PROJECT, name: project?.name ?? '' })),
    ...repos.map(({ repo }) => ({
      type: RESOURCE.REPO,
      name: `${repo?.project?.name ?? 'default'}/${repo?.name ?? ''}`,
    })),
  ];
}
