/** Somebody takes away a part of a cluster that Hub can make anew. */
import { CERTIFICATE_SECRET, GATEWAY } from '../../../functions/access/exposure.ts';
import { type KubeObject, type Leaf, refOf } from '../../../functions/leaf/leaf.ts';
import { MEMBERS_NAMESPACE } from '../../../functions/leaf/names.ts';
import { entriesOf } from '../../../shared/catalog/catalog.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { oneOf } from '../chance.ts';
import type { World } from '../world.ts';

type Part = readonly [name: string, takeAway: (cluster: Cluster) => Promise<void>];

/** @returns what takes one of its parts away, and resolves when that has been tried */
export function damages(world: World): (cluster: Cluster) => Promise<void> {
  const { ports } = world.hub;
  const random = world.streams.load;
  const inside = async (
    { id, generation, location = '' }: Cluster,
    act: (leaf: Leaf) => Promise<void>,
  ): Promise<void> => {
    const seen = await ports.provider.observeCluster({ id, generation, location });
    if (seen.status === 'ready') await act(ports.leaves.open(seen.connection));
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
    ['the name', ({ id }) => ports.dns.ensureNoRecord({ name: `${id}.${ports.settings.zone}`, type: 'A' })],
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

  return async (cluster) => {
    const [part, takeAway] = oneOf(random, PARTS);
    world.note(`accident ${part}`, () => `accident: ${part} of ${cluster.id} goes`);
    noteDamage(world, cluster.id);
    await takeAway(cluster).catch(() => undefined);
    noteDamage(world, cluster.id);
  };
}

/** @param atMs since the start; by default now */
export const noteDamage = ({ damaged, nowMs }: World, id: string, atMs = nowMs()): void =>
  void damaged.set(id, Math.max(atMs, damaged.get(id) ?? 0));
