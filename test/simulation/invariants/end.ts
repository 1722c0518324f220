/**
 * What must have come true once all is calm again: every cluster at rest (L1), nothing left over (L2), what stands as it should (L3), no
 * letter and no message open (L4), pools full (L5), nothing overdue (L6), and nothing left of an account that was deleted (L8).
 */
import { type Allowance, accountPath } from '../../../shared/documents/account.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { type DeadLetterFields, deadLetterPath } from '../../../shared/documents/dead-letter.ts';
import { minutes } from '../../../shared/units.ts';
import type { World } from '../world.ts';
import type { Access } from './access.ts';
import { type Census, idOf } from './census.ts';
import type { History } from './history.ts';
import type { Pools } from './pool.ts';
import type { Standing } from './standing.ts';
import { checkAllThere, STRANGER } from './strangers.ts';

interface Watches {
  access: Access;
  history: History;
  pools: Pools;
  standing: Standing;
}

export function watchEnd(
  world: World,
  { known, isAtRest, objectsOf }: Census,
  { access, history, pools, standing }: Watches,
) {
  const { hub, violate, markers } = world;
  function atEnd(): void {
    access.checkLooks();
    checkAllThere(world);
    for (const now of known.values()) {
      checkAtRest(now);
      checkOverdue(now);
      if (now.state === 'ready' || now.state === 'warm') standing.checkStanding(now);
      history.checkReaders(now);
      if (now.state === 'failed' || now.state === 'deleted') checkNothingKept(now);
    }
    checkNobodys();
    checkMessages();
    checkAccounts();
    pools.checkFilled();
  }

  function checkAtRest(now: Cluster): void {
    const { id, state } = now;
    if (!isAtRest(now))
      violate(
        'L1',
        `${id} is still ${state} since ${((world.nowMs() + world.startMs - now.since.getTime()) / 60_000).toFixed(0)} min (${now.error?.code ?? now.detail ?? ''})`,
      );
    if (
      state === 'queued' &&
      !isHeldBack(now) &&
      world.weather.cellClusters >= 1000 &&
      world.weather.accountClusters >= 1000
    )
      violate('L1', `${id} is still queued (${now.error?.code ?? ''})`);
  }

  /** An operator allows its owner no more, or Hub itself holds them. */
  function isHeldBack({ owner }: Cluster): boolean {
    if (owner === undefined) return false;
    const { maxClusters, standing: held } = hub.documents.peek<Allowance>(accountPath(owner))?.data ?? {};
    return maxClusters !== undefined || held !== undefined;
  }

  function checkOverdue(now: Cluster): void {
    const { id, state } = now;
    if (
      now.dueAt &&
      isAtRest(now) &&
      state !== 'queued' &&
      now.dueAt.getTime() < world.clock.now() - minutes(5)
    )
      violate('L6', `${id} is overdue`);
    if (state === 'ready' && now.expiresAt && now.expiresAt.getTime() < world.clock.now() - minutes(5))
      violate('L6', `${id} is ready, and its lifetime has ended`);
    if (world.calm && state === 'ready' && now.lookAt && now.conditions.every(({ status }) => status))
      violate('L6', `${id} has not been looked at since somebody was shut out of it`);
  }

  function checkNothingKept({ id, state, liability }: Cluster): void {
    if (liability) violate('S8', `${id} is ${state} and still counted`);
    const left = objectsOf(id);
    if (left.length > 0) violate('L2', `${id} is ${state} and there is still ${left.join(', ')}`);
  }

  function checkNobodys(): void {
    for (const { kind, name, of } of hub.inventory()) {
      const id = idOf(of);
      if (id === STRANGER) continue;
      if (id !== undefined && !known.has(id)) violate('L2', `${kind} ${name} is nobody's`);
    }
  }

  function checkMessages(): void {
    for (const id of world.letters) {
      const letter = hub.documents.peek<DeadLetterFields>(deadLetterPath(id))?.data;
      if (letter?.state === 'open' && letter.format === 'message')
        violate('L4', `the dead letter ${id} of ${letter.topic} is still open`);
    }
    for (const { id, parked, state } of known.values())
      if (parked) violate('L4', `${id} is still parked in ${state}`);
    const openMs = world.clock.now() - (hub.messages.oldestPendingAt?.getTime() ?? world.clock.now());
    if (openMs > OPEN_MS) violate('L4', `a message is under way for ${Math.round(openMs / 60_000)} min`);
  }

  function checkAccounts(): void {
    for (const uid of world.leavers) {
      const left = [...known.values()].filter((cluster) => JSON.stringify(cluster).includes(`${uid}"`));
      // What nobody could take away waits for an operator, and the account with it.
      if (left.some(({ state }) => state === 'stuck')) continue;
      if (hub.documents.peek(accountPath(uid)) || left.length > 0)
        violate('L8', `${uid} is there yet, and in ${left.map(({ id }) => id).join() || 'no cluster'}`);
      markers.add('account deleted');
    }
  }

  return { atEnd };
}

/**
 * What the Scheduler has just sent is under way at any moment. But where nothing is in its way a message is done with by its first handler,
 * and where two calls were struck by its third: each handler lives for nine minutes at most, and the next one begins within seconds.
 */
const OPEN_MS = minutes(20);
