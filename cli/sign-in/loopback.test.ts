/** Over real connections: any page and any program of this computer may come. */
import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  loopbackQuery,
  parseLoopbackRequest,
  SESSION_FIELD,
  STATE_FIELD,
} from '../../shared/loopback-sign-in.ts';
import { openLoopback } from './loopback.ts';

const HUB = 'https://hub.example.com';

async function aLoopback(check: (refreshToken: string) => Promise<string> = async (token) => token) {
  const loopback = await openLoopback(HUB);
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const received = loopback.receive(check, stop.signal);
  // Looked at later, or never.
  received.catch(() => undefined);
  const { port, state } = loopback.asked;
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
  const send = (
    body: string,
    { method = 'POST', path = '/', headers = {} }: { method?: string; path?: string; headers?: object } = {},
  ): Promise<{ status: number; headers: Record<string, unknown> }> =>
    new Promise((resolve, reject) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const sent = request(
        { port, host: '127.0.0.1', method, path, headers: { ...type, ...headers } },
        (answer) => {
          answer
            .resume()
            .on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
        },
      );
      sent.on('error', reject);
      sent.end(method === 'GET' ? undefined : body);
    });
  return {
    port,
    state,
    received,
    stop,
    send,
    good: form({ [STATE_FIELD]: state, [SESSION_FIELD]: 'mine' }),
    form,
  };
}

describe('what comes to the loopback', () => {
  test('is taken once, from who knows the word, and the browser goes on', async () => {
    const { send, good, received } = await aLoopback();
    const [first, second] = await Promise.all([send(good), send(good).catch(() => undefined)]);
    expect(first.headers).toMatchObject({
      refresh: `0; url=${HUB}/command-line/done`,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(first.status).toBe(200);
    expect(second?.status ?? 410).toBe(410);
    expect(await received).toBe('mine');
  });

  test.each<[string, number, (world: Awaited<ReturnType<typeof aLoopback>>) => Promise<{ status: number }>]>([
    [
      'another word',
      403,
      ({ send, form }) => send(form({ [STATE_FIELD]: 'x'.repeat(32), [SESSION_FIELD]: 'theirs' })),
    ],
    ['no word', 403, ({ send, form }) => send(form({ [SESSION_FIELD]: 'theirs' }))],
    [
      'half the word',
      403,
      ({ send, form, state }) => send(form({ [STATE_FIELD]: state.slice(0, 16), [SESSION_FIELD]: 'theirs' })),
    ],
    ['no session', 403, ({ send, form, state }) => send(form({ [STATE_FIELD]: state }))],
    [
      'a name of somebody else’s that leads here',
      421,
      ({ send, good }) => send(good, { headers: { host: 'evil.example' } }),
    ],
    ['another path', 404, ({ send, good }) => send(good, { path: '/other' })],
    ['the word in an address', 404, ({ send, good }) => send('', { method: 'GET', path: `/?${good}` })],
    ['another method', 405, ({ send, good }) => send(good, { method: 'PUT' })],
    [
      'another type, as scripts of pages may send',
      415,
      ({ send, good }) => send(good, { headers: { 'content-type': 'text/plain' } }),
    ],
    ['very much', 413, ({ send, good }) => send(`${good}&more=${'x'.repeat(20_000)}`)],
  ])('is refused with %s, and does not end the wait', async (_, status, come) => {
    const world = await aLoopback();
    expect((await come(world)).status).toBe(status);
    await world.send(world.good);
    expect(await world.received).toBe('mine');
  });

  test('ends with it when it is stopped, and then nobody listens', async () => {
    const { stop, received, send, good } = await aLoopback();
    stop.abort();
    await expect(received).rejects.toThrow();
    await expect(send(good)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
  });

  test('is told to the terminal where it is not good, and the browser goes on all the same', async () => {
    const { send, good, received } = await aLoopback(async () => {
      throw new Error('it is over');
    });
    expect((await send(good)).status).toBe(200);
    await expect(received).rejects.toThrow('it is over');
  });
});

test('a page is asked only what a command has made up', () => {
  const state = 'abcdefghjkmnpqrstuvwxyz23456789a';
  const ask = (port: string, word = state, more = '') =>
    parseLoopbackRequest(`?port=${port}&state=${word}${more}`);
  expect(ask('40123')).toEqual({ port: 40123, state });
  const anew = { port: 40123, state, anew: true };
  expect(parseLoopbackRequest(loopbackQuery(anew))).toEqual(anew);
  expect(ask('40123', state, '&anew=no')).toEqual({ port: 40123, state });
  for (const port of [
    '',
    '80',
    '1023',
    '65536',
    '99999',
    '4e4',
    '040123',
    '40123@evil.example',
    '40123/x',
    '-1',
  ])
    expect(ask(port), port).toBeUndefined();
  for (const word of ['', 'abc', `${state}a`, state.toUpperCase(), `${state.slice(1)}<`])
    expect(ask('40123', word), word).toBeUndefined();
  expect(ask('40123', state, '&port=40124')).toBeUndefined();
});
