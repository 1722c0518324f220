/** The scheduler: a node for the pod, and word to the volumes that wait for one. */
import { claimsOf, SELECTED_NODE } from './controllers/volumes.ts';
import { warn } from './events.ts';
import { loadOf, obstacles, termHolds, unschedulableText } from './fitting.ts';
import { podIp } from './identifiers.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { type Fields, keyOf, type Stored } from './objects.ts';
import { withCondition } from './workloads.ts';

/** Gives the pod a node, or says why not. */
export function place(leaf: LeafCluster, pod: Stored): Stored | undefined {
  const claims = claimsOf(pod);
  const missing = claims.find((key) => !leaf.objects.find(KINDS.PersistentVolumeClaim, key));
  if (missing !== undefined) {
    const count = [...leaf.objects.each(KINDS.Node)].length;
    const name = missing.slice(missing.indexOf('/') + 1);
    return unplaced(leaf, pod, `0/${count} nodes are available: persistentvolumeclaim "${name}" not found`);
  }
  const node = pod.spec?.nodeName
    ? leaf.objects.get(KINDS.Node, undefined, pod.spec.nodeName)
    : bestNode(leaf, pod, claims);
  if (typeof node === 'string') return unplaced(leaf, pod, node);
  if (!node) return unplaced(leaf, pod, `node "${pod.spec?.nodeName}" not found`);
  for (const key of claims) selectNode(leaf, key, node.metadata.name);
  return leaf.objects.put(KINDS.Pod, {
    ...pod,
    spec: { ...pod.spec, nodeName: node.metadata.name },
    status: placedStatus(leaf, pod, node),
  });
}

function unplaced(leaf: LeafCluster, pod: Stored, message: string): undefined {
  warn(leaf, pod, 'FailedScheduling', message);
  const conditions = withCondition(
    pod.status?.conditions,
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message },
    leaf.now,
  );
  leaf.objects.setStatus(KINDS.Pod, pod, { ...pod.status, conditions });
  return undefined;
}

/** Of the nodes that have room the one with the fewest pods, or why there is none. */
function bestNode(leaf: LeafCluster, pod: Stored, claims: readonly string[]): Stored | string {
  const loads = loadOf(leaf.objects.each(KINDS.Pod));
  const reasons: string[] = [];
  let best: Stored | undefined;
  let nodes = 0;
  for (const node of leaf.objects.each(KINDS.Node)) {
    nodes++;
    const load = loads.get(node.metadata.name);
    const found = obstacles(pod, node, load);
    if (found.length === 0 && claims.some((key) => !reaches(leaf, key, node))) {
      found.push('node(s) had volume node affinity conflict');
    }
    reasons.push(...found);
    if (found.length > 0) continue;
    const fewest = best && (loads.get(best.metadata.name)?.pods ?? 0);
    if (fewest === undefined || (load?.pods ?? 0) < fewest) best = node;
  }
  if (nodes === 0) return 'no nodes available to schedule pods';
  return best ?? unschedulableText(reasons, nodes);
}

/** A disk is in one zone, and so is who mounts it. */
function reaches(leaf: LeafCluster, key: string, node: Stored): boolean {
  const claim = leaf.objects.find(KINDS.PersistentVolumeClaim, key);
  const name: string | undefined = claim?.spec?.volumeName;
  const volume = name && leaf.objects.get(KINDS.PersistentVolume, undefined, name);
  const terms: Fields[] | undefined = volume
    ? volume.spec?.nodeAffinity?.required?.nodeSelectorTerms
    : undefined;
  return !terms || terms.some((term) => termHolds(term, node));
}

function selectNode(leaf: LeafCluster, key: string, node: string): void {
  const claim = leaf.objects.find(KINDS.PersistentVolumeClaim, key);
  if (!claim || claim.spec?.volumeName || claim.metadata.annotations?.[SELECTED_NODE]) return;
  const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node };
  leaf.objects.put(KINDS.PersistentVolumeClaim, { ...claim, metadata: { ...claim.metadata, annotations } });
}

function placedStatus(leaf: LeafCluster, pod: Stored, node: Stored): Fields {
  const ip = podIp(leaf.world.random);
  const inits: Fields[] = pod.spec?.initContainers ?? [];
  const condition = (type: string, holds: boolean): Fields => ({
    type,
    status: holds ? 'True' : 'False',
    lastTransitionTime: leaf.now,
  });
  const waiting = (reason: string) => (container: Fields) => ({
    name: container.name,
    image: container.image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason } },
    lastState: {},
  });
  const hostIP: string =
    (node.status?.addresses ?? []).find((one: Fields) => one.type === 'InternalIP')?.address ?? '10.128.0.2';
  return {
    phase: 'Pending',
    qosClass: pod.status?.qosClass ?? 'BestEffort',
    conditions: [
      condition('PodReadyToStartContainers', false),
      condition('Initialized', inits.length === 0),
      condition('Ready', false),
      condition('ContainersReady', false),
      condition('PodScheduled', true),
    ],
    hostIP,
    podIP: ip,
    podIPs: [{ ip }],
    startTime: leaf.now,
    ...(inits.length > 0 && { initContainerStatuses: inits.map(waiting('PodInitializing')) }),
    containerStatuses: (pod.spec?.containers ?? []).map(
      waiting(inits.length > 0 ? 'PodInitializing' : 'ContainerCreating'),
    ),
  };
}

/** What the pod's sandbox still waits for: a claim without a volume, a Secret or ConfigMap that is not there. */
export function missingVolume(leaf: LeafCluster, pod: Stored): string | undefined {
  const { namespace } = pod.metadata;
  for (const key of claimsOf(pod)) {
    const claim = leaf.objects.find(KINDS.PersistentVolumeClaim, key);
    if (claim?.status?.phase !== 'Bound') return key;
  }
  for (const volume of (pod.spec?.volumes ?? []) as Fields[]) {
    const [kind, name] = volume.secret
      ? ([KINDS.Secret, volume.secret.secretName] as const)
      : ([KINDS.ConfigMap, volume.configMap?.name] as const);
    const source = volume.secret ?? volume.configMap;
    if (!source || source.optional || leaf.objects.get(kind, namespace, name)) continue;
    warn(
      leaf,
      pod,
      'FailedMount',
      `MountVolume.SetUp failed for volume "${volume.name}" : ${kind.kind.toLowerCase()} "${name}" not found`,
    );
    return keyOf(namespace, name);
  }
  return undefined;
}
