/** For tests and benches: what a stand-in is given, in memory, with chance from a seed and no faults but those that are forced. */
import { silentLog } from '../functions/log.ts';
import { realClock } from './clock.ts';
import { createFaults } from './faults.ts';
import { seededRandom } from './random.ts';
import type { World } from './service.ts';
import { memoryStore } from './store.ts';

export function aWorld(given: Partial<World> = {}): World {
  const { random = seededRandom(1) } = given;
  return {
    projectId: 'hub-test',
    clock: realClock(),
    random,
    faults: createFaults({}, random),
    store: memoryStore(),
    log: silentLog,
    ...given,
  };
}
