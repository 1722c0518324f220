/** From a Service to a pod behind it that answers. */
import { KINDS } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Fields, Stored } from '../kubernetes/objects.ts';
import { ConnectionRefused, connectToPod } from '../kubernetes/pod-ports.ts';
import type { Destination } from './routes.ts';
import type { Upstream } from './server.ts';
import { readyPodsOf } from './standing.ts';

export const upstreamTo = (leaf: LeafCluster, { namespace, service, port }: Destination): Upstream => ({
  name: `${leaf.key} ${namespace}/${service}:${port}`,
  connect() {
    const found = leaf.objects.get(KINDS.Service, namespace, service);
    const ports: Fields[] = found?.spec?.ports ?? [];
    const target = ports.find((one) => one.port === port)?.targetPort;
    if (target === undefined) return undefined;
    for (const pod of readyPodsOf(leaf, namespace, found?.spec?.selector)) {
      try {
        return connectToPod(leaf, namespace, pod.metadata.name, portNumber(pod, target));
      } catch (error) {
        if (!(error instanceof ConnectionRefused)) throw error;
      }
    }
    return undefined;
  },
});

/** Containers may name their ports. */
function portNumber(pod: Stored, target: number | string): number {
  if (typeof target === 'number') return target;
  const ports: Fields[] = ((pod.spec?.containers ?? []) as Fields[]).flatMap(({ ports: own }) => own ?? []);
  return ports.find(({ name }) => name === target)?.containerPort ?? 0;
}
