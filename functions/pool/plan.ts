/** What a pool needs, decided purely: how many spares to make and which to give up, each with its reason. */
import { type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import type { Pause, Pool } from '../../shared/documents/pool.ts';
import { leadsToWarm } from '../../shared/lifecycle/derive.ts';
import type { Elapsed } from '../clusters/seen.ts';
import { isFit, isLookDue, isLost } from './fitness.ts';

/** Why a spare goes, worst first. */
type Reason =
  | 'failed'
  | 'not fit for use'
  | 'another shape is wanted'
  | 'its version is not offered any more'
  | 'somebody has waited for its room'
  | 'more than wanted';

export interface PoolPlan {
  /** Fit to be handed out. */
  warm: number;
  inTheMaking: number;
  /** Spares to make. */
  create: number;
  giveUp: readonly { id: string; reason: Reason }[];
  /** Spares that are to be looked at. */
  look: readonly string[];
  /** Why it makes fewer than are missing. */
  held?: string;
}

interface Surroundings {
  elapsed: Elapsed;
  /** Whether anybody could have one, for a licence may be gone. */
  isOffered?: boolean;
  /** Too much was lost: nothing is made, or one spare that is to show whether it works again. */
  pause?: { reason: Pause['reason']; isTrial: boolean } | undefined;
  /** People wait for what a spare would take. */
  doPeopleWait?: boolean;
  /** Those whose room somebody gets who has waited for too long. */
  yielding?: ReadonlySet<string>;
}

/**
 * How many more spares than wanted may be in existence: those that go, and those that do not, for each of them is paid for and takes room
 * of the cell's. It is enough to replace all of a pool at once.
 */
const marginOf = (wanted: number): number => Math.max(2, wanted);

/**
 * @param spares every cluster of this pool that is not deleted
 */
export function planPool(
  pool: Pool,
  spares: readonly Cluster[],
  { elapsed, isOffered = true, pause, doPeopleWait = false, yielding = new Set() }: Surroundings,
): PoolPlan {
  const shape = shapeOf(pool.spec);
  const wanted = isOffered ? pool.wanted : 0;
  const tooMany = isOffered ? 'more than wanted' : 'its version is not offered any more';
  const failed = spares.filter(({ state }) => state === 'failed');
  const lost = spares.filter((spare) => isLost(spare, elapsed));
  const live = spares.filter(({ state }) => leadsToWarm(state));
  const fitting = live.filter((spare) => spare.shape === shape);
  const misfits = live.filter((spare) => spare.shape !== shape && !lost.includes(spare));
  const surplus = fitting
    .toSorted(byWorth(elapsed))
    .slice(0, Math.max(0, fitting.length - wanted))
    .filter((spare) => !lost.includes(spare));
  const yields = fitting.filter(
    (spare) => yielding.has(spare.id) && !lost.includes(spare) && !surplus.includes(spare),
  );
  const inTheMaking = fitting.filter(({ state }) => state !== 'warm').length;
  const missing = Math.max(0, wanted - fitting.length);
  const room = Math.max(0, wanted + marginOf(wanted) - spares.length);
  const paused = doPeopleWait ? 'people wait for room' : pause && (HELD[pause.reason] ?? 'too much was lost');
  const most = !paused ? missing : pause?.isTrial && !doPeopleWait ? Math.max(0, 1 - inTheMaking) : 0;
  const create = Math.min(missing, most, room);
  const held = paused ?? (room < missing ? 'too many of before are not gone yet' : undefined);
  return {
    warm: fitting.filter((spare) => isFit(spare, elapsed)).length,
    inTheMaking,
    create,
    ...(held !== undefined && create < missing && { held }),
    giveUp: [
      ...failed.map(({ id }) => ({ id, reason: 'failed' as const })),
      // Another is made once it goes: until then a look may find it well.
      ...lost.map(({ id }) => ({ id, reason: 'not fit for use' as const })),
      ...misfits.map(({ id }) => ({ id, reason: 'another shape is wanted' as const })),
      ...surplus.map(({ id }) => ({ id, reason: tooMany as Reason })),
      ...yields.map(({ id }) => ({ id, reason: 'somebody has waited for its room' as const })),
    ],
    look: live.filter((spare) => isLookDue(spare, elapsed)).map(({ id }) => id),
  };
}

/** A pause for a reason that this version does not know is one all the same. */
const HELD: Readonly<Partial<Record<Pause['reason'], string>>> = {
  failures: 'too many failed within an hour',
  money: 'those that failed cost too much within a day',
};

/** The least finished first, of equals the youngest: a warm spare is worth most. */
export const byWorth =
  (elapsed: Elapsed) =>
  (a: Cluster, b: Cluster): number =>
    worth(a, elapsed) - worth(b, elapsed) || b.createdAt.getTime() - a.createdAt.getTime();

/** One that nobody would get is worth less than one that is hardly begun; and one that goes anyway, nothing. */
function worth(spare: Cluster, elapsed: Elapsed): number {
  if (spare.state !== 'warm') return spare.progress;
  if (isFit(spare, elapsed)) return 1;
  return isLost(spare, elapsed) ? -2 : -1;
}
