/**
 * What Hub asks of Google Cloud for clusters, and nothing more. The real side speaks gRPC to GKE through its official client, and
 * REST to Compute Engine through google-auth-library: the official Compute clients load several megabytes for a few methods.
 */
import type { ClusterManagerClient, protos } from '@google-cloud/container';
import type { Extent } from '../../../shared/catalog/catalog.ts';
import type { ResourceKind } from '../../../shared/documents/ledger.ts';
import { pagesOf } from '../../../shared/pages.ts';
import { grpcRefusal, restRefusal } from '../../google/refusal.ts';
import type { Listed } from '../../listed.ts';
import type { Condition } from './conditions.ts';
import type { FirewallBody } from './firewall.ts';
import type { ClusterBody } from './request.ts';

type GkeStatus =
  | 'STATUS_UNSPECIFIED'
  | 'PROVISIONING'
  | 'RUNNING'
  | 'RECONCILING'
  | 'STOPPING'
  | 'ERROR'
  | 'DEGRADED';

export interface GkeCluster {
  name: string;
  location: string;
  status: GkeStatus;
  labels: Readonly<Record<string, string>>;
  /** What GKE says about why the cluster or its nodes are as they are. */
  conditions: readonly Condition[];
  /** Some node pool could not be made. */
  nodesFailed: boolean;
  /** Some node pool was made only in part, as far as there were machines; what the cloud says of that is among the conditions. */
  nodesPartial: boolean;
  /** Host, and port in the embedded cloud, of the DNS endpoint. */
  endpoint?: string;
  /** PEM */
  ca?: string;
  /** Where its control plane calls from, inside the network: a range in CIDR notation. */
  controlPlane?: string;
  createdAt?: Date;
  pools: NonNullable<Extent['pools']>;
}

export type LeftoverKind = Exclude<ResourceKind, 'cluster' | 'bucket' | 'dns-record'>;

export interface Leftover {
  kind: LeftoverKind;
  name: string;
  location: string;
  labels: Readonly<Record<string, string>>;
  /** Firewalls: network tags of the nodes they are for. */
  targetTags: readonly string[];
  /** Forwarding rules: name of the backend service that they lead to, if it is to one. */
  backend?: string;
  createdAt?: Date;
  /** Disks. */
  sizeGiB?: number;
  /** Firewalls: where from, in CIDR notation. */
  sources?: readonly string[];
  /** Subnetworks. */
  description?: string;
  /** Subnetworks: of its nodes, in CIDR notation. */
  range?: string;
  /** Its deletion is under way, where the cloud says so. */
  going?: true;
}

/** Every method throws CloudRefusal. Lists say what they lack. */
export interface GkeClient {
  /** Asks for the cluster; it is not there yet when this returns. */
  createCluster(location: string, cluster: ClusterBody): Promise<void>;
  getCluster(location: string, name: string): Promise<GkeCluster>;
  /** Asks for the deletion. */
  deleteCluster(location: string, name: string): Promise<void>;
  /** In all locations. */
  listClusters(): Promise<Listed<GkeCluster>>;
  cancelOperation(location: string, name: string): Promise<void>;
  /** In all locations. `filter` is Compute Engine's. */
  listLeftovers(kind: LeftoverKind, filter: string): Promise<Listed<Leftover>>;
  getSubnetwork(region: string, name: string): Promise<Leftover>;
  /** Asks for the rule. */
  createFirewall(firewall: FirewallBody): Promise<void>;
  /** Asks for the deletion. */
  deleteLeftover(kind: LeftoverKind, location: string, name: string): Promise<void>;
}

/** The part of google-auth-library's AuthClient that is used: it adds the credentials. */
interface RestCaller {
  request<T>(options: {
    url: string;
    method: 'GET' | 'POST' | 'DELETE';
    params?: Record<string, string>;
    data?: object;
    timeout: number;
    retry: false;
  }): Promise<{ data: T }>;
}

interface GkeClientOptions {
  projectId: string;
  clusters: Pick<
    ClusterManagerClient,
    'createCluster' | 'getCluster' | 'deleteCluster' | 'listClusters' | 'cancelOperation'
  >;
  rest: RestCaller;
  /** `https://compute.googleapis.com/compute/v1` unless it is the embedded cloud's. */
  computeUrl?: string;
}

const COMPUTE_URL = 'https://compute.googleapis.com/compute/v1';

/** A step ends within 60 s and may make a few calls. Left alone, the client would wait and retry for ten minutes. */
const CALL_MS = 15_000;
/** Retrying is the engine's business, which knows how often and counts it. */
const ONCE = {
  timeout: CALL_MS,
  retry: {
    retryCodes: [],
    backoffSettings: { initialRetryDelayMillis: 0, retryDelayMultiplier: 1, maxRetryDelayMillis: 0 },
  },
};

