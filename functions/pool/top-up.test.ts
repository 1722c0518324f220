import { describe, expect, test } from 'vitest';
import { type MemoryHubOptions, memoryHub } from '../../local/memory/hub.ts';
import { accountPath } from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { type PoolFields, poolPath } from '../../shared/documents/pool.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { aCluster, aSpec, clusterIdOf, writeOf } from '../../test/builders.ts';
import { claimSpare } from './claim.ts';
import { topUp } from './top-up.ts';

const spec = aSpec();
const shape = shapeOf(spec);
const licensed = aSpec({ version: '2.11.6' });
const aWish = (owner: string) => ({ name: 'mine', spec, owner, email: `${owner}@example.com` });

const aPool = (wanted: number, ...spares: Partial<Cluster>[]) => aPoolOf(spec, wanted, spares);

async function aPoolOf(
  spec: PoolFields['spec'],
  wanted: number,
  spares: Partial<Cluster>[],
  options: MemoryHubOptions = {},
) {
  const hub = memoryHub(options);
  const shape = shapeOf(spec);
  const pool: PoolFields = { schema: DOCUMENT_SCHEMA, spec, wanted };
  await hub.run(
    hub.documents.commit([
      { op: 'set', path: poolPath('default'), data: pool },
      ...spares.map((fields) => writeOf(aCluster({ pool: 'default', spec, shape, ...fields }))),
    ]),
  );
  return {
    hub,
    stateOf: async (n: number): Promise<unknown> =>
      (await hub.documents.get(`${CLUSTERS}/${clusterIdOf(n)}`))?.data.state,
    /** How many clusters are in this state. */
    count: (state: State) => hub.documents.count({ collection: CLUSTERS, where: [['state', '==', state]] }),
    plan: async () => (await hub.documents.get<PoolFields>(poolPath('default')))?.data.lastPlan,
  };
}

