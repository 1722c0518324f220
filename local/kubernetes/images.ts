/** Pulling images: slow the first time on a node, at once after. */
import { logNormal } from '../random.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';

/** Estimates from experience with images of a few hundred MB from a registry in the same region. */
const PULL_MEDIAN_MS = 12_000;
const PULL_P95_MS = 40_000;
/** An image that is there: creating and starting the container only. */
const PRESENT_MS = 700;
const SLOWER = 5;

/** The least time until a container starts. */
export const LEAST_START_MS = 500;

export function pullMs(leaf: LeafCluster, pod: Stored, image: string): number {
  if (isPresent(leaf, pod.spec?.nodeName, image)) return PRESENT_MS;
  const slow = leaf.world.faults.hit('slow-pull', image) ? SLOWER : 1;
  return slow * logNormal(leaf.world.random, PULL_MEDIAN_MS, PULL_P95_MS);
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
