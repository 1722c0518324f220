/**
 * Which permissions of the project a function needs for its calls: by the port that it calls, and for ports of which one call is several
 * calls of the cloud, by those that the embedded cloud was really asked for.
 */
import type { Buckets } from '../../../functions/buckets.ts';
import type { Charts } from '../../../functions/charts.ts';
import type { Documents, Messages, Write } from '../../../functions/cloud.ts';
import { SEAL_KEYS, type Secret } from '../../../functions/config.ts';
import type { Dns } from '../../../functions/dns.ts';
import type { KubeObject, Leaf, Leaves } from '../../../functions/leaf/leaf.ts';
import type { Metrics } from '../../../functions/metrics.ts';
import type { People } from '../../../functions/people.ts';
import { ISSUE_TOKEN } from '../../../functions/permissions.ts';
import type { Ports } from '../../../functions/ports.ts';
import type { GkeClient } from '../../../functions/providers/gke/client.ts';
import type { TokenVerifier } from '../../../functions/tokens.ts';
import type { Door } from '../../../local/memory/doors.ts';
import type { MemoryHub } from '../../../local/memory/hub.ts';

type Kind = { kind: string };

/** Resources by kind, where it is not the kind with an s. */
const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkPolicies',
  PriorityClass: 'priorityClasses',
  StorageClass: 'storageClasses',
};
/** Kinds that are no part of Kubernetes; GKE has one name for all of them. */
const THIRD = new Set([
  ...['Gateway', 'VirtualService', 'DestinationRule', 'AuthorizationPolicy', 'PeerAuthentication'],
]);

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
  'target-pool': 'targetPools',
  'health-check': 'httpHealthChecks',
  'backend-service': 'backendServices',
  'network-endpoint-group': 'networkEndpointGroups',
  'region-health-check': 'healthChecks',
  firewall: 'firewalls',
  subnetwork: 'subnetworks',
};
const ofNone = (collection: string): string =>
  `global${collection.charAt(0).toUpperCase()}${collection.slice(1)}`;
/** Of these the plain name is of those of none. */
const ofRegions = (kind: string, collection: string): string | undefined =>
  kind === 'backend-service' || kind === 'region-health-check'
    ? `region${collection.charAt(0).toUpperCase()}${collection.slice(1)}`
    : undefined;
/** One list has those of all regions and zones, and those of none. */
const listed = (kind: string): string[] => {
  const name = COLLECTIONS[kind] ?? kind;
  const isBoth = kind === 'address' || kind === 'forwarding-rule';
  const other = isBoth ? ofNone(name) : ofRegions(kind, name);
  return [name, ...(other === undefined ? [] : [other])].map((collection) => `compute.${collection}.list`);
};
const deleted = (kind: string, location: string): string[] => {
  if (kind === 'firewall') return ['compute.firewalls.delete', 'compute.networks.updatePolicy'];
  const name = COLLECTIONS[kind] ?? kind;
  if (kind === 'health-check') return [`compute.${name}.delete`];
  return [`compute.${location === 'global' ? ofNone(name) : (ofRegions(kind, name) ?? name)}.delete`];
};

const LOOK = ['storage.buckets.get'];
const RECORDS = ['dns.resourceRecordSets.list'];

/** Every call of these ports: what is added to one of them says here what it needs, or does not compile. */
type Site =
  | `documents.${Exclude<keyof Documents, 'watch'>}`
  | `messages.${keyof Messages}`
  | `people.${keyof People}`
  | `tokens.${keyof TokenVerifier}`
  | `metrics.${Exclude<keyof Metrics, 'during'>}`
  | `gke.${keyof GkeClient}`
  | `buckets.${keyof Buckets}`
  | `dns.${keyof Dns}`
  | `charts.${keyof Charts}`
  | `leaf.${keyof Leaf}`
  | 'pachyderm.inside';

