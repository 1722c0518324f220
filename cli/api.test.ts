/** What is asked for again, at a Hub that says what it is told to. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ERRORS, type ErrorCode } from '../shared/errors.ts';
import { createApi } from './api.ts';

const SOON = '0.01';
const problemOf = (code: ErrorCode): string =>
  JSON.stringify({ code, title: ERRORS[code].say, remedy: ERRORS[code].remedy });

/** @param refusals status, body and Retry-After of its first answers; after them it does what it is asked for */
async function aHub(refusals: readonly (readonly [number, string, string?])[]) {
  let count = 0;
  const server = createServer((_, answer) => {
    const [status, body, after] = refusals[count++] ?? [200, '{}'];
    answer.writeHead(status, after === undefined ? {} : { 'retry-after': after }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const api = createApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined);
  return {
    ask: () =>
      api.ask('POST /v1/clusters/{id}:retry', { id: 'x', once: true }).catch((error: unknown) => error),
    asked: () => count,
  };
}

describe('what was surely not done', () => {
  test.each<[string, number, string]>([
    ['too many requests', 429, problemOf('TOO_MANY_REQUESTS')],
    ['too many requests, in the words of the platform', 429, '<p>Rate exceeded.</p>'],
    ['an access that is being set up', 409, problemOf('ACCESS_NOT_READY')],
  ])('is asked for again when that is said: %s', async (_, status, body) => {
    const hub = await aHub(Array(2).fill([status, body, SOON]));
    expect(await hub.ask()).toMatchObject({ body: {} });
    expect(hub.asked()).toBe(3);
  });

  test('is not asked for without end, nor if nobody says when', async () => {
    const busy = [429, problemOf('TOO_MANY_REQUESTS')] as const;
    const endless = await aHub(Array(20).fill([...busy, SOON]));
    expect(await endless.ask()).toMatchObject({ code: 'TOO_MANY_REQUESTS', passes: true });
    expect(endless.asked()).toBe(5);
    const mute = await aHub([busy]);
    expect(await mute.ask()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(mute.asked()).toBe(1);
  });

  test('is not waited for where that takes longer than somebody waits without a word', async () => {
    const hub = await aHub([[429, problemOf('TOO_MANY_REQUESTS'), '1800']]);
    expect(await hub.ask()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(hub.asked()).toBe(1);
  });

  test('is not asked for again for a limit, which no short wait changes', async () => {
    const hub = await aHub([[429, problemOf('ACCOUNT_QUOTA'), SOON]]);
    expect(await hub.ask()).toMatchObject({ code: 'ACCOUNT_QUOTA' });
    expect(hub.asked()).toBe(1);
  });
});

test.each<[string, number, string, boolean]>([
  ['a refusal', 409, problemOf('NOT_ACCEPTED_IN_STATE'), false],
  ['what Hub cannot do at the moment', 503, problemOf('UNAVAILABLE'), true],
  ['a fault of Hub', 500, problemOf('BUG'), true],
  ['a code of a later Hub', 503, JSON.stringify({ code: 'LATER', title: 'Later.' }), true],
  ['a page of the platform', 502, '<p>Bad gateway</p>', true],
  ['a page of somebody else', 404, '<p>Not found</p>', false],
])('says of itself whether it passes: %s', async (_, status, body, passes) => {
  expect(await (await aHub([[status, body]])).ask()).toMatchObject({ passes });
});
