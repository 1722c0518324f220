/** Brings the bindings inside a Pachyderm to those of its members. */
import { AppError } from '../../shared/errors.ts';
import { ask, askAll } from './calls.ts';
import type { GrpcChannel } from './grpc.ts';
import { ADMIN_ROLE, type Bindings, EVERYBODY, planBindings, planStrangers } from './members.ts';
import { RESOURCE } from './protos.ts';

type Binding = { binding?: { entries: Record<string, { roles: Record<string, boolean> }> } };

export const rolesIn = ({ binding }: Binding): Bindings =>
  Object.fromEntries(
    Object.entries(binding?.entries ?? {}).map(([principal, { roles }]) => [principal, Object.keys(roles)]),
  );

export const CLUSTER = { type: RESOURCE.CLUSTER };

/** Bootstrapping gives everybody the right to write in it: `ActivateAuth` of pfs_v2. */
export const DEFAULT_PROJECT = { type: RESOURCE.PROJECT, name: 'default' };

export async function setMembers(channel: GrpcChannel, admin: string, bindings: Bindings): Promise<void> {
  const { username } = await ask(channel, 'auth_v2.API/WhoAmI', {}, admin);
  if (!username.startsWith('pach:') && !bindings[username]?.includes(ADMIN_ROLE)) {
    throw new AppError('BUG', 'these bindings would take away the right to change them');
  }
  const modify = (resource: { type: number; name?: string }, principal: string, roles: readonly string[]) =>
    ask(channel, 'auth_v2.API/ModifyRoleBinding', { resource, principal, roles }, admin);
  const present = async (resource: { type: number; name?: string }): Promise<Bindings> =>
    rolesIn(await ask(channel, 'auth_v2.API/GetRoleBinding', { resource }, admin));
  for (const { principal, roles } of planBindings(await present(CLUSTER), bindings)) {
    await modify(CLUSTER, principal, roles);
  }
  if ((await present(DEFAULT_PROJECT))[EVERYBODY]) await modify(DEFAULT_PROJECT, EVERYBODY, []);
  for (const resource of await resourcesOf(channel, admin)) {
    for (const { principal } of planStrangers(await present(resource), bindings)) {
      await modify(resource, principal, []);
    }
  }
}

async function resourcesOf(channel: GrpcChannel, admin: string): Promise<{ type: number; name: string }[]> {
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
