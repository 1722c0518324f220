/** All handlers of a function die at once, now and then: a deploy, or a machine that goes. */
import { MANIFEST } from '../../../functions/manifest.ts';
import { hours } from '../../../shared/units.ts';
import { happens } from '../chance.ts';
import type { Process } from '../process.ts';
import type { Handlers } from './handlers.ts';
import type { Scene } from './scene.ts';

/** @param killed told of each */
export function scheduleKills(scene: Scene, handlers: Handlers, killed: (process: Process) => void): void {
  const { clock, startMs, streams, weather, counts } = scene;
  const killAll = (name: string): void => {
    for (const process of handlers.running()) {
      if (process.name !== name || !process.alive) continue;
      process.kill();
      counts.faults++;
      killed(process);
    }
  };
  for (const { name } of MANIFEST) {
    for (let left = weather.killsPerHour * (weather.faultyMs / hours(1)); left > 0; left--) {
      if (left < 1 && !happens(streams.faults, left)) break;
      clock.schedule(startMs + streams.faults.fraction() * weather.faultyMs, () => killAll(name));
    }
  }
}
