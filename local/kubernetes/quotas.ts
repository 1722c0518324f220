/**
 * ResourceQuotas: what of them the objects of a namespace use, and the refusal of what would be too much.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
import { forbidden } from './errors.ts';
import { KINDS, type Kind, storedKind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { formatQuantity, type Nano, quantityOf } from './quantities.ts';
import { type Amounts, podAmounts, qosOf } from './resources.ts';
import { isOver } from './workloads.ts';

const ONE = 1_000_000_000n;

/** Kinds that may be counted by their bare name. */
const COUNTED_BY_NAME = new Set<Kind>([
  KINDS.ConfigMap,
  KINDS.PersistentVolumeClaim,
  KINDS.Pod,
  KINDS.ReplicationController,
  KINDS.ResourceQuota,
  KINDS.Secret,
  KINDS.Service,
]);

/** What of a quota one object uses. */
function usageOf(kind: Kind, object: Stored): Amounts {
  const usage: Amounts = { [`count/${storedKind(kind).resource}`]: ONE };
  // A pod that is over holds a place among the objects, but none on a node.
  if (kind === KINDS.Pod && isOver(object)) return usage;
  if (COUNTED_BY_NAME.has(kind)) usage[kind.plural] = ONE;
  if (kind === KINDS.Pod) addPod(usage, object);
  if (kind === KINDS.PersistentVolumeClaim) addClaim(usage, object);
  if (kind === KINDS.Service) addService(usage, object);
  return usage;
}

function addPod(usage: Amounts, pod: Stored): void {
  for (const which of ['requests', 'limits'] as const) {
    const amounts = podAmounts(pod.spec ?? {}, which);
    for (const name in amounts) {
      const amount = amounts[name] ?? 0n;
      usage[`${which}.${name}`] = amount;
      if (which === 'requests' && COMPUTE.has(name)) usage[name] = amount;
    }
  }
}

/** Resources that may be named without `requests.`. */
const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage']);

function addClaim(usage: Amounts, claim: Stored): void {
  const storage = quantityOf(claim.spec?.resources?.requests?.storage);
  usage['requests.storage'] = storage;
  const storageClass: string | undefined = claim.spec?.storageClassName;
  if (!storageClass) return;
  usage[`${storageClass}.storageclass.storage.k8s.io/requests.storage`] = storage;
  usage[`${storageClass}.storageclass.storage.k8s.io/persistentvolumeclaims`] = ONE;
}

function addService(usage: Amounts, service: Stored): void {
  const { type, ports = [] } = service.spec ?? {};
  if (type === 'LoadBalancer') usage['services.loadbalancers'] = ONE;
  const exposed = (ports as Fields[]).filter((port) => port.nodePort).length;
  if (exposed > 0) usage['services.nodeports'] = BigInt(exposed) * ONE;
}

