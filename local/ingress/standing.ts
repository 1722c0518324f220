/** What stands in a leaf now, as a gateway sees it. */
import { KINDS } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Stored } from '../kubernetes/objects.ts';
import { isReady } from '../kubernetes/workloads.ts';

/** None if the leaf does not serve that kind. */
export function objectsOf(
  leaf: LeafCluster,
  apiVersion: string,
  kindName: string,
  namespace?: string,
): Stored[] {
  const kind = leaf.kinds.byName(apiVersion, kindName);
  return kind ? [...leaf.objects.each(kind, namespace)] : [];
}

/** An empty selector selects nothing, as in Services. */
export const selects = (
  selector: Record<string, string> = {},
  labels: Record<string, string> = {},
): boolean =>
  Object.keys(selector).length > 0 &&
  Object.entries(selector).every(([name, value]) => labels[name] === value);

export const readyPodsOf = (
  leaf: LeafCluster,
  namespace: string,
  selector: Record<string, string> | undefined,
): Stored[] =>
  [...leaf.objects.each(KINDS.Pod, namespace)].filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined && isReady(pod) && selects(selector, pod.metadata.labels),
  );
