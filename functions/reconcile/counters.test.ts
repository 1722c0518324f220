import { expect, test } from 'vitest';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { accountPath, cellPath } from '../../shared/documents/account.ts';
import { clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { aSpec } from '../../test/builders.ts';
import type { Documents } from '../cloud.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { findDifferences, recount } from './counters.ts';

const spec = aSpec({ product: 'hello', version: '1.1.0' });
const CELL = 'default';
const PATHS = [accountPath('ada'), accountPath('bo'), cellPath(CELL)];

/** Two clusters of Ada's and one of Bo's, of which the last is being made. */
async function aHubWithClusters(): Promise<{ hub: MemoryHub; ids: string[] }> {
  const hub = memoryHub({ inside: 'sketch' });
  const ids: string[] = [];
  const create = async (owner: string): Promise<void> => {
    const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner });
    ids.push(birth.cluster.id);
    await hub.run(createClusters(hub.ports, [birth], []));
  };
  await create('ada');
  await create('ada');
  const isReady = async (id = ''): Promise<boolean> =>
    (await hub.documents.get(clusterPath(id)))?.data.state === 'ready';
  await hub.until(async () => (await isReady(ids[0])) && (await isReady(ids[1])));
  await create('bo');
  return { hub, ids };
}

const countersOf = (hub: MemoryHub) => PATHS.map((path) => hub.documents.peek(path)?.data);

test('what Hub counts by itself is what is held', async () => {
  const { hub } = await aHubWithClusters();
  expect(await hub.run(findDifferences(hub.documents, CELL))).toEqual([]);
  expect(hub.documents.peek(cellPath(CELL))?.data).toMatchObject({ clusters: 3, making: 1 });
});

test('counters that are wrong, or gone, are as they were after a recount, and clusters can be deleted', async () => {
  const { hub, ids } = await aHubWithClusters();
  const before = countersOf(hub);
  await hub.run(
    hub.documents.commit([
      { op: 'update', path: accountPath('ada'), data: { clusters: 7, hourlyMicros: -1 } },
      { op: 'delete', path: accountPath('bo') },
      { op: 'update', path: cellPath(CELL), data: { clusters: 0, making: 30 } },
      { op: 'create', path: accountPath('cy'), data: { schema: 1, clusters: 2, hourlyMicros: 5 } },
    ]),
  );
  const wrong = await hub.run(recount(hub.documents, CELL));
  expect(wrong.map(({ path }) => path).sort()).toEqual([...PATHS, accountPath('cy')].sort());
  const [ada, bo, cell] = countersOf(hub);
  expect(ada).toEqual(before[0]);
  expect(bo).toMatchObject({ clusters: 1, hourlyMicros: before[1]?.hourlyMicros });
  expect(cell).toEqual(before[2]);
  expect(hub.documents.peek(accountPath('cy'))?.data).toMatchObject({ clusters: 0, hourlyMicros: 0 });
  hub.startScheduler();
  await hub.run(Promise.all(ids.map((id, at) => command(hub.ports, id, 'delete', at < 2 ? 'ada' : 'bo'))));
  await hub.until(async () => hub.documents.peek(cellPath(CELL))?.data.clusters === 0);
  for (const counted of countersOf(hub)) expect(counted).toMatchObject({ clusters: 0, hourlyMicros: 0 });
});

test('who takes or gives back in the middle of a recount is counted all the same', async () => {
  const { hub } = await aHubWithClusters();
  await hub.run(
    hub.documents.commit([{ op: 'update', path: accountPath('bo'), data: { clusters: 9, hourlyMicros: 9 } }]),
  );
  let isOver = false;
  const documents: Documents = {
    ...hub.documents,
    async commit(writes) {
      if (!isOver) {
        isOver = true;
        const birth = conceive(hub.ports, { name: 'more', spec, shape: shapeOf(spec), owner: 'bo' });
        await createClusters(hub.ports, [birth], []);
      }
      await hub.documents.commit(writes);
    },
  };
  await hub.run(recount(documents, CELL));
  expect(hub.documents.peek(accountPath('bo'))?.data.clusters).toBe(2);
  expect(await hub.run(findDifferences(hub.documents, CELL))).toEqual([]);
});

test('nothing is counted where a cluster cannot be read', async () => {
  const { hub, ids } = await aHubWithClusters();
  const path = clusterPath(ids[0] ?? '');
  await hub.run(hub.documents.commit([{ op: 'update', path, data: { state: 'nowhere' } }]));
  await expect(hub.run(recount(hub.documents, CELL))).rejects.toThrow('is not readable');
});

test('of what is deleted nothing is kept, nor has it to be readable; of what is there it has', async () => {
  const { hub } = await aHubWithClusters();
  const old = clusterPath('of-an-old-version');
  await hub.run(hub.documents.commit([{ op: 'create', path: old, data: { state: 'deleted' } }]));
  expect(await hub.run(findDifferences(hub.documents, CELL))).toEqual([]);
  await hub.run(hub.documents.commit([{ op: 'update', path: old, data: { state: 'ready' } }]));
  await expect(hub.run(findDifferences(hub.documents, CELL))).rejects.toThrow('not readable');
});
