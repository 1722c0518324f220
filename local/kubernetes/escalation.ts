/**
 * Nobody gives away rights that they do not hold: a Role must be covered by the rules of whoever writes it, and so must the role that
 * a binding refers to, unless they hold the verbs `escalate` or `bind`.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
import { ApiError, detailsOf, notFound } from './errors.ts';
import type { Caller } from './identity.ts';
import { equal } from './json.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Stored } from './objects.ts';
import { allows, EVERYTHING, type Rule, ruleAllows, rulesOf, rulesOfRole } from './rbac.ts';

/** @throws ApiError 403, 404 (a role that is not there, for who may not bind just any) */
export function refuseEscalation(
  leaf: LeafCluster,
  caller: Caller,
  kind: Kind,
  object: Stored,
  before: Stored | undefined,
): void {
  const { name, namespace } = object.metadata;
  if (kind === KINDS.Role || kind === KINDS.ClusterRole) {
    const changed =
      !equal(before?.rules, object.rules) || !equal(before?.aggregationRule, object.aggregationRule);
    if (!changed || holds(leaf, caller, 'escalate', kind, name, namespace)) return;
    requireCovered(leaf, caller, kind, object, object.aggregationRule ? EVERYTHING : (object.rules ?? []));
  } else if (kind === KINDS.RoleBinding || kind === KINDS.ClusterRoleBinding) {
    const changed = !equal(before?.roleRef, object.roleRef) || !equal(before?.subjects, object.subjects);
    const role = object.roleRef?.kind === 'ClusterRole' ? KINDS.ClusterRole : KINDS.Role;
    if (!changed || holds(leaf, caller, 'bind', role, object.roleRef?.name, namespace)) return;
    const rules = rulesOfRole(leaf, object.roleRef ?? {}, namespace);
    if (!rules) throw notFound(role, object.roleRef?.name ?? '');
    requireCovered(leaf, caller, kind, object, rules);
  }
}

function holds(
  leaf: LeafCluster,
  caller: Caller,
  verb: string,
  kind: Kind,
  name: string,
  namespace: string | undefined,
): boolean {
  return allows(leaf, caller, { verb, group: kind.group, resource: kind.plural, name, namespace });
}

function requireCovered(
  leaf: LeafCluster,
  caller: Caller,
  kind: Kind,
  object: Stored,
  wanted: readonly Rule[],
): void {
  const held = rulesOf(leaf, caller, object.metadata.namespace);
  const missing = wanted.flatMap(single).filter((one) => !held.some((rule) => covers(rule, one)));
  if (missing.length === 0) return;
  const groups = caller.groups.map((group) => JSON.stringify(group)).join(' ');
  const who = `user "${caller.name}" (groups=[${groups}])`;
  throw new ApiError(
    403,
    'Forbidden',
    `${kind.resource} "${object.metadata.name}" is forbidden: ${who} is attempting to grant RBAC permissions not currently held:\n${compact(missing).join('\n')}`,
    detailsOf(kind, object.metadata.name),
  );
}

/** One verb on one thing. */
interface Single {
  verb: string;
  group?: string;
  resource?: string;
  name?: string;
  path?: string;
}

function single(rule: Rule): Single[] {
  const names: Array<string | undefined> = rule.resourceNames?.length ? [...rule.resourceNames] : [undefined];
  return rule.verbs.flatMap((verb) => [
    ...(rule.nonResourceURLs ?? []).map((path) => ({ verb, path })),
    ...(rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((resource) =>
        names.map((name) => ({ verb, group, resource, ...(name !== undefined && { name }) })),
      ),
    ),
  ]);
}

/** `*` is a verb, a group, a resource like any other here: only `*` covers it. */
function covers(rule: Rule, { verb, group = '', resource = '', name, path }: Single): boolean {
  if (path !== undefined) return ruleAllows(rule, { verb, path });
  return ruleAllows(rule, { verb, group, resource, name });
}

/** As the API server prints them: verbs of the same thing together. */
function compact(missing: readonly Single[]): string[] {
  const verbs = new Map<string, Set<string>>();
  for (const { verb, group, resource, name, path } of missing) {
    const thing =
      path === undefined
        ? `APIGroups:[${quoted([group ?? ''])}], Resources:[${quoted([resource ?? ''])}]${name === undefined ? '' : `, ResourceNames:[${quoted([name])}]`}`
        : `NonResourceURLs:[${quoted([path])}]`;
    verbs.set(thing, (verbs.get(thing) ?? new Set()).add(verb));
  }
  return [...verbs].map(([thing, all]) => `{${thing}, Verbs:[${quoted([...all])}]}`).sort();
}

const quoted = (texts: readonly string[]): string => texts.map((text) => JSON.stringify(text)).join(' ');