/** Whether the quota looks at the object at all: quotas with scopes look at some pods only. */
function concerns(quota: Stored, kind: Kind, object: Stored): boolean {
  const { scopes = [], scopeSelector } = quota.spec ?? {};
  const terms: Fields[] = [
    ...scopes.map((scopeName: string) => ({ scopeName, operator: 'Exists' })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
  if (terms.length === 0) return true;
  return kind === KINDS.Pod && terms.every((term) => inScope(object.spec ?? {}, term));
}

function inScope(spec: Fields, { scopeName, operator, values = [] }: Fields): boolean {
  const ends = spec.activeDeadlineSeconds !== undefined;
  const bestEffort = qosOf(spec) === 'BestEffort';
  switch (scopeName) {
    case 'Terminating':
      return ends;
    case 'NotTerminating':
      return !ends;
    case 'BestEffort':
      return bestEffort;
    case 'NotBestEffort':
      return !bestEffort;
    case 'PriorityClass': {
      const name: string | undefined = spec.priorityClassName || undefined;
      if (operator === 'Exists') return name !== undefined;
      if (operator === 'DoesNotExist') return name === undefined;
      const isIn = name !== undefined && values.includes(name);
      return operator === 'NotIn' ? !isIn : isIn;
    }
    default:
      return false;
  }
}

const quotasOf = (leaf: LeafCluster, namespace: string | undefined): Stored[] => [
  ...leaf.objects.each(KINDS.ResourceQuota, namespace),
];

/** What the namespace uses of what the quota limits. */
export function usedOf(leaf: LeafCluster, quota: Stored): Amounts {
  const { namespace } = quota.metadata;
  const names = Object.keys(quota.spec?.hard ?? {});
  const used: Amounts = Object.fromEntries(names.map((name) => [name, 0n]));
  for (const kind of countedKinds(leaf, names)) {
    for (const object of leaf.objects.each(kind, namespace)) {
      if (!concerns(quota, kind, object)) continue;
      const usage = usageOf(kind, object);
      for (const name of names) used[name] = (used[name] ?? 0n) + (usage[name] ?? 0n);
    }
  }
  return used;
}

/** The kinds whose objects use any of what is named. */
function countedKinds(leaf: LeafCluster, names: readonly string[]): Kind[] {
  const counts = new Set(names.filter((name) => name.startsWith('count/')).map((name) => name.slice(6)));
  return leaf.kinds
    .stored()
    .filter((kind) => kind.namespaced && (COUNTED_BY_NAME.has(kind) || counts.has(kind.resource)));
}

/** Texts of amounts, each in the style of what limits it. */
export const writtenLike = (amounts: Amounts, hard: Fields): Record<string, string> =>
  Object.fromEntries(
    Object.entries(amounts).map(([name, amount]) => [name, formatQuantity(amount, hard[name])]),
  );

/** @throws ApiError 403 if the object would use more than a quota of its namespace has left, or does not say what it needs */
export function refuseBeyondQuota(
  leaf: LeafCluster,
  kind: Kind,
  object: Stored,
  before: Stored | undefined,
): void {
  for (const quota of quotasOf(leaf, object.metadata.namespace)) {
    if (!concerns(quota, kind, object)) continue;
    const hard: Fields = quota.spec?.hard ?? {};
    if (kind === KINDS.Pod && !before) requireAmounts(quota, object);
    const usage = usageOf(kind, object);
    const earlier = before && concerns(quota, kind, before) ? usageOf(kind, before) : {};
    const asked: Amounts = {};
    for (const name in hard) {
      const more: Nano = (usage[name] ?? 0n) - (earlier[name] ?? 0n);
      if (more > 0n) asked[name] = more;
    }
    if (Object.keys(asked).length === 0) continue;
    const used = usedOf(leaf, quota);
    const over = Object.keys(asked)
      .filter((name) => (used[name] ?? 0n) + (asked[name] ?? 0n) > quantityOf(hard[name]))
      .sort();
    if (over.length === 0) continue;
    const texts = (amounts: Amounts): string =>
      over.map((name) => `${name}=${formatQuantity(amounts[name] ?? 0n, hard[name])}`).join(',');
    const limited = over.map((name) => `${name}=${hard[name]}`).join(',');
    const why = `exceeded quota: ${quota.metadata.name}, requested: ${texts(asked)}, used: ${texts(used)}, limited: ${limited}`;
    throw forbidden(kind, object.metadata.name, why);
  }
}

/** Where cpu or memory is limited, every container must say how much it needs. */
function requireAmounts(quota: Stored, pod: Stored): void {
  const containers: Fields[] = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const missing = Object.keys(quota.spec?.hard ?? {})
    .filter((name) => /^((requests|limits)\.)?(cpu|memory)$/.test(name))
    .sort()
    .flatMap((name) => {
      const [which, resource = ''] = name.includes('.') ? name.split('.') : ['requests', name];
      const silent = containers.filter(
        (one) => one.resources?.[which ?? 'requests']?.[resource] === undefined,
      );
      return silent.length > 0 ? [`${name} for: ${silent.map((one) => one.name).join(',')}`] : [];
    });
  if (missing.length === 0) return;
  const why = `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`;
  throw forbidden(KINDS.Pod, pod.metadata.name, why);
}
