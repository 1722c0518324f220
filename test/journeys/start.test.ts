/** Settings that cannot be right: one clear line, and exit code 2. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { highestFirstPort } from '../../local/ports.ts';
import { firstFreePort } from '../free-ports.ts';
import { aFolder, refusedStart, startProcess } from './process.ts';

const foreign = (): string => {
  const folder = aFolder();
  writeFileSync(join(folder, 'thesis.txt'), 'mine');
  return folder;
};
const belowAFile = (): string => join(foreign(), 'thesis.txt', 'data');
const ofAnotherFormat = (): string => {
  const folder = aFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'hub-data.json'), JSON.stringify({ hub: 'data', format: 99 }));
  return folder;
};
const damaged = (): string => {
  const folder = aFolder();
  writeFileSync(join(folder, 'hub-data.json'), JSON.stringify({ hub: 'data', format: 1 }));
  writeFileSync(join(folder, 'pubsub.jsonl'), '["topics","a"\n["topics","b",1]\n');
  return folder;
};

test.each([
  ['a port that is no number', { HUB_PORT: 'abc' }, 'HUB_PORT'],
  ['a port beyond the last', { HUB_PORT: '65530' }, 'HUB_PORT'],
  ['a speed of nothing', { HUB_CLOUD_SPEED: '0' }, 'HUB_CLOUD_SPEED'],
  ['a fault that is not known', { HUB_FAULTS: 'nonsense=1' }, 'nonsense'],
  ['a rate above one', { HUB_FAULTS: 'lost=2' }, 'lost=2'],
  ['a seed that is no number', { HUB_SEED: 'x' }, 'HUB_SEED'],
  ['a data folder of somebody else’s', { HUB_DATA: foreign() }, 'HUB_DATA'],
  ['a data folder that cannot be written', { HUB_DATA: belowAFile() }, 'HUB_DATA'],
  ['a data folder of another version', { HUB_DATA: ofAnotherFormat() }, 'another version'],
  ['a data folder with a damaged journal', { HUB_DATA: damaged() }, 'pubsub.jsonl:1'],
])('%s', async (_, env, words) => {
  const { code, stderr } = await refusedStart(env);
  expect(code).toBe(2);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(words);
});

/** Of one start: from the first that it is given on. */
const PORTS_NEEDED = 65_536 - highestFirstPort();

test.each([
  ['first', 0],
  ['stand-in of Firestore', 1],
  ['first function', 20],
])('a port that is in use: the %s', async (_, offset) => {
  const first = await firstFreePort(PORTS_NEEDED);
  const server = createServer().listen(first + offset, '127.0.0.1');
  await once(server, 'listening');
  const { code, stderr } = await refusedStart({ HUB_PORT: String(first) });
  server.close();
  expect(code).toBe(2);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain(`port ${first + offset}`);
});

test('a data folder on which another Hub runs, which runs on', async () => {
  const folder = aFolder();
  const hub = await startProcess(folder);
  const { code, stderr } = await refusedStart({ HUB_DATA: folder });
  expect(code).toBe(2);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toContain('in use');
  expect((await fetch(`${hub.addresses.url}/v1/health`)).status).toBe(200);
  expect(await hub.end()).toBe(0);
});

test('a Hub that ends while it works says of nothing that it failed', async () => {
  const hub = await startProcess(aFolder());
  // At work: a spare is made.
  expect(await hub.end()).toBe(0);
  const said = hub
    .log()
    .filter(({ message, detail }) => message === 'push.failed' || /ECONN/.test(String(detail)));
  expect(said).toEqual([]);
});
