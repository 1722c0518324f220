/**
 * What clusters leave in Compute Engine: disks, addresses, the parts of load balancers, firewalls and subnetworks. GKE and Kubernetes make them
 * through `create` and `remove`; Hub sees them through the REST face in `server.ts`.
 */
import type { ResourceKind } from '../../shared/documents/ledger.ts';
import { isRegion, LOCATIONS } from '../container/zones.ts';
import { logNormal } from '../random.ts';
import { ServiceError, STATUS, type World } from '../service.ts';
import { parseFilter } from './filter.ts';

export type ComputeKind = Exclude<ResourceKind, 'cluster' | 'bucket' | 'dns-record'>;

/** The cluster on whose behalf something is made. */
export interface ClusterRef {
  name: string;
  location: string;
  /** GKE's id of the cluster, new for each cluster even if the name was used before. */
  id: string;
  /** Network tag of its nodes: `gke-<cluster>-<hash>-node`. */
  nodeTag: string;
}

export interface ComputeSpec {
  name: string;
  /** Zone, region or `global`. Firewalls and the older kind of health checks are always global. */
  location: string;
  labels?: Record<string, string>;
  description?: string;
  cluster?: ClusterRef;
  /** `gke`: goes with the cluster. `kubernetes`: stays until Kubernetes removes it. `user`: neither's. */
  madeBy?: 'gke' | 'kubernetes' | 'user';
  sizeGiB?: number;
  /** Disks: of the key that is not Google's own. */
  kmsKeyName?: string;
  ipAddress?: string;
  /** Forwarding rules: name of the backend service that it leads to, if it does not to a target pool. */
  backendService?: string;
  /** Backend services: name of the health check in its region. */
  healthCheck?: string;
  /** Links to what uses it; while there are any, it cannot be deleted. */
  users?: string[];
  targetTags?: string[];
  rule?: FirewallRule;
  subnetwork?: Subnetwork;
}

/** What of a subnetwork is shown. Ranges are in CIDR notation. */
interface Subnetwork {
  network: string;
  ipCidrRange: string;
  secondaryIpRanges: { rangeName: string; ipCidrRange: string }[];
}

/** What of a firewall is kept as it came. */
interface FirewallRule {
  network?: string;
  direction?: string;
  sourceRanges?: readonly string[];
  allowed?: readonly { IPProtocol?: string; ports?: readonly string[] }[];
}

/** A firewall as a client asks for it. */
export interface FirewallRequest extends FirewallRule {
  name?: string;
  description?: string;
  targetTags?: readonly string[];
}

/** A resource as it is kept. Plain JSON. */
export interface ComputeRow
  extends Required<Pick<ComputeSpec, 'name' | 'location' | 'labels' | 'madeBy' | 'users'>> {
  kind: ComputeKind;
  id: string;
  createdAtMs: number;
  description?: string;
  cluster?: ClusterRef;
  sizeGiB?: number;
  kmsKeyName?: string;
  ipAddress?: string;
  backendService?: string;
  healthCheck?: string;
  targetTags?: string[];
  rule?: FirewallRule;
  subnetwork?: Subnetwork;
  /** A deletion is under way and ends then. */
  goneAtMs?: number;
}

interface Page {
  rows: ComputeRow[];
  /** Scopes that an aggregated list lacks: `zones/europe-west1-b`. */
  unreachable: string[];
  nextPageToken?: string;
}

export interface ComputeModel {
  /** Makes it, or replaces the one of that name. */
  create(kind: ComputeKind, spec: ComputeSpec): void;
  /** At once and without a check, as Kubernetes' controllers see to the order. Whether it was there. */
  remove(kind: ComputeKind, name: string, location: string): boolean;
  /** The nodes of the cluster are gone: nothing is attached any more, and what GKE made goes unless `leak`. */
  releaseCluster(clusterId: string, leak: boolean): void;
  /** Everything there is, for tests and inventories. */
  all(): ComputeRow[];

