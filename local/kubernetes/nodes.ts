/**
 * The nodes of a leaf cluster, which follow its node pools: new ones come and become ready; those that go are cordoned, drained and taken
 * away. https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/
 */
import { hours } from '../../shared/units.ts';
import { create, remove } from './api.ts';
import { ApiError } from './errors.ts';
import { drawOf, internalIp, suffix } from './identifiers.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster, LeafNode, LeafTarget } from './leaf-cluster.ts';
import { nodeSizes } from './machines.ts';
import type { Fields, Stored } from './objects.ts';
import { zonesOf } from './places.ts';
import { evict } from './subresources.ts';
import { VERSION } from './version.ts';
import { isBeingDeleted, isReady, withCondition } from './workloads.ts';

const BECOME_READY = 'node-ready';
const DRAIN = 'node-drain';

/** From the kubelet's first word until its network is there: an estimate from experience. */
const READY_MS: readonly [least: number, most: number] = [15_000, 40_000];
/** Until an eviction that was refused is tried again, as kubectl does. */
const EVICT_AGAIN_MS = 5_000;
/** How long disruption budgets hold GKE up: https://cloud.google.com/kubernetes-engine/docs/how-to/node-pools#deleting */
const PATIENCE_MS = hours(1);

/**
 * Brings the nodes to those wanted. Safe to repeat; call it again until it says true.
 * @returns whether just those are there, and all of them ready
 */
export function fitNodes(leaf: LeafCluster, wanted: readonly LeafNode[]): boolean {
  const names = new Set(wanted.map(({ name }) => name));
  for (const node of wanted) {
    const there = leaf.objects.get(KINDS.Node, undefined, node.name);
    if (there) uncordon(leaf, there);
    else register(leaf, node, false);
    if (!there || !isReady(there)) start(leaf, node.name);
  }
  for (const node of [...leaf.objects.each(KINDS.Node)]) {
    if (!names.has(node.metadata.name)) cordon(leaf, node);
  }
  const nodes = [...leaf.objects.each(KINDS.Node)];
  return nodes.every((node) => names.has(node.metadata.name) && isReady(node));
}

/** The nodes that a cluster is made with, if whoever makes it does not name them. Their names end within 63 characters. */
export function namedNodes(
  leaf: LeafCluster,
  { name: cluster, location, nodeCount, machineType, zones = zonesOf(location) }: LeafTarget,
): LeafNode[] {
  const { random } = leaf.world;
  const pool = 'default-pool';
  const group = suffix(random, 8);
  return Array.from({ length: nodeCount }, (_, i) => ({
    name: `gke-${cluster.slice(0, 26)}-${pool}-${group}-${suffix(random, 4)}`,
    pool,
    zone: zones[i % zones.length] ?? location,
    machineType,
  }));
}

/** One that runs already, as those of a cluster that GKE says is there. */
export const addNode = (leaf: LeafCluster, node: LeafNode): void => register(leaf, node, true);

function start(leaf: LeafCluster, name: string): void {
  if (leaf.isDue(BECOME_READY, name)) return;
  const [least, most] = READY_MS;
  leaf.after(BECOME_READY, name, least + (most - least) * drawOf(`${leaf.key} ${name}`));
}

/** https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const NOT_READY: Fields = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
const UNSCHEDULABLE: Fields = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

function register(leaf: LeafCluster, { name, pool, zone, machineType }: LeafNode, ready: boolean): void {
  const node = create(leaf, KINDS.Node, undefined, {
    metadata: {
      name,
      labels: {
        'cloud.google.com/gke-nodepool': pool,
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'node.kubernetes.io/instance-type': machineType,
        'topology.kubernetes.io/zone': zone,
        'topology.kubernetes.io/region': zone.slice(0, zone.lastIndexOf('-')),
      },
    },
    spec: {
      providerID: `gce://${leaf.world.projectId}/${zone}/${name}`,
      ...(!ready && { taints: [NOT_READY] }),
    },
  });
  leaf.objects.setStatus(KINDS.Node, node, {
    ...nodeSizes(machineType),
    addresses: [
      { type: 'InternalIP', address: internalIp(leaf.world.random) },
      { type: 'Hostname', address: name },
    ],
    conditions: withCondition(undefined, ready ? READY : STARTING, leaf.now),
    nodeInfo: { kubeletVersion: VERSION.gitVersion, operatingSystem: 'linux', architecture: 'amd64' },
  });
}

const READY = {
  type: 'Ready',
  status: 'True',
  reason: 'KubeletReady',
  message: 'kubelet is posting ready status',
} as const;
const STARTING = {
  type: 'Ready',
  status: 'False',
  reason: 'KubeletNotReady',
  message: 'container runtime network not ready',
} as const;

function becomeReady(leaf: LeafCluster, name: string): void {
  const node = leaf.objects.get(KINDS.Node, undefined, name);
  if (!node) return;
  const conditions = withCondition(node.status?.conditions, READY, leaf.now);
  const ready = leaf.objects.setStatus(KINDS.Node, node, { ...node.status, conditions });
  leaf.objects.put(KINDS.Node, withoutTaint(ready, NOT_READY));
}

/** Since when a node is to go, by which a restart knows it too. */
const memoryOf = (name: string): string => `drain ${name}`;

