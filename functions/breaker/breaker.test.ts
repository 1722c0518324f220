import { describe, expect, test } from 'vitest';
import { type MemoryHub, type MemoryHubOptions, memoryHub } from '../../local/memory/hub.ts';
import { findRegion } from '../../shared/catalog/catalog.ts';
import { type Breaker, breakerPath, placeKey } from '../../shared/documents/breaker.ts';
import { CLUSTERS, type Cluster, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { hours, minutes } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import { conceive, createClusters } from '../dispatch/commands.ts';
import { parseName } from '../names.ts';
import { openPlaces } from './breaker.ts';
import { OPEN_AFTER } from './plan.ts';

const spec = aSpec({ product: 'hello', version: '1.1.0' });
const zones = findRegion(spec.region)?.zones ?? [];
const [first = '', second = ''] = zones;

/** A hub whose create calls are noted by zone, and whom the breaker sends to try a place. */
function aHub(options: MemoryHubOptions = {}) {
  const probing = new Set<string>();
  const hub = memoryHub({
    inside: 'sketch',
    observer: {
      onCommit: (writes) => {
        if (!writes.some(({ path }) => path === breakerPath(spec.region))) return;
        const { places = {} } = hub.documents.peek<Breaker>(breakerPath(spec.region))?.data ?? {};
        // `<id>-<epoch>`
        for (const { probe } of Object.values(places))
          if (probe) probing.add(probe.attempt.split('-')[0] ?? '');
      },
      onObject: () => undefined,
    },
    ...options,
  });
  const asked = new Map<string, number>();
  const askedFor = new Set<string>();
  const { createCluster } = hub.container;
  hub.container.createCluster = (location, cluster) => {
    asked.set(location, (asked.get(location) ?? 0) + 1);
    askedFor.add(parseName(cluster.name ?? '')?.clusterId ?? '');
    return createCluster(location, cluster);
  };
  hub.startScheduler();
  return { hub, asked: (zone: string): number => asked.get(zone) ?? 0, askedFor, probing };
}

async function create(hub: MemoryHub, owner: string): Promise<string> {
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner });
  await hub.run(createClusters(hub.ports, [birth], []));
  return birth.cluster.id;
}
const createMany = async (hub: MemoryHub, count: number): Promise<string[]> => {
  const births = Array.from({ length: count }, (_, n) =>
    conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: `user-${n}` }),
  );
  await hub.run(Promise.all(births.map((birth) => createClusters(hub.ports, [birth], []))));
  return births.map(({ cluster }) => cluster.id);
};
const read = async (hub: MemoryHub, id: string) =>
  (await hub.documents.get<Cluster>(clusterPath(id)))?.data as Cluster;
const placeOf = async (hub: MemoryHub, zone: string) =>
  (await hub.documents.get<Breaker>(breakerPath(spec.region)))?.data.places[placeKey(zone, spec.size)];
const count = (hub: MemoryHub, state: string) =>
  hub.documents.count({ collection: CLUSTERS, where: [['state', '==', state]] });
const all = async (hub: MemoryHub, state: string, of: number) => (await count(hub, state)) === of;

describe('a zone that dies for two hours', () => {
  test('costs a few tries, not each newcomer one, and is used again soon after it is back', async () => {
    const { hub, asked } = aHub();
    hub.faults.force('stockout', { subject: first });
    const created: string[] = [];
    for (let n = 0; n < 40; n++) {
      created.push(await create(hub, `user-${n}`));
      await hub.clock.runFor(minutes(3));
    }
    expect(await openPlaces(hub.ports)).toMatchObject([{ location: first, code: 'ZONE_EXHAUSTED' }]);
    const wasted = asked(first);
    expect(wasted).toBeGreaterThan(OPEN_AFTER);
    expect(wasted).toBeLessThan(25);
    hub.faults.clear('stockout');
    const lasts = [];
    for (let n = 0; n < 10; n++) {
      lasts.push(await create(hub, `late-${n}`));
      await hub.clock.runFor(minutes(3));
    }
    created.push(...lasts);
    await hub.until(() => all(hub, 'ready', created.length), hours(2));
    expect((await read(hub, lasts.at(-1) ?? '')).location).toBe(first);
    expect(await placeOf(hub, first)).toMatchObject({ openings: 0, failed: {} });
  });

  test('sends forty that come at once on, each to a zone that has machines', async () => {
    const { hub } = aHub();
    hub.faults.force('stockout', { subject: first });
    const ids = await createMany(hub, 40);
    await hub.until(() => all(hub, 'ready', 40), hours(2));
    const places = await Promise.all(ids.map(async (id) => (await read(hub, id)).location));
    expect(new Set(places)).toEqual(new Set([second]));
    expect(await placeOf(hub, first)).toMatchObject({ openings: expect.any(Number) });
  });
});

describe('a region that is lost', () => {
  test('has everybody wait who knows of it, says when it is tried again, and takes all of them when it is back', async () => {
    const { hub, asked, askedFor, probing } = aHub();
    hub.faults.force('stockout');
    await createMany(hub, 12);
    await hub.clock.runFor(hours(1));
    const calls = zones.reduce((sum, zone) => sum + asked(zone), 0);
    const late = await createMany(hub, 20);
    await hub.clock.runFor(hours(1));
    expect(await count(hub, 'failed')).toBe(0);
    // Nobody asks the cloud but whom the breaker has sent to try a place, and everybody else waits.
    const waiting = late.filter((id) => !probing.has(id));
    expect(waiting).not.toEqual([]);
    expect(waiting.filter((id) => askedFor.has(id))).toEqual([]);
    for (const id of waiting)
      expect(await read(hub, id)).toMatchObject({
        state: 'queued',
        error: {
          code: 'REGION_EXHAUSTED',
          message: expect.stringMatching(/Hub (is trying it now|tries again at \d\d:\d\d UTC)\.$/),
        },
        detail: expect.stringMatching(/^Number \d+ in the queue\.$/),
      });
    // Those that come later cost nothing but the tries there would have been anyway.
    const more = zones.reduce((sum, zone) => sum + asked(zone), 0) - calls;
    expect(more).toBeLessThan(zones.length * 20);
    expect((await hub.documents.get('cells/default'))?.data.making).toBeLessThanOrEqual(zones.length * 3);

    hub.faults.clear('stockout');
    await hub.until(() => all(hub, 'queued', 0), minutes(30));
    await hub.until(() => all(hub, 'ready', 32), hours(1));
    expect((await hub.documents.get('cells/default'))?.data).toMatchObject({ clusters: 32, making: 0 });
  });
});

test('where nothing is wrong nothing is written', async () => {
  const { hub } = aHub();
  await create(hub, 'ada');
  await hub.until(() => all(hub, 'ready', 1));
  expect(await hub.documents.get(breakerPath(spec.region))).toBeUndefined();
});

test('an attempt that the cloud gives up for no reason of the zone is made in the next one', async () => {
  const { hub } = aHub();
  hub.faults.force('operation-fails', { times: 1, subject: 'CREATE_CLUSTER' });
  const id = await create(hub, 'ada');
  await hub.until(() => all(hub, 'ready', 1));
  expect(await read(hub, id)).toMatchObject({ location: second, exhausted: [first] });
});
