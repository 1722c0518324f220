/** All sketched clusters, as the GKE stand-in starts and stops them: what `../kubernetes/leaves.ts` is to the full model. */
import { drawOf, suffix } from '../kubernetes/identifiers.ts';
import { type LeafNode, type LeafTarget, leafKey } from '../kubernetes/leaf-cluster.ts';
import type { LeafEntry } from '../kubernetes/leaves.ts';
import { zonesOf } from '../kubernetes/places.ts';
import type { World } from '../service.ts';
import { SketchLeaf } from './sketch-leaf.ts';
import { end as evict } from './workloads.ts';

export interface SketchLeaves {
  start(target: LeafTarget): Promise<LeafEntry>;
  /** New nodes become ready, those beyond go at once and their pods with them. To be called again until it says true. */
  resize(name: string, location: string, nodes: readonly LeafNode[]): boolean;
  setAway(name: string, location: string, away: boolean): void;
  stop(name: string, location: string): Promise<void>;
  findByServer(server: string): SketchLeaf | undefined;
  all(): Iterable<SketchLeaf>;
}

/** As in the full model: from a new node's first word until its network is there. */
const NODE_READY_MS: readonly [least: number, most: number] = [15_000, 40_000];

export function sketchLeaves(world: World, edges: SketchLeaf['edges']): SketchLeaves {
  const leaves = new Map<string, SketchLeaf>();
  const byServer = new Map<string, SketchLeaf>();
  const serverOf = (name: string, location: string): string => `https://${name}.${location}.leaf.invalid`;
  const entryOf = ({ record }: SketchLeaf): LeafEntry => {
    const { name, location, clusterId, ca } = record;
    return {
      name,
      location,
      ...(clusterId !== undefined && { clusterId }),
      server: serverOf(name, location),
      ca,
    };
  };
  const end = (name: string, location: string): void => {
    const key = leafKey(name, location);
    leaves.get(key)?.stop();
    leaves.delete(key);
    byServer.delete(serverOf(name, location));
  };
  return {
    async start(target) {
      const { name, location, id } = target;
      const key = leafKey(name, location);
      const there = leaves.get(key);
      if (there && (id === undefined || there.record.id === id)) return entryOf(there);
      if (there) end(name, location);
      const leaf = new SketchLeaf({ ...target, ca: '' }, world, edges);
      furnish(leaf);
      leaves.set(key, leaf);
      byServer.set(serverOf(name, location), leaf);
      return entryOf(leaf);
    },
    resize(name, location, wanted) {
      const leaf = leaves.get(leafKey(name, location));
      if (!leaf) return true;
      for (const node of wanted) if (!leaf.nodes.has(node.name)) addNode(leaf, node, false);
      for (const name of [...leaf.nodes.keys()]) {
        if (!wanted.some((node) => node.name === name)) removeNode(leaf, name);
      }
      return [...leaf.nodes.values()].every(({ readyAtMs }) => readyAtMs <= leaf.nowMs);
    },
    setAway(name, location, away) {
      const leaf = leaves.get(leafKey(name, location));
      if (leaf) leaf.isAway = away;
    },
    stop: async (name, location) => end(name, location),
    findByServer: (server) => byServer.get(server),
    all: () => leaves.values(),
  };
}

/** What every cluster has from the start, as far as Hub looks at it. */
function furnish(leaf: SketchLeaf): void {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
    leaf.make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const { record } = leaf;
  leaf.make({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': 'kubernetes' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [record.controlPlane ?? '10.127.0.2'] }],
    ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
  });
  const zones = record.zones ?? zonesOf(record.location);
  const nodes =
    record.nodes ??
    Array.from({ length: record.nodeCount }, (_, i) => ({
      name: `gke-${record.name.slice(0, 26)}-default-pool-${suffix(leaf.world.random, 4)}`,
      zone: zones[i % zones.length] ?? record.location,
    }));
  for (const node of nodes) addNode(leaf, node, true);
}

function addNode(leaf: SketchLeaf, { name, zone }: Pick<LeafNode, 'name' | 'zone'>, ready: boolean): void {
  const [least, most] = NODE_READY_MS;
  const waitMs = ready ? 0 : least + (most - least) * drawOf(`${leaf.key} ${name}`);
  leaf.nodes.set(name, { name, zone, readyAtMs: leaf.nowMs + waitMs, images: new Map() });
  leaf.make({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
}

function removeNode(leaf: SketchLeaf, name: string): void {
  leaf.nodes.delete(name);
  leaf.objects.erase({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  for (const pod of [...leaf.pods.values()]) if (pod.node === name) evict(leaf, pod);
}