  // The API, as `server.ts` and the client in memory call it. All throw ServiceError.
  list(kind: ComputeKind, options?: ListOptions): Page;
  get(kind: ComputeKind, location: string, name: string): ComputeRow;
  delete(kind: ComputeKind, location: string, name: string): ComputeRow;
  insertFirewall(request: FirewallRequest): ComputeRow;

  /** Calls of the API by method (`disks.aggregatedList`), for benchmarks. */
  readonly calls: Map<string, number>;
  /** Stops its timers; the state stays in the store. */
  close(): void;
}

export interface ListOptions {
  /** All locations if absent: an aggregated list. */
  location?: string;
  /** One of all locations may lack some; else it is refused then. */
  returnPartialSuccess?: boolean;
  filter?: string;
  maxResults?: number;
  pageToken?: string;
}

/** Names of the collections in the API. */
export const COLLECTIONS: Record<ComputeKind, string> = {
  disk: 'disks',
  address: 'addresses',
  'forwarding-rule': 'forwardingRules',
  'target-pool': 'targetPools',
  // The older ones, which target pools take.
  'health-check': 'httpHealthChecks',
  'backend-service': 'backendServices',
  'network-endpoint-group': 'networkEndpointGroups',
  'region-health-check': 'healthChecks',
  firewall: 'firewalls',
  subnetwork: 'subnetworks',
};

/** Where there may be such things; whatever is in no place is always listed. */
const placesOf = (kind: ComputeKind): readonly string[] =>
  LOCATIONS.filter((location) => kind === 'disk' || kind === 'network-endpoint-group' || isRegion(location));

/** Default and maximum of `maxResults`. */
const PAGE = 500;