describe('a top-up', () => {
  test('makes what is missing, for the pool and for nobody, and says why', async () => {
    const { hub, plan } = await aPool(2, { id: clusterIdOf(1), state: 'warm' });
    await hub.run(topUp(hub.ports));
    const made = await hub.documents.query<Cluster>({
      collection: CLUSTERS,
      where: [['state', '==', 'provisioning']],
    });
    expect(made).toMatchObject([{ data: { pool: 'default', shape, readers: [], members: {} } }]);
    expect(made[0]?.data.owner).toBeUndefined();
    expect((await plan())?.actions).toMatchObject([{ action: 'create', reason: 'fewer than wanted' }]);
    await hub.until(() =>
      hub.documents.count({ collection: CLUSTERS, where: [['state', '==', 'warm']] }).then((n) => n === 2),
    );
  });

  test('writes nothing while nothing is to be done', async () => {
    const { hub } = await aPool(1, { id: clusterIdOf(1), state: 'warm' });
    const { commits } = hub.documents.counters;
    await hub.run(topUp(hub.ports));
    await hub.run(topUp(hub.ports, 'default'));
    expect(hub.documents.counters.commits).toBe(commits);
  });

  test('and a claim pass over a spare that cannot be read', async () => {
    const { hub, count } = await aPool(
      1,
      { id: clusterIdOf(1), state: 'warm' },
      { id: clusterIdOf(2), state: 'warm', name: 7 as unknown as string },
    );
    await hub.run(topUp(hub.ports));
    expect(await count('provisioning')).toBe(0);
    expect((await hub.run(claimSpare(hub.ports, aWish('ada'), () => [])))?.id).toBe(clusterIdOf(1));
    expect(await hub.run(claimSpare(hub.ports, aWish('grace'), () => []))).toBeUndefined();
  });

  test('of a pool that cannot be read keeps no other one waiting', async () => {
    const { hub, count } = await aPool(1);
    await hub.run(hub.documents.commit([{ op: 'set', path: poolPath('aaa'), data: { wanted: 'many' } }]));
    await expect(hub.run(topUp(hub.ports))).rejects.toThrow();
    expect(await count('provisioning')).toBe(1);
  });

  test('of another pool leaves this one alone', async () => {
    const { hub } = await aPool(3);
    await hub.run(topUp(hub.ports, 'another'));
    expect(await hub.documents.count({ collection: CLUSTERS })).toBe(0);
  });

  test('twenty at once make no more than wanted', async () => {
    const { hub, count } = await aPool(3);
    await hub.run(Promise.allSettled(Array.from({ length: 20 }, () => topUp(hub.ports))));
    expect(await count('queued')).toBe(3);
  });

  test('gives up what failed, has another shape, or is more than wanted', async () => {
    const other = aSpec({ size: 'large' });
    const { hub, stateOf, plan } = await aPool(
      1,
      { id: clusterIdOf(1), state: 'warm' },
      { id: clusterIdOf(2), state: 'installing' },
      { id: clusterIdOf(3), state: 'failed' },
      { id: clusterIdOf(4), state: 'warm', spec: other, shape: shapeOf(other) },
    );
    await hub.run(topUp(hub.ports));
    expect(await Promise.all([1, 2, 3, 4].map(stateOf))).toEqual([
      'warm',
      'deleting',
      'deleting',
      'deleting',
    ]);
    expect((await plan())?.actions.map(({ reason }) => reason)).toEqual([
      'failed',
      'another shape is wanted',
      'more than wanted',
    ]);
  });

  test('makes spares that need a licence while there is one, and keeps none that nobody could have', async () => {
    const warm = { id: clusterIdOf(1), state: 'warm' } as const;
    const before = await aPoolOf(licensed, 2, [warm], { licenses: { pachyderm: 'a-licence' } });
    await before.hub.run(topUp(before.hub.ports));
    expect([await before.stateOf(1), await before.count('provisioning')]).toEqual(['warm', 1]);

    const after = await aPoolOf(licensed, 2, [warm]);
    await after.hub.run(topUp(after.hub.ports));
    expect([await after.stateOf(1), await after.count('provisioning')]).toEqual(['deleting', 0]);
    expect((await after.plan())?.actions).toMatchObject([{ reason: 'its version is not offered any more' }]);
  });

  test('leaves a spare that is claimed meanwhile to its owner', async () => {
    const { hub, stateOf } = await aPool(0, { id: clusterIdOf(1), state: 'warm' });
    // The claim wins the time between the plan and the giving up.
    const documents = {
      ...hub.documents,
      commit: async (writes: Parameters<typeof hub.documents.commit>[0]) => {
        if (writes.some(({ path }) => path === poolPath('default'))) {
          const claimed = await claimSpare(hub.ports, aWish('ada'), () => []);
          expect(claimed).toMatchObject({ id: clusterIdOf(1), state: 'personalizing' });
        }
        await hub.documents.commit(writes);
      },
    };
    await hub.run(topUp({ ...hub.ports, documents }, 'default'));
    expect(await stateOf(1)).toBe('personalizing');
    expect((await hub.documents.get(accountPath('ada')))?.data).toMatchObject({ clusters: 1 });
  });
});

describe('claims at once', () => {
  test('count for their owner what the spare will give back, whatever such a cluster costs by now', async () => {
    const liability = { clusters: 1, hourlyMicros: 123_456 };
    const { hub } = await aPool(1, { id: clusterIdOf(1), state: 'warm', liability });
    await hub.run(claimSpare(hub.ports, aWish('ada'), () => []));
    expect((await hub.documents.get(accountPath('ada')))?.data).toMatchObject(liability);
  });

  test('hand out each spare once, and no more than there are', async () => {
    const spares = Array.from({ length: 10 }, (_, n) => ({ id: clusterIdOf(n + 1), state: 'warm' as const }));
    const { hub, count } = await aPool(10, ...spares);
    const claims = Array.from({ length: 30 }, (_, n) => claimSpare(hub.ports, aWish(`user-${n}`), () => []));
    const claimed = (await hub.run(Promise.all(claims))).filter((cluster) => cluster !== undefined);
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(10);
    expect(new Set(claimed.map(({ owner }) => owner)).size).toBe(10);
    expect(await count('personalizing')).toBe(10);
  });
});
