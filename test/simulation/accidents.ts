/** What happens to clusters that nobody asked Hub for: somebody's hand in the cloud, Google's own upgrades, a part that goes. */

import { LABELS } from '../../functions/labels.ts';
import { CLUSTERS, type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { TOPICS } from '../../shared/messages.ts';
import { happens, oneOf } from './chance.ts';
import type { Findings } from './invariants.ts';
import type { World } from './world.ts';

/** Of the clusters in a seed that is not fair. */
const SQUATTED = 0.03;

type Deed = readonly [weight: number, act: () => Promise<void>];

export function accidents(world: World, findings: Findings): Deed[] {
  const { hub, streams, weather } = world;
  const random = streams.load;
  const standing = () =>
    oneOf(
      random,
      findings.clusters().filter(({ state }) => state === 'ready' || state === 'warm'),
    );
  const running = () =>
    oneOf(
      random,
      hub
        .cloudClusters()
        .filter(
          ({ status, resource, location }) =>
            status === 'RUNNING' && !world.strangers.has(`${location}/${resource.name}`),
        ),
    );
  const lookAt = (id: string): Promise<void> =>
    hub.ports.messages.publish(TOPICS.drift, { schema: 1, id }).catch(() => undefined);

  /** Google upgrades a control plane; meanwhile no other operation is taken. */
  async function upgrade(): Promise<void> {
    const row = running();
    if (!row || row.operation !== undefined) return;
    world.note('accident upgrade', () => `accident: an upgrade of ${row.resource.name}`);
    hub.container.startUpgrade(row.location, row.resource.name);
    world.markers.add('upgrade by the cloud');
  }

  /** Somebody removes its name. */
  async function loseName(): Promise<void> {
    const cluster = standing();
    if (!cluster) return;
    world.note('accident name', () => `accident: the name of ${cluster.id} goes`);
    world.damaged.add(cluster.id);
    const name = `${cluster.id}.${hub.ports.settings.zone}`;
    await hub.ports.dns.ensureNoRecord({ name, type: 'A' }).catch(() => undefined);
    await lookAt(cluster.id);
  }

  /** Somebody deletes it in the cloud's console: no fault that passes. */
  async function vanish(): Promise<void> {
    const row = running();
    if (!row || row.operation !== undefined || weather.fair || !happens(random, 0.5)) return;
    world.note('accident vanish', () => `accident: somebody deletes ${row.resource.name}`);
    const id = row.resource.name.slice(4, 20);
    world.damaged.add(id);
    hub.container.deleteCluster(row.location, row.resource.name);
    world.markers.add('cluster vanished');
    world.clock.schedule(world.clock.now() + 600_000, () => void lookAt(id));
  }

  /** Somebody had the very name before: with no label of Hub's, or with that of another one. */
  function squat(id: string, { location, generation }: Cluster): void {
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
  world.watch({
    onCommit(writes) {
      for (const { path } of writes) {
        const [collection, id = '', more] = path.split('/');
        if (collection !== CLUSTERS || more !== undefined) continue;
        const now = hub.documents.peek<Cluster>(clusterPath(id))?.data;
        if (now?.state !== 'provisioning' || begun.has(`${id} ${now.generation}`)) continue;
        begun.add(`${id} ${now.generation}`);
        if (!weather.fair && !world.calm && happens(random, SQUATTED)) squat(id, now);
      }
    },
  });

  /** The look that the sweep takes every few hours. */
  async function look(): Promise<void> {
    const cluster = standing();
    if (cluster) await lookAt(cluster.id);
  }

  return [
    [0.7, upgrade],
    [0.7, loseName],
    [0.4, vanish],
    [0.5, look],
  ];
}