export function createComputeModel(world: World): ComputeModel {
  const { clock, random, faults } = world;
  const table = world.store.table<ComputeRow>('compute');
  const calls = new Map<string, number>();
  const timers = new Set<() => void>();
  const keyOf = (kind: ComputeKind, location: string, name: string): string => `${kind}/${location}/${name}`;
  const locationOf = (kind: ComputeKind, location: string): string =>
    GLOBAL.has(kind) ? 'global' : location;

  const vanish = (key: string, row: ComputeRow): void => {
    if (row.goneAtMs === undefined) return;
    const cancel = clock.schedule(row.goneAtMs, () => {
      timers.delete(cancel);
      if (table.get(key)?.id === row.id) table.delete(key);
    });
    timers.add(cancel);
  };
  for (const [key, row] of table.entries()) vanish(key, row);

  const begin = (kind: ComputeKind, method: string): string => {
    const name = `${COLLECTIONS[kind]}.${method}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    if (faults.hit('unavailable', `compute.${name}`)) {
      throw new ServiceError(STATUS.UNAVAILABLE, 'Backend Error', 'backendError');
    }
    return name;
  };
  const isAway = (location: string): boolean => faults.hit('unreachable', location);
  const find = (kind: ComputeKind, location: string, name: string): ComputeRow => {
    const row = table.get(keyOf(kind, locationOf(kind, location), name));
    if (row) return row;
    throw new ServiceError(
      STATUS.NOT_FOUND,
      `The resource '${linkOf(world.projectId, { kind, location, name })}' was not found`,
      'notFound',
    );
  };
  const usersOf = (row: ComputeRow): string[] => {
    if (row.kind === 'health-check') return [...row.users, ...poolsWith(row)];
    if (ofBackends[row.kind]) return [...row.users, ...backendUsersOf(row)];
    if (row.kind !== 'address' && row.kind !== 'target-pool') return row.users;
    const rule = table.get(keyOf('forwarding-rule', row.location, row.name));
    return rule ? [...row.users, linkOf(world.projectId, rule)] : row.users;
  };
  /** GKE calls the groups of a backend service as it is called. */
  const ofBackends: Partial<Record<ComputeKind, (row: ComputeRow) => (other: ComputeRow) => boolean>> = {
    'backend-service':
      ({ name }) =>
      ({ kind, backendService }) =>
        kind === 'forwarding-rule' && backendService === name,
    'network-endpoint-group':
      ({ name }) =>
      (other) =>
        other.kind === 'backend-service' && other.name === name,
    'region-health-check':
      ({ name }) =>
      ({ kind, healthCheck }) =>
        kind === 'backend-service' && healthCheck === name,
  };
  const backendUsersOf = (row: ComputeRow): string[] => {
    const uses = ofBackends[row.kind]?.(row) ?? (() => false);
    const region = row.location.replace(/-[a-z]$/, '');
    return [...table.values()]
      .filter((other) => other.location === region && uses(other))
      .map((other) => linkOf(world.projectId, other));
  };
  /** A check of its own has the name of the pool; that of the nodes is for all other pools of its cluster. */
  const poolsWith = ({ name, cluster }: ComputeRow): string[] => {
    const isOwn = (pool: ComputeRow): boolean =>
      table.has(keyOf('health-check', 'global', pool.name)) || cluster === undefined;
    return [...table.values()]
      .filter(({ kind }) => kind === 'target-pool')
      .filter((pool) => (isOwn(pool) ? pool.name === name : pool.cluster?.id === cluster?.id))
      .map((pool) => linkOf(world.projectId, pool));
  };

  /** Rows are replaced, not changed: what the API shows of one stays true, but for who uses it. */
  const shown = new WeakMap<ComputeRow, Record<string, unknown>>();
  const viewOf = (row: ComputeRow): Record<string, unknown> => {
    const users = usersOf(row);
    const known = users === row.users ? shown.get(row) : undefined;
    if (known) return known;
    const view = resourceOf(world.projectId, row, users);
    if (users === row.users) shown.set(row, view);
    return view;
  };

  const create: ComputeModel['create'] = (kind, spec) => {
    const location = locationOf(kind, spec.location);
    const { name, labels = {}, madeBy = 'user', users = [], ...rest } = spec;
    const gke = spec.cluster && kind === 'disk' && madeBy === 'gke' ? gkeLabels(spec.cluster) : {};
    table.set(keyOf(kind, location, name), {
      ...rest,
      kind,
      name,
      location,
      madeBy,
      users,
      // These have no labels in this API; boot disks of a cluster get GKE's own.
      labels: UNLABELLED.has(kind) ? {} : { ...gke, ...labels },
      id: digits(random.fraction, 19),
      createdAtMs: clock.now(),
    });
  };

  return {
    calls,
    create,
    remove: (kind, name, location) => table.delete(keyOf(kind, locationOf(kind, location), name)),
    releaseCluster(clusterId, leak) {
      for (const [key, row] of [...table.entries()]) {
        if (row.cluster?.id !== clusterId) continue;
        if (row.madeBy === 'gke' && !leak) table.delete(key);
        else if (row.users.length > 0) table.set(key, { ...row, users: [] });
      }
    },
    all: () => [...table.values()],
    list(kind, options = {}) {
      begin(kind, options.location === undefined ? 'aggregatedList' : 'list');
      const matches = parseFilter(options.filter);
      const away = options.location === undefined ? placesOf(kind).filter(isAway) : [];
      if (away.length > 0 && !options.returnPartialSuccess)
        throw new ServiceError(STATUS.UNAVAILABLE, 'Backend Error', 'backendError');
      const unreachable = away.map((location) => scopeOf(kind, location));
      const rows = [...table.values()]
        .filter((row) => row.kind === kind && !away.includes(row.location))
        .filter((row) => options.location === undefined || row.location === options.location)
        .filter((row) => matches(viewOf(row)))
        .sort((a, b) => (a.location + a.name < b.location + b.name ? -1 : 1));
      const size = Math.min(options.maxResults ?? PAGE, PAGE);
      const start = options.pageToken === undefined ? 0 : Number(options.pageToken);
      if (!Number.isInteger(start)) {
        throw new ServiceError(STATUS.INVALID_ARGUMENT, "Invalid value for field 'pageToken'.", 'invalid');
      }
      const page = rows.slice(start, start + size);
      return start + size < rows.length
        ? { rows: page, unreachable, nextPageToken: String(start + size) }
        : { rows: page, unreachable };
    },
    get(kind, location, name) {
      begin(kind, 'get');
      return find(kind, location, name);
    },
    delete(kind, location, name) {
      const method = begin(kind, 'delete');
      const row = find(kind, location, name);
      const link = linkOf(world.projectId, row);
      const users = usersOf(row);
      if (users.length > 0) {
        throw new ServiceError(
          STATUS.FAILED_PRECONDITION,
          `The ${COLLECTIONS[kind].replace(/e?s$/, '')} resource '${link}' is already being used by '${users[0]}'`,
          'resourceInUseByAnotherResource',
        );
      }
      if (row.goneAtMs !== undefined) {
        throw new ServiceError(
          STATUS.FAILED_PRECONDITION,
          `The resource '${link}' is not ready`,
          'resourceNotReady',
        );
      }
      const deleting = { ...row, goneAtMs: clock.after(logNormal(random, 2500, 8000)) };
      const key = keyOf(kind, row.location, name);
      table.set(key, deleting);
      vanish(key, deleting);
      if (faults.hit('reply-lost', `compute.${method}`)) {
        throw new ServiceError(STATUS.UNAVAILABLE, 'Backend Error', 'backendError');
      }
      return deleting;
    },
    insertFirewall(request) {
      const method = begin('firewall', 'insert');
      const { name = '', description, targetTags, ...rule } = checkFirewall(request);
      if (table.has(keyOf('firewall', 'global', name))) {
        const link = linkOf(world.projectId, { kind: 'firewall', location: 'global', name });
        throw new ServiceError(
          STATUS.ALREADY_EXISTS,
          `The resource '${link}' already exists`,
          'alreadyExists',
        );
      }
      create('firewall', {
        name,
        location: 'global',
        rule,
        ...(description === undefined ? {} : { description }),
        ...(targetTags ? { targetTags: [...targetTags] } : {}),
      });
      if (faults.hit('reply-lost', `compute.${method}`)) {
        throw new ServiceError(STATUS.UNAVAILABLE, 'Backend Error', 'backendError');
      }
      return find('firewall', 'global', name);
    },
    close() {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}

const UNLABELLED: ReadonlySet<ComputeKind> = new Set([
  'firewall',
  'subnetwork',
  'target-pool',
  'health-check',
  'backend-service',
  'network-endpoint-group',
  'region-health-check',
]);
/** Kinds of which each is in no zone and no region: they have no list across all. */
export const GLOBAL: ReadonlySet<ComputeKind> = new Set(['firewall', 'health-check']);

/** https://cloud.google.com/compute/docs/naming-resources */
const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const RANGE = /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/;

/** @throws ServiceError INVALID_ARGUMENT */
function checkFirewall(request: FirewallRequest): FirewallRequest {
  const wrong = (field: string, value: unknown): ServiceError =>
    new ServiceError(
      STATUS.INVALID_ARGUMENT,
      `Invalid value for field 'resource.${field}': '${String(value ?? '')}'.`,
      'invalid',
    );
  const { name = '', network = '', direction = 'INGRESS', sourceRanges = [], targetTags = [] } = request;
  if (!NAME.test(name)) throw wrong('name', name);
  // A network that is only named is no link.
  if (!/(^|\/)global\/networks\/[-a-z0-9]+$/.test(network)) throw wrong('network', network);
  if (direction !== 'INGRESS' && direction !== 'EGRESS') throw wrong('direction', direction);
  for (const range of sourceRanges) if (!RANGE.test(range)) throw wrong('sourceRanges[0]', range);
  for (const tag of targetTags) if (!NAME.test(tag)) throw wrong('targetTags[0]', tag);
  if (!request.allowed?.length) throw wrong('allowed', undefined);
  return request;
}

/** Path of a resource below the project, as in links and error messages. */
export function linkOf(projectId: string, row: Pick<ComputeRow, 'kind' | 'location' | 'name'>): string {
  return `projects/${projectId}/${scopeOf(row.kind, row.location)}/${COLLECTIONS[row.kind]}/${row.name}`;
}

const ZONAL: ReadonlySet<ComputeKind> = new Set(['disk', 'network-endpoint-group']);

/** `zones/europe-west1-b`, `regions/europe-west1` or `global`. */
export function scopeOf(kind: ComputeKind, location: string): string {
  if (GLOBAL.has(kind) || location === 'global') return 'global';
  return ZONAL.has(kind) && /-[a-z]$/.test(location) ? `zones/${location}` : `regions/${location}`;
}

/** The resource as the API shows it. */
export function resourceOf(projectId: string, row: ComputeRow, users = row.users): Record<string, unknown> {
  const link = (path: string): string => `https://www.googleapis.com/compute/v1/${path}`;
  const scope = scopeOf(row.kind, row.location);
  return {
    kind: `compute#${COLLECTIONS[row.kind].replace(/(ss)es$|s$/, '$1')}`,
    id: row.id,
    name: row.name,
    creationTimestamp: new Date(row.createdAtMs).toISOString(),
    selfLink: link(linkOf(projectId, row)),
    ...(row.description === undefined ? {} : { description: row.description }),
    ...(UNLABELLED.has(row.kind) ? {} : { labels: row.labels, labelFingerprint: '42WmSpB8rSM=' }),
    ...(scope.startsWith('zones/') ? { zone: link(`projects/${projectId}/${scope}`) } : {}),
    ...(scope.startsWith('regions/') ? { region: link(`projects/${projectId}/${scope}`) } : {}),
    ...(row.kind === 'disk' ? { sizeGb: String(row.sizeGiB ?? 10) } : {}),
    ...(row.kmsKeyName === undefined ? {} : { diskEncryptionKey: { kmsKeyName: row.kmsKeyName } }),
    ...(row.kind === 'disk' ? { status: row.goneAtMs === undefined ? 'READY' : 'DELETING' } : {}),
    ...(row.kind === 'address' ? { status: users.length > 0 ? 'IN_USE' : 'RESERVED' } : {}),
    ...(row.kind === 'address' ? { address: row.ipAddress ?? '203.0.113.1' } : {}),
    ...(row.kind === 'forwarding-rule' ? { IPAddress: row.ipAddress ?? '203.0.113.1' } : {}),
    ...(row.backendService === undefined
      ? {}
      : { backendService: link(`projects/${projectId}/${scope}/backendServices/${row.backendService}`) }),
    ...(row.healthCheck === undefined
      ? {}
      : { healthChecks: [link(`projects/${projectId}/${scope}/healthChecks/${row.healthCheck}`)] }),
    ...(row.kind === 'firewall'
      ? { direction: 'INGRESS', ...row.rule, targetTags: row.targetTags ?? [] }
      : {}),
    ...(row.kind === 'subnetwork' ? { ...row.subnetwork, privateIpGoogleAccess: true } : {}),
    // Of the others this API says that they are used only when they are to go.
    ...(users.length > 0 && USERS_SHOWN.has(row.kind) ? { users } : {}),
  };
}

const USERS_SHOWN: ReadonlySet<ComputeKind> = new Set(['disk', 'address']);

/** What GKE writes on the disks of a cluster's nodes. */
const gkeLabels = (cluster: ClusterRef): Record<string, string> => ({
  'goog-k8s-cluster-name': cluster.name,
  'goog-k8s-cluster-location': cluster.location,
});

const digits = (fraction: () => number, length: number): string =>
  Array.from({ length }, (_, i) => Math.floor(fraction() * (i === 0 ? 9 : 10)) + (i === 0 ? 1 : 0)).join('');
