/** The GKE client that calls the models directly, so that the simulation runs the real provider without a wire. */

import { CloudRefusal, statusOf } from '../../functions/google/refusal.ts';
import {
  controlPlaneOf,
  createdAt,
  type GkeClient,
  type GkeCluster,
  type Leftover,
  poolsOf,
} from '../../functions/providers/gke/client.ts';
import { type ComputeModel, type ComputeRow, GLOBAL } from '../compute/model.ts';
import type { ClusterView, ContainerModel } from '../container/model.ts';
import type { ClusterResource } from '../container/resource.ts';
import { ServiceError } from '../service.ts';

export function memoryGkeClient(container: ContainerModel, compute: ComputeModel): GkeClient {
  /** Later than the caller, as any reply is; and what a model refuses becomes what a client throws. */
  const call = async <T>(run: () => T): Promise<T> => {
    await null;
    try {
      return run();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      throw new CloudRefusal(statusOf(error.code), error.message, error.reason, {
        retryAfterMs: error.retryAfterMs,
      });
    }
  };
  return {
    createCluster: (location, cluster) =>
      call(() => void container.createCluster(location, structuredClone(cluster) as ClusterResource)),
    getCluster: (location, name) => call(() => gkeCluster(container.getCluster(location, name))),
    deleteCluster: (location, name) => call(() => void container.deleteCluster(location, name)),
    listClusters: () =>
      call(() => {
        const missing = container.missingZones('-');
        return { found: container.listClusters('-', missing).map(gkeCluster), missing };
      }),
    cancelOperation: (location, name) => call(() => container.cancelOperation(location, name)),
    listLeftovers: (kind, filter) =>
      call(() => {
        const scope = GLOBAL.has(kind) ? { location: 'global' } : {};
        const found: ComputeRow[] = [];
        const missing = new Set<string>();
        let next: { pageToken?: string } = {};
        do {
          const page = compute.list(kind, { filter, returnPartialSuccess: true, ...scope, ...next });
          found.push(...page.rows);
          for (const away of page.unreachable) missing.add(away.slice(away.indexOf('/') + 1));
          next = page.nextPageToken === undefined ? {} : { pageToken: page.nextPageToken };
        } while (next.pageToken !== undefined);
        return { found: found.map(leftover), missing: [...missing] };
      }),
    getSubnetwork: (region, name) => call(() => leftover(compute.get('subnetwork', region, name))),
    createFirewall: (firewall) => call(() => void compute.insertFirewall(structuredClone(firewall))),
    deleteLeftover: (kind, location, name) => call(() => void compute.delete(kind, location, name)),
  };
}

const leftover = (row: ComputeRow): Leftover => ({
  kind: row.kind,
  name: row.name,
  location: row.location,
  labels: row.labels,
  targetTags: row.targetTags ?? [],
  ...(row.backendService !== undefined && { backend: row.backendService }),
  createdAt: new Date(row.createdAtMs),
  // As the face of the stand-in says it of disks, and of nothing else.
  ...(row.kind === 'disk' && { sizeGiB: row.sizeGiB ?? 10 }),
  ...(row.kind === 'disk' && row.goneAtMs !== undefined && { going: true as const }),
  ...(row.rule?.sourceRanges !== undefined && { sources: row.rule.sourceRanges }),
  ...(row.subnetwork !== undefined && { range: row.subnetwork.ipCidrRange }),
  ...(row.kind === 'subnetwork' && row.description !== undefined && { description: row.description }),
});

/** The model shows one and the same view of a cluster until something changes in it. */
function gkeCluster(view: ClusterView): GkeCluster {
  const known = seen.get(view);
  if (known) return known;
  const cluster = Object.freeze(clusterIn(view));
  seen.set(view, cluster);
  return cluster;
}
const seen = new WeakMap<ClusterView, GkeCluster>();

function clusterIn(view: ClusterView): GkeCluster {
  const pools = view.nodePools ?? [];
  const endpoint = view.controlPlaneEndpointsConfig?.dnsEndpointConfig?.endpoint;
  const controlPlane = controlPlaneOf(view);
  const ca = (view.masterAuth as { clusterCaCertificate?: string } | undefined)?.clusterCaCertificate;
  return {
    name: view.name,
    location: view.location,
    status: view.status,
    labels: view.resourceLabels ?? {},
    conditions: [
      ...view.conditions,
      ...pools.flatMap((pool) => (pool.conditions ?? []) as GkeCluster['conditions']),
    ],
    nodesFailed: pools.some((pool) => pool.status === 'ERROR'),
    nodesPartial: pools.some((pool) => pool.status === 'RUNNING_WITH_ERROR'),
    ...(typeof endpoint === 'string' ? { endpoint } : {}),
    ...(ca ? { ca: Buffer.from(ca, 'base64').toString() } : {}),
    ...(controlPlane === undefined ? {} : { controlPlane }),
    ...createdAt(view.createTime as string),
    pools: poolsOf(view as Parameters<typeof poolsOf>[0]),
  };
}
