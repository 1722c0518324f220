/**
 * Pods that serve. All that will become of one is drawn when it is made, from the durations and faults of the model in
 * `../kubernetes`; what it is at an instant is told from that, so its life costs no event.
 */
import type { KubeObject } from '../../functions/leaf/leaf.ts';
import { CRASH_RESTARTS, crashWaitMs } from '../kubernetes/containers.ts';
import {
  freshPullMs,
  MIN_START_MS,
  PRESENT_MS,
  pullAgainMs,
  RETRY_MS,
  readyMs,
  SANDBOX_MS,
  scheduleMs,
  stopMs,
} from '../kubernetes/durations.ts';
import type { Fields } from '../kubernetes/objects.ts';
import type { SketchLeaf, SketchNode } from './sketch-leaf.ts';
import { type Kept, keyOf } from './table.ts';

export interface Pod {
  uid: string;
  name: string;
  namespace: string;
  /** What made it, and from what. */
  owner: Kept;
  template: Fields;
  node: string;
  createdAtMs: number;
  boundAtMs: number;
  /** Its containers run; Infinity: their images cannot be had. */
  startsAtMs: number;
  /** Infinity: it crashes or hangs. */
  readyAtMs: number;
  crashes: boolean;
  /** Infinity: nobody has asked it to go. */
  goneAtMs: number;
  stoppedAt?: string;
  /** Keys of what it mounts. */
  claims: readonly string[];
}

/** A pull that fails this often is taken for one that always will. */
const MAX_PULLS = 12;
const GRACE_MS = 30_000;

/** @param claim has the volume of a claim made once the pod has its node, and tells when it is there */
export function startPod(
  leaf: SketchLeaf,
  owner: Kept,
  name: string,
  claims: readonly string[] = [],
  claim: (key: string, boundAtMs: number, zone: string) => number = () => 0,
): Pod {
  const { faults, random } = leaf.world;
  const namespace = owner.metadata.namespace ?? '';
  const template: Fields = owner.spec?.template ?? {};
  const containers: Fields[] = template.spec?.containers ?? [];
  const uid = leaf.newUid();
  const node = emptiest(leaf);
  const boundAtMs = Math.max(leaf.nowMs, node?.readyAtMs ?? Infinity) + scheduleMs(random);
  let startsAtMs = boundAtMs + SANDBOX_MS;
  for (const key of claims) {
    const volumeAtMs = claim(key, boundAtMs, node?.zone ?? leaf.record.location);
    if (volumeAtMs > startsAtMs) {
      startsAtMs += Math.ceil((volumeAtMs - startsAtMs) / RETRY_MS) * RETRY_MS;
    }
  }
  startsAtMs += pullMs(leaf, node, containers, startsAtMs);
  startsAtMs += failedPullsMs(leaf, containers);
  const subject = `${leaf.record.name} ${keyOf(namespace, name)}`;
  const crashes = faults.hit('pod-crash', subject);
  const hangs = !crashes && faults.hit('pod-hangs', subject);
  const pod: Pod = {
    uid,
    name,
    namespace,
    owner,
    template,
    node: node?.name ?? '',
    createdAtMs: leaf.nowMs,
    boundAtMs,
    startsAtMs,
    readyAtMs: crashes || hangs ? Infinity : startsAtMs + readyMs(uid, containers),
    crashes,
    goneAtMs: Infinity,
    claims,
  };
  leaf.pods.set(keyOf(namespace, name), pod);
  return pod;
}

function emptiest(leaf: SketchLeaf): SketchNode | undefined {
  const counts = new Map<string, number>();
  for (const { node } of leaf.pods.values()) counts.set(node, (counts.get(node) ?? 0) + 1);
  let best: SketchNode | undefined;
  for (const node of leaf.nodes.values()) {
    if (!best || (counts.get(node.name) ?? 0) < (counts.get(best.name) ?? 0)) best = node;
  }
  return best;
}

/** Images of containers that start together are pulled side by side. */
export function pullMs(
  leaf: SketchLeaf,
  node: SketchNode | undefined,
  containers: readonly Fields[],
  atMs: number,
): number {
  const waits = containers.map(({ image }) => {
    const thereAtMs = node?.images.get(image) ?? Infinity;
    if (thereAtMs <= atMs) return PRESENT_MS;
    const waitMs = freshPullMs(leaf.world, image);
    node?.images.set(image, Math.min(thereAtMs, atMs + waitMs));
    return waitMs;
  });
  return Math.max(MIN_START_MS, ...waits);
}

