/** Services of type LoadBalancer: the same parts in the cloud, after the same times, as the model in `../kubernetes` makes. */
import {
  FINALIZER,
  firewallsOf,
  goingOf,
  isInternal,
  NO_ADDRESS,
  NOT_BALANCED,
  type Part,
  restOf,
  sharesCheck,
} from '../kubernetes/controllers/services.ts';
import { addressMs, cleanUpMs, FIREWALLS_MS } from '../kubernetes/durations.ts';
import { internalIp, nextExternalIp } from '../kubernetes/identifiers.ts';
import type { SketchLeaf } from './sketch-leaf.ts';
import { type Kept, keyOf } from './table.ts';

const SERVICE = { apiVersion: 'v1', kind: 'Service' } as const;

export const isBalancer = ({ kind, spec }: Kept): boolean =>
  kind === 'Service' && spec?.type === 'LoadBalancer';

/** To be called for each version of a Service that is new. */
export function ensureBalancer(leaf: SketchLeaf, service: Kept): void {
  const { uid, namespace, name, finalizers = [] } = service.metadata;
  if (leaf.addressesAtMs.has(uid)) return;
  leaf.replace({ ...service, metadata: { ...service.metadata, finalizers: [...finalizers, FINALIZER] } });
  leaf.after(FIREWALLS_MS, () => ifThere(leaf, service, () => make(leaf, firewallsOf(leaf, service))));
  if (leaf.world.faults.hit('no-address', `${leaf.record.name} ${keyOf(namespace, name)}`)) {
    leaf.addressesAtMs.set(uid, Infinity);
    warn(leaf, service);
    return;
  }
  const atMs = leaf.nowMs + addressMs(leaf.world.random);
  leaf.addressesAtMs.set(uid, atMs);
  leaf.at(atMs, () => ifThere(leaf, service, (live) => giveAddress(leaf, live)));
}

/** As GKE does, whatever the reason is. */
function warn(leaf: SketchLeaf, { apiVersion, kind, metadata: { name, namespace, uid } }: Kept): void {
  leaf.make({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.no-address`, ...(namespace && { namespace }) },
    involvedObject: { apiVersion, kind, name, namespace, uid },
    type: 'Warning',
    reason: NOT_BALANCED,
    message: NO_ADDRESS,
    lastTimestamp: leaf.now,
  });
}

/** The one that was made then, and not on its way out. */
function ifThere(leaf: SketchLeaf, { metadata }: Kept, act: (live: Kept) => void): void {
  const live = leaf.objects.get(SERVICE, metadata.namespace, metadata.name);
  if (live?.metadata.uid === metadata.uid && live.metadata.deletionTimestamp === undefined) act(live);
}

function make(leaf: SketchLeaf, parts: readonly Part[]): void {
  const cluster = leaf.record.name;
  for (const [kind, name, location, links] of parts) {
    leaf.edges.compute.create(kind, { name, location, labels: {}, ...links, cluster });
  }
}

function giveAddress(leaf: SketchLeaf, service: Kept): void {
  make(leaf, restOf(leaf, service));
  const ip: string =
    service.spec?.loadBalancerIP ||
    (isInternal(service) ? internalIp(leaf.world.random) : nextExternalIp(leaf));
  leaf.replace({ ...service, status: { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } } });
}

/** The cloud's parts go first. */
export function endBalancer(leaf: SketchLeaf, service: Kept): void {
  if (service.metadata.deletionTimestamp !== undefined) return;
  const going = leaf.replace({ ...service, metadata: { ...service.metadata, deletionTimestamp: leaf.now } });
  leaf.after(cleanUpMs(leaf.world.random), () => {
    const others = [...leaf.objects.each(SERVICE)].some(
      (other) => other.metadata.uid !== going.metadata.uid && sharesCheck(other),
    );
    for (const [kind, name, location] of goingOf(leaf, going, others)) {
      leaf.edges.compute.remove(kind, name, location);
    }
    leaf.addressesAtMs.delete(going.metadata.uid);
    leaf.objects.erase(going);
  });
}
