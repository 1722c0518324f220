/** How much of a region is used, and how much of it may be. */
import type { Table } from '../store.ts';
import * as failures from './failures.ts';
import type { Project } from './project.ts';
import { cpusOf, resized } from './state.ts';

export interface Quota {
  /** vCPUs of all nodes in the region. */
  cpus: number;
  /** Clusters in each zone of the region, and regional ones in the region. */
  clusters: number;
}

/** https://cloud.google.com/kubernetes-engine/quotas for clusters; the CPUs are those of a project that asked for more. */
const DEFAULT_QUOTA: Quota = { cpus: 10_000, clusters: 100 };

export interface Quotas {
  of(region: string): Quota;
  /** Undefined fields keep their value. */
  set(region: string, quota: Partial<Quota>): void;
  /** @throws ServiceError RESOURCE_EXHAUSTED if one more cluster there would be too many */
  requireCluster(region: string, location: string): void;
  /** @throws ServiceError RESOURCE_EXHAUSTED if so many more would be too many */
  requireCpus(region: string, cpus: number): void;
}

export function openQuotas(project: Project): Quotas {
  const { projectId, store } = project.world;
  const quotas: Table<Quota> = store.table('quotas');
  const of = (region: string): Quota => quotas.get(region) ?? DEFAULT_QUOTA;
  return {
    of,
    set: (region, quota) => void quotas.set(region, { ...of(region), ...quota }),
    requireCluster(region, location) {
      const most = of(region).clusters;
      const count = [...project.clusters.values()].filter((row) => row.location === location).length;
      if (count >= most) throw failures.clusterQuota(location, most);
    },
    requireCpus(region, cpus) {
      const most = of(region).cpus;
      const used = cpusUsed(project, region);
      if (used + cpus > most) throw failures.cpuQuota(projectId, cpus, most, used);
    },
  };
}

function cpusUsed({ clusters, operations }: Project, region: string): number {
  let sum = 0;
  for (const row of clusters.values()) {
    if (row.region !== region || row.status === 'ERROR') continue;
    const { resize } = operations.get(row.operation ?? '') ?? {};
    // Nodes on their way count already, and those that go count until they are gone.
    sum += Math.max(
      ...[row, ...(resize ? [resized(row, resize)] : [])].map((one) => cpusOf(one.location, one.resource)),
    );
  }
  return sum;
}