function cordon(leaf: LeafCluster, node: Stored): void {
  const { name } = node.metadata;
  if (!leaf.memory.has(memoryOf(name))) leaf.memory.set(memoryOf(name), { sinceMs: leaf.world.clock.now() });
  if (!node.spec?.unschedulable) {
    const taints = [...(node.spec?.taints ?? []), { ...UNSCHEDULABLE, timeAdded: leaf.now }];
    leaf.objects.put(KINDS.Node, { ...node, spec: { ...node.spec, unschedulable: true, taints } });
  }
  if (!leaf.isDue(DRAIN, name)) drain(leaf, name);
}

/** One that is wanted after all. What somebody else has cordoned stays so. */
function uncordon(leaf: LeafCluster, node: Stored): void {
  const { name } = node.metadata;
  if (!leaf.memory.delete(memoryOf(name))) return;
  leaf.cancel(DRAIN, name);
  const { unschedulable: _, ...spec } = node.spec ?? {};
  leaf.objects.put(KINDS.Node, withoutTaint({ ...node, spec }, UNSCHEDULABLE));
}

function withoutTaint(node: Stored, { key }: Fields): Stored {
  const { taints: before = [], ...spec } = node.spec ?? {};
  const taints = before.filter((taint: Fields) => taint.key !== key);
  return { ...node, spec: { ...spec, ...(taints.length > 0 && { taints }) } };
}

/** Evicts what runs on a node; takes the node away once nothing does. */
function drain(leaf: LeafCluster, name: string): void {
  const pods = [...leaf.objects.each(KINDS.Pod)].filter((pod) => pod.spec?.nodeName === name);
  const evicted = pods.filter((pod) => !isDaemon(pod));
  if (evicted.length === 0) {
    takeAway(leaf, name, pods);
    return;
  }
  const { sinceMs } = leaf.memory.get(memoryOf(name)) ?? {};
  const isPatient = leaf.world.clock.elapsed(Number(sinceMs)) < PATIENCE_MS;
  for (const pod of evicted) {
    const { namespace = '', name: podName } = pod.metadata;
    if (isBeingDeleted(pod)) continue;
    if (isPatient) tryToEvict(leaf, namespace, podName);
    else remove(leaf, KINDS.Pod, namespace, podName);
  }
  leaf.after(DRAIN, name, EVICT_AGAIN_MS);
}

const isDaemon = (pod: Stored): boolean =>
  (pod.metadata.ownerReferences ?? []).some(({ kind, controller }) => controller && kind === 'DaemonSet');

function tryToEvict(leaf: LeafCluster, namespace: string, name: string): void {
  try {
    evict(leaf, namespace, name, {}, false);
  } catch (error) {
    // Its budget is used up, or it has two.
    if (!(error instanceof ApiError)) throw error;
  }
}

function takeAway(leaf: LeafCluster, name: string, daemons: readonly Stored[]): void {
  leaf.memory.delete(memoryOf(name));
  leaf.cancel(BECOME_READY, name);
  const node = leaf.objects.get(KINDS.Node, undefined, name);
  if (node) leaf.objects.erase(KINDS.Node, node);
  // The kubelet that would stop them is gone.
  for (const pod of daemons) leaf.objects.erase(KINDS.Pod, pod);
}

export const nodeTasks = { [BECOME_READY]: becomeReady, [DRAIN]: drain };
