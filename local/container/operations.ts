/** Long operations: they begin, run, and do what they do to their cluster at their end. One at a time holds a cluster. */
import { hours, seconds } from '../../shared/units.ts';
import type { ComputeModel } from '../compute/model.ts';
import { ServiceError, STATUS } from '../service.ts';
import { cancelMs, type OperationType, operationMs, pendingMs, SLOW_FACTOR } from './durations.ts';
import * as failures from './failures.ts';
import type { LeafSide } from './leaf-side.ts';
import { makeDisks, makeFirewalls, removeDisks } from './nodes.ts';
import { keyOf, type Project } from './project.ts';
import type { ClusterStatus } from './resource.ts';
import { type ClusterRow, type OperationRow, resized } from './state.ts';
import type { Trail } from './trail.ts';
import { isRegion } from './zones.ts';

/** Until nodes that come or go are looked at again. */
const NODES_AGAIN_MS = seconds(5);

/** Finished operations can be read that long. */
const OPERATION_KEPT_MS = hours(12);

export interface Beginning {
  /** How it is going to end. */
  failure?: failures.Failure;
  lacking?: NonNullable<OperationRow['lacking']>;
  lastsMs?: number;
  resize?: NonNullable<OperationRow['resize']>;
}

interface Operations {
  /** The cluster is in that status until it ends. */
  begin(row: ClusterRow, type: OperationType, status: ClusterStatus, how?: Beginning): OperationRow;
  /** Nothing, if it is over. @throws ServiceError FAILED_PRECONDITION */
  cancel(operation: OperationRow): void;
  /** What an earlier process had under way. */
  resume(): void;
}

