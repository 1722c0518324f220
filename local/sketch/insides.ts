/** What applications see of sketched clusters. */
import type { Inside, Insides, PachdContainer } from '../memory/insides.ts';
import type { SketchLeaves } from './leaves.ts';
import { runsSinceMs } from './pods.ts';
import type { SketchLeaf } from './sketch-leaf.ts';

export const sketchInsides = (leaves: SketchLeaves): Insides => ({
  findByServer(server) {
    const leaf = leaves.findByServer(server);
    return leaf && insideOf(leaf);
  },
  *all() {
    for (const leaf of leaves.all()) yield insideOf(leaf);
  },
});

const insideOf = (leaf: SketchLeaf): Inside => ({
  key: leaf.key,
  name: leaf.record.name,
  id: leaf.record.id ?? '',
  world: leaf.world,
  isAway: leaf.isAway,
  find: (apiVersion, kind, namespace, name) => leaf.objects.get({ apiVersion, kind }, namespace, name),
  pachdIn: (namespace) => pachdOf(leaf, namespace),
});

function pachdOf(leaf: SketchLeaf, namespace: string): PachdContainer | undefined {
  for (const pod of leaf.pods.values()) {
    if (pod.namespace !== namespace || pod.owner.metadata.name !== 'pachd') continue;
    const sinceMs = runsSinceMs(pod, leaf.nowMs);
    const container = pod.template.spec?.containers?.[0];
    if (sinceMs !== undefined && container) return { container, startedAt: `${pod.uid} ${sinceMs}` };
  }
  return undefined;
}
