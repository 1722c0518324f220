/** Somebody had the very name of a cluster before Hub came to make it: with no label of Hub's, or with that of another one. */
import { LABELS } from '../../../functions/labels.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { happens } from '../chance.ts';
import type { Findings } from '../invariants.ts';
import type { World } from '../world.ts';

/** Of the clusters in a seed that is not fair. */
const SQUATTED = 0.03;

export function letStrangersIn(world: World, findings: Findings): void {
  const { hub, streams, weather } = world;
  const random = streams.load;

  function squat({ id, location, generation }: Cluster): void {
    const name = `hub-${id}-g${generation}`;
    const key = `${location}/${name}`;
    const resourceLabels = happens(random, 0.5)
      ? { [LABELS.managedBy]: 'somebody-else' }
      : { [LABELS.managedBy]: 'hub', [LABELS.cluster]: 'anotherhubsown22' };
    world.note('accident squat', () => `accident: somebody has ${name} already`);
    world.strangers.add(key);
    world.squatted.add(id);
    try {
      hub.container.createCluster(location ?? '', { name, initialNodeCount: 1, resourceLabels });
      world.markers.add('name taken by a stranger');
    } catch {
      // The cloud has no room for it.
      world.strangers.delete(key);
      world.squatted.delete(id);
    }
  }

  const begun = new Set<string>();
  findings.onEntry((now) => {
    const generation = `${now.id} ${now.generation}`;
    if (now.state !== 'provisioning' || begun.has(generation)) return;
    begun.add(generation);
    if (!weather.fair && !world.calm && happens(random, SQUATTED)) squat(now);
  });
}