function failedPullsMs(leaf: SketchLeaf, containers: readonly Fields[]): number {
  let waitMs = 0;
  for (let tries = 0; tries < MAX_PULLS; tries++) {
    const failed = containers.filter(({ image }) =>
      leaf.world.faults.hit('pull-fails', `${leaf.record.name} ${image}`),
    );
    if (failed.length === 0) return waitMs;
    waitMs += pullAgainMs(tries);
  }
  return Infinity;
}

/** Asks it to go; `gone` is called when it has. */
export function endPod(leaf: SketchLeaf, pod: Pod, gone: (pod: Pod) => void): void {
  if (pod.goneAtMs !== Infinity) return;
  pod.stoppedAt = leaf.now;
  pod.goneAtMs = leaf.nowMs + stopMs(pod.uid, GRACE_MS);
  leaf.at(pod.goneAtMs, () => {
    const key = keyOf(pod.namespace, pod.name);
    if (leaf.pods.get(key) === pod) leaf.pods.delete(key);
    gone(pod);
  });
}

export const isActive = (pod: Pod): boolean => pod.goneAtMs === Infinity;

export const isReady = (pod: Pod, nowMs: number): boolean => isActive(pod) && pod.readyAtMs <= nowMs;

export function* podsOf(leaf: SketchLeaf, owner: Kept): Generator<Pod> {
  for (const pod of leaf.pods.values()) {
    if (pod.owner.metadata.uid === owner.metadata.uid) yield pod;
  }
}

/** Since when its containers run, if they do: one that crashes runs for two seconds only. */
export const runsSinceMs = (pod: Pod, nowMs: number): number | undefined =>
  pod.startsAtMs <= nowMs && (!pod.crashes || nowMs < pod.startsAtMs + RETRY_MS) ? pod.startsAtMs : undefined;

export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** As the API shows it now. */
export function viewOf(leaf: SketchLeaf, pod: Pod): KubeObject {
  const { nowMs } = leaf;
  const { template, owner, namespace, name, uid } = pod;
  const bound = pod.boundAtMs <= nowMs;
  const ready = pod.readyAtMs <= nowMs;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp: timestamp(pod.createdAtMs),
      ...(template.metadata?.labels && { labels: template.metadata.labels }),
      ...(pod.stoppedAt !== undefined && { deletionTimestamp: pod.stoppedAt }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: {
      ...template.spec,
      restartPolicy: 'Always',
      ...(bound && { nodeName: pod.node }),
      ...(pod.claims.length > 0 && {
        volumes: [
          ...(template.spec?.volumes ?? []),
          ...pod.claims.map((key) => ({
            name: key,
            persistentVolumeClaim: { claimName: key.slice(key.indexOf('/') + 1) },
          })),
        ],
      }),
    },
    status: {
      phase: pod.startsAtMs <= nowMs ? 'Running' : 'Pending',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      ...(bound && {
        containerStatuses: ((template.spec?.containers ?? []) as Fields[]).map(
          ({ name: container, image }) => ({
            name: container,
            image,
            ready,
            ...containerState(pod, nowMs),
          }),
        ),
      }),
    },
  };
}

export const ownerReference = ({ apiVersion, kind, metadata: { name, uid } }: Kept) => ({
  apiVersion,
  kind,
  name,
  uid,
});

function containerState(pod: Pod, nowMs: number): { restartCount: number; state: object } {
  if (pod.startsAtMs === Infinity)
    return { restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } };
  if (pod.startsAtMs > nowMs) return { restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } } };
  const since = runsSinceMs(pod, nowMs);
  if (since !== undefined) return { restartCount: 0, state: { running: { startedAt: timestamp(since) } } };
  let restartCount = 1;
  for (let atMs = pod.startsAtMs + RETRY_MS; restartCount < CRASH_RESTARTS; restartCount++) {
    atMs += crashWaitMs(restartCount - 1) + RETRY_MS;
    if (atMs > nowMs) break;
  }
  return { restartCount, state: { waiting: { reason: 'CrashLoopBackOff' } } };
}