export function createOperations(
  project: Project,
  { compute, leafSide, trail }: { compute: ComputeModel; leafSide: LeafSide; trail: Trail },
): Operations {
  const { world, clusters, operations, at, hex } = project;
  const { clock, faults, log, random } = world;
  /** Whose end is being carried out. */
  const ending = new Set<string>();

  const arm = (operation: OperationRow): void => {
    const { name } = operation;
    if (operation.status === 'PENDING') {
      at(operation.runAtMs, () => {
        const row = operations.get(name);
        if (row?.status === 'PENDING') operations.set(name, { ...row, status: 'RUNNING' });
      });
    }
    if (operation.endAtMs !== undefined) at(operation.endAtMs, () => void end(name));
  };

  async function end(name: string): Promise<void> {
    const operation = operations.get(name);
    if (!operation || operation.status === 'DONE' || ending.has(name)) return;
    ending.add(name);
    try {
      const failure = await carryOut(project, compute, leafSide, operation);
      if (failure === 'pending') {
        at(clock.after(NODES_AGAIN_MS), () => void end(name));
        return;
      }
      const done: OperationRow = { ...operation, status: 'DONE', endedAtMs: clock.now() };
      if (failure) done.failure = failure;
      operations.set(name, done);
      trail.tell(done, 'last');
    } catch (error) {
      log.error('operation did not end', { resource: operation.cluster, detail: String(error) });
    } finally {
      ending.delete(name);
    }
  }

  const forgetOld = (): void => {
    for (const [name, row] of operations.entries()) {
      if (row.endedAtMs === undefined) continue;
      if (clock.elapsed(row.endedAtMs) < OPERATION_KEPT_MS) return;
      operations.delete(name);
    }
  };

  return {
    begin(row, type, status, { lastsMs, ...how } = {}) {
      forgetOld();
      let durationMs = lastsMs ?? operationMs(random, type, isRegion(row.location));
      const subject = `${type} ${row.location}`;
      if (faults.hit('slow-operation', subject)) durationMs *= SLOW_FACTOR;
      // A deletion never hangs for ever: GKE starts it again by itself.
      const stuck = type !== 'DELETE_CLUSTER' && faults.hit('stuck-operation', subject);
      const startAtMs = clock.now();
      const operation: OperationRow = {
        name: `operation-${Math.floor(startAtMs)}-${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
        type,
        location: row.location,
        cluster: row.resource.name,
        clusterId: row.id,
        status: 'PENDING',
        startAtMs,
        runAtMs: clock.after(Math.min(pendingMs(random), durationMs / 2)),
        ...(stuck ? {} : { endAtMs: clock.after(durationMs) }),
        ...how,
      };
      if (!operation.failure && faults.hit('operation-fails', subject))
        operation.failure = failures.internal();
      // As one: an operation whose cluster nobody has heard of would end well and have done nothing.
      world.store.batch(() => {
        operations.set(operation.name, operation);
        clusters.set(keyOf(row.location, row.resource.name), { ...row, status, operation: operation.name });
      });
      arm(operation);
      trail.tell(operation, 'first');
      return operation;
    },
    cancel(operation) {
      const { name, status, type } = operation;
      if (status === 'DONE' || status === 'ABORTING') return;
      if (type === 'DELETE_CLUSTER') {
        throw new ServiceError(STATUS.FAILED_PRECONDITION, `Operation ${name} cannot be cancelled.`);
      }
      const aborting: OperationRow = {
        ...operation,
        status: 'ABORTING',
        failure: failures.cancelled(),
        endAtMs: clock.after(cancelMs(random)),
      };
      operations.set(name, aborting);
      arm(aborting);
    },
    resume() {
      for (const operation of operations.values()) if (operation.status !== 'DONE') arm(operation);
    },
  };
}

type End = failures.Failure | 'pending' | undefined;

/** What the end of an operation does to its cluster; returns why it failed, if it did, or that it is not at its end yet. */
async function carryOut(
  project: Project,
  compute: ComputeModel,
  leafSide: LeafSide,
  operation: OperationRow,
): Promise<End> {
  const row = project.clusters.get(keyOf(operation.location, operation.cluster));
  // Killed between the two writes of an end, it comes here again: the cluster may be gone by now, or busy with the next.
  if (!row || row.id !== operation.clusterId || row.operation !== operation.name) return operation.failure;
  return ENDS[operation.type]({ project, compute, leafSide }, row, operation);
}

interface Sides {
  project: Project;
  compute: ComputeModel;
  leafSide: LeafSide;
}

type EndOf = (sides: Sides, row: ClusterRow, operation: OperationRow) => Promise<End>;

const endOfCreation: EndOf = async ({ project, compute, leafSide }, asked, operation) => {
  const { lacking } = operation;
  const row = { ...asked, ...(lacking && { lacking }) };
  const connection = operation.failure ? undefined : await leafSide.start(row);
  const failure = connection ? undefined : (operation.failure ?? failures.internal());
  if (connection) makeDisks(project.world.projectId, compute, row);
  makeFirewalls(project.world.projectId, compute, row);
  put(project, { ...free(row), ...(connection ? { status: 'RUNNING', connection } : broken(failure)) });
  return failure;
};

const endOfDeletion: EndOf = async ({ project, compute, leafSide }, row, { failure }) => {
  if (failure) {
    put(project, { ...free(row), ...broken(failure) });
    return failure;
  }
  await leafSide.stop(row);
  compute.releaseCluster(row.id, project.world.faults.hit('leak', row.resource.name));
  project.clusters.delete(keyOf(row.location, row.resource.name));
  return undefined;
};

const endOfResize: EndOf = async ({ project, compute, leafSide }, row, { failure, resize }) => {
  // What failed or was cancelled leaves the pool as it was before.
  const wanted = failure || !resize ? free(row) : resized(free(row), resize);
  makeDisks(project.world.projectId, compute, wanted);
  if ((await leafSide.resize(wanted)) === 'pending') return 'pending';
  removeDisks(compute, wanted);
  put(project, { ...wanted, status: 'RUNNING' });
  return failure;
};

const endOfChange: EndOf = async ({ project, leafSide }, row, { failure }) => {
  put(project, { ...free(row), status: 'RUNNING' });
  leafSide.setAway(free(row));
  return failure;
};

const ENDS: Record<OperationType, EndOf> = {
  CREATE_CLUSTER: endOfCreation,
  DELETE_CLUSTER: endOfDeletion,
  SET_NODE_POOL_SIZE: endOfResize,
  UPDATE_CLUSTER: endOfChange,
  UPGRADE_MASTER: endOfChange,
  UPGRADE_NODES: endOfChange,
};

const put = ({ clusters }: Project, row: ClusterRow): void =>
  void clusters.set(keyOf(row.location, row.resource.name), row);

const free = ({ operation: _held, ...row }: ClusterRow): ClusterRow => row;

const broken = (
  failure: failures.Failure = failures.internal(),
): Pick<ClusterRow, 'status' | 'conditions' | 'statusMessage'> => ({
  status: 'ERROR',
  conditions: failure.conditions,
  statusMessage: failure.message,
});
