/** What happens to clusters that nobody asked Hub for: somebody's hand in the cloud, Google's own upgrades, a part that goes. */

import { CERTIFICATE_SECRET, GATEWAY } from '../../functions/access/exposure.ts';
import { LABELS, labelsOf } from '../../functions/labels.ts';
import { type KubeObject, type Leaf, refOf } from '../../functions/leaf/leaf.ts';
import { MEMBERS_NAMESPACE } from '../../functions/leaf/names.ts';
import { entriesOf } from '../../shared/catalog/catalog.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { CLUSTER_SIGNALS } from '../../shared/documents/signal.ts';
import { TOPICS } from '../../shared/messages.ts';
import { minutes } from '../../shared/units.ts';
import { between, happens, integer, oneOf } from './chance.ts';
import { nameOf } from './invariants/census.ts';
import type { Findings } from './invariants.ts';
import type { Deed } from './workload/people.ts';
import type { World } from './world.ts';

/** Of the clusters in a seed that is not fair. */
const SQUATTED = 0.03;

/** Of a cluster, that somebody can take away. */
type Part = readonly [name: string, takeAway: (cluster: Cluster) => Promise<void>];

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

  const noteDamage = (id: string, atMs = world.nowMs()): void =>
    void world.damaged.set(id, Math.max(atMs, world.damaged.get(id) ?? 0));

  /** Google upgrades a control plane, which then does not answer, or the nodes; meanwhile no other operation is taken. */
  async function upgrade(): Promise<void> {
    const row = running();
    if (!row || row.operation !== undefined) return;
    const of = oneOf(random, ['master', 'nodes'] as const);
    world.note('accident upgrade', () => `accident: an upgrade of ${row.resource.name}, its ${of}`);
    hub.container.startUpgrade(row.location, row.resource.name, of);
    world.markers.add('upgrade by the cloud');
  }

  /** Somebody takes away a part of it that Hub can make anew, so that the next look has a reason to. */
  async function damage(cluster: Cluster | undefined = standing()): Promise<void> {
    if (!cluster) return;
    const [part, takeAway] = oneOf(random, PARTS);
    world.note(`accident ${part}`, () => `accident: ${part} of ${cluster.id} goes`);
    noteDamage(cluster.id);
    await takeAway(cluster).catch(() => undefined);
    noteDamage(cluster.id);
    await lookAt(cluster.id);
  }

  const inside = async (
    { id, generation, location = '' }: Cluster,
    act: (leaf: Leaf) => Promise<void>,
  ): Promise<void> => {
    const seen = await hub.ports.provider.observeCluster({ id, generation, location });
    if (seen.status === 'ready') await act(hub.ports.leaves.open(seen.connection));
  };
  const oneIn = async (
    leaf: Leaf,
    kind: Pick<KubeObject, 'apiVersion' | 'kind'>,
    namespace: string,
  ): Promise<void> => {
    const found = oneOf(random, await leaf.list({ ...kind, namespace }));
    if (found) await leaf.delete(refOf(found));
  };
  const PARTS: readonly [Part, ...Part[]] = [
    [
      'the name',
      ({ id }) => hub.ports.dns.ensureNoRecord({ name: `${id}.${hub.ports.settings.zone}`, type: 'A' }),
    ],
    [
      'a workload',
      (cluster) =>
        inside(cluster, (leaf) =>
          oneIn(
            leaf,
            { apiVersion: 'apps/v1', kind: 'Deployment' },
            entriesOf(cluster.spec).product.namespace,
          ),
        ),
    ],
    ['the gateway', (cluster) => inside(cluster, (leaf) => leaf.delete(GATEWAY))],
    ['the certificate', (cluster) => inside(cluster, (leaf) => leaf.delete(CERTIFICATE_SECRET))],
    [
      "a member's account",
      (cluster) =>
        inside(cluster, (leaf) =>
          oneIn(leaf, { apiVersion: 'v1', kind: 'ServiceAccount' }, MEMBERS_NAMESPACE),
        ),
    ],
  ];

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
    noteDamage(id, Number.POSITIVE_INFINITY);
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
  findings.onEntry((now) => {
    const generation = `${now.id} ${now.generation}`;
    if (now.state !== 'provisioning' || begun.has(generation)) return;
    begun.add(generation);
    if (!weather.fair && !world.calm && happens(random, SQUATTED)) squat(now.id, now);
  });

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
      const incident = {
        incident_id: `0.${++incidents}`,
        state: 'open',
        policy_user_labels: { hub_signal: oneOf(random, CLUSTER_SIGNALS) },
        resource: { labels: { cluster_name: nameOf(cluster) } },
      };
      for (let copies = integer(random, 1, 2); copies > 0; copies--)
        await hub.ports.messages.publish(TOPICS.signal, { incident }).catch(() => undefined);
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
