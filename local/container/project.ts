/** What is kept of a project's clusters, and how time and chance come to it; every instant is kept, so that a restart goes on. */
import { ServiceError, STATUS, type World } from '../service.ts';
import type { Table } from '../store.ts';
import { locationPath } from './audit.ts';
import * as failures from './failures.ts';
import type { ClusterRow, OperationRow } from './state.ts';
import { clusterPath } from './views.ts';

export interface Project {
  readonly world: World;
  /** By `keyOf`. */
  readonly clusters: Table<ClusterRow>;
  /** By name. */
  readonly operations: Table<OperationRow>;
  /** So many random digits. */
  hex(length: number): string;
  at(atMs: number, run: () => void): void;
  /** Nothing comes at its time any more. */
  close(): void;
}

export function openProject(world: World): Project {
  const { clock, random, store } = world;
  const timers = new Set<() => void>();
  return {
    world,
    clusters: store.table<ClusterRow>('clusters'),
    operations: store.table<OperationRow>('operations'),
    hex(length) {
      let digits = '';
      while (digits.length < length) {
        digits += Math.floor(random.fraction() * 2 ** 32)
          .toString(16)
          .padStart(8, '0');
      }
      return digits.slice(0, length);
    },
    at(atMs, run) {
      const cancel = clock.schedule(atMs, () => {
        timers.delete(cancel);
        run();
      });
      timers.add(cancel);
    },
    close() {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}

export const keyOf = (location: string, name: string): string => `${location}/${name}`;

/** @throws ServiceError NOT_FOUND */
export function requireCluster({ clusters, world }: Project, location: string, name: string): ClusterRow {
  const row = clusters.get(keyOf(location, name));
  if (row) return row;
  const path = clusterPath(world.projectId, location, name);
  throw new ServiceError(STATUS.NOT_FOUND, `Not found: ${path}.`);
}

/** @throws ServiceError NOT_FOUND; FAILED_PRECONDITION if an operation holds it */
export function requireFree(project: Project, location: string, name: string): ClusterRow {
  const row = requireCluster(project, location, name);
  if (row.operation) throw failures.busy(row.operation);
  return row;
}

/** @throws ServiceError NOT_FOUND; FAILED_PRECONDITION, also if an operation holds it */
export function requireChangeable(project: Project, location: string, name: string): ClusterRow {
  return requireRunning(requireFree(project, location, name));
}

/** @throws ServiceError FAILED_PRECONDITION */
export function requireRunning(row: ClusterRow): ClusterRow {
  if (row.status === 'RUNNING' || row.status === 'DEGRADED') return row;
  throw new ServiceError(
    STATUS.FAILED_PRECONDITION,
    `Cluster ${row.resource.name} is in state ${row.status} and cannot be changed.`,
  );
}

/** @throws ServiceError NOT_FOUND */
export function requireOperation(
  { operations, world }: Project,
  location: string,
  name: string,
): OperationRow {
  const row = operations.get(name);
  if (row && row.location === location) return row;
  throw new ServiceError(
    STATUS.NOT_FOUND,
    `Not found: ${locationPath(world.projectId, location)}/operations/${name}.`,
  );
}
