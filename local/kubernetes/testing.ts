/** A leaf cluster on a virtual clock, and small builders, for the tests of this folder. */
import { createLog } from '../../functions/log.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import { createFaults, type Faults } from '../faults.ts';
import { seededRandom } from '../random.ts';
import type { World } from '../service.ts';
import { memoryStore, type Store } from '../store.ts';
import { apply, create, get } from './api.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster, LeafNode } from './leaf-cluster.ts';
import { createLeaves, type Leaves, type LeavesOptions } from './leaves.ts';
import { createKubernetes, type Kubernetes } from './model.ts';
import type { Fields, Stored } from './objects.ts';

export interface TestLeaf {
  world: World;
  clock: VirtualClock;
  faults: Faults;
  kubernetes: Kubernetes;
  leaf: LeafCluster;
  /** What is in the cloud now: `disk pvc-…`. */
  compute: Set<string>;
  published: string[];
  /** Errors that the stand-in told of itself; a test expects none. */
  errors: string[];
  /** Lets cloud time pass until the condition holds. @throws Error after an hour of it */
  until(holds: () => boolean): Promise<void>;
}

export const TARGET = {
  name: 'hub-test-g1',
  location: 'europe-west1-b',
  nodeCount: 2,
  machineType: 'e2-standard-4',
};

export async function aLeaf({
  store = memoryStore(),
  seed = 1,
  clock = virtualClock(),
  nodes,
}: {
  store?: Store;
  seed?: number;
  clock?: VirtualClock;
  nodes?: readonly LeafNode[];
} = {}): Promise<TestLeaf> {
  const random = seededRandom(seed);
  const faults = createFaults({}, random);
  const errors: string[] = [];
  const log = createLog((severity, event, { detail }) => {
    if (severity === 'ERROR') errors.push(`${event} ${detail ?? ''}`);
  });
  const world: World = { projectId: 'hub-test', clock, random, faults, store, log };
  const compute = new Set<string>();
  const published: string[] = [];
  const kubernetes = createKubernetes(world, {
    compute: {
      create: (kind, { name }) => void compute.add(`${kind} ${name}`),
      remove: (kind, name) => void compute.delete(`${kind} ${name}`),
    },
    publish: (topic, data) => void published.push(`${topic} ${data}`),
  });
  const leaf = kubernetes.add({ ...TARGET, ...(nodes && { nodes }), ca: 'CA' });
  await clock.runFor(0);
  const until = async (holds: () => boolean): Promise<void> => {
    for (const end = clock.now() + minutes(60); clock.now() < end; ) {
      if (holds()) return;
      await clock.runFor(seconds(1));
    }
    throw new Error('the condition did not come to hold in time');
  };
  return { world, clock, faults, kubernetes, leaf, compute, published, errors, until };
}

/** Leaves that are served, with nothing outside of them: Hub comes in with this token. */
export const servedLeaves = (world: World, token: string, more: Partial<LeavesOptions> = {}): Leaves =>
  createLeaves(world, {
    compute: { create: () => undefined, remove: () => undefined },
    publish: () => undefined,
    isAccessToken: (given) => given === token,
    ...more,
  });

export const podTemplate = (spec: Fields = {}, labels: Record<string, string> = { app: 'web' }): Fields => ({
  metadata: { labels },
  spec: { containers: [{ name: 'web', image: 'web:1' }], ...spec },
});

export const aDeployment = (spec: Fields = {}): Fields => ({
  metadata: { name: 'web' },
  spec: { selector: { matchLabels: { app: 'web' } }, template: podTemplate(), ...spec },
});

export const aJob = (name: string, command: string[], spec: Fields = {}): Fields => ({
  metadata: { name },
  spec: {
    backoffLimit: 0,
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'work:1', command }] },
    },
    ...spec,
  },
});

export const aClaim = (name: string): Fields => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
});

/** Made in the namespace `default`, or in the cluster. */
export const made = (leaf: LeafCluster, kind: Kind, object: Fields): Stored =>
  create(leaf, kind, kind.namespaced ? 'default' : undefined, object, { manager: 'test' });

export const applied = (
  leaf: LeafCluster,
  kind: Kind,
  object: Fields,
  manager = 'hub',
  force = true,
): Stored =>
  apply(leaf, kind, kind.namespaced ? 'default' : undefined, object.metadata.name, object, { manager, force })
    .object;

/** From the namespace `default`, or from the cluster. */
export const live = (leaf: LeafCluster, kind: Kind, name: string): Stored =>
  get(leaf, kind, kind.namespaced ? 'default' : undefined, name);

export const isThere = (leaf: LeafCluster, kind: Kind, name: string): boolean =>
  leaf.objects.get(kind, kind.namespaced ? 'default' : undefined, name) !== undefined;

export const podsOf = (leaf: LeafCluster, namespace = 'default'): Stored[] => [
  ...leaf.objects.each(KINDS.Pod, namespace),
];

export const hasCondition = (object: Stored, type: string, status = 'True'): boolean =>
  (object.status?.conditions ?? []).some((one: Fields) => one.type === type && one.status === status);
