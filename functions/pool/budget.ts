/**
 * What a pool may lose, decided purely. A spare that failed is a loss, and its own document says so; nobody counts in another place, so
 * none is counted twice or forgotten, whatever is repeated. Above its budget a pool pauses, then makes one spare to see whether it works.
 */
import { shapeOf } from '../../shared/documents/cluster.ts';
import { DEFAULT_LOSSES, type Pause, type Pool } from '../../shared/documents/pool.ts';
import type { Circumstances } from '../../shared/lifecycle/transition.ts';
import { hours, minutes } from '../../shared/units.ts';

/** How far back losses are looked at. */
export const LOSSES_MS = hours(24);
const HOUR_MS = hours(1);
/** The first pause; each further one is twice as long, up to the longest. */
export const FIRST_PAUSE_MS = minutes(10);
export const MAX_PAUSE_MS = hours(1);

export interface Loss {
  shape: string;
  lostAt: Date;
  /** What it has cost up to now, its cleaning up included. */
  micros: number;
}

type Time = Pick<Circumstances, 'now' | 'after' | 'elapsed'>;

/**
 * @param succeededAt when the newest spare of the pool's shape became ready
 * @param losses of the last `LOSSES_MS`
 * @returns the pause that the pool is in, also while it tries whether that may end; undefined: it makes what is wanted. The very one that the
 * pool had if nothing changes.
 */
export function planPause(
  pool: Pool,
  succeededAt: Date | undefined,
  losses: readonly Loss[],
  at: Time,
): Pause | undefined {
  const shape = shapeOf(pool.spec);
  const own = losses.filter((loss) => loss.shape === shape && at.elapsed(loss.lostAt.getTime()) < LOSSES_MS);
  const succeededAtMs = succeededAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const { perHour, microsPerDay } = pool.losses ?? DEFAULT_LOSSES;
  const isDear = own.reduce((sum, { micros }) => sum + micros, 0) >= microsPerDay;
  const begin = (times: number, reason: Pause['reason']): Pause => ({
    shape,
    reason,
    times,
    sinceAt: new Date(at.now),
    untilAt: new Date(at.after(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (times - 1)))),
  });
  // What another shape lost says nothing of this one.
  const pause = pool.pause?.shape === shape ? pool.pause : undefined;
  if (!pause) {
    const unproven = own.filter(
      ({ lostAt }) => lostAt.getTime() > succeededAtMs && at.elapsed(lostAt.getTime()) < HOUR_MS,
    );
    if (isDear) return begin(1, 'money');
    return unproven.length >= perHour ? begin(1, 'failures') : undefined;
  }
  if (succeededAtMs > pause.sinceAt.getTime() && !isDear) return undefined;
  if (!isTrial(pause, at)) return pause;
  if (isDear) return begin(pause.times + 1, 'money');
  const failedAgain = own.some(({ lostAt }) => lostAt > pause.untilAt);
  return failedAgain ? begin(pause.times + 1, 'failures') : pause;
}

/** Whether the pause is over, and one spare is to show that it may end. */
export const isTrial = (pause: Pause, { now }: Pick<Time, 'now'>): boolean => pause.untilAt.getTime() <= now;
