/** The Kubernetes side of GKE's clusters. That it fails is told in the log: a cluster's operation ends all the same. */
import type { ComputeModel } from '../compute/model.ts';
import type { Leaves } from './leaves.ts';
import { nodesOf } from './nodes.ts';
import type { Project } from './project.ts';
import { type ClusterRow, controlPlaneAddress, leafOf, nodeCount, refOf, zonesOf } from './state.ts';
import { VERSION } from './views.ts';
import { isRegion } from './zones.ts';

export interface LeafSide {
  /** @returns undefined if it did not start */
  start(row: ClusterRow): Promise<ClusterRow['connection']>;
  stop(row: ClusterRow): Promise<void>;
  resize(row: ClusterRow): Promise<'done' | 'pending'>;
  /** While its one control plane is being upgraded its API does not answer. */
  setAway(row: ClusterRow): void;
}

export function createLeafSide(
  { world, operations }: Project,
  leaves: Leaves,
  compute: ComputeModel,
): LeafSide {
  const { log } = world;
  const tell = (event: string, row: ClusterRow, error: unknown): void =>
    log.error(event, { resource: row.resource.name, detail: String(error) });
  return {
    async start(row) {
      const cluster = refOf(row);
      const targetTags = [cluster.nodeTag];
      try {
        const { server, ca } = await leaves.start({
          ...leafOf(row),
          nodeCount: nodeCount(row),
          zones: zonesOf(row.location, row.resource),
          machineType: row.resource.nodePools?.[0]?.config?.machineType ?? 'e2-medium',
          nodes: nodesOf(row),
          controlPlane: controlPlaneAddress(row),
          version: row.version ?? VERSION,
          labels: row.resource.resourceLabels ?? {},
          resources: {
            create: (kind, spec) =>
              compute.create(kind, {
                ...(kind === 'firewall' ? { targetTags } : {}),
                ...spec,
                cluster,
                madeBy: 'kubernetes',
              }),
            remove: compute.remove,
          },
        });
        return { endpoint: server.replace(/^https:\/\//, '').replace(/\/$/, ''), ca };
      } catch (error) {
        tell('leaf did not start', row, error);
        return undefined;
      }
    },
    async stop(row) {
      await leaves.stop(leafOf(row)).catch((error: unknown) => tell('leaf did not stop', row, error));
    },
    async resize(row) {
      try {
        return (await leaves.resize?.(leafOf(row), nodesOf(row))) ?? 'done';
      } catch (error) {
        tell('leaf was not resized', row, error);
        return 'done';
      }
    },
    setAway(row) {
      const { type } = operations.get(row.operation ?? '') ?? {};
      leaves.setAway?.(leafOf(row), type === 'UPGRADE_MASTER' && !isRegion(row.location));
    },
  };
}
