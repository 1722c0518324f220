/**
 * Services of type LoadBalancer: the cloud's parts are made a while after the Service, and taken down before it may go.
 * Names as GKE's controller gives them: https://github.com/kubernetes/cloud-provider-gcp (providers/gce)
 */
import { removeFinalizer } from '../api.ts';
import type { ComputeKind } from '../compute-port.ts';
import { addressMs, cleanUpMs, FIREWALLS_MS } from '../durations.ts';
import { warn } from '../events.ts';
import { internalIp, nextExternalIp } from '../identifiers.ts';
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { keyOfObject, type Stored } from '../objects.ts';
import { regionOf } from '../places.ts';
import { isBeingDeleted } from '../workloads.ts';

export const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
export const TYPE_ANNOTATIONS = [
  'networking.gke.io/load-balancer-type',
  'cloud.google.com/load-balancer-type',
];

const FIREWALLS = 'load-balancer-firewalls';
const ADDRESS = 'load-balancer';
const CLEANUP = 'load-balancer-cleanup';

const isLoadBalancer = (service: Stored): boolean => service.spec?.type === 'LoadBalancer';

export const services: Controller = {
  kind: KINDS.Service,
  reconcile(leaf, service) {
    const key = keyOfObject(service);
    const wanted = isLoadBalancer(service) && !isBeingDeleted(service);
    const finalizers = service.metadata.finalizers ?? [];
    if (!wanted) {
      if (finalizers.includes(FINALIZER) && !leaf.isDue(CLEANUP, key)) {
        leaf.cancel(FIREWALLS, key);
        leaf.cancel(ADDRESS, key);
        leaf.after(CLEANUP, key, cleanUpMs(leaf.world.random));
      }
      return;
    }
    if (!finalizers.includes(FINALIZER)) {
      const metadata = { ...service.metadata, finalizers: [...finalizers, FINALIZER] };
      leaf.objects.put(KINDS.Service, { ...service, metadata });
    }
    if (service.status?.loadBalancer?.ingress || leaf.isDue(ADDRESS, key)) return;
    if (leaf.memory.get(`service ${key}`)?.noAddress === service.metadata.uid) return;
    leaf.after(FIREWALLS, key, FIREWALLS_MS);
    if (leaf.world.faults.hit('no-address', `${leaf.record.name} ${key}`)) {
      leaf.memory.set(`service ${key}`, { noAddress: service.metadata.uid });
      warn(
        leaf,
        service,
        'SyncLoadBalancerFailed',
        'Error syncing load balancer: the address could not be had',
      );
      return;
    }
    leaf.after(ADDRESS, key, addressMs(leaf.world.random));
  },
};

/** `a` and the uid without its dashes, 32 characters at most. */
export const balancerName = (service: { metadata: { uid: string } }): string =>
  `a${service.metadata.uid.replaceAll('-', '')}`.slice(0, 32);

export type Part = [kind: ComputeKind, name: string, location: string];

export const firewallsOf = (service: { metadata: { uid: string } }): Part[] => [
  ['firewall', `k8s-fw-${balancerName(service)}`, 'global'],
  ['firewall', `k8s-${balancerName(service).slice(0, 17)}-node-http-hc`, 'global'],
];

const frontOf = (leaf: LeafCluster, service: Stored): Part => [
  'forwarding-rule',
  balancerName(service),
  regionOf(leaf.record.location),
];

function make(leaf: LeafCluster, [kind, name, location]: Part): void {
  leaf.edges.compute.create(kind, { name, location, labels: {}, cluster: leaf.record.name });
}

const onService =
  (act: (leaf: LeafCluster, service: Stored) => void) =>
  (leaf: LeafCluster, subject: string): void => {
    const service = leaf.objects.find(KINDS.Service, subject);
    if (service) act(leaf, service);
  };

export const serviceTasks = {
  [FIREWALLS]: onService((leaf, service) => {
    for (const part of firewallsOf(service)) make(leaf, part);
  }),
  [ADDRESS]: onService((leaf, service) => {
    // The firewalls again: a process killed at the wrong moment may have left them out.
    for (const part of [...firewallsOf(service), frontOf(leaf, service)]) make(leaf, part);
    const internal = TYPE_ANNOTATIONS.some(
      (name) => service.metadata.annotations?.[name]?.toLowerCase() === 'internal',
    );
    const ip: string =
      service.spec?.loadBalancerIP || (internal ? internalIp(leaf.world.random) : nextExternalIp(leaf));
    leaf.objects.setStatus(KINDS.Service, service, { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } });
  }),
  [CLEANUP]: onService((leaf, service) => {
    if (isLoadBalancer(service) && !isBeingDeleted(service)) return;
    for (const [kind, name, location] of [frontOf(leaf, service), ...firewallsOf(service)]) {
      leaf.edges.compute.remove(kind, name, location);
    }
    leaf.memory.delete(`service ${keyOfObject(service)}`);
    const cleared = leaf.objects.setStatus(KINDS.Service, service, { loadBalancer: {} });
    removeFinalizer(leaf, KINDS.Service, cleared, FINALIZER);
  }),
};
