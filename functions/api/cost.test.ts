import { describe, expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import type { ClusterPage, ClusterReply } from '../../shared/api/clusters.ts';
import { priceOf } from '../../shared/catalog/catalog.ts';
import { type Cluster, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { eventsOf } from '../../shared/documents/event.ts';
import { rowOf, type State } from '../../shared/lifecycle/table.ts';
import { hours, minutes } from '../../shared/units.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aCluster, aSpec, clusterIdOf, type OwnEvent } from '../../test/builders.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';

const liability = { clusters: 1, hourlyMicros: 2_000_000 };
const usd = (amount: number) => ({ amount, currency: 'USD', about: true });
const costOf = async (api: ApiUnderTest, id = clusterIdOf(1)) =>
  (await api.send<ClusterReply>('GET', `/v1/clusters/${id}`, api.as('ada'))).body.cost;

describe('the cost in a reply', () => {
  test('grows while something is being paid', async () => {
    const api = apiUnderTest();
    const cost = { micros: 500_000, hourlyMicros: 2_000_000, since: new Date(api.clock.now()) };
    await api.given(aCluster({ owner: 'ada', liability, cost }));
    expect(await costOf(api)).toEqual({ soFar: usd(0.5), hourly: usd(2) });
    await api.clock.runFor(hours(3));
    expect(await costOf(api)).toEqual({ soFar: usd(6.5), hourly: usd(2) });
  });

  test('stands still once nothing is', async () => {
    const api = apiUnderTest();
    const cost = { micros: 500_000, hourlyMicros: 2_000_000 };
    await api.given(aCluster({ owner: 'ada', state: 'deleted', cost }));
    await api.clock.runFor(hours(3));
    expect(await costOf(api)).toEqual({ soFar: usd(0.5), hourly: null });
  });

  test('of a cluster from before there was a meter is what is known of it', async () => {
    const api = apiUnderTest();
    await api.given(aCluster({ owner: 'ada', liability }));
    expect(await costOf(api)).toEqual({ soFar: usd(0), hourly: usd(2) });
  });

  test('of a claimed spare starts at nothing, and the cluster is the newest of its owner’s', async () => {
    const api = apiUnderTest();
    const since = new Date(api.clock.now());
    await api.given(
      aCluster({
        id: clusterIdOf(1),
        state: 'warm',
        pool: 'default',
        liability,
        cost: { micros: 7, hourlyMicros: 2_000_000, since },
      }),
      aCluster({ id: clusterIdOf(2), owner: 'ada', createdAt: since }),
    );
    await api.clock.runFor(hours(1));
    const { body } = await api.create(api.as('ada'));
    expect(body).toMatchObject({
      id: clusterIdOf(1),
      createTime: new Date(api.clock.now()).toISOString(),
      cost: { soFar: usd(0), hourly: usd(2) },
    });
    expect((await api.documents.get(clusterPath(body.id)))?.data).toMatchObject({ idleMicros: 2_000_007 });
    const page = await api.send<ClusterPage>('GET', '/v1/clusters', api.as('ada'));
    expect(page.body.clusters.map(({ id }) => id)).toEqual([clusterIdOf(1), clusterIdOf(2)]);
  });
});

test('a whole life costs what its timeline says that it held', async () => {
  const hub = memoryHub();
  hub.startScheduler();
  const spec = aSpec({ product: 'hello', version: '1.1.0' });
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
  const { id } = birth.cluster;
  const read = async () => (await hub.documents.get<Cluster>(clusterPath(id)))?.data;
  const reach = (state: State) => hub.until(async () => (await read())?.state === state);
  await hub.run(createClusters(hub.ports, [birth], []));
  await reach('ready');
  await hub.clock.runFor(minutes(90));
  await hub.run(command(hub.ports, id, 'delete', 'ada'));
  await reach('deleted');
  const timeline = await hub.documents.query<OwnEvent>({
    collection: eventsOf(id),
    orderBy: [['epoch', 'asc']],
  });
  const heldMs = timeline
    .filter(({ data: { from } }) => from !== undefined && !rowOf(from).releases)
    .reduce((sum, { data }) => sum + data.durationMs, 0);
  expect(heldMs).toBeGreaterThan(minutes(90));
  expect((await read())?.cost).toEqual({
    // The timeline's durations are whole milliseconds each.
    micros: expect.closeTo((heldMs * priceOf(spec).hourlyMicros) / hours(1), -1),
    hourlyMicros: priceOf(spec).hourlyMicros,
  });
});
