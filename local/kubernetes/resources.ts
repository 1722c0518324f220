/** What pods ask of a node and of a quota: requests and limits added up, as the scheduler counts them. */
import type { Fields } from './objects.ts';
import { type Nano, quantityOf } from './quantities.ts';

export type Amounts = Record<string, Nano>;

function addUp(into: Amounts, list: Fields | undefined): void {
  for (const name in list) into[name] = (into[name] ?? 0n) + quantityOf(list[name]);
}

const atLeast = (into: Amounts, other: Amounts): void => {
  for (const name in other) {
    const amount = other[name] ?? 0n;
    if (amount > (into[name] ?? 0n)) into[name] = amount;
  }
};

const isSidecar = (container: Fields): boolean => container.restartPolicy === 'Always';

/**
 * All containers together, or the largest of those that run before them, whichever is more.
 * https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function podAmounts(spec: Fields, which: 'requests' | 'limits'): Amounts {
  const sum: Amounts = {};
  const sidecars: Amounts = {};
  const most: Amounts = {};
  for (const container of (spec.containers ?? []) as Fields[]) addUp(sum, container.resources?.[which]);
  for (const container of (spec.initContainers ?? []) as Fields[]) {
    const own: Amounts = { ...sidecars };
    addUp(own, container.resources?.[which]);
    if (isSidecar(container)) {
      addUp(sum, container.resources?.[which]);
      addUp(sidecars, container.resources?.[which]);
    }
    atLeast(most, own);
  }
  atLeast(sum, most);
  addUp(sum, spec.overhead);
  return sum;
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
export function qosOf(spec: Fields): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers: Fields[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const says = (container: Fields, which: string, name: string): Nano =>
    quantityOf(container.resources?.[which]?.[name]);
  const names = ['cpu', 'memory'];
  const asks = containers.some((container) =>
    names.some((name) => says(container, 'requests', name) > 0n || says(container, 'limits', name) > 0n),
  );
  if (!asks) return 'BestEffort';
  const exact = containers.every((container) =>
    names.every((name) => {
      const limit = says(container, 'limits', name);
      return limit > 0n && says(container, 'requests', name) === limit;
    }),
  );
  return exact ? 'Guaranteed' : 'Burstable';
}