/** What a call may need. Other ports lead out of the project. https://cloud.google.com/iam/docs/permissions-reference */
const NEEDS: Readonly<Record<Site, (...args: never[]) => readonly string[]>> = {
  'documents.get': () => ['datastore.entities.get'],
  'documents.query': () => ['datastore.entities.get', 'datastore.entities.list'],
  'documents.count': () => ['datastore.entities.get', 'datastore.entities.list'],
  'documents.commit': (writes: readonly Write[]) => writes.flatMap(({ op }) => WRITES[op]),
  'messages.publish': () => ['pubsub.topics.publish'],
  'people.findByEmail': () => ['firebaseauth.users.get'],
  'people.find': () => ['firebaseauth.users.get'],
  'people.ensureGone': () => ['firebaseauth.users.delete'],
  // Whether it was revoked is looked up.
  'tokens.verify': () => ['firebaseauth.users.get'],
  'metrics.record': () => ['monitoring.timeSeries.create', 'serviceusage.services.use'],
  'gke.createCluster': () => ['container.clusters.create'],
  'gke.getCluster': () => ['container.clusters.get'],
  'gke.deleteCluster': () => ['container.clusters.delete'],
  'gke.cancelOperation': () => ['container.clusters.update'],
  'gke.listClusters': () => ['container.clusters.list'],
  'gke.createFirewall': () => ['compute.firewalls.create', 'compute.networks.updatePolicy'],
  'gke.listLeftovers': listed,
  'gke.getSubnetwork': () => ['compute.subnetworks.get'],
  'gke.deleteLeftover': deleted,
  'buckets.ensureBucket': () => [...LOOK, 'storage.buckets.create'],
  'buckets.ensureAccess': () => [...LOOK, 'storage.buckets.getIamPolicy', 'storage.buckets.setIamPolicy'],
  'buckets.ensureBucketGone': () => [
    ...LOOK,
    'storage.buckets.delete',
    'storage.buckets.list',
    'storage.buckets.update',
    'storage.objects.delete',
    'storage.objects.list',
    'storage.objects.update',
  ],
  'buckets.listBuckets': () => ['storage.buckets.list'],
  'buckets.listAllBuckets': () => ['storage.buckets.list'],
  'dns.ensureRecord': () => [
    ...RECORDS,
    'dns.changes.create',
    'dns.changes.list',
    'dns.resourceRecordSets.create',
    'dns.resourceRecordSets.delete',
    'dns.resourceRecordSets.update',
  ],
  'dns.ensureNoRecord': () => [...RECORDS, 'dns.changes.create', 'dns.resourceRecordSets.delete'],
  'dns.findRecord': () => RECORDS,
  'dns.listRecords': () => RECORDS,
  'charts.issueToken': () => [ISSUE_TOKEN],
  'leaf.apply': (object: Kind) => [...inCluster('create', 'update')(object), ...given(object)],
  'leaf.create': inCluster('create'),
  'leaf.find': inCluster('get'),
  'leaf.findMetadata': inCluster('get'),
  'leaf.list': inCluster('list'),
  'leaf.delete': inCluster('delete'),
  'leaf.logTail': () => ['container.pods.getLogs'],
  'leaf.forward': () => ['container.pods.portForward'],
  // A binding in the cluster itself gives that: functions/leaf/roles.ts.
  'leaf.issueToken': () => [],
  'pachyderm.inside': () => ['container.pods.list', 'container.pods.portForward'],
};

/** The right to read a secret, which is on that alone. */
export const accessTo = ({ name }: Pick<Secret, 'name'>): string =>
  `secretmanager.versions.access of ${name}`;

const isSite = (site: string): site is Site => Object.hasOwn(NEEDS, site);

/** @returns what the call needs at the most */
export const needsOf = (site: string, args: readonly unknown[]): readonly string[] => [
  ...(isSite(site) ? NEEDS[site](...(args as never[])) : []),
  ...(site.startsWith('leaf.') || site === 'pachyderm.inside' ? ['container.clusters.connect'] : []),
];

/** The names of Cloud Storage's and Cloud DNS's methods are those of their permissions, but for these. */
const METHODS: Readonly<Record<string, string>> = {
  'storage.buckets.insert': 'storage.buckets.create',
  'storage.buckets.patch': 'storage.buckets.update',
  'storage.objects.patch': 'storage.objects.update',
};

/** Those whose permissions the embedded cloud tells. */
const TOLD = /^(buckets|dns)\./;

