/**
 * Endpoints and EndpointSlices: the addresses of the pods that a Service selects, those that serve apart from those that do not yet.
 * https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/
 */
import { create } from '../api.ts';
import { suffix } from '../identifiers.ts';
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { type Change, type Fields, keyOfObject, type Stored } from '../objects.ts';
import { controllerReference, isBeingDeleted, isOver, isReady } from '../workloads.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

export const endpoints: Controller = {
  kind: KINDS.Service,
  follows: [
    [
      KINDS.Pod,
      (leaf, pod) =>
        [...leaf.objects.each(KINDS.Service, pod.metadata.namespace)]
          .filter((service) => selectsPod(service, pod))
          .map(keyOfObject),
    ],
  ],
  reconcile(leaf, service) {
    const { namespace, name } = service.metadata;
    const there = leaf.objects.get(KINDS.Endpoints, namespace, name);
    // Who gives no selector writes the endpoints, or the cluster would take them away again.
    if (isBeingDeleted(service) || !service.spec?.selector || service.spec.type === 'ExternalName') return;
    const pods = [...leaf.objects.each(KINDS.Pod, namespace)]
      .filter((pod) => selectsPod(service, pod) && pod.status?.podIP && !isOver(pod))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const subsets = subsetsOf(service, pods);
    if (!there) {
      create(leaf, KINDS.Endpoints, namespace, {
        metadata: { name, ...(service.metadata.labels && { labels: service.metadata.labels }) },
        ...(subsets.length > 0 && { subsets }),
      });
    } else {
      const { subsets: _, ...rest } = there;
      leaf.objects.put(KINDS.Endpoints, {
        ...(rest as Stored),
        ...(subsets.length > 0 && { subsets }),
      });
    }
    slice(leaf, service, pods);
  },
};

/** Endpoints have no owner: they go when their Service is gone. */
export function forgetEndpoints(leaf: LeafCluster, { type, kind, object }: Change): void {
  if (type !== 'DELETED' || kind !== KINDS.Service) return;
  const left = leaf.objects.find(KINDS.Endpoints, keyOfObject(object));
  if (left) leaf.objects.erase(KINDS.Endpoints, left);
}

function selectsPod(service: Stored, pod: Stored): boolean {
  const selector: Record<string, string> | undefined = service.spec?.selector;
  if (!selector) return false;
  return Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value);
}

/** Pods that are going get no new connections. */
const serves = (service: Stored, pod: Stored): boolean =>
  service.spec?.publishNotReadyAddresses === true || (isReady(pod) && !isBeingDeleted(pod));

/** The ports as this pod has them; a port by name that it does not have is left out. */
function portsFor(service: Stored, pod: Stored | undefined): Fields[] {
  return ((service.spec?.ports ?? []) as Fields[]).flatMap(
    ({ name, protocol, port, targetPort, appProtocol }) => {
      const target = targetPort ?? port;
      const number = typeof target === 'number' ? target : pod && namedPort(pod, target, protocol);
      if (number === undefined) return [];
      return [{ ...(name && { name }), port: number, protocol, ...(appProtocol && { appProtocol }) }];
    },
  );
}

function namedPort(pod: Stored, name: string, protocol: string): number | undefined {
  for (const container of (pod.spec?.containers ?? []) as Fields[]) {
    for (const port of (container.ports ?? []) as Fields[]) {
      if (port.name === name && (port.protocol ?? 'TCP') === protocol) return port.containerPort;
    }
  }
  return undefined;
}

const targetOf = (pod: Stored): Fields => ({
  kind: 'Pod',
  namespace: pod.metadata.namespace,
  name: pod.metadata.name,
  uid: pod.metadata.uid,
});

function subsetsOf(service: Stored, pods: readonly Stored[]): Fields[] {
  if (pods.length === 0) return [];
  const address = (pod: Stored): Fields => ({
    ip: pod.status?.podIP,
    nodeName: pod.spec?.nodeName,
    targetRef: targetOf(pod),
  });
  const ready = pods.filter((pod) => serves(service, pod)).map(address);
  const others = pods.filter((pod) => !serves(service, pod) && !isBeingDeleted(pod)).map(address);
  if (ready.length + others.length === 0) return [];
  return [
    {
      ...(ready.length > 0 && { addresses: ready }),
      ...(others.length > 0 && { notReadyAddresses: others }),
      ports: portsFor(service, pods[0]),
    },
  ];
}

function slice(leaf: LeafCluster, service: Stored, pods: readonly Stored[]): void {
  const { namespace, name, labels } = service.metadata;
  const content = {
    addressType: 'IPv4',
    endpoints: pods.map((pod) => endpointOf(leaf, service, pod)),
    ports: portsFor(service, pods[0]),
  };
  const there = leaf.objects
    .controlledBy(service, KINDS.EndpointSlice)
    .find((one) => one.metadata.labels?.[SERVICE_NAME] === name);
  if (there) {
    leaf.objects.put(KINDS.EndpointSlice, { ...there, ...content });
    return;
  }
  create(leaf, KINDS.EndpointSlice, namespace, {
    metadata: {
      name: `${name}-${suffix(leaf.world.random)}`,
      generateName: `${name}-`,
      labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: 'endpointslice-controller.k8s.io' },
      ownerReferences: [controllerReference(service)],
    },
    ...content,
  });
}

function endpointOf(leaf: LeafCluster, service: Stored, pod: Stored): Fields {
  const { nodeName } = pod.spec ?? {};
  const node = leaf.objects.get(KINDS.Node, undefined, nodeName ?? '');
  const zone: string | undefined = node?.metadata.labels?.['topology.kubernetes.io/zone'];
  return {
    addresses: [pod.status?.podIP],
    conditions: { ready: serves(service, pod), serving: isReady(pod), terminating: isBeingDeleted(pod) },
    nodeName,
    targetRef: targetOf(pod),
    ...(zone && { zone }),
  };
}
