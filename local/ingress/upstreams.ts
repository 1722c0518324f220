/** From a Service to a pod behind it that answers. */
import { KINDS } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Fields, Stored } from '../kubernetes/objects.ts';
import { ConnectionRefused, connectToPod } from '../kubernetes/pod-ports.ts';
import { ruleFor, speaksHttp2 } from './protocols.ts';
import type { Destination } from './routes.ts';
import type { Upstream } from './server.ts';
import { readyPodsOf } from './standing.ts';

export function upstreamTo(leaf: LeafCluster, gatewayNamespace: string, destination: Destination): Upstream {
  const { namespace, service, port } = destination;
  const found = leaf.objects.get(KINDS.Service, namespace, service);
  const ports: Fields[] = found?.spec?.ports ?? [];
  const asked = ports.find((one) => one.port === port);
  const isHttp2 = asked !== undefined && speaksHttp2(asked, ruleFor(leaf, gatewayNamespace, destination));
  return {
    name: `${leaf.key} ${namespace}/${service}:${port}`,
    protocol: isHttp2 ? 'h2' : 'http/1.1',
    connect() {
      if (asked?.targetPort === undefined) return undefined;
      for (const pod of readyPodsOf(leaf, namespace, found?.spec?.selector)) {
        try {
          return connectToPod(leaf, namespace, pod.metadata.name, portNumber(pod, asked.targetPort));
        } catch (error) {
          if (!(error instanceof ConnectionRefused)) throw error;
        }
      }
      return undefined;
    },
  };
}

/** Containers may name their ports. */
function portNumber(pod: Stored, target: number | string): number {
  if (typeof target === 'number') return target;
  const ports: Fields[] = ((pod.spec?.containers ?? []) as Fields[]).flatMap(({ ports: own }) => own ?? []);
  return ports.find(({ name }) => name === target)?.containerPort ?? 0;
}
