/** The breakers of a region as they stand, and what writes them down beside the outcome of an attempt. */

import { REGIONS } from '../../shared/catalog/catalog.ts';
import {
  type Breaker,
  breakerDocument,
  breakerPath,
  type Place,
  type PlaceFailure,
  placeKey,
} from '../../shared/documents/breaker.ts';
import type { Cluster, ClusterSpec } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { DocumentData, Value, Write } from '../cloud.ts';
import { circumstances } from '../clusters/circumstances.ts';
import { whereaboutsOf } from '../clusters/target.ts';
import type { Ports } from '../ports.ts';
import { type Attempt, type Choice, planFailure, planLocation, planSuccess, stateOf } from './plan.ts';

/** Undefined: nothing is known against any place of the region. @throws CommitError `unavailable` */
export async function readBreaker(ports: Ports, region: string): Promise<Breaker | undefined> {
  const found = await ports.documents.get(breakerPath(region));
  const parsed = found && breakerDocument.safeParse(found.data);
  // What cannot be read was written by another version of this code, and is no reason to make no clusters.
  if (parsed?.error) ports.log.error('breaker not readable', { resource: found?.path ?? '' });
  return parsed?.data;
}

/** Every place that is open now, of all regions. @throws CommitError `unavailable` */
export async function openPlaces(ports: Ports): Promise<(Place & { openUntilAt: Date; probing: boolean })[]> {
  const breakers = await Promise.all(REGIONS.map(({ id }) => readBreaker(ports, id)));
  const at = circumstances(ports);
  return breakers
    .flatMap((breaker) => Object.values(breaker?.places ?? {}))
    .flatMap((place) => {
      const { openUntilAt } = place;
      return openUntilAt ? [{ ...place, openUntilAt, probing: stateOf(place, at) === 'probing' }] : [];
    });
}

/** The next epoch is another attempt, and may fail in the same place anew. */
const attemptOf = ({ id, epoch, since }: Cluster): Attempt => ({ name: `${id}-${epoch}`, beganAt: since });

/** Where the cluster may go, and the claim to try a place for all, if it is to. */
export function chooseLocation(
  ports: Ports,
  breaker: Breaker | undefined,
  cluster: Cluster,
  exhausted: readonly string[] = [],
): { choice: Choice | undefined; also: readonly Write[] } {
  const { region } = cluster.spec;
  const choice = whereNext(ports, breaker, cluster.spec, exhausted, nameOfNext(cluster));
  const probe = choice && 'location' in choice ? choice.probe : undefined;
  return { choice, also: probe ? [writeOf(region, breaker, probe)] : [] };
}

/** Without any claim. */
export function whereNext(
  ports: Ports,
  breaker: Breaker | undefined,
  { region, size, availability }: ClusterSpec,
  exhausted: readonly string[] = [],
  attempt = '',
): Choice | undefined {
  const locations = ports.provider.locations(region, availability);
  return planLocation(breaker, { locations, size, exhausted }, attempt, circumstances(ports));
}

/** Whether others, too, failed again and again where this cluster may go. */
export function isTroubled(breaker: Breaker | undefined, { spec }: Cluster, ports: Ports): boolean {
  const { region, size, availability } = spec;
  return ports.provider
    .locations(region, availability)
    .some((location) => breaker?.places[placeKey(location, size)]?.openUntilAt !== undefined);
}

/** Of the attempt that a waiting cluster is about to begin, or of the one that a cluster in the making is in. */
const nameOfNext = (cluster: Cluster): string =>
  attemptOf(cluster.state === 'queued' ? { ...cluster, epoch: cluster.epoch + 1 } : cluster).name;

/** @returns the breaker as it is after the failure, and what writes it down */
export function noteFailure(
  ports: Ports,
  breaker: Breaker | undefined,
  cluster: Cluster,
  code: PlaceFailure,
): { breaker: Breaker | undefined; also: readonly Write[] } {
  const { location } = whereaboutsOf(cluster);
  const { region, size } = cluster.spec;
  const key = placeKey(location, size);
  const now = breaker?.places[key];
  const place = planFailure(now, { location, size }, attemptOf(cluster), code, circumstances(ports));
  if (!place) return { breaker, also: [] };
  if (place.openUntilAt) {
    ports.log.warn('place opened', {
      resource: `${breakerPath(region)}/${key}`,
      code,
      count: place.openings,
    });
  }
  const after = { schema: DOCUMENT_SCHEMA, places: { ...breaker?.places, [key]: place } };
  return { breaker: after, also: [writeOf(region, breaker, place)] };
}

/** A creation succeeded; what waited for that is told. @throws CommitError `unavailable` */
export async function noteSuccess(
  ports: Ports,
  cluster: Cluster,
): Promise<{ also?: readonly Write[]; frees?: readonly ErrorCode[] }> {
  const { region, size } = cluster.spec;
  const key = placeKey(whereaboutsOf(cluster).location, size);
  const breaker = await readBreaker(ports, region);
  const now = breaker?.places[key];
  const place = planSuccess(now, circumstances(ports));
  if (!place) return {};
  const wasOpen = now?.openUntilAt !== undefined;
  if (wasOpen) ports.log.info('place closed', { resource: `${breakerPath(region)}/${key}` });
  return {
    also: [writeOf(region, breaker, place)],
    ...(wasOpen && { frees: ['REGION_EXHAUSTED'] as const }),
  };
}

/** Only this place is written. The first two of a region at once overwrite each other, once. */
function writeOf(region: string, breaker: Breaker | undefined, place: Place): Write {
  const path = breakerPath(region);
  const key = placeKey(place.location, place.size);
  const data = place as DocumentData;
  return breaker
    ? { op: 'update', path, data: { [`places.${key}`]: data as Value } }
    : { op: 'set', path, data: { schema: DOCUMENT_SCHEMA, places: { [key]: data } } };
}
