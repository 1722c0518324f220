/** The command as operators run it, on the embedded cloud's database. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { openFirestore } from '../local/firestore/testing.ts';
import { accountPath, cellPath } from '../shared/documents/account.ts';
import { aCluster, clusterIdOf } from '../test/builders.ts';

const COMMAND = fileURLToPath(new URL('recount.ts', import.meta.url));

async function aDatabase() {
  const opened = await openFirestore();
  onTestFinished(() => opened.close());
  const liability = { clusters: 1, hourlyMicros: 250_000 };
  for (const [n, owner] of ['ada', 'ada', undefined].entries()) {
    const { id, ...data } = aCluster({ id: clusterIdOf(n + 1), owner, liability });
    if (owner === undefined) delete data.owner;
    await opened.db.doc(`clusters/${id}`).set(data);
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
  return { run, read };
}

test('says where something else is counted than is held, and writes it only when told to', async () => {
  const { run, read } = await aDatabase();
  const told = await run('--cell', 'north');
  expect(told).toMatchObject({ code: 1, err: '' });
  expect(told.out).toContain(
    'accounts/ada: 5 clusters of 0.50 $/h are counted, 2 clusters of 0.50 $/h are held',
  );
  expect(told.out).toContain('cells/north: 3 clusters of 0.75 $/h (4 in the making) are counted, 3 clusters');
  expect(await read(accountPath('ada'))).toMatchObject({ clusters: 5 });

  expect((await run('--cell', 'north', '--write', 'yes')).code).toBe(0);
  expect(await read(accountPath('ada'))).toEqual({
    schema: 1,
    clusters: 2,
    hourlyMicros: 500_000,
    maxClusters: 8,
  });
  expect(await read(cellPath('north'))).toMatchObject({ clusters: 3, hourlyMicros: 750_000, making: 0 });
  expect(await run('--cell', 'north')).toEqual({ code: 0, out: 'All counters are right.\n', err: '' });
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
    err: 'It could not be counted: no answer from Firestore within 500 ms\n',
  });
});
