/** What each function does in the simulation, and whether it may. */
import type { Write } from '../../../functions/cloud.ts';
import { MANIFEST } from '../../../functions/manifest.ts';
import { PERMISSIONS } from '../../../functions/permissions.ts';
import { simulate } from '../../simulation/simulate.ts';
import { findings } from './findings.ts';

type Kind = { kind: string };

/** Resources by kind, where it is not the kind with an s. */
const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkPolicies',
  StorageClass: 'storageClasses',
};
/** Kinds that are no part of Kubernetes; GKE has one name for all of them. */
const THIRD = new Set(['Gateway', 'VirtualService', 'AuthorizationPolicy', 'PeerAuthentication']);

const resourceOf = ({ kind }: Kind): string =>
  THIRD.has(kind)
    ? 'thirdPartyObjects'
    : (PLURALS[kind] ?? `${kind.charAt(0).toLowerCase()}${kind.slice(1)}s`);

const inCluster =
  (...verbs: string[]) =>
  (of: Kind): string[] =>
    verbs.map((verb) => `container.${resourceOf(of)}.${verb}`);

/** Who gives rights that they may not have themselves. */
const given = (of: Kind & { roleRef?: Kind }): string[] => {
  if (of.kind === 'Role' || of.kind === 'ClusterRole') return inCluster('escalate')(of);
  return of.roleRef ? inCluster('bind')(of.roleRef) : [];
};

const WRITES: Readonly<Record<Write['op'], readonly string[]>> = {
  create: ['datastore.entities.create'],
  set: ['datastore.entities.create', 'datastore.entities.update'],
  update: ['datastore.entities.update'],
  delete: ['datastore.entities.delete'],
};

/** https://cloud.google.com/compute/docs/reference/rest/v1 */
const COLLECTIONS: Readonly<Record<string, string>> = {
  disk: 'disks',
  address: 'addresses',
  'forwarding-rule': 'forwardingRules',
  firewall: 'firewalls',
  subnetwork: 'subnetworks',
};
/** In a region or a zone, and in none. */
const leftovers = (kind: string, verb: string): string[] => {
  const name = COLLECTIONS[kind] ?? kind;
  const isBoth = kind === 'address' || kind === 'forwarding-rule';
  const ofNone = `global${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return [name, ...(isBoth ? [ofNone] : [])].map((collection) => `compute.${collection}.${verb}`);
};

const LOOK = ['storage.buckets.get'];
const RECORDS = ['dns.resourceRecordSets.list'];
const CHANGES = ['dns.changes.create', 'dns.resourceRecordSets.create', 'dns.resourceRecordSets.delete'];

/** What a call needs, by its site; a site that is not here is not the project's. https://cloud.google.com/iam/docs/permissions-reference */
const NEEDS: Readonly<Record<string, (...args: never[]) => readonly string[]>> = {
  'documents.get': () => ['datastore.entities.get'],
  'documents.query': () => ['datastore.entities.get', 'datastore.entities.list'],
  'documents.count': () => ['datastore.entities.get', 'datastore.entities.list'],
  'documents.commit': (writes: readonly Write[]) => writes.flatMap(({ op }) => WRITES[op]),
  'messages.publish': () => ['pubsub.topics.publish'],
  'people.findByEmail': () => ['firebaseauth.users.get'],
  'gke.createCluster': () => ['container.clusters.create'],
  'gke.getCluster': () => ['container.clusters.get'],
  'gke.deleteCluster': () => ['container.clusters.delete'],
  'gke.cancelOperation': () => ['container.clusters.update'],
  'gke.listClusters': () => ['container.clusters.list'],
  'gke.createFirewall': () => ['compute.firewalls.create', 'compute.networks.updatePolicy'],
  'gke.listLeftovers': (kind: string) => leftovers(kind, 'list'),
  'gke.deleteLeftover': (kind: string) => [
    ...leftovers(kind, 'delete'),
    ...(kind === 'firewall' ? ['compute.networks.updatePolicy'] : []),
  ],
  'buckets.ensureBucket': () => [...LOOK, 'storage.buckets.create'],
  'buckets.ensureAccess': () => [...LOOK, 'storage.buckets.getIamPolicy', 'storage.buckets.setIamPolicy'],
  'buckets.ensureBucketGone': () => [
    ...LOOK,
    'storage.buckets.delete',
    'storage.buckets.list',
    'storage.objects.delete',
    'storage.objects.list',
  ],
  'buckets.listBuckets': () => ['storage.buckets.list'],
  'buckets.listAllBuckets': () => ['storage.buckets.list'],
  'dns.ensureRecord': () => [...RECORDS, ...CHANGES, 'dns.changes.list', 'dns.resourceRecordSets.update'],
  'dns.ensureNoRecord': () => [...RECORDS, ...CHANGES],
  'dns.findRecord': () => RECORDS,
  'dns.listRecords': () => RECORDS,
  'leaf.apply': (object: Kind) => [...inCluster('create', 'update')(object), ...given(object)],
  'leaf.create': inCluster('create'),
  'leaf.find': inCluster('get'),
  'leaf.findMetadata': inCluster('get'),
  'leaf.list': inCluster('list'),
  'leaf.delete': inCluster('delete'),
  'leaf.logTail': () => ['container.pods.getLogs'],
  'pachyderm.inside': () => [
    'container.pods.list',
    'container.pods.portForward',
    'container.clusters.connect',
  ],
};
/** Of every function: where metrics go. */
const MEASURE = ['monitoring.timeSeries.create', 'serviceusage.services.use'];

/** Seeds of the simulation: whatever can happen to a cluster, happens in some of them. */
const SEEDS = [1, 2, 3, 4];

async function lived(): Promise<Map<string, Set<string>>> {
  const used = new Map<string, Set<string>>();
  for (const seed of SEEDS) {
    await simulate({
      seed,
      onCall: (name, site, args) => {
        const of = used.get(name) ?? new Set(MEASURE);
        used.set(name, of);
        for (const permission of NEEDS[site]?.(...(args as never[])) ?? []) of.add(permission);
        if (site.startsWith('leaf.')) of.add('container.clusters.connect');
      },
    });
  }
  return used;
}

/** 12: no function is refused anything: what it does, it may. */
export async function permitted(): Promise<string[]> {
  const wrong = findings();
  const used = await lived();
  if (used.size < SEEN_FUNCTIONS) wrong.push(`only ${used.size} functions ran`);
  for (const [name, of] of used) {
    const may = new Set(PERMISSIONS[name]);
    for (const permission of [...of].sort())
      if (!may.has(permission)) wrong.push(`${name} lacks ${permission}`);
  }
  return wrong;
}

/** All but those of sign-ins and credentials, the word of an alert, and what is rare; how rare depends on when modules are loaded. */
const SEEN_FUNCTIONS = MANIFEST.length - 6;
