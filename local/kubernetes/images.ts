/** Pulling images: slow the first time on a node, at once after. */
import { freshPullMs, PRESENT_MS } from './durations.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';

export function pullMs(leaf: LeafCluster, pod: Stored, image: string): number {
  return isPresent(leaf, pod.spec?.nodeName, image) ? PRESENT_MS : freshPullMs(leaf.world, image);
}

/** Whether a container of some pod on the node has run it. */
function isPresent(leaf: LeafCluster, node: string, image: string): boolean {
  const runs = (status: Fields): boolean => status.imageID === image;
  for (const pod of leaf.objects.each(KINDS.Pod)) {
    if (pod.spec?.nodeName !== node) continue;
    if ((pod.status?.containerStatuses ?? []).some(runs)) return true;
    if ((pod.status?.initContainerStatuses ?? []).some(runs)) return true;
  }
  return false;
}
