/** What happens to clusters that nobody asked Hub for: somebody's hand in the cloud, Google's own upgrades, a part that goes. */

import { labelsOf } from '../../functions/labels.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { CLUSTER_SIGNALS } from '../../shared/documents/signal.ts';
import { TOPICS } from '../../shared/messages.ts';
import { minutes } from '../../shared/units.ts';
import { tellBusy } from './accidents/busy.ts';
import { damages, noteDamage } from './accidents/damage.ts';
import { loseSight } from './accidents/places.ts';
import { letStrangersIn } from './accidents/strangers.ts';
import { between, happens, integer, oneOf } from './chance.ts';
import type { Findings } from './invariants.ts';
import type { Deed } from './workload/people.ts';
import type { World } from './world.ts';

export function accidents(
  world: World,
  findings: Findings,
): { damage(cluster: Cluster): Promise<void>; deeds: Deed[] } {
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

  /** Google upgrades a control plane, which then does not answer, or the nodes; meanwhile no other operation is taken. */
  async function upgrade(): Promise<void> {
    const row = running();
    if (!row || row.operation !== undefined) return;
    const of = oneOf(random, ['master', 'nodes'] as const);
    world.note('accident upgrade', () => `accident: an upgrade of ${row.resource.name}, its ${of}`);
    hub.container.startUpgrade(row.location, row.resource.name, of);
    world.markers.add('upgrade by the cloud');
  }

  const takePart = damages(world);
  /** So that the next look has a reason to. */
  async function damage(cluster: Cluster | undefined = standing()): Promise<void> {
    if (!cluster) return;
    await takePart(cluster);
    await lookAt(cluster.id);
  }

  /** Somebody brings back a volume from a backup, labels and all, of a cluster that is no more. */
  async function restore(): Promise<void> {
    const cluster = oneOf(
      random,
      findings.clusters().filter(({ state }) => state === 'deleted' || state === 'failed'),
    );
    if (cluster?.location === undefined) return;
    const { id, location } = cluster;
    const name = `pvc-of-${id}`;
    world.note('accident restore', () => `accident: a disk of ${id} is there again`);
    world.restored.add(name);
    hub.compute.create('disk', { name, location, labels: labelsOf(id, hub.ports.settings.cell) });
  }

  /** Somebody deletes it in the cloud's console: no fault that passes. */
  async function vanish(): Promise<void> {
    const row = running();
    if (!row || row.operation !== undefined || weather.fair || !happens(random, 0.5)) return;
    world.note('accident vanish', () => `accident: somebody deletes ${row.resource.name}`);
    const id = row.resource.name.slice(4, 20);
    // For good.
    noteDamage(world, id, Number.POSITIVE_INFINITY);
    hub.container.deleteCluster(row.location, row.resource.name);
    world.markers.add('cluster vanished');
    world.clock.schedule(world.clock.now() + 600_000, () => void lookAt(id));
  }

  letStrangersIn(world, findings);
  loseSight(world);

  /** The look that the sweep takes every few hours. */
  async function look(): Promise<void> {
    const cluster = standing();
    if (cluster) await lookAt(cluster.id);
  }

  /** Cloud Monitoring finds that the processors of one are busy to the brim, or that it sends very much, and says so once or more often. */
  let incidents = 0;
  async function busy(): Promise<void> {
    const cluster = standing();
    if (!cluster) return;
    world.note('accident busy', () => `accident: the processors of ${cluster.id} are busy`);
    for (let times = integer(random, 1, 2); times > 0; times--) {
      const [incident, kind] = [++incidents, oneOf(random, CLUSTER_SIGNALS)];
      for (let copies = integer(random, 1, 2); copies > 0; copies--)
        await tellBusy(world, cluster, kind, incident);
      await world.clock.sleepUntil(world.clock.now() + between(random, 0, minutes(50)));
    }
  }

  return {
    damage,
    deeds: [
      [0.7, upgrade],
      [1.5, damage],
      [0.4, vanish],
      [0.4, restore],
      [0.5, look],
      [0.5, busy],
    ],
  };
}
