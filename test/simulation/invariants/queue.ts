/** Whose turn it is in the queue (S23): whoever has waited for long for room in the cell is passed by nobody who came later, for some hours. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { hours, minutes } from '../../../shared/units.ts';
import type { World } from '../world.ts';

/** From then on room is kept for them, and from the end of their turn on for nobody, until the next one: decision 4. */
const OWED_MS = minutes(30);
const TURN_MS = hours(6);
/** Two clocks differ by ten minutes, and a handler may have looked at the queue nine minutes before it commits. */
const SLACK_MS = minutes(20);
const OF_THE_CELL: readonly ErrorCode[] = ['CELL_FULL', 'CELL_BUSY'];

export function watchQueue({ violate, nowMs, startMs }: World) {
  /** By id: those who wait for room in the cell, and since when just so, in ms since the start. */
  const waiting = new Map<string, { since: Date; plainSinceMs: number }>();

  function note(now: Cluster, before: Cluster | undefined): void {
    if (now.owner !== undefined && now.state === 'provisioning') {
      if (before === undefined) checkTurn(now.id, now.since);
      else if (before.state === 'queued') checkTurn(now.id, before.since);
    }
    if (!isPlain(now)) waiting.delete(now.id);
    else if (waiting.get(now.id)?.since.getTime() !== now.since.getTime())
      waiting.set(now.id, { since: now.since, plainSinceMs: nowMs() });
  }

  function checkTurn(id: string, since: Date): void {
    for (const [other, { since: earlier, plainSinceMs }] of waiting) {
      if (other === id || earlier.getTime() > since.getTime() - SLACK_MS) continue;
      const waitedMs = startMs + nowMs() - earlier.getTime();
      if (isItsTurn(waitedMs) && nowMs() - plainSinceMs > SLACK_MS)
        violate('S23', `${id} passes ${other}, which has waited for ${Math.round(waitedMs / 60_000)} min`);
    }
  }

  return { note };
}

const isItsTurn = (waitedMs: number): boolean => {
  const inTurnMs = waitedMs % (2 * TURN_MS);
  return waitedMs > OWED_MS + SLACK_MS && inTurnMs > SLACK_MS && inTurnMs < TURN_MS - SLACK_MS;
};

/** Of one whose looks fail, or that is parked, nobody knows what it waits for. */
const isPlain = ({ state, owner, error, attempts, parked }: Cluster): boolean =>
  state === 'queued' &&
  owner !== undefined &&
  OF_THE_CELL.some((code) => code === error?.code) &&
  attempts === 0 &&
  parked === undefined;
