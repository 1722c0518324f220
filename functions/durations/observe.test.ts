import { describe, expect, test } from 'vitest';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { CLUSTERS, type Cluster, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { type Durations, durationsPath, MAX_SAMPLES } from '../../shared/documents/durations.ts';
import { CLAIM_WAY, COLD_WAY } from '../../shared/lifecycle/derive.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { aCluster, aSpec, clusterIdOf, writeOf } from '../../test/builders.ts';
import { conceive, createClusters } from '../dispatch/commands.ts';
import { claimSpare } from '../pool/claim.ts';
import { withSamples } from './count.ts';
import { observeDurations } from './observe.ts';

const spec = aSpec({ product: 'hello', version: '1.1.0' });
const PATH = durationsPath(spec.region);
const durations = async (hub: MemoryHub) => (await hub.documents.get<Durations>(PATH))?.data;
const samplesOf = async (hub: MemoryHub, state: State = 'installing') =>
  (await durations(hub))?.steps[state]?.samples;

/** Clusters that have become ready one after the other, a second apart, the n-th after n ms of installing; long ago unless said otherwise. */
const ready = (hub: MemoryHub, numbers: readonly number[], patch: Partial<Cluster> = {}) =>
  hub.run(
    hub.documents.commit(
      numbers.map((n) =>
        writeOf(
          aCluster({
            id: clusterIdOf(n),
            spec,
            took: { installing: n },
            readyAt: new Date(hub.clock.now() - minutes(60) + seconds(n)),
            ...patch,
          }),
        ),
      ),
    ),
  );
const observe = (hub: MemoryHub) => hub.run(observeDurations(hub.ports));

describe('what is observed', () => {
  test('is what each cluster took, by region, and nothing is written while there is nothing new', async () => {
    const hub = memoryHub();
    await ready(hub, [1, 2, 3]);
    await ready(hub, [9], { spec: aSpec({ region: 'us-central1' }) });
    await observe(hub);
    expect(await durations(hub)).toMatchObject({
      through: { id: clusterIdOf(3) },
      steps: { installing: { samples: [1, 2, 3], medianMs: 2, p90Ms: 3 } },
    });
    expect((await hub.documents.get<Durations>(durationsPath('us-central1')))?.data.steps).toMatchObject({
      installing: { samples: [9] },
    });
    const { commits } = hub.documents.counters;
    await observe(hub);
    expect(hub.documents.counters.commits).toBe(commits);
  });

  test('counts nothing twice, however many runs there are at once', async () => {
    const hub = memoryHub();
    await ready(hub, [1, 2]);
    await hub.run(Promise.all([1, 2, 3].map(() => observeDurations(hub.ports))));
    await ready(hub, [3]);
    await hub.run(Promise.all([1, 2, 3].map(() => observeDurations(hub.ports))));
    expect(await samplesOf(hub)).toEqual([1, 2, 3]);
  });

  test('counts nothing twice if the answer of a commit is lost', async () => {
    const hub = memoryHub();
    await ready(hub, [1, 2]);
    const { commit } = hub.documents;
    hub.ports.documents = {
      ...hub.documents,
      async commit(writes) {
        await commit(writes);
        throw new Error('the answer is lost');
      },
    };
    await expect(observe(hub)).rejects.toThrow('lost');
    hub.ports.documents = hub.documents;
    await observe(hub);
    expect(await samplesOf(hub)).toEqual([1, 2]);
  });

  test('takes those of the same millisecond one by one, across pages', async () => {
    const hub = memoryHub();
    const numbers = Array.from({ length: 250 }, (_, n) => n + 1);
    const byId = numbers.toSorted((a, b) => (clusterIdOf(a) < clusterIdOf(b) ? -1 : 1));
    const readyAt = new Date(hub.clock.now() - minutes(60));
    await ready(hub, numbers, { readyAt });
    await observe(hub);
    expect((await durations(hub))?.through).toEqual({ readyAt, id: clusterIdOf(byId.at(-1) ?? 0) });
    expect(await samplesOf(hub)).toEqual(byId.slice(-MAX_SAMPLES));
  });

  test('leaves the youngest for the next run: one whose commit is on its way must not come too late', async () => {
    const hub = memoryHub();
    await ready(hub, [1], { readyAt: new Date(hub.clock.now() - seconds(5)) });
    await observe(hub);
    expect(await durations(hub)).toBeUndefined();
    await hub.clock.runFor(seconds(10));
    await observe(hub);
    expect(await samplesOf(hub)).toEqual([1]);
  });

  test('passes over what did not tell and what cannot be read, and does not look at it again', async () => {
    const hub = memoryHub();
    await ready(hub, [1], { took: undefined as never });
    await ready(hub, [2], { schema: 99 });
    await observe(hub);
    expect(await durations(hub)).toMatchObject({ through: { id: clusterIdOf(2) }, steps: {} });
    const { commits } = hub.documents.counters;
    await observe(hub);
    expect(hub.documents.counters.commits).toBe(commits);
  });
});

describe('a whole life', () => {
  const inState = (hub: MemoryHub, state: State) =>
    hub.documents.query<Cluster>({ collection: CLUSTERS, where: [['state', '==', state]] });

  test('the Scheduler has it counted, and the states of the way are all there', async () => {
    const hub = memoryHub();
    const stop = hub.startScheduler();
    const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
    await hub.run(createClusters(hub.ports, [birth], []));
    await hub.until(async () => (await durations(hub)) !== undefined);
    stop();
    const cluster = (await hub.documents.get<Cluster>(clusterPath(birth.cluster.id)))?.data;
    expect(Object.keys(cluster?.took ?? {}).sort()).toEqual([...COLD_WAY].sort());
    for (const state of COLD_WAY) expect(await samplesOf(hub, state)).toEqual([cluster?.took?.[state]]);
    const sumMs = Object.values(cluster?.took ?? {}).reduce((sum, ms) => sum + ms, 0);
    expect(sumMs).toBe(Number(cluster?.readyAt?.getTime()) - Number(cluster?.createdAt.getTime()));
  });

  test('a claimed cluster tells what its spare took, not how soon its owner had it', async () => {
    const hub = memoryHub();
    const shape = shapeOf(spec);
    const birth = conceive(hub.ports, { name: 'spare', spec, shape, pool: 'default' });
    await hub.run(createClusters(hub.ports, [birth], []));
    await hub.until(async () => (await inState(hub, 'warm')).length === 1);
    await hub.clock.runFor(minutes(30));
    const claimedAtMs = hub.clock.now();
    const wish = { name: 'mine', spec, owner: 'ada', email: 'ada@example.com' };
    await hub.run(claimSpare(hub.ports, wish, () => []));
    await hub.until(async () => (await inState(hub, 'ready')).length === 1);
    await hub.clock.runFor(seconds(20));
    await observe(hub);
    const [provisioning] = (await samplesOf(hub, 'provisioning')) ?? [];
    expect(provisioning).toBeGreaterThan(minutes(1));
    for (const state of [...COLD_WAY, ...CLAIM_WAY]) expect(await samplesOf(hub, state)).toHaveLength(1);
    const cluster = (await hub.documents.get<Cluster>(clusterPath(birth.cluster.id)))?.data;
    expect(cluster?.createdAt.getTime()).toBeGreaterThanOrEqual(claimedAtMs);
    expect(Number(cluster?.readyAt?.getTime()) - claimedAtMs).toBeLessThan(minutes(2));
  });
});

describe('a sample more', () => {
  const through = { readyAt: new Date(0), id: clusterIdOf(1) };
  const known = (samples: readonly number[]) =>
    withSamples(
      undefined,
      samples.map((ms) => ({ took: { securing: ms } })),
      through,
      new Date(0),
    );

  test('pushes out the oldest, and the quantiles are of those that stay', () => {
    const before = known(Array.from({ length: MAX_SAMPLES }, (_, n) => n + 1));
    expect(before.steps.securing).toMatchObject({ medianMs: 25, p90Ms: 45 });
    const after = withSamples(before, [{ took: { securing: 1000, exposing: 3 } }], through, new Date(1));
    expect(after.steps.securing?.samples).toEqual([...(before.steps.securing?.samples.slice(1) ?? []), 1000]);
    expect(after.steps.securing).toMatchObject({ medianMs: 26, p90Ms: 46 });
    expect(after.steps.exposing).toEqual({ samples: [3], medianMs: 3, p90Ms: 3 });
  });

  test('is a quantile by itself', () => {
    expect(known([7]).steps.securing).toEqual({ samples: [7], medianMs: 7, p90Ms: 7 });
    expect(known([9, 1]).steps.securing).toMatchObject({ medianMs: 1, p90Ms: 9 });
  });
});
