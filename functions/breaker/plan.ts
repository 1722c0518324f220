/**
 * A circuit breaker for each place where clusters are made, decided purely: what a failure and a success there change, and where to go
 * next. Its document is written without conditions, by whoever commits the outcome of an attempt: of two at once the later one may
 * overwrite what the earlier one thought, which costs a place one failure too many or too few, while a condition would cost the step its
 * result.
 */
import { type Breaker, type Place, type PlaceFailure, placeKey } from '../../shared/documents/breaker.ts';
import type { Circumstances } from '../../shared/lifecycle/transition.ts';
import { minutes } from '../../shared/units.ts';

/** So many failures without a success between them, and the place is open. One may be chance; each costs minutes. */
export const OPEN_AFTER = 3;
/** Failures further apart than that have nothing to do with each other. */
export const WINDOW_MS = minutes(60);
/** The bound of the first pause and of the longest one; between them it doubles. Full jitter: any part of it may be waited. */
export const FIRST_PAUSE_MS = minutes(2);
export const MAX_PAUSE_MS = minutes(10);
/** Most creations take four minutes; some failures, though, take 35 to show, and nobody waits for those. */
export const PROBE_MS = minutes(10);
/**
 * What has not been made by then is taken for hanging: that is five times what it takes as a rule (`expectedMs`). It is less than the 35 min that
 * GKE may take to say that it gets no machines (https://github.com/cilium/cilium/issues/48184), for which the next place is the cure, too.
 */
export const LATE_MS = minutes(20);
/** Where nothing is refused, and nothing comes of it: what is heard of it when the place is left must count. */
export const SILENT_PROBE_MS = LATE_MS + minutes(5);

/** `half-open`: the pause is over, and nobody tries it yet. `probing`: somebody does. */
type BreakerState = 'closed' | 'open' | 'half-open' | 'probing';

type Time = Pick<Circumstances, 'now' | 'after' | 'elapsed'>;

/** One stay of one cluster in the state in which it is made. */
export interface Attempt {
  name: string;
  beganAt: Date;
}

export function stateOf(place: Place | undefined, { now }: Pick<Time, 'now'>): BreakerState {
  if (!place?.openUntilAt) return 'closed';
  if (place.openUntilAt.getTime() > now) return 'open';
  return place.probe && place.probe.untilAt.getTime() > now ? 'probing' : 'half-open';
}

/** @returns the place as it is after an attempt failed there; undefined: that changes nothing */
export function planFailure(
  place: Place | undefined,
  where: Pick<Place, 'location' | 'size'>,
  attempt: Attempt,
  code: PlaceFailure,
  at: Time & Pick<Circumstances, 'jitter'>,
): Place | undefined {
  if (place?.provenAt && attempt.beganAt < place.provenAt) return undefined;
  // Whoever cannot go elsewhere says it with each look.
  if (place?.failed[attempt.name]) return undefined;
  const { openings = 0, provenAt } = place ?? {};
  const known = { ...where, code, openings, ...(provenAt && { provenAt }) };
  if (place?.openUntilAt) {
    // Those that were there before it opened tell nothing new; one sent to try does, also when others were sent since.
    const isTrial = place.probe?.attempt === attempt.name || attempt.beganAt > place.openUntilAt;
    return isTrial ? opened(known, at) : undefined;
  }
  const failed = { ...lately(place, at), [attempt.name]: new Date(at.now) };
  return Object.keys(failed).length >= OPEN_AFTER ? opened(known, at) : { ...known, failed };
}

function opened(place: Omit<Place, 'failed'>, at: Time & Pick<Circumstances, 'jitter'>): Place {
  const boundMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** place.openings);
  return {
    ...place,
    failed: {},
    openings: place.openings + 1,
    openUntilAt: new Date(at.after(at.jitter * boundMs)),
  };
}

const lately = (place: Place | undefined, { elapsed }: Time): Place['failed'] =>
  Object.fromEntries(
    Object.entries(place?.failed ?? {}).filter(([, failedAt]) => elapsed(failedAt.getTime()) < WINDOW_MS),
  );

/** @returns the place as it is after a creation succeeded there; undefined: that changes nothing */
export function planSuccess(place: Place | undefined, at: Pick<Time, 'now'>): Place | undefined {
  if (!place || (!place.openUntilAt && Object.keys(place.failed).length === 0)) return undefined;
  const { location, size } = place;
  return { location, size, failed: {}, openings: 0, provenAt: new Date(at.now) };
}

export type Choice =
  /** `probe`: the place as it is once this attempt tries it. */
  | { location: string; probe?: Place }
  /** Nobody should go anywhere before. `probing`: somebody tries one of the places at the moment. */
  | { nextTryAtMs: number; probing: boolean };

/**
 * Where an attempt goes: first where a pause is over, to try it; then where nothing is wrong; at last where something is.
 * @param exhausted where it has been
 * @returns undefined if it has been everywhere
 */
export function planLocation(
  breaker: Breaker | undefined,
  {
    locations,
    size,
    exhausted,
  }: { locations: readonly string[]; size: string; exhausted: readonly string[] },
  attempt: string,
  at: Time,
): Choice | undefined {
  const placeAt = (location: string) => breaker?.places[placeKey(location, size)];
  const stateAt = (location: string): BreakerState => stateOf(placeAt(location), at);
  const left = locations.filter((location) => !exhausted.includes(location));
  const ripe = left.find((location) => stateAt(location) === 'half-open');
  const place = ripe === undefined ? undefined : placeAt(ripe);
  if (place) {
    const patienceMs = place.code === 'CLUSTER_CREATE_FAILED' ? SILENT_PROBE_MS : PROBE_MS;
    const probe = { ...place, probe: { attempt, untilAt: new Date(at.after(patienceMs)) } };
    return { location: place.location, probe };
  }
  if (locations.every((location) => ['open', 'probing'].includes(stateAt(location)))) {
    const tries = locations.map((location) => nextTryAtMs(placeAt(location), at));
    return {
      nextTryAtMs: Math.min(...tries),
      probing: locations.some((location) => stateAt(location) === 'probing'),
    };
  }
  const location = left.find((one) => stateAt(one) === 'closed') ?? left[0];
  return location === undefined ? undefined : { location };
}

const nextTryAtMs = (place: Place | undefined, { now }: Pick<Time, 'now'>): number =>
  Math.max(place?.openUntilAt?.getTime() ?? now, place?.probe?.untilAt.getTime() ?? now);
