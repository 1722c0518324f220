/** What scripts need of the commands that make and wait, at a Hub on which nothing goes on. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { exitCodeOf, inWords, WrongUsage } from '../failure.ts';
import type { Io } from '../io.ts';
import { createProgram } from '../program.ts';

const ID = 'abcdefghijklmnop';
const CLUSTER = {
  id: ID,
  name: 'mine',
  state: 'provisioning',
  label: 'Creating the cluster',
  progress: 0.1,
  error: null,
  etaAt: null,
  updateTime: '2026-01-01T00:00:00Z',
};

/** @returns what is said there, and the keys of the creations that were asked for */
async function aHub(fields: object = {}) {
  const keys: unknown[] = [];
  const server = createServer(({ method, url, headers }, answer) => {
    if (method === 'POST') keys.push(headers['idempotency-key']);
    const isCluster = url?.startsWith('/v1/clusters');
    answer.writeHead(isCluster ? 200 : 404).end(isCluster ? JSON.stringify({ ...CLUSTER, ...fields }) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const quiet = { write: () => true };
  const io = {
    env: { HUB_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, HUB_TOKEN: 'e30.e30.x' },
    out: quiet,
    err: quiet,
    untilStopped: <T>(_: string, work: (signal: AbortSignal) => Promise<T>) =>
      work(new AbortController().signal),
  } as unknown as Io;
  const say = (...args: string[]): Promise<unknown> =>
    createProgram(io)
      .parseAsync(args, { from: 'user' })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
  return { say, keys };
}

test('whoever waits may say for how long, and is told by a code of its own that it was too long', async () => {
  const { say } = await aHub();
  for (const args of [
    ['create', 'mine', '--wait', '--timeout', '1s'],
    ['watch', ID, '--until', 'ready', '--timeout', '1s'],
  ]) {
    const late = await say(...args);
    expect(exitCodeOf(late)).toBe(124);
    expect(inWords(late)).toBe(
      `error: The cluster is not ready yet.\nIt goes on without you: hub watch ${ID}`,
    );
  }
});

test('a script that runs twice asks for one cluster', async () => {
  const { say, keys } = await aHub();
  for (let run = 0; run < 2; run++) await say('create', 'mine', '--idempotency-key', 'nightly 1');
  for (let run = 0; run < 2; run++) await say('create', 'mine');
  expect(keys.slice(0, 2)).toEqual(['nightly 1', 'nightly 1']);
  expect(new Set(keys).size).toBe(3);
});

test('what cannot be meant is told before anything is asked for', async () => {
  const { say, keys } = await aHub();
  for (const args of [
    ['--timeout', '1s'],
    ['--wait', '--timeout', '0s'],
    ['--wait', '--timeout', '3d'],
    ['--wait', '--timeout', '600h'],
    ['--idempotency-key', ''],
    ['--idempotency-key', 'Schlüssel'],
    ['--idempotency-key', ' key'],
    ['--idempotency-key', 'k'.repeat(129)],
  ])
    expect(await say('create', 'mine', ...args), args.join(' ')).toBeInstanceOf(WrongUsage);
  expect(await say('watch', ID, '--timeout', '1s')).toBeInstanceOf(WrongUsage);
  expect(keys).toEqual([]);
});

test('what has failed says the command that tries again', async () => {
  const { say } = await aHub({
    state: 'failed',
    label: 'Failed',
    error: {
      code: 'INSTALL_FAILED',
      message: 'No.',
      remedy: 'Press Retry; if it fails again, tell the operator.',
    },
  });
  expect(inWords(await say('create', 'mine', '--wait'))).toBe(
    `error: mine (${ID}) is not ready: failed. No. (INSTALL_FAILED)\nRun hub retry ${ID}; if it fails again, tell the operator.`,
  );
});
