/** What happens to clusters that nobody asked Hub for: somebody's hand in the cloud, Google's own upgrades, a part that goes. */
import { TOPICS } from '../../shared/messages.ts';
import { happens, oneOf } from './chance.ts';
import type { Findings } from './invariants.ts';
import type { World } from './world.ts';

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
        .filter(({ status, resource }) => status === 'RUNNING' && !resource.name.includes('stranger')),
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