export function createGkeClient({
  projectId,
  clusters,
  rest,
  computeUrl = COMPUTE_URL,
}: GkeClientOptions): GkeClient {
  const parent = (location: string): string => `projects/${projectId}/locations/${location}`;
  const grpc = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw grpcRefusal(error);
    }
  };
  const http = async <T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    content: { params?: Record<string, string>; data?: object } = {},
  ): Promise<T> => {
    try {
      const url = `${computeUrl}/projects/${projectId}/${path}`;
      return (await rest.request<T>({ url, method, ...content, timeout: CALL_MS, retry: false })).data;
    } catch (error) {
      throw restRefusal(error);
    }
  };
  return {
    createCluster: (location, cluster) =>
      grpc(async () => void (await clusters.createCluster({ parent: parent(location), cluster }, ONCE))),
    getCluster: (location, name) =>
      grpc(async () => {
        const [cluster] = await clusters.getCluster({ name: `${parent(location)}/clusters/${name}` }, ONCE);
        return gkeCluster(cluster);
      }),
    deleteCluster: (location, name) =>
      grpc(
        async () =>
          void (await clusters.deleteCluster({ name: `${parent(location)}/clusters/${name}` }, ONCE)),
      ),
    listClusters: () =>
      grpc(async () => {
        const [reply] = await clusters.listClusters({ parent: parent('-') }, ONCE);
        const found = (reply.clusters ?? []).map(gkeCluster);
        return { found, missing: (reply.missingZones ?? []).map(placeIn) };
      }),
    cancelOperation: (location, name) =>
      grpc(
        async () =>
          void (await clusters.cancelOperation({ name: `${parent(location)}/operations/${name}` }, ONCE)),
      ),
    async listLeftovers(kind, filter) {
      const found: Leftover[] = [];
      const missing = new Set<string>();
      const ask = (pageToken: string | undefined): Promise<ComputePage> =>
        http('GET', listPath(kind), {
          params: {
            filter,
            // Else one place that is away is an error, as the reference of each aggregated list has it.
            ...(GLOBAL.has(kind) ? {} : { returnPartialSuccess: 'true' }),
            ...(pageToken === undefined ? {} : { pageToken }),
          },
        });
      for await (const page of pagesOf(ask)) {
        found.push(...leftoversIn(kind, page));
        for (const place of missingFrom(page)) missing.add(place);
      }
      return { found, missing: [...missing] };
    },
    getSubnetwork: async (region, name) =>
      leftover('subnetwork', await http<ComputeResource>('GET', `regions/${region}/subnetworks/${name}`)),
    createFirewall: async (firewall) => {
      await http('POST', 'global/firewalls', { data: firewall });
    },
    deleteLeftover: async (kind, location, name) => {
      await http('DELETE', `${scopeOf(kind, location)}/${COLLECTIONS[kind]}/${name}`);
    },
  };
}

function gkeCluster(cluster: protos.google.container.v1.ICluster): GkeCluster {
  const pools = cluster.nodePools ?? [];
  const conditions = [...(cluster.conditions ?? []), ...pools.flatMap((pool) => pool.conditions ?? [])];
  const endpoint = cluster.controlPlaneEndpointsConfig?.dnsEndpointConfig?.endpoint;
  const ca = cluster.masterAuth?.clusterCaCertificate;
  const controlPlane = controlPlaneOf(cluster);
  return {
    name: cluster.name ?? '',
    location: cluster.location ?? '',
    status: (cluster.status ?? 'STATUS_UNSPECIFIED') as GkeStatus,
    labels: cluster.resourceLabels ?? {},
    conditions: [
      ...conditions.map(({ code, canonicalCode, message }) => ({
        code: String(code ?? 'UNKNOWN'),
        ...(canonicalCode && { canonicalCode: String(canonicalCode) }),
        message: message ?? '',
      })),
      // Older than conditions, and sometimes all that is said: https://github.com/hashicorp/terraform-provider-google/issues/3304
      ...[...pools, cluster].flatMap(({ statusMessage }) =>
        statusMessage ? [{ code: 'UNKNOWN', message: statusMessage }] : [],
      ),
    ],
    nodesFailed: pools.some((pool) => pool.status === 'ERROR'),
    nodesPartial: pools.some((pool) => pool.status === 'RUNNING_WITH_ERROR'),
    ...(endpoint ? { endpoint } : {}),
    ...(ca ? { ca: Buffer.from(ca, 'base64').toString() } : {}),
    ...(controlPlane === undefined ? {} : { controlPlane }),
    ...createdAt(cluster.createTime),
    pools: poolsOf(cluster),
  };
}

