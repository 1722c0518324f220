/**
 * Zones and regions that are away, as far as lists go: those of the whole project lack what is there, and say so. Where Hub never makes
 * anything one is away for weeks; where it does, so shortly that no deadline need come.
 */
import { LOCATIONS } from '../../../local/container/zones.ts';
import { REGIONS } from '../../../shared/catalog/catalog.ts';
import { regionOf } from '../../../shared/places.ts';
import { minutes } from '../../../shared/units.ts';
import { between, happens, oneOf } from '../chance.ts';
import type { World } from '../world.ts';

const OFFERED: ReadonlySet<string> = new Set(REGIONS.map(({ id }) => id));
const isOffered = (location: string): boolean => OFFERED.has(regionOf(location) ?? '');

export function loseSight(world: World): void {
  const { hub, streams, weather, startMs, clock } = world;
  const random = streams.places;
  /** @returns what brings it back */
  const takeAway = (location = ''): (() => void) => {
    world.note('accident away', () => `accident: lists lack ${location}`);
    world.counts.faults++;
    return hub.faults.force('unreachable', { subject: location, mayMiss: true }).end;
  };

  if (weather.faultyMs === 0) return;
  if (happens(random, 0.5))
    takeAway(
      oneOf(
        random,
        LOCATIONS.filter((one) => !isOffered(one)),
      ),
    );
  if (!happens(random, 0.5)) return;
  const fromMs = random.fraction() * weather.faultyMs;
  const toMs = Math.min(weather.faultyMs, fromMs + between(random, minutes(5), minutes(40)));
  world.unlisted.push({ fromMs, toMs });
  const location = oneOf(random, LOCATIONS.filter(isOffered));
  clock.schedule(startMs + fromMs, () => {
    const bringBack = takeAway(location);
    clock.schedule(startMs + toMs, bringBack);
  });
}
