/** What a service account may do, for programs in pods, which reach the API without its wire. */
import { serviceAccountCaller } from './identity.ts';
import type { Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { allows, forbiddenTo } from './rbac.ts';

/** @throws ApiError 403 unless the account may do this to objects of that kind */
export function requireRight(
  leaf: LeafCluster,
  account: { namespace: string; name: string },
  verb: string,
  kind: Kind,
  object: { namespace?: string | undefined; name?: string | undefined },
): void {
  const caller = serviceAccountCaller(account.namespace, account.name);
  const access = { verb, group: kind.group, resource: kind.plural, ...object };
  if (!allows(leaf, caller, access)) throw forbiddenTo(caller, access);
}
