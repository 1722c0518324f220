import { beforeEach, describe, expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { virtualClock } from '../clock.ts';
import { createComputeModel } from '../compute/model.ts';
import { createContainerModel } from '../container/model.ts';
import { leafGlue } from '../leaf-glue.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster, LeafNode } from './leaf-cluster.ts';
import { createLeaves } from './leaves.ts';
import type { Fields, Stored } from './objects.ts';
import {
  aDeployment,
  aLeaf,
  hasCondition,
  live,
  made,
  podsOf,
  podTemplate,
  TARGET,
  type TestLeaf,
} from './testing.ts';

const node = (n: number): LeafNode => ({
  name: `node-${n}`,
  pool: 'default',
  zone: TARGET.location,
  machineType: TARGET.machineType,
});
const nodes = (count: number): LeafNode[] => Array.from({ length: count }, (_, n) => node(n));

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf({ nodes: nodes(2) });
  ({ leaf } = here);
});

const resize = (count: number): boolean => here.kubernetes.resize(TARGET.name, TARGET.location, nodes(count));
const resized = (count: number): Promise<void> => here.until(() => resize(count));
const names = (): string[] => [...leaf.objects.each(KINDS.Node)].map(({ metadata }) => metadata.name).sort();
const placesOf = (): (string | undefined)[] => podsOf(leaf).map((pod) => pod.spec?.nodeName);
const areReady = (count: number): boolean =>
  podsOf(leaf).length === count && podsOf(leaf).every((pod) => hasCondition(pod, 'Ready'));

/** With so many replicas that each has a node of its own. */
const spread = (replicas: number): Fields =>
  aDeployment({
    replicas,
    template: podTemplate({
      containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '2500m' } } }],
    }),
  });
const budget = (spec: Fields): Stored =>
  made(leaf, KINDS.PodDisruptionBudget, {
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });

describe('a pool that grows', () => {
  test('has its new node at once and ready after a while; nothing is put on it before', async () => {
    expect(names()).toEqual(['node-0', 'node-1']);
    expect(resize(3)).toBe(false);
    expect(hasCondition(live(leaf, KINDS.Node, 'node-2'), 'Ready', 'False')).toBe(true);
    made(leaf, KINDS.Deployment, spread(3));
    await here.clock.runFor(seconds(14));
    expect(placesOf().filter(Boolean)).toHaveLength(2);
    await resized(3);
    await here.until(() => areReady(3));
    expect(placesOf().toSorted()).toEqual(['node-0', 'node-1', 'node-2']);
    expect(live(leaf, KINDS.Node, 'node-2').spec?.taints).toBeUndefined();
  });

  test('takes the pods that did not fit', async () => {
    made(leaf, KINDS.Deployment, spread(4));
    await here.clock.runFor(minutes(10));
    expect(placesOf().filter(Boolean)).toHaveLength(2);
    await resized(4);
    await here.until(() => areReady(4));
    expect(here.errors).toEqual([]);
  });

  test('runs the pods of DaemonSets on its new nodes', async () => {
    made(leaf, KINDS.DaemonSet, aDeployment());
    await here.until(() => areReady(2));
    await resized(3);
    await here.until(() => areReady(3));
  });
});

