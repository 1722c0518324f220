/**
 * Keeps pools at their wanted number of spares. A claim, a failed spare and a changed pool wake it; the Scheduler does so too, for the
 * day on which that word gets lost. While nothing is to be done it writes nothing.
 */
import { isOffered } from '../../shared/catalog/catalog.ts';
import { CLUSTERS, shapeOf } from '../../shared/documents/cluster.ts';
import { POOLS, type Pool, poolDocument } from '../../shared/documents/pool.ts';
import { AppError } from '../../shared/errors.ts';
import { isFinal } from '../../shared/lifecycle/derive.ts';
import { STATES } from '../../shared/lifecycle/table.ts';
import { CommitError, type DocumentData, type Snapshot } from '../cloud.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { readableClusters } from '../dispatch/commit.ts';
import type { Ports } from '../ports.ts';
import { type PoolPlan, planPool } from './plan.ts';

/** Recorded as the one who asked for the deletion of a spare. */
const ACTOR = 'pool';
/** Two top-ups at once: one commits, the other plans anew on what it finds then. */
const TRIES = 5;

/** @param only the pool to look at; absent: all */
export async function topUp(ports: Ports, only?: string): Promise<void> {
  const pools = await ports.documents.query({ collection: POOLS });
  for (const snapshot of pools) {
    const id = snapshot.path.slice(POOLS.length + 1);
    if (only === undefined || only === id) await topUpPool(ports, id, snapshot);
  }
}

async function topUpPool(ports: Ports, id: string, first: Snapshot): Promise<void> {
  let snapshot: Snapshot | undefined = first;
  for (let attempt = 0; attempt < TRIES && snapshot; attempt++) {
    const pool: Pool = { ...poolDocument.parse(snapshot.data), id };
    const offered = isOffered(pool.spec, ports.settings.licensed);
    const plan = planPool(pool, await sparesOf(ports, id), offered);
    if (plan.create === 0 && plan.giveUp.length === 0) return;
    if (await applyPlan(ports, pool, snapshot.version, plan)) return;
    snapshot = await ports.documents.get(snapshot.path);
  }
}

/** Deleted documents stay for weeks; they are not read. */
const NOT_FINAL = STATES.filter((state) => !isFinal(state));

async function sparesOf(ports: Ports, pool: string) {
  const snapshots = await ports.documents.query({
    collection: CLUSTERS,
    where: [
      ['pool', '==', pool],
      ['state', 'in', NOT_FINAL],
    ],
  });
  return readableClusters(ports, snapshots).map(({ cluster }) => cluster);
}

/**
 * The new spares and the plan in one commit that only one of several top-ups can win.
 * @returns false if the pool changed meanwhile
 */
async function applyPlan(ports: Ports, pool: Pool, version: string, plan: PoolPlan): Promise<boolean> {
  const births = Array.from({ length: plan.create }, () =>
    conceive(ports, {
      name: `spare-${ports.random.base32(6)}`,
      spec: pool.spec,
      shape: shapeOf(pool.spec),
      pool: pool.id,
    }),
  );
  const lastPlan = {
    at: new Date(ports.clock.now()),
    warm: plan.warm,
    inTheMaking: plan.inTheMaking,
    actions: [
      ...births.map(({ cluster }) => ({
        action: 'create',
        reason: 'fewer than wanted',
        cluster: cluster.id,
      })),
      ...plan.giveUp.map(({ id, reason }) => ({ action: 'delete', reason, cluster: id })),
    ],
  };
  const noted = {
    op: 'update' as const,
    path: `${POOLS}/${pool.id}`,
    data: { lastPlan } as DocumentData,
    ifVersion: version,
  };
  if (births.length > 0) {
    if (!(await createClusters(ports, births, [noted]))) return false;
  } else if (!(await commitNote(ports, noted))) return false;
  for (const { id, reason } of plan.giveUp) await giveUp(ports, pool.id, id, reason);
  ports.log.info('pool topped up', { pool: pool.id, count: births.length });
  return true;
}

async function commitNote(
  ports: Ports,
  noted: Parameters<Ports['documents']['commit']>[0][number],
): Promise<boolean> {
  try {
    await ports.documents.commit([noted]);
    return true;
  } catch (error) {
    if (error instanceof CommitError && error.fault !== 'unavailable') return false;
    throw error;
  }
}

/** Checked again on the spare's own document: whoever claimed it meanwhile keeps it. */
async function giveUp(ports: Ports, pool: string, id: string, reason: string): Promise<void> {
  try {
    await command(ports, id, 'delete', ACTOR, {
      guard: (cluster) => cluster.pool === pool && cluster.owner === undefined,
    });
    ports.log.info('spare given up', { pool, cluster: id, detail: reason });
  } catch (error) {
    if (
      !(error instanceof AppError) ||
      (error.code !== 'NOT_FOUND' && error.code !== 'NOT_ACCEPTED_IN_STATE')
    )
      throw error;
  }
}
