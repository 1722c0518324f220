/** No cluster fails without a reason (S11), in weather that gives none. */
import { findRegion } from '../../../shared/catalog/catalog.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { State } from '../../../shared/lifecycle/table.ts';
import type { World } from '../world.ts';

export function watchFailures({ weather, nowMs, violate, markers, damaged }: World) {
  const { zone } = weather;
  /** By id: in which state it was last given up. */
  const givenUpIn = new Map<string, State>();

  /** A cluster is to be made in another zone from now on. */
  function noteLeft({ exhausted }: Cluster): void {
    markers.add('next zone tried');
    // Where machines run out, too, that may be the reason.
    if (weather.fair && zone && exhausted.at(-1) === zone.zone && zone.fromMs < nowMs())
      markers.add(`${zone.is} zone left`);
  }

  /**
   * That one zone is silent, or its creations hang, is no reason while the cluster is being made, for there are others; but what stands in a silent
   * one can go nowhere else.
   */
  function checkNoFailure(now: Cluster, before: Cluster | undefined): void {
    const { id, state, error } = now;
    if (state === 'undoing' && before) givenUpIn.set(id, before.state);
    const isGivenUp = state === 'undoing' && before?.state === 'provisioning';
    if ((state !== 'failed' && state !== 'stuck' && !isGivenUp) || isInTrouble(now) || isMaimed(now)) return;
    const what = isGivenUp ? 'is given up' : state === 'failed' ? 'failed' : 'is stuck';
    violate('S11', `${id} ${what} (${error?.code}: ${error?.message}) though nothing gave it a reason to`);
  }

  function isInTrouble({ id, spec, location, exhausted }: Cluster): boolean {
    if (!zone || zone.fromMs > nowMs()) return false;
    if (givenUpIn.get(id) !== 'provisioning') return zone.is === 'silent' && location === zone.zone;
    // Short outages of all of GKE, one after the other, may have driven it from the others.
    const tried = [...exhausted, location];
    const zones = findRegion(spec.region)?.zones ?? [];
    return zones.includes(zone.zone) && zones.every((one) => tried.includes(one));
  }

  /** A spare of which somebody took a part was handed out before a look found it: what does not run is told of nobody, and is given up. */
  const isMaimed = ({ id }: Cluster): boolean => givenUpIn.get(id) === 'personalizing' && damaged.has(id);

  return { noteLeft, checkNoFailure };
}