/** @param text as in a reply: RFC 3339, or nothing */
export function createdAt(text: string | null | undefined): { createdAt?: Date } {
  const at = new Date(text ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? {} : { createdAt: at };
}

/** As many machines as it should have, in all zones together. */
export const poolsOf = ({
  nodePools,
  locations,
}: Pick<protos.google.container.v1.ICluster, 'nodePools' | 'locations'>): NonNullable<Extent['pools']> =>
  (nodePools ?? []).map(({ config, initialNodeCount, locations: own }) => ({
    machineType: config?.machineType ?? '',
    machines: (initialNodeCount ?? 0) * (own?.length || locations?.length || 1),
    diskGiB: config?.diskSizeGb ?? 0,
  }));

/**
 * A range of its own in clusters that are peered with the network, one address of the subnetwork in those that are not. Which one is said only
 * where clients may use it ("Only populated if enabled", as the API has it of `privateEndpoint`); else what is known is the subnetwork,
 * which is the cluster's own, and whose addresses GKE's own rules let through already.
 */
export function controlPlaneOf(
  cluster: Pick<
    protos.google.container.v1.ICluster,
    'privateClusterConfig' | 'controlPlaneEndpointsConfig' | 'ipAllocationPolicy'
  >,
): string | undefined {
  const { masterIpv4CidrBlock, privateEndpoint } = cluster.privateClusterConfig ?? {};
  if (masterIpv4CidrBlock) return masterIpv4CidrBlock;
  const address = cluster.controlPlaneEndpointsConfig?.ipEndpointsConfig?.privateEndpoint || privateEndpoint;
  if (address) return `${address}/32`;
  const nodes = cluster.ipAllocationPolicy?.nodeIpv4CidrBlock;
  // As it was asked for it is a length alone.
  return nodes && !nodes.startsWith('/') ? nodes : undefined;
}

// Compute Engine v1: https://cloud.google.com/compute/docs/reference/rest/v1

const COLLECTIONS: Record<LeftoverKind, string> = {
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

interface ComputeResource {
  name: string;
  description?: string;
  /** Links; the last part is the location. */
  zone?: string;
  region?: string;
  labels?: Record<string, string>;
  targetTags?: string[];
  sourceRanges?: string[];
  ipCidrRange?: string;
  /** Forwarding rules: a link. */
  backendService?: string;
  creationTimestamp?: string;
  /** Disks: a number, in a string. */
  sizeGb?: string;
  status?: string;
}

interface Warning {
  code?: string;
  data?: { key?: string; value?: string }[];
}

interface ComputePage {
  /** A list, or resources and warnings by location in an aggregated list. */
  items?: ComputeResource[] | Record<string, { warning?: Warning } & Record<string, unknown>>;
  warning?: Warning;
  nextPageToken?: string;
  unreachables?: string[];
}

/** These are global and have a list of their own; the others are listed across all locations at once. */
const GLOBAL: ReadonlySet<LeftoverKind> = new Set(['firewall', 'health-check']);
const ZONAL: ReadonlySet<LeftoverKind> = new Set(['disk', 'network-endpoint-group']);
const listPath = (kind: LeftoverKind): string =>
  `${GLOBAL.has(kind) ? 'global' : 'aggregated'}/${COLLECTIONS[kind]}`;

function leftoversIn(kind: LeftoverKind, page: ComputePage): Leftover[] {
  const { items = [] } = page;
  if (Array.isArray(items)) return items.map((item) => leftover(kind, item));
  return Object.values(items).flatMap((entry) =>
    ((entry[COLLECTIONS[kind]] ?? []) as ComputeResource[]).map((item) => leftover(kind, item)),
  );
}

/** Places are told of in three ways: by name, by a warning in their own part of the page, or by one of the whole page. */
function missingFrom({ items = [], unreachables = [], warning }: ComputePage): string[] {
  const scopes = Array.isArray(items) ? [] : Object.entries(items);
  const away = scopes.filter(
    ([, { warning: own }]) => own?.code !== undefined && own.code !== 'NO_RESULTS_ON_PAGE',
  );
  const ofPage = (warning?.code === 'UNREACHABLE' && warning.data) || [];
  const all = [...unreachables, ...away.map(([scope]) => scope), ...ofPage.map(({ value = '' }) => value)];
  return all.map(placeIn);
}

/** The zone or region that a name or link of a place, or of something in it, has; else all of it. */
const placeIn = (name: string): string => /(?:zones|regions|locations)\/([^/]+)/.exec(name)?.[1] ?? name;

const lastPart = (link: string): string => link.slice(link.lastIndexOf('/') + 1);

const leftover = (kind: LeftoverKind, item: ComputeResource): Leftover => ({
  kind,
  name: item.name,
  location: lastPart(item.zone ?? item.region ?? 'global'),
  labels: item.labels ?? {},
  targetTags: item.targetTags ?? [],
  ...(item.backendService !== undefined && { backend: lastPart(item.backendService) }),
  ...createdAt(item.creationTimestamp),
  ...(item.sizeGb !== undefined && { sizeGiB: Number(item.sizeGb) }),
  ...(item.sourceRanges !== undefined && { sources: item.sourceRanges }),
  ...(item.ipCidrRange !== undefined && { range: item.ipCidrRange }),
  ...(kind === 'subnetwork' && item.description !== undefined && { description: item.description }),
  ...(item.status === 'DELETING' && { going: true }),
});

function scopeOf(kind: LeftoverKind, location: string): string {
  if (location === 'global') return 'global';
  // A zone is a region and a letter: `europe-west1-b`.
  return ZONAL.has(kind) && /-[a-z]$/.test(location) ? `zones/${location}` : `regions/${location}`;
}