describe('a pool that shrinks', () => {
  test('has its pods rescheduled before a node goes', async () => {
    made(leaf, KINDS.Deployment, aDeployment({ replicas: 4 }));
    made(leaf, KINDS.DaemonSet, {
      metadata: { name: 'agent' },
      spec: { selector: { matchLabels: { app: 'agent' } }, template: podTemplate({}, { app: 'agent' }) },
    });
    await here.until(() => placesOf().includes('node-1') && areReady(podsOf(leaf).length));
    expect(resize(1)).toBe(false);
    expect(live(leaf, KINDS.Node, 'node-1').spec?.unschedulable).toBe(true);
    await resized(1);
    expect(names()).toEqual(['node-0']);
    await here.until(() => placesOf().every((name) => name === 'node-0'));
    expect(here.errors).toEqual([]);
  });

  test('waits for a disruption budget as long as pods have nowhere to go, an hour at most', async () => {
    made(leaf, KINDS.Deployment, spread(2));
    budget({ minAvailable: 2 });
    await here.until(() => areReady(2));
    resize(1);
    await here.clock.runFor(minutes(59));
    expect(areReady(2)).toBe(true);
    expect(resize(1)).toBe(false);
    await here.clock.runFor(minutes(2));
    expect(resize(1)).toBe(true);
    // One has nowhere to be.
    expect(placesOf().filter(Boolean)).toEqual(['node-0']);
  });

  test('moves what a budget guards one after the other', async () => {
    made(leaf, KINDS.Deployment, aDeployment({ replicas: 4 }));
    budget({ maxUnavailable: 1 });
    await here.until(() => areReady(4));
    resize(1);
    let fewest = 4;
    await here.until(() => {
      const ready = podsOf(leaf).filter(
        (pod) => hasCondition(pod, 'Ready') && !pod.metadata.deletionTimestamp,
      );
      fewest = Math.min(fewest, ready.length);
      return resize(1);
    });
    expect(fewest).toBe(3);
  });

  test('keeps a node that is wanted again, and what is on it', async () => {
    made(leaf, KINDS.Deployment, spread(2));
    budget({ minAvailable: 2 });
    await here.until(() => areReady(2));
    resize(1);
    await here.clock.runFor(minutes(10));
    expect(resize(2)).toBe(true);
    await here.clock.runFor(hours(2));
    expect(areReady(2)).toBe(true);
    const { unschedulable, taints } = live(leaf, KINDS.Node, 'node-1').spec ?? {};
    expect([unschedulable, taints]).toEqual([undefined, undefined]);
  });
});

test('GKE’s resizing moves nodes, pods, boot disks and the operation together', async () => {
  const clock = virtualClock();
  const world = { ...here.world, clock };
  const compute = createComputeModel(world);
  const glue = leafGlue();
  const leaves = createLeaves(world, {
    compute: glue.compute,
    publish: () => undefined,
    isAccessToken: () => true,
    https: false,
  });
  const container = createContainerModel(world, { compute, leaves: glue.leavesOf(leaves) });
  const zone = 'europe-west1-b';
  const pool = { name: 'main', initialNodeCount: 2, config: { machineType: 'e2-standard-4' } };
  container.createCluster(zone, { name: 'one', nodePools: [pool] });
  await clock.runFor(hours(1));
  const inside = leaves.model.find('one', zone) as LeafCluster;
  const nodeNames = (): string[] =>
    [...inside.objects.each(KINDS.Node)].map(({ metadata }) => metadata.name).sort();
  const diskNames = (): string[] =>
    compute
      .all()
      .flatMap(({ kind, name }) => (kind === 'disk' ? [name] : []))
      .sort();
  expect(nodeNames()).toEqual(diskNames());
  expect(nodeNames()).toHaveLength(2);
  for (const count of [4, 1]) {
    const { name } = container.setNodePoolSize(zone, 'one', 'main', count);
    while (container.getOperation(zone, name).status !== 'DONE') {
      expect(diskNames().length).toBeGreaterThanOrEqual(nodeNames().length);
      await clock.runFor(seconds(1));
    }
    expect(nodeNames()).toEqual(diskNames());
    expect([...inside.objects.each(KINDS.Node)].every((one) => hasCondition(one, 'Ready'))).toBe(true);
    expect(nodeNames()).toHaveLength(count);
  }
  const [slice] = [...inside.objects.each(KINDS.EndpointSlice, 'default')];
  expect(slice?.endpoints[0].addresses).toEqual([
    container.getCluster(zone, 'one').controlPlaneEndpointsConfig?.ipEndpointsConfig?.privateEndpoint,
  ]);
});
