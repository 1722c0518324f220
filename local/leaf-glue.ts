/** Between the GKE stand-in, which starts and stops leaf clusters, and the Kubernetes stand-in, which runs them. */
import type { LeafRequest, LeafResources, Leaves as Starter } from './container/model.ts';
import type { ComputePort } from './kubernetes/compute-port.ts';
import type { Leaves } from './kubernetes/leaves.ts';

interface LeafGlue {
  /** What Kubernetes makes in Compute Engine, in the name of the cluster it belongs to. */
  compute: ComputePort;
  leavesOf(leaves: Pick<Leaves, 'start' | 'resize' | 'setAway' | 'stop'>): Starter;
}

export function leafGlue(): LeafGlue {
  const resources = new Map<string, LeafResources>();
  return {
    compute: {
      create: (kind, { cluster, ...spec }) => resources.get(cluster)?.create(kind, spec),
      remove(kind, name, location) {
        for (const each of resources.values()) if (each.remove(kind, name, location)) return;
      },
    },
    leavesOf: (leaves) => ({
      start(leaf: LeafRequest) {
        resources.set(leaf.name, leaf.resources);
        return leaves.start(leaf);
      },
      resize: async ({ name, location }, nodes) =>
        leaves.resize(name, location, nodes) ? 'done' : 'pending',
      setAway: ({ name, location }, away) => leaves.setAway(name, location, away),
      async stop(leaf) {
        resources.delete(leaf.name);
        await leaves.stop(leaf.name, leaf.location);
      },
    }),
  };
}
