/**
 * Keeps pools at their wanted number of spares. A claim, a failed spare and a changed pool wake it; the Scheduler does so too, for the
 * day on which that word gets lost. While nothing is to be done, and it is told what keeps it from doing it, it writes nothing.
 */

import { isOffered, priceOf } from '../../shared/catalog/catalog.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { idOf } from '../../shared/documents/paths.ts';
import { type Pause, POOLS, type Pool, type PoolFields, poolDocument } from '../../shared/documents/pool.ts';
import { AppError } from '../../shared/errors.ts';
import { costAt } from '../../shared/lifecycle/cost.ts';
import { NOT_FINAL } from '../../shared/lifecycle/derive.ts';
import { hours } from '../../shared/units.ts';
import { cellLimits, readCell } from '../accounts/allowance.ts';
import type { Snapshot } from '../cloud.ts';
import { circumstances } from '../clusters/circumstances.ts';
import { sendLooks } from '../clusters/looks.ts';
import { doPeopleWait, findOwed } from '../clusters/queue.ts';
import { readableClusters } from '../clusters/read.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { commitUnlessLost } from '../documents.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { isTrial, LOSSES_MS, type Loss, planPause } from './budget.ts';
import { isLost } from './fitness.ts';
import { byWorth, type PoolPlan, planPool } from './plan.ts';
import { planYield } from './yield.ts';

/** Recorded as the one who asked for the deletion of a spare. */
const ACTOR = 'pool';
/** Two top-ups at once: one commits, the other plans anew on what it finds then. */
const TRIES = 5;

/**
 * What goes wrong with one pool keeps no other one waiting.
 * @param only the pool to look at; absent: all
 * @throws whatever went wrong first, when all were looked at
 */
export async function topUp(ports: Ports, only?: string): Promise<void> {
  const pools = await ports.documents.query({ collection: POOLS });
  const failures: unknown[] = [];
  // Who has waited for half an hour can wait for the Scheduler.
  const yielding = only === undefined ? await findYielding(ports, pools) : undefined;
  for (const snapshot of pools) {
    const id = idOf(snapshot.path);
    if (only !== undefined && only !== id) continue;
    await topUpPool(ports, id, snapshot, yielding).catch((thrown: unknown) => {
      tellFailure(ports.log, 'pool not topped up', thrown, { pool: id });
      failures.push(thrown);
    });
  }
  if (failures.length > 0) throw failures[0];
}

/** @returns undefined if nobody is owed room of the cell; the spares of a pool that cannot be read stay */
async function findYielding(
  ports: Ports,
  pools: readonly Snapshot[],
): Promise<ReadonlySet<string> | undefined> {
  const owed = await findOwed(ports);
  if (owed?.error?.code !== 'CELL_FULL') return undefined;
  const [cell, ...found] = await Promise.all([
    readCell(ports, ports.settings.cell),
    ...pools.map(({ path }) => sparesOf(ports, idOf(path))),
  ]);
  const spares = found.flatMap((ofPool) => ofPool ?? []).sort(byWorth(ports.clock.elapsed));
  return planYield(priceOf(owed.spec).hourlyMicros, cell?.data, cellLimits(ports), spares);
}

async function topUpPool(
  ports: Ports,
  id: string,
  first: Snapshot,
  yielding?: ReadonlySet<string>,
): Promise<void> {
  let snapshot: Snapshot | undefined = first;
  for (let attempt = 0; attempt < TRIES && snapshot; attempt++) {
    const pool: Pool = { ...parseDocument(poolDocument, snapshot), id };
    const offered = isOffered(pool.spec, ports.settings);
    const [spares, losses, peopleWait] = await Promise.all([
      sparesOf(ports, id),
      lossesOf(ports, id),
      doPeopleWait(ports, pool.spec.region),
    ]);
    // Who does not know all there is would make too many.
    if (!spares) return;
    const at = circumstances(ports);
    const mayPause = losses.length > 0 || pool.pause !== undefined;
    const succeededAt = mayPause ? await lastMade(ports, pool, spares) : undefined;
    const pause = planPause(pool, succeededAt, losses, at);
    const plan = planPool(pool, spares, {
      elapsed: at.elapsed,
      isOffered: offered,
      pause: pause && { reason: pause.reason, isTrial: isTrial(pause, at) },
      doPeopleWait: peopleWait,
      ...(yielding && { yielding }),
    });
    if (attempt === 0) await sendLooks(ports, plan.look);
    const isTold = plan.held === pool.lastPlan?.held && pause === pool.pause;
    if (plan.create === 0 && plan.giveUp.length === 0 && isTold) return;
    if (await applyPlan(ports, pool, snapshot.version, plan, pause)) return;
    snapshot = await ports.documents.get(snapshot.path);
  }
}

