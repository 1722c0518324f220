/** The command as operators run it, on the embedded cloud's database. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openFirestore } from '../local/firestore/testing.ts';
import { accountPath, cellPath } from '../shared/documents/account.ts';
import { clusterPath } from '../shared/documents/cluster.ts';
import { eventPath } from '../shared/documents/event.ts';
import { ledgerPath } from '../shared/documents/ledger.ts';
import { aCluster, clusterIdOf } from '../test/builders.ts';

const COMMAND = fileURLToPath(new URL('reconcile.ts', import.meta.url));

async function aDatabase() {
  const opened = await openFirestore();
  onTestFinished(() => opened.close());
  const liability = { clusters: 1, hourlyMicros: 250_000 };
  for (const [n, owner] of ['ada', 'ada', undefined].entries()) {
    const { id, ...data } = aCluster({ id: clusterIdOf(n + 1), owner, liability });
    if (owner === undefined) delete data.owner;
    await opened.db.doc(clusterPath(id)).set(data);
    await opened.db.doc(ledgerPath(id)).set({ schema: 1, entries: {} });
  }
  const counted = { schema: 1, clusters: 5, hourlyMicros: 500_000 };
  await opened.db.doc(accountPath('ada')).set({ ...counted, maxClusters: 8 });
  await opened.db.doc(cellPath('north')).set({ ...counted, clusters: 3, hourlyMicros: 750_000, making: 4 });
  const run = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      const given = [COMMAND, '--project', 'demo', '--endpoint', `127.0.0.1:${opened.port}`, ...args];
      const child = execFile(process.execPath, given, (_, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });
  const read = async (path: string) => (await opened.db.doc(path).get()).data();
  return { run, read, db: opened.db };
}

test('says where something else is counted than is held, and writes it only when told to', async () => {
  const { run, read } = await aDatabase();
  const told = await run('--cell', 'north');
  expect(told).toMatchObject({ code: 1, err: '' });
  expect(told.out).toContain(
    'accounts/ada: 5 clusters of $0.50 per hour are counted, 2 clusters of $0.50 per hour are held',
  );
  expect(told.out).toContain(
    'cells/north: 3 clusters of $0.75 per hour (4 in the making) are counted, 3 clusters',
  );
  expect(await read(accountPath('ada'))).toMatchObject({ clusters: 5 });

  expect((await run('--cell', 'north', '--write', 'yes')).code).toBe(0);
  expect(await read(accountPath('ada'))).toEqual({
    schema: 1,
    clusters: 2,
    hourlyMicros: 500_000,
    maxClusters: 8,
  });
  expect(await read(cellPath('north'))).toMatchObject({ clusters: 3, hourlyMicros: 750_000, making: 0 });
  expect(await run('--cell', 'north')).toEqual({ code: 0, out: 'All agrees.\n', err: '' });
});

test('says what is there of a commit only in part, and mends it only when told to', async () => {
  const { run, read, db } = await aDatabase();
  await run('--cell', 'north', '--write', 'yes');
  const [id, early] = [clusterIdOf(1), eventPath(clusterIdOf(1), 99)];
  await db.doc(ledgerPath(id)).delete();
  await db.doc(early).set({ schema: 1, epoch: 99 });
  const told = await run('--cell', 'north');
  expect(told).toMatchObject({ code: 1, err: '' });
  expect(told.out).toContain(`${early}: is of a change that its cluster has not heard of`);
  expect(told.out).toContain(`${ledgerPath(id)}: is missing`);
  expect(await read(early)).toBeDefined();

  const mended = await run('--cell', 'north', '--write', 'yes');
  expect(mended).toMatchObject({ code: 0, out: expect.stringContaining('2 did not agree, and do now.') });
  expect(await read(early)).toBeUndefined();
  expect(await read(ledgerPath(id))).toEqual({ schema: 1, entries: {} });
  expect((await run('--cell', 'north')).code).toBe(0);
});

test('says which ledgers have no cluster, and counts none of them as mended', async () => {
  const { run, read, db } = await aDatabase();
  await run('--cell', 'north', '--write', 'yes');
  const [open, closed] = [ledgerPath(clusterIdOf(8)), ledgerPath(clusterIdOf(9))];
  const entry = {
    kind: 'bucket',
    name: 'x',
    location: 'europe-west1',
    generation: 1,
    plannedAt: new Date(0),
  };
  await db.doc(open).set({ schema: 1, entries: { x: entry } });
  await db.doc(closed).set({ schema: 1, entries: { x: { ...entry, goneAt: new Date(1) } } });
  const out = `${open}: has no cluster; what it names may still run, and its owner has to be found\n1 for people to mend.\n`;
  expect(await run('--cell', 'north')).toEqual({ code: 1, out, err: '' });
  expect(await run('--cell', 'north', '--write', 'yes')).toEqual({ code: 1, out, err: '' });
  expect(await read(open)).toBeDefined();

  await db.doc(ledgerPath(clusterIdOf(1))).delete();
  const mended = await run('--cell', 'north', '--write', 'yes');
  expect(mended.code).toBe(1);
  expect(mended.out).toContain('1 did not agree, and do now.\n1 for people to mend.\n');
});

test('a cell that is not there is not made', async () => {
  const { run, read } = await aDatabase();
  expect(await run('--write', 'yes')).toEqual({
    code: 2,
    out: '',
    err: 'There is no cell default in this database, but north: --cell\n',
  });
  expect(await read(cellPath('default'))).toBeUndefined();
});

test('a database that does not answer is told, and not waited for', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const at = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const args = [COMMAND, '--project', 'demo', '--endpoint', at, '--patience', '0.5'];
  const [code, err] = await new Promise<[number | null, string]>((resolve) => {
    const child = execFile(process.execPath, args, (_, __, text) => resolve([child.exitCode, text]));
  });
  expect({ code, err }).toEqual({
    code: 2,
    err: 'It could not be reconciled: no answer from Firestore within 500 ms\n',
  });
});
