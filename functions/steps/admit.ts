/**
 * Whether there is room for one more cluster: in its account and in the cell, among those in the making, and in the cloud's region. Blocked
 * means waiting, not failing.
 */

import { findRegion, priceOf } from '../../shared/catalog/catalog.ts';
import { type Allowance, accountPath, cellPath } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { describe } from '../../shared/lifecycle/transition.ts';
import { refusalOf } from '../../shared/standing.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { type Blocked, planRoom, taken } from '../accounts/admission.ts';
import { accountLimits, cellLimits, readAccount, readCell } from '../accounts/allowance.ts';
import { chooseLocation, readBreaker } from '../breaker/breaker.ts';
import type { Choice } from '../breaker/plan.ts';
import type { Snapshot } from '../cloud.ts';
import { doPeopleWait, findOwed, placeInQueue } from '../clusters/queue.ts';
import { entriesOfTry } from '../clusters/target.ts';
import type { Ports } from '../ports.ts';
import { done, type Extras, type Step, type StepResult, wait } from './step.ts';

/** Room is announced by the commit that makes it; looking again by itself is for the day on which that word gets lost. */
const LOOK_AGAIN_MS = minutes(5);

/** What is too large for a limit waits for an operator, whose word about an account wakes it; other limits and prices come with a deployment. */
const LOOK_RARELY_MS = hours(1);

/** A place among those in the making becomes free soon: one is held for some minutes. Those who wait for one do not look all at once. */
const BUSY_MS = seconds(30);
/** Those who wait for the same moment come one after the other: only the first of them finds what they wait for. */
const SPREAD_MS = seconds(20);

export const admit: Step = async (cluster, ports) => {
  const room = await judgeTurn(cluster, ports);
  if (!('blocked' in room)) return room;
  const error = describe(room.blocked, room.detail);
  // It was looked at: what kept an earlier look from that is over, and must neither add up nor take its place from it.
  const patch = { error, attempts: 0 };
  return wait(lookAgainMs(room, ports), await whereInQueue(cluster, room, ports), { patch });
};

function lookAgainMs({ blocked, never, forMs }: Blocked, { random }: Ports): number {
  if (never) return LOOK_RARELY_MS;
  if (blocked === 'CELL_BUSY') return BUSY_MS + random.fraction() * BUSY_MS;
  return Math.min(LOOK_AGAIN_MS, forMs ?? LOOK_AGAIN_MS);
}

/** In words. Who waits for an operator's word waits in no line. */
async function whereInQueue(cluster: Cluster, { blocked, never }: Blocked, ports: Ports): Promise<string> {
  if (never || blocked === 'OWNER_HELD') return 'Until then it has no place in the queue.';
  const { place, isOfAccount } = await placeInQueue(ports, cluster, blocked);
  return isOfAccount
    ? `Number ${place} among its owner’s waiting clusters.`
    : `Number ${place} in the queue.`;
}

/** Room for one is kept for who came before and has waited for too long. Newcomers ask `isQueueAhead`, and spares yield to everybody. */
async function judgeTurn(cluster: Cluster, ports: Ports): Promise<StepResult | Blocked> {
  const room = await judgeRoom(cluster, ports);
  if ('blocked' in room || cluster.owner === undefined) return room;
  const owed = await findOwed(ports);
  if (!owed?.error || owed.since >= cluster.since) return room;
  return { blocked: owed.error.code, detail: 'Somebody who has waited longer comes first.' };
}

/**
 * Where a waiting cluster may be made, with all that taking the room writes down; or why it must wait.
 * @param asker the account of who asks for it in the same commit, as it was found to be allowed to: what it asks for is counted
 * @throws CommitError `unavailable`
 */
export async function judgeRoom(
  cluster: Cluster,
  ports: Ports,
  asker?: Snapshot<Allowance>,
): Promise<StepResult | Blocked> {
  const { limits, cell } = ports.settings;
  const region = findRegion(cluster.spec.region);
  if (!region) throw new Error(`the catalog has no region ${cluster.spec.region}`);
  const price = priceOf(cluster.spec).hourlyMicros;
  const isSpare = cluster.owner === undefined;
  const [ofAccount, ofCell, breaker, yields] = await Promise.all([
    asker ?? (cluster.owner === undefined ? undefined : readAccount(ports, cluster.owner)),
    readCell(ports, cell),
    readBreaker(ports, region.id),
    isSpare && doPeopleWait(ports, region.id),
  ]);
  // By the document that is guarded below: who is suspended at this moment is judged anew.
  if (ofAccount && refusalOf(ofAccount.data, 'make')) return { blocked: 'OWNER_HELD' };
  const blocked = planRoom(
    price,
    isSpare ? undefined : { now: ofAccount?.data, defaults: accountLimits(ports) },
    { now: ofCell?.data, defaults: cellLimits(ports), making: limits.cellMaking },
  );
  if (blocked) return blocked;
  if (yields) return { blocked: 'CELL_BUSY' };
  const { choice, also } = chooseLocation(ports, breaker, cluster);
  if (!choice) throw new Error(`region ${region.id} has no zones`);
  if (!('location' in choice)) return exhausted(choice, ports);
  const { location } = choice;
  const askedAt = asker && new Date(ports.clock.now());
  const guarded: NonNullable<Extras['guarded']> = [
    ...(cluster.owner === undefined
      ? []
      : [taken(accountPath(cluster.owner), ofAccount, price, undefined, askedAt)]),
    taken(cellPath(cell), ofCell, price, 1),
  ];
  return done(
    { location, exhausted: [], liability: { clusters: 1, hourlyMicros: price, making: 1 } },
    { guarded, also, ledger: { plan: entriesOfTry(cluster, location, ports) } },
  );
}

/** Every place of the region fails: one cluster at a time tries whether that is still so, and everybody else waits for it. */
export function exhausted(
  { nextTryAtMs, probing }: Exclude<Choice, { location: string }>,
  ports: Ports,
): Blocked {
  const at = new Date(nextTryAtMs).toISOString().slice(11, 16);
  const spreadMs = ports.random.fraction() * SPREAD_MS;
  return {
    blocked: 'REGION_EXHAUSTED',
    detail: probing ? 'Hub is trying it now.' : `Hub tries again at ${at} UTC.`,
    forMs: Math.max(0, -ports.clock.elapsed(nextTryAtMs)) + seconds(1) + spreadMs,
  };
}