/** @returns undefined if some cannot be read: another version of this code wrote them, or they are damaged */
async function sparesOf(ports: Ports, pool: string): Promise<Cluster[] | undefined> {
  const snapshots = await ports.documents.query({
    collection: CLUSTERS,
    where: [
      ['pool', '==', pool],
      ['state', 'in', [...NOT_FINAL]],
    ],
  });
  const readable = readableClusters(ports, snapshots);
  return readable.length < snapshots.length ? undefined : readable.map(({ cluster }) => cluster);
}

/** When the newest spare of this shape was ready, be it that somebody has claimed it since. */
async function lastMade(ports: Ports, pool: Pool, spares: readonly Cluster[]): Promise<Date | undefined> {
  const shape = shapeOf(pool.spec);
  const [claimed] = await ports.documents.query({
    collection: CLUSTERS,
    where: [
      ['claimedFrom', '==', pool.id],
      ['shape', '==', shape],
    ],
    orderBy: [['warmAt', 'desc']],
    limit: 1,
  });
  const made = [
    ...spares.filter((spare) => spare.shape === shape),
    ...readableClusters(ports, claimed ? [claimed] : []).map(({ cluster }) => cluster),
  ].flatMap(({ warmAt }) => warmAt ?? []);
  return made.reduce<Date | undefined>((newest, one) => (newest && newest > one ? newest : one), undefined);
}

/** Deleted ones too: their documents stay for longer than losses count. */
async function lossesOf(ports: Ports, pool: string): Promise<Loss[]> {
  const { clock } = ports;
  const snapshots = await ports.documents.query({
    collection: CLUSTERS,
    where: [
      ['pool', '==', pool],
      ['lostAt', '>', new Date(clock.now() - (clock.after(LOSSES_MS) - clock.now()))],
    ],
  });
  return readableClusters(ports, snapshots).flatMap(({ cluster: { shape, lostAt, cost } }) =>
    lostAt ? [{ shape, lostAt, micros: Math.min(costAt(cost, clock.elapsed), dailyMicros(cost)) }] : [],
  );
}

/** What it cost on the days on which it was of use is no loss. */
const dailyMicros = (cost: Cluster['cost']): number => ((cost?.hourlyMicros ?? 0) * LOSSES_MS) / hours(1);

/** `undefined` removes a field. */
type PoolPatch = { [K in keyof PoolFields]?: PoolFields[K] | undefined };

/**
 * The new spares and the plan in one commit that only one of several top-ups can win.
 * @returns false if the pool changed meanwhile
 */
async function applyPlan(
  ports: Ports,
  pool: Pool,
  version: string,
  plan: PoolPlan,
  pause: Pause | undefined,
): Promise<boolean> {
  const births = Array.from({ length: plan.create }, () =>
    conceive(ports, {
      name: `spare-${ports.random.base32(6)}`,
      spec: pool.spec,
      shape: shapeOf(pool.spec),
      pool: pool.id,
    }),
  );
  const lastPlan: PoolPatch['lastPlan'] = {
    at: new Date(ports.clock.now()),
    warm: plan.warm,
    inTheMaking: plan.inTheMaking,
    ...(plan.held !== undefined && { held: plan.held }),
    actions: [
      ...births.map(({ cluster }) => ({
        action: 'create' as const,
        reason: 'fewer than wanted',
        cluster: cluster.id,
      })),
      ...plan.giveUp.map(({ id, reason }) => ({ action: 'delete' as const, reason, cluster: id })),
    ],
  };
  const noted = {
    op: 'update' as const,
    path: `${POOLS}/${pool.id}`,
    data: { lastPlan, ...(pause !== pool.pause && { pause }) } satisfies PoolPatch,
    ifVersion: version,
  };
  if (births.length > 0) {
    if (!(await createClusters(ports, births, [noted]))) return false;
  } else if (!(await commitUnlessLost(ports.documents, [noted]))) return false;
  for (const spare of plan.giveUp) await giveUp(ports, pool.id, spare);
  if (pause && pause !== pool.pause)
    ports.log.warn('pool paused', { pool: pool.id, detail: plan.held ?? pause.reason, count: pause.times });
  ports.log.info('pool topped up', { pool: pool.id, count: births.length });
  return true;
}

/** Checked again on the spare's own document: whoever claimed it meanwhile keeps it, and so does the pool what was seen well meanwhile. */
async function giveUp(ports: Ports, pool: string, { id, reason }: PoolPlan['giveUp'][number]): Promise<void> {
  const isLoss = reason === 'not fit for use';
  try {
    await command(ports, id, 'delete', ACTOR, {
      guard(cluster) {
        if (cluster.pool !== pool || cluster.owner !== undefined) throw new AppError('NOT_FOUND');
        if (isLoss && !isLost(cluster, ports.clock.elapsed)) throw new AppError('NOT_FOUND');
      },
      change: () => ({ patch: isLoss ? { lostAt: new Date(ports.clock.now()) } : {} }),
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
