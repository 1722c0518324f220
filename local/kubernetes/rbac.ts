/**
 * Role-based access control: which rules a caller holds, and whether one of them allows what is asked.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
import { ApiError } from './errors.ts';
import type { Caller } from './identity.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';

/** Something done to a resource. */
export interface ResourceAccess {
  verb: string;
  group: string;
  /** With its subresource, if it is about one: `pods/log`. */
  resource: string;
  name?: string | undefined;
  /** Absent: the whole cluster. */
  namespace?: string | undefined;
}

/** Something done to a path that is no resource's. */
interface PathAccess {
  verb: string;
  path: string;
}

export type Access = ResourceAccess | PathAccess;

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const MASTERS = 'system:masters';

/** Whether the caller may. */
export const allows = (leaf: LeafCluster, caller: Caller, access: Access): boolean =>
  reasonToAllow(leaf, caller, access) !== undefined;

/** Why the caller may, as the authoriser says it; undefined if it may not. */
export function reasonToAllow(leaf: LeafCluster, caller: Caller, access: Access): string | undefined {
  if (caller.groups.includes(MASTERS)) return '';
  const namespace = 'path' in access ? undefined : access.namespace;
  for (const { rules, reason } of grantsTo(leaf, caller, namespace)) {
    if (rules.some((rule) => ruleAllows(rule, access))) return reason();
  }
  return undefined;
}

/** The rules that the caller holds in the namespace, or in the whole cluster. */
export function rulesOf(leaf: LeafCluster, caller: Caller, namespace: string | undefined): Rule[] {
  const all: Rule[] = caller.groups.includes(MASTERS) ? [...EVERYTHING] : [];
  for (const { rules } of grantsTo(leaf, caller, namespace)) all.push(...rules);
  return all;
}

export const EVERYTHING: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

interface Grant {
  rules: readonly Rule[];
  reason(): string;
}

function* grantsTo(leaf: LeafCluster, caller: Caller, namespace: string | undefined): Generator<Grant> {
  for (const binding of leaf.objects.each(KINDS.ClusterRoleBinding)) yield* grantOf(leaf, caller, binding);
  if (namespace === undefined) return;
  for (const binding of leaf.objects.each(KINDS.RoleBinding, namespace))
    yield* grantOf(leaf, caller, binding);
}

function* grantOf(leaf: LeafCluster, caller: Caller, binding: Stored): Generator<Grant> {
  const { namespace, name } = binding.metadata;
  const subject = ((binding.subjects ?? []) as Fields[]).find((one) => isSubject(one, caller, namespace));
  if (!subject) return;
  const rules = rulesOfRole(leaf, binding.roleRef, namespace);
  if (!rules) return;
  const reason = (): string =>
    `RBAC: allowed by ${binding.kind} "${namespace === undefined ? '' : `${namespace}/`}${name}" of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${subject.namespace ? `${subject.name}/${subject.namespace}` : subject.name}"`;
  yield { rules, reason };
}

function isSubject(subject: Fields, caller: Caller, namespace: string | undefined): boolean {
  if (subject.kind === 'User') return subject.name === caller.name;
  if (subject.kind === 'Group') return caller.groups.includes(subject.name);
  return caller.name === `system:serviceaccount:${subject.namespace || namespace}:${subject.name}`;
}

/** The rules of the role that a binding in this namespace (or in the whole cluster) refers to; undefined if there is no such role. */
export function rulesOfRole(
  leaf: LeafCluster,
  reference: Fields,
  namespace: string | undefined,
): readonly Rule[] | undefined {
  const kind = reference.kind === 'ClusterRole' ? KINDS.ClusterRole : KINDS.Role;
  const role = leaf.objects.get(kind, namespace, reference.name);
  return role && ((role.rules ?? []) as Rule[]);
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value));

export function ruleAllows(rule: Rule, access: Access): boolean {
  if (!has(rule.verbs, access.verb)) return false;
  if ('path' in access)
    return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, access.path));
  return (
    has(rule.apiGroups, access.group) &&
    (rule.resources ?? []).some((resource) => resourceMatches(resource, access.resource)) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(access.name ?? ''))
  );
}

const pathMatches = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));

function resourceMatches(pattern: string, resource: string): boolean {
  if (pattern === '*' || pattern === resource) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && pattern === `*${resource.slice(slash)}`;
}

/** @returns 403 in the API server's words */
export function forbiddenTo(caller: Caller, access: Access): ApiError {
  if ('path' in access) {
    return new ApiError(
      403,
      'Forbidden',
      `forbidden: User "${caller.name}" cannot ${access.verb} path "${access.path}"`,
      {},
    );
  }
  const { verb, group, resource, name, namespace } = access;
  const [plural = ''] = resource.split('/');
  const what = group === '' ? plural : `${plural}.${group}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return new ApiError(
    403,
    'Forbidden',
    `${what}${name ? ` "${name}"` : ''} is forbidden: User "${caller.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
    { ...(name && { name }), ...(group !== '' && { group }), kind: plural },
  );
}
