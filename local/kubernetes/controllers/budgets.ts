/** PodDisruptionBudgets: how many of the pods they guard may be evicted now. https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { type Fields, keyOfObject, type Stored } from '../objects.ts';
import { selects } from '../selectors.ts';
import { isActive, isBeingDeleted, isReady, withCondition } from '../workloads.ts';

export const budgets: Controller = {
  kind: KINDS.PodDisruptionBudget,
  follows: [
    [
      KINDS.Pod,
      (leaf, pod) =>
        [...leaf.objects.each(KINDS.PodDisruptionBudget, pod.metadata.namespace)]
          .filter((budget) => selects(budget.spec?.selector, pod.metadata.labels))
          .map(keyOfObject),
    ],
  ],
  reconcile(leaf, budget) {
    if (isBeingDeleted(budget)) return;
    const pods = [...leaf.objects.each(KINDS.Pod, budget.metadata.namespace)].filter(
      (pod) => isActive(pod) && selects(budget.spec?.selector, pod.metadata.labels),
    );
    const { minAvailable, maxUnavailable } = budget.spec ?? {};
    const byNumber = typeof minAvailable === 'number';
    const expectedPods = byNumber ? pods.length : expected(leaf, pods);
    const desiredHealthy =
      maxUnavailable === undefined
        ? shareOf(minAvailable ?? 1, expectedPods)
        : Math.max(0, expectedPods - shareOf(maxUnavailable, expectedPods));
    // One that was evicted and is not gone yet is no longer counted on.
    const evicted: Fields = budget.status?.disruptedPods ?? {};
    const there = new Set(pods.map((pod) => pod.metadata.name));
    const disruptedPods = Object.fromEntries(Object.entries(evicted).filter(([name]) => there.has(name)));
    const currentHealthy = pods.filter((pod) => isReady(pod) && !(pod.metadata.name in disruptedPods)).length;
    const disruptionsAllowed = Math.max(0, currentHealthy - desiredHealthy);
    const allowed = disruptionsAllowed > 0;
    leaf.objects.setStatus(KINDS.PodDisruptionBudget, budget, {
      observedGeneration: budget.metadata.generation,
      conditions: withCondition(
        budget.status?.conditions,
        {
          type: 'DisruptionAllowed',
          status: allowed ? 'True' : 'False',
          reason: allowed ? 'SufficientPods' : 'InsufficientPods',
          message: '',
        },
        leaf.now,
      ),
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed,
      expectedPods,
      ...(Object.keys(disruptedPods).length > 0 && { disruptedPods }),
    });
  },
};

/** A number, or a percentage of the whole rounded up. */
const shareOf = (share: number | string, whole: number): number =>
  typeof share === 'number' ? share : Math.ceil((Number.parseInt(share, 10) * whole) / 100);

/** How many pods the owners of these ask for, all together. */
function expected(leaf: LeafCluster, pods: readonly Stored[]): number {
  const owners = new Map<string, number>();
  for (const pod of pods) {
    const owner = (pod.metadata.ownerReferences ?? []).find((one) => one.controller);
    const kind = owner && leaf.kinds.byName(owner.apiVersion, owner.kind);
    const object = kind && leaf.objects.get(kind, pod.metadata.namespace, owner.name);
    owners.set(owner?.uid ?? pod.metadata.uid, object?.spec?.replicas ?? 1);
  }
  return [...owners.values()].reduce((sum, replicas) => sum + replicas, 0);
}
