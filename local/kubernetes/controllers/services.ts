/**
 * Services of type LoadBalancer: the cloud's parts are made a while after the Service, and taken down before it may go.
 * Names as GKE's controllers give them: up to 1.36 that of https://github.com/kubernetes/cloud-provider-gcp (providers/gce), from 1.37 on
 * that of https://github.com/kubernetes/ingress-gce (pkg/utils/namer/l4_namer.go, pkg/l4/resources/l4netlb.go), with the add-on and without.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer
 */
import { createHash } from 'node:crypto';
import { removeFinalizer } from '../api.ts';
import type { ComputeKind, ComputeResource } from '../compute-port.ts';
import { addressMs, cleanUpMs, FIREWALLS_MS } from '../durations.ts';
import { warn } from '../events.ts';
import { internalIp, nextExternalIp } from '../identifiers.ts';
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { keyOfObject, type Stored } from '../objects.ts';
import { regionOf } from '../places.ts';
import { isBeingDeleted } from '../workloads.ts';

export const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const TYPE_ANNOTATIONS = ['networking.gke.io/load-balancer-type', 'cloud.google.com/load-balancer-type'];

/** What GKE says where a quota is used up, which is the usual reason. */
export const NOT_BALANCED = 'SyncLoadBalancerFailed';
export const NO_ADDRESS =
  "Error syncing load balancer: failed to ensure load balancer: googleapi: Error 403: QUOTA_EXCEEDED - Quota 'IN_USE_ADDRESSES' exceeded.  Limit: 8.0 in region europe-west1.";

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
      warn(leaf, service, NOT_BALANCED, NO_ADDRESS);
      return;
    }
    leaf.after(ADDRESS, key, addressMs(leaf.world.random));
  },
};

/** `a` and the uid without its dashes, 32 characters at most. */
const balancerName = (service: { metadata: { uid: string } }): string =>
  `a${service.metadata.uid.replaceAll('-', '')}`.slice(0, 32);

export type Part = [kind: ComputeKind, name: string, location: string, links?: Links];
type Links = Pick<ComputeResource, 'backendService' | 'healthCheck'>;

