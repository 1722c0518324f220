/** Deployments and StatefulSets: as many pods as asked for, from the template as it is now. DaemonSets make none here. */
import { suffix } from '../kubernetes/identifiers.ts';
import type { Fields } from '../kubernetes/objects.ts';
import { templateHash } from '../kubernetes/workloads.ts';
import { same } from './merge.ts';
import { endPod, isActive, isReady, type Pod, podsOf, startPod } from './pods.ts';
import type { SketchLeaf } from './sketch-leaf.ts';
import type { Kept } from './table.ts';
import { bindClaim, ensureClaims, settleClaim } from './volumes.ts';

export const isWorkload = ({ kind }: { kind: string }): boolean =>
  kind === 'Deployment' || kind === 'StatefulSet';

export const wantedOf = ({ spec }: Kept): number => spec?.replicas ?? 1;

/** To be called when it is new or another, and when one of its pods goes. Safe to repeat. */
export function reconcile(leaf: SketchLeaf, workload: Kept): void {
  const pods = [...podsOf(leaf, workload)];
  const current = pods.filter((pod) => isActive(pod) && isUpToDate(pod, workload));
  const wanted = wantedOf(workload);
  if (workload.kind === 'StatefulSet') fillUp(leaf, workload, pods, wanted);
  else {
    for (let n = current.length; n < wanted; n++) startPod(leaf, workload, podName(leaf, workload));
  }
  for (const pod of pods) {
    if (!current.includes(pod) || current.indexOf(pod) >= wanted) end(leaf, pod);
  }
}

const isUpToDate = (pod: Pod, { spec }: Kept): boolean => same(pod.template, spec?.template);

const podName = (leaf: SketchLeaf, { metadata, spec }: Kept): string =>
  `${metadata.name}-${templateHash(spec?.template)}-${suffix(leaf.world.random)}`;

/** Each number is used once at a time: the next of it waits until the one before is gone. */
function fillUp(leaf: SketchLeaf, set: Kept, pods: readonly Pod[], wanted: number): void {
  for (let ordinal = 0; ordinal < wanted; ordinal++) {
    const name = `${set.metadata.name}-${ordinal}`;
    if (pods.some((pod) => pod.name === name && pod.goneAtMs > leaf.nowMs)) continue;
    startPod(leaf, set, name, ensureClaims(leaf, set, name), (...claim) => bindClaim(leaf, ...claim));
  }
}

/** Another takes its place, at once or, of a StatefulSet, when it is gone. */
export function end(leaf: SketchLeaf, pod: Pod): void {
  endPod(leaf, pod, () => {
    for (const key of pod.claims) settleClaim(leaf, key);
    replaceIn(leaf, pod);
  });
}

function replaceIn(leaf: SketchLeaf, { owner }: Pod): void {
  const live = leaf.objects.get(owner, owner.metadata.namespace, owner.metadata.name);
  if (live?.metadata.uid === owner.metadata.uid) reconcile(leaf, live);
}

/** When as many of its pods as asked for are ready, if nothing comes between; Infinity: never. */
export function readyAtMs(leaf: SketchLeaf, workload: Kept): number {
  const times = [...podsOf(leaf, workload)]
    .filter((pod) => isActive(pod) && isUpToDate(pod, workload))
    .map((pod) => pod.readyAtMs)
    .sort((a, b) => a - b);
  const wanted = wantedOf(workload);
  return wanted === 0 ? 0 : (times[wanted - 1] ?? Infinity);
}

export function statusOf(leaf: SketchLeaf, workload: Kept): Fields {
  const active = [...podsOf(leaf, workload)].filter(isActive);
  const ready = active.filter((pod) => isReady(pod, leaf.nowMs)).length;
  const wanted = wantedOf(workload);
  return {
    observedGeneration: workload.metadata.generation,
    replicas: active.length,
    readyReplicas: ready,
    availableReplicas: ready,
    updatedReplicas: active.filter((pod) => isUpToDate(pod, workload)).length,
    conditions: [{ type: 'Available', status: ready >= wanted ? 'True' : 'False' }],
  };
}