/** Has Cloud Storage and Cloud DNS tell which permissions each of their calls needs, before they carry it out. */
export function tellOf(
  { storage, dns }: Pick<MemoryHub, 'storage' | 'dns'>,
  told: (permission: string) => void,
): void {
  for (const model of [storage, dns]) {
    const { call } = model;
    model.call = (method, run) => {
      told(METHODS[method] ?? method);
      return call(method, run);
    };
  }
  const { createChange } = dns;
  // Besides the right to change anything: https://cloud.google.com/dns/docs/access-control
  dns.createChange = (zone, change) => {
    const { additions = [], deletions = [] } = change;
    if (additions.length > 0) told('dns.resourceRecordSets.create');
    if (deletions.length > 0) told('dns.resourceRecordSets.delete');
    if (additions.length > 0 && deletions.length > 0) told('dns.resourceRecordSets.update');
    return createChange(zone, change);
  };
}

/** What was heard of functions, by their names. */
export class Heard {
  readonly used = new Map<string, Set<string>>();
  /** What a call needed beyond `needsOf`. */
  readonly unknown = new Set<string>();

  note(name: string, permissions: readonly string[]): void {
    const of = this.used.get(name) ?? new Set();
    this.used.set(name, of);
    for (const permission of permissions) of.add(permission);
  }
}

/**
 * Notes which permissions the functions of that Hub need.
 * @param before asked before each of their calls; what it throws is what becomes of the call
 * @returns the ports of a function, by its name
 */
export function listenTo(
  hub: MemoryHub,
  heard: Heard,
  before: (name: string, site: string) => Promise<void>,
): (name: string) => Ports {
  let asking: { name: string; site: string; needs: readonly string[] } | undefined;
  const told = (permission: string): void => {
    if (!asking) return;
    const { name, site, needs } = asking;
    if (!needs.includes(permission)) heard.unknown.add(`${site} needs ${permission}`);
    heard.note(name, [permission]);
  };
  tellOf(hub, told);

  /** In which cluster an object is to be. */
  const servers = new WeakMap<KubeObject, string>();
  const isThere = (object: KubeObject): boolean => {
    const { apiVersion, kind, metadata } = object;
    const leaf = hub.leaves.findByServer(servers.get(object) ?? '');
    return leaf?.find(apiVersion, kind, metadata.namespace ?? '', metadata.name) !== undefined;
  };
  /** What is there already is not made. */
  const needsOfApply = (object: KubeObject): readonly string[] => {
    const making = isThere(object) ? inCluster('create')(object) : [];
    return needsOf('leaf.apply', [object]).filter((permission) => !making.includes(permission));
  };
  const located = ({ open }: Leaves): Leaves => ({
    open: (connection) => {
      const leaf = open(connection);
      // Its methods are not its own, and would not be copied.
      return Object.create(leaf, {
        apply: {
          value: (object: KubeObject) => {
            servers.set(object, connection.server);
            return leaf.apply(object);
          },
        },
      });
    },
  });

  return (name) => {
    const door: Door = async (site, call, args = []) => {
      await before(name, site);
      const needs = needsOf(site, args);
      if (!TOLD.test(site))
        heard.note(name, site === 'leaf.apply' ? needsOfApply(args[0] as KubeObject) : needs);
      asking = { name, site, needs };
      try {
        // The models of what is told are asked before the first of their promises.
        return call();
      } finally {
        asking = undefined;
      }
    };
    const ports = hub.portsThrough(door);
    const metrics: Metrics = {
      record: () => heard.note(name, needsOf('metrics.record', [])),
      during: (work) => work(),
    };
    const tokens: TokenVerifier = {
      verify: (token) => door('tokens.verify', () => hub.tokens.verify(token), [token]),
    };
    const { oidc } = ports.settings;
    const sealing = {
      ...oidc,
      get sealKeys() {
        heard.note(name, [accessTo(SEAL_KEYS)]);
        return oidc.sealKeys;
      },
    };
    const settings = { ...ports.settings, oidc: sealing };
    return { ...ports, settings, leaves: located(ports.leaves), metrics, tokens };
  };
}
