import { expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import { AUDIT, auditPath } from '../../shared/documents/audit.ts';
import { type Cluster, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { eventPath } from '../../shared/documents/event.ts';
import { ledgerPath } from '../../shared/documents/ledger.ts';
import { aSpec, clusterIdOf } from '../../test/builders.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { claimSpare } from '../pool/claim.ts';
import { findOrphaned, findTorn, mendTorn } from './torn.ts';

const spec = aSpec({ product: 'hello', version: '1.1.0' });

async function aReadyCluster() {
  const hub = memoryHub({ inside: 'sketch' });
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
  const { id } = birth.cluster;
  await hub.run(createClusters(hub.ports, [birth], []));
  const read = () => hub.documents.peek(clusterPath(id))?.data as Cluster | undefined;
  await hub.until(() => read()?.state === 'ready');
  /** As the operator does who has read a copy in. */
  const restored = async (path: string, was: 'lost' | object): Promise<void> =>
    hub.run(
      hub.documents.commit([
        was === 'lost' ? { op: 'delete', path } : { op: 'set', path, data: was as Record<string, string> },
      ]),
    );
  const deleted = async (): Promise<void> => {
    hub.startScheduler();
    await hub.run(command(hub.ports, id, 'delete', 'ada'));
    await hub.until(() => read()?.state === 'deleted');
  };
  return { hub, id, read, restored, deleted };
}

test('nothing that Hub has written is torn', async () => {
  const { hub } = await aReadyCluster();
  expect(await hub.run(findTorn(hub.documents))).toEqual([]);
  expect(await hub.run(findOrphaned(hub.documents))).toEqual([]);
});

test('a cluster whose event is ahead of it can be changed again', async () => {
  const { hub, id, read, restored, deleted } = await aReadyCluster();
  const { epoch = 0 } = read() ?? {};
  const last = hub.documents.peek(eventPath(id, epoch))?.data ?? {};
  const early = eventPath(id, epoch + 1);
  await restored(early, { ...last, epoch: epoch + 1, nonce: 'of-a-commit-that-the-copy-lacks' });
  await expect(hub.run(command(hub.ports, id, 'delete', 'ada'))).rejects.toThrow();

  expect(await hub.run(mendTorn(hub.documents))).toEqual([{ kind: 'early', path: early }]);
  expect(await hub.run(findTorn(hub.documents))).toEqual([]);
  await deleted();
});

test('a spare that an early event says is somebody’s leaves its pool', async () => {
  const { hub, id, read, restored } = await aReadyCluster();
  const { epoch = 0, owner: _, ...fields } = read() ?? {};
  const spare = { ...fields, epoch, state: 'warm', pool: 'default', members: {}, emails: {}, readers: [] };
  await restored(clusterPath(id), spare);
  const last = hub.documents.peek(eventPath(id, epoch))?.data ?? {};
  const early = eventPath(id, epoch + 1);
  await restored(early, { ...last, epoch: epoch + 1, cause: 'claim' });

  expect(await hub.run(mendTorn(hub.documents))).toEqual([{ kind: 'claimed', path: early }]);
  expect(await hub.run(findTorn(hub.documents))).toEqual([]);
  expect(read()).toMatchObject({ state: 'warm', epoch });
  expect(read()).not.toHaveProperty('pool');
  const wish = { name: 'hers', spec, owner: 'bo', email: 'bo@example.com' };
  expect(await hub.run(claimSpare(hub.ports, wish, () => []))).toBeUndefined();
});

test('a cluster whose line in the audit log is ahead of it can be changed again; what else is told of it stays', async () => {
  const { hub, id, read, restored, deleted } = await aReadyCluster();
  const told = () => hub.documents.query({ collection: AUDIT, where: [['cluster', '==', id]] });
  await hub.run(command(hub.ports, id, 'share', 'ada', { change: () => ({ patch: {} }) }));
  await hub.until(() => read()?.state === 'ready');
  const before = await told();
  const { epoch = 0 } = read() ?? {};
  const early = auditPath(`${id}-${epoch + 1}`);
  await restored(early, { ...before[0]?.data, action: 'delete' });
  await restored(auditPath('of-something-else-99'), { ...before[0]?.data });
  await expect(hub.run(command(hub.ports, id, 'delete', 'ada'))).rejects.toThrow();

  expect(await hub.run(mendTorn(hub.documents))).toEqual([{ kind: 'early', path: early }]);
  expect(await told()).toHaveLength(before.length + 1);
  await deleted();
});

test('a cluster without a ledger can be deleted, and the proof that nothing is left of it is whole', async () => {
  const { hub, id, restored, deleted } = await aReadyCluster();
  await restored(ledgerPath(id), 'lost');
  expect(await hub.run(mendTorn(hub.documents))).toEqual([{ kind: 'missing', path: ledgerPath(id) }]);
  await deleted();
  expect(hub.container.listClusters('-')).toEqual([]);
  expect(hub.documents.peek(ledgerPath(id))?.data).toHaveProperty('certificate');
});

test('a ledger without its cluster is told, and left as it is, until all that it names is gone', async () => {
  const { hub, id, restored, deleted } = await aReadyCluster();
  const cluster = hub.documents.peek(clusterPath(id))?.data ?? {};
  const ledger = hub.documents.peek(ledgerPath(id))?.data;
  // It is found on whichever page it is.
  for (let n = 0; n < 250; n++) await restored(ledgerPath(clusterIdOf(n)), { schema: 1, entries: {} });
  await restored(clusterPath(id), 'lost');
  expect(await hub.run(mendTorn(hub.documents))).toEqual([]);
  expect(await hub.run(findOrphaned(hub.documents))).toEqual([ledgerPath(id)]);
  expect(hub.documents.peek(ledgerPath(id))?.data).toEqual(ledger);

  await restored(clusterPath(id), cluster);
  await deleted();
  await restored(clusterPath(id), 'lost');
  expect(await hub.run(findOrphaned(hub.documents))).toEqual([]);
});

test('what is committed while it looks is not taken for torn', async () => {
  const { hub, id, read } = await aReadyCluster();
  const documents: typeof hub.documents = {
    ...hub.documents,
    async query(query) {
      // The clusters are read by now.
      if (query.collection.endsWith('/events')) await command(hub.ports, id, 'delete', 'ada');
      return hub.documents.query(query);
    },
  };
  expect(await hub.run(findTorn(documents))).toEqual([]);
  expect(read()?.state).toBe('deleting');
});
