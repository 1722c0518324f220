/** DaemonSets: one pod on each node. */
import { remove } from '../api.ts';
import { ApiError } from '../errors.ts';
import { KINDS } from '../kinds.ts';
import type { Controller } from '../leaf-cluster.ts';
import type { Stored } from '../objects.ts';
import {
  createPod,
  isActive,
  isBeingDeleted,
  isReady,
  lookAgain,
  ownersOf,
  REFUSED_RETRY_MS,
  templateHash,
} from '../workloads.ts';

const HASH = 'controller-revision-hash';

export const daemonSets: Controller = {
  kind: KINDS.DaemonSet,
  follows: [
    [KINDS.Pod, ownersOf('DaemonSet')],
    [
      KINDS.Node,
      (leaf) =>
        [...leaf.objects.each(KINDS.DaemonSet)].map(
          (set) => `${set.metadata.namespace}/${set.metadata.name}`,
        ),
    ],
  ],
  reconcile(leaf, set) {
    if (isBeingDeleted(set)) return;
    const hash = templateHash(set.spec?.template);
    const nodes = [...leaf.objects.each(KINDS.Node)].map((node) => node.metadata.name);
    const pods = (): Stored[] => leaf.objects.controlledBy(set, KINDS.Pod).filter(isActive);
    for (const pod of pods()) {
      const outdated = pod.metadata.labels?.[HASH] !== hash;
      if (outdated || !nodes.includes(pod.spec?.nodeName)) {
        remove(leaf, KINDS.Pod, pod.metadata.namespace, pod.metadata.name);
      }
    }
    for (const nodeName of nodes) {
      if (pods().some((pod) => pod.spec?.nodeName === nodeName)) continue;
      const generateName = `${set.metadata.name}-`;
      const made = createPod(leaf, set, { generateName }, (spec) => ({ ...spec, nodeName }), {
        [HASH]: hash,
      });
      if (made instanceof ApiError) {
        lookAgain(leaf, set, REFUSED_RETRY_MS);
        break;
      }
    }
    const running = pods();
    const ready = running.filter(isReady).length;
    leaf.objects.setStatus(KINDS.DaemonSet, set, {
      observedGeneration: set.metadata.generation,
      desiredNumberScheduled: nodes.length,
      currentNumberScheduled: running.length,
      updatedNumberScheduled: running.length,
      numberMisscheduled: 0,
      numberReady: ready,
      numberAvailable: ready,
      ...(ready < nodes.length && { numberUnavailable: nodes.length - ready }),
    });
  },
};