/** A Service of either model, as far as its parts in the cloud go by it. */
interface Balanced {
  metadata: {
    uid: string;
    name: string;
    namespace?: string;
    annotations?: Record<string, string>;
    finalizers?: string[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: as in the objects of both models.
  spec?: any;
}
/** A cluster of either model. */
interface Balancing {
  key: string;
  record: { id?: string; location: string; zones?: readonly string[]; version?: string };
}

export const isInternal = ({ metadata }: Balanced): boolean =>
  TYPE_ANNOTATIONS.some((name) => metadata.annotations?.[name]?.toLowerCase() === 'internal');

/**
 * Where traffic may go to any node the nodes are checked, once for all load balancers of the cluster; else each has a check of its own.
 * Both are named as the firewalls that let the checks through are.
 */
const hasOwnCheck = ({ spec }: Balanced): boolean => spec?.externalTrafficPolicy === 'Local';
/** Those that the check of the nodes is for, as long as their parts are there. */
export const sharesCheck = (service: Balanced): boolean =>
  !hasOwnCheck(service) && (service.metadata.finalizers?.includes(FINALIZER) ?? false);
function checkOf(leaf: Balancing, service: Balanced): string {
  if (!hasBackend(leaf, service)) {
    return hasOwnCheck(service) ? balancerName(service) : `k8s-${clusterUid(leaf)}-node`;
  }
  return hasOwnCheck(service) ? backendName(leaf, service) : `k8s2-${clusterHash(leaf)}-l4-shared-hc`;
}
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
const clusterUid = ({ key, record: { id = '' } }: Balancing): string =>
  digestOf(`${key} ${id}`).toString('hex').slice(0, 16);

/** Since then the rules of external ones lead to a backend service, and not to a target pool. */
const BACKENDS_SINCE = 37;
const hasBackend = ({ record: { version = '' } }: Balancing, service: Balanced): boolean =>
  !isInternal(service) && Number(/^1\.(\d+)\./.exec(version)?.[1] ?? 0) >= BACKENDS_SINCE;
/** Eight digits of the base 36. */
const contentHash = (text: string): string =>
  [...digestOf(text).subarray(0, 8)].map((byte) => (byte % 36).toString(36)).join('');
const clusterHash = ({ key, record: { id = '' } }: Balancing): string => contentHash(`${key} ${id}`);
/** Names have 63 characters at most, of which 24 are taken. */
function backendName(leaf: Balancing, { metadata: { namespace = '', name } }: Balanced): string {
  const hash = clusterHash(leaf);
  const whose = `${namespace}-${name}`.slice(0, 40);
  return `k8s2-${hash}-${whose}-${contentHash([hash, namespace, name].join(';'))}`;
}
/** As the check is called, and so that it has room. */
const checkFirewallName = (check: string): string => `${check.slice(0, 60)}-fw`;

const checkFirewallOf = (leaf: Balancing, service: Balanced): Part => {
  const check = checkOf(leaf, service);
  if (hasBackend(leaf, service)) return ['firewall', checkFirewallName(check), 'global'];
  return ['firewall', `${check.startsWith('k8s-') ? '' : 'k8s-'}${check}-http-hc`, 'global'];
};

export const firewallsOf = (leaf: Balancing, service: Balanced): Part[] => [
  [
    'firewall',
    hasBackend(leaf, service) ? backendName(leaf, service) : `k8s-fw-${balancerName(service)}`,
    'global',
  ],
  checkFirewallOf(leaf, service),
];

/** What is there once it has an address. Behind an internal one are no such pools. */
export function restOf(leaf: Balancing, service: Balanced): Part[] {
  const region = regionOf(leaf.record.location);
  const name = balancerName(service);
  if (hasBackend(leaf, service)) {
    const [backend, check] = [backendName(leaf, service), checkOf(leaf, service)];
    const zones = leaf.record.zones ?? [leaf.record.location];
    return [
      ['region-health-check', check, region],
      ...zones.map((zone): Part => ['network-endpoint-group', backend, zone]),
      ['backend-service', backend, region, { healthCheck: check }],
      ['forwarding-rule', name, region, { backendService: backend }],
    ];
  }
  const front: Part = ['forwarding-rule', name, region];
  if (isInternal(service)) return [front];
  return [['health-check', checkOf(leaf, service), 'global'], ['target-pool', name, region], front];
}

/** What goes with it. @param others whether others stay that share a check with it, if it shares one */
export function goingOf(leaf: Balancing, service: Balanced, others: boolean): Part[] {
  const stays = others && !hasOwnCheck(service) ? checkOf(leaf, service) : undefined;
  return [...restOf(leaf, service).reverse(), ...firewallsOf(leaf, service)].filter(
    ([, name]) => stays === undefined || !name.startsWith(stays),
  );
}

function make(leaf: LeafCluster, [kind, name, location, links]: Part): void {
  leaf.edges.compute.create(kind, { name, location, labels: {}, ...links, cluster: leaf.record.name });
}

const onService =
  (act: (leaf: LeafCluster, service: Stored) => void) =>
  (leaf: LeafCluster, subject: string): void => {
    const service = leaf.objects.find(KINDS.Service, subject);
    if (service) act(leaf, service);
  };

export const serviceTasks = {
  [FIREWALLS]: onService((leaf, service) => {
    for (const part of firewallsOf(leaf, service)) make(leaf, part);
  }),
  [ADDRESS]: onService((leaf, service) => {
    // The firewalls again: a process killed at the wrong moment may have left them out.
    for (const part of [...firewallsOf(leaf, service), ...restOf(leaf, service)]) make(leaf, part);
    const ip: string =
      service.spec?.loadBalancerIP ||
      (isInternal(service) ? internalIp(leaf.world.random) : nextExternalIp(leaf));
    leaf.objects.setStatus(KINDS.Service, service, { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } });
  }),
  [CLEANUP]: onService((leaf, service) => {
    if (isLoadBalancer(service) && !isBeingDeleted(service)) return;
    const others = [...leaf.objects.each(KINDS.Service)].some(
      (other) => other.metadata.uid !== service.metadata.uid && sharesCheck(other),
    );
    for (const [kind, name, location] of goingOf(leaf, service, others)) {
      leaf.edges.compute.remove(kind, name, location);
    }
    leaf.memory.delete(`service ${keyOfObject(service)}`);
    const cleared = leaf.objects.setStatus(KINDS.Service, service, { loadBalancer: {} });
    removeFinalizer(leaf, KINDS.Service, cleared, FINALIZER);
  }),
};
