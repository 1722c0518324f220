/** What an application sees of the cluster that it runs in, whichever model that is. */
import { KINDS } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Leaves } from '../kubernetes/leaves.ts';
import type { Fields } from '../kubernetes/objects.ts';
import type { World } from '../service.ts';

export interface PachdContainer {
  container: Fields;
  /** Another one for another start. */
  startedAt: string;
}

export interface Inside {
  readonly key: string;
  /** Of the cluster at its provider. */
  readonly name: string;
  /** Another one for the next cluster of the same name. */
  readonly id: string;
  readonly world: World;
  /** Its API answers nobody at present, and nothing is forwarded through it. */
  readonly isAway: boolean;
  find(apiVersion: string, kind: string, namespace: string, name: string): Fields | undefined;
  /** The container of pachd that runs there now. */
  pachdIn(namespace: string): PachdContainer | undefined;
}

export interface Insides {
  findByServer(server: string): Inside | undefined;
  all(): Iterable<Inside>;
}

export const kubernetesInsides = (leaves: Leaves): Insides => ({
  findByServer(server) {
    const leaf = leaves.findByServer(server);
    return leaf && insideOf(leaf);
  },
  *all() {
    for (const leaf of leaves.model.all()) yield insideOf(leaf);
  },
});

const insideOf = (leaf: LeafCluster): Inside => ({
  key: leaf.key,
  name: leaf.record.name,
  id: leaf.record.id ?? '',
  world: leaf.world,
  isAway: leaf.isAway,
  find(apiVersion, kind, namespace, name) {
    const known = leaf.kinds.byName(apiVersion, kind);
    return known && leaf.objects.get(known, namespace, name);
  },
  pachdIn: (namespace) => pachdOf(leaf, namespace),
});

function pachdOf(leaf: LeafCluster, namespace: string): PachdContainer | undefined {
  for (const pod of leaf.objects.each(KINDS.Pod, namespace)) {
    if (pod.metadata.labels?.app !== 'pachd') continue;
    const [container] = (pod.spec?.containers ?? []) as Fields[];
    const status: Fields | undefined = pod.status?.containerStatuses?.[0];
    const startedAt: unknown = status?.state?.running?.startedAt;
    if (container && typeof startedAt === 'string') {
      return { container, startedAt: `${pod.metadata.uid} ${startedAt}` };
    }
  }
  return undefined;
}
