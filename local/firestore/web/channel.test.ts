/** WebChannel by hand, as the reference's transcript has it. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Message } from '../../grpc.ts';
import type { StreamCall } from '../call.ts';
import { openChannel } from './channel.ts';
import { WEB_LIMITS } from './server.ts';
import { DATABASE, formOf, isSnapshot, listenTo, openWeb, unchunk, type Web, write } from './testing/raw.ts';

/** For what happens by itself, on whatever machine. */
const SOON = { timeout: 30_000 };

let web: Web;
afterEach(() => web?.close());

const commit = (id: string, n: number | string) =>
  web.send('POST', `/v1/${DATABASE}/documents:commit`, JSON.stringify({ writes: [write(id, n)] }));
const stored = async (id: string): Promise<Message> =>
  JSON.parse((await web.send('GET', `/v1/${DATABASE}/documents/things/${id}`)).text);
const numbers = (items: readonly [number, unknown][]): number[] => items.map(([id]) => id);

describe('a session', () => {
  test('opens with its id, and the first message rides along', async () => {
    web = await openWeb();
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    expect(session.sid).toMatch(/^[\w-]{20,}$/);
    expect(session.httpSessionId).toMatch(/^[\w-]{20,}$/);
    const back = await session.back();
    const all = await back.until(isSnapshot);
    expect(numbers(all)).toEqual(all.map((_, index) => index + 1));
    expect(all.map(([, [payload]]) => Object.keys(payload).join() || payload)).toContain('documentDelete');
    expect(back.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': expect.stringContaining('no-store'),
      'x-content-type-options': 'nosniff',
    });
    back.abort();
  });

  test('says hello in these very bytes', async () => {
    web = await openWeb();
    const path = '/google.firestore.v1.Firestore/Listen/channel?VER=8&RID=1&CVER=22';
    const answer = await web.send('POST', path, 'count=0');
    const [, sid = ''] = /"c","([^"]+)"/.exec(answer.text) ?? [];
    expect(answer.text).toBe(`50\n[[0,["c","${sid}","",8,14,30000]]]`);
    expect(answer.headers).not.toHaveProperty('x-http-session-id');
    // Nobody asked for a gsessionid, so none is wanted.
    expect((await web.send('POST', `${path}&SID=${sid}&RID=2&AID=0`, 'count=0')).status).toBe(200);
  });

  test('whose stream has nothing to say yet says so at once', async () => {
    web = await openWeb();
    const session = await web.open('Listen');
    const back = await session.back();
    expect(await back.chunk()).toEqual([[1, ['noop']]]);
    back.abort();
  });

  test('takes its headers from the first body, before the URL, before HTTP', async () => {
    const seen: Record<string, string | undefined>[] = [];
    const listen = (call: StreamCall): void => {
      const names = ['authorization', 'x-one', 'x-two', 'X-Three'];
      seen.push(Object.fromEntries(names.map((name) => [name, call.header(name)])));
      call.start({ request: () => undefined, end: () => undefined, closed: () => undefined });
    };
    web = await openWeb({}, () => ({ unary: {}, streams: { listen, write: listen } }));
    const query = { $httpHeaders: 'X-One:url\r\nX-Two:url\r\n' };
    await web.open('Listen', [], { headers: { Authorization: 'Bearer a:b', 'x-two': 'body' }, query });
    const path = '/google.firestore.v1.Firestore/Write/channel?VER=8';
    await web.send('POST', path, 'count=0', { headers: { 'x-three': 'http' } });
    expect(seen).toEqual([
      { authorization: 'Bearer a:b', 'x-one': 'url', 'x-two': 'body', 'X-Three': undefined },
      { authorization: undefined, 'x-one': undefined, 'x-two': undefined, 'X-Three': 'http' },
    ]);
  });

  test.each(['POST', 'GET'] as const)('ends when the client says so, by %s', async (method) => {
    web = await openWeb();
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    const back = await session.back();
    await back.until(isSnapshot);
    expect(web.face.sessions).toBe(1);
    expect(await session.terminate(method)).toMatchObject({ status: 200, text: '' });
    expect(web.face.sessions).toBe(0);
    expect(await back.chunk()).toBeUndefined();
    expect(await session.post([], 0)).toMatchObject({ status: 400 });
  });

  test('without a back channel ends after a while, and its stream with it', async () => {
    let closed = 0;
    const stream = (call: StreamCall): void =>
      call.start({ request: () => undefined, end: () => undefined, closed: () => void closed++ });
    web = await openWeb({ expiryMs: 20 }, () => ({ unary: {}, streams: { listen: stream, write: stream } }));
    const session = await web.open('Listen');
    await expect.poll(() => web.face.sessions, SOON).toBe(0);
    expect(closed).toBe(1);
    await expect(session.back()).rejects.toThrow('Unknown SID');
  });

  test('with a back channel does not end, and hears noops', async () => {
    const heard: string[] = [];
    let closed = false;
    const channel = openChannel({
      handler: (call) =>
        call.start({ request: () => undefined, end: () => undefined, closed: () => undefined }),
      header: () => undefined,
      read: (json) => json,
      write: (message) => message,
      limits: { ...WEB_LIMITS, expiryMs: 20, keepaliveMs: 15 },
      kept: { chars: 0 },
      closed: () => {
        closed = true;
      },
    });
    const back = {
      write: (text: string) => heard.push(text) > 0,
      end: () => undefined,
      destroy: () => undefined,
    };
    channel.downlink.attach(back, { acknowledged: 0, longPoll: false, timeoutMs: undefined });
    await expect.poll(() => heard.length, SOON).toBeGreaterThan(9);
    expect(heard.slice(0, 9)).toEqual(heard.slice(0, 9).map((_, index) => `14\n[[${index + 1},["noop"]]]`));
    expect(closed).toBe(false);
    channel.downlink.detach(back);
    await expect.poll(() => closed, SOON).toBe(true);
  });

  test('that is unknown is told in words that the client looks for, not at the beginning', async () => {
    web = await openWeb();
    const session = await web.open('Listen');
    const elsewhere = session.url.replace('/Listen/', '/Write/');
    const unknown = session.url.replace(session.sid, 'nobody');
    for (const url of [elsewhere, unknown, `${unknown}&TYPE=terminate`]) {
      const answer = await web.send('POST', `${url}&RID=1&AID=0`, 'count=0');
      expect(answer.status).toBe(400);
      expect(answer.text.indexOf('Unknown SID')).toBeGreaterThan(0);
    }
    await expect(session.back(0, { SID: 'nobody' })).resolves.toBeDefined();
  });

  test('wants its gsessionid, and lives on without a request that has a wrong one', async () => {
    web = await openWeb();
    const session = await web.open('Listen');
    for (const url of [
      session.url.replace(/gsessionid=[^&]+/, 'gsessionid=x'),
      session.url.replace(/gsessionid=[^&]+&/, ''),
    ]) {
      expect(await web.send('POST', `${url}&RID=1&AID=0`, 'count=0')).toMatchObject({ status: 400 });
      expect(await web.send('POST', `${url}&TYPE=terminate`)).toMatchObject({ status: 400 });
    }
    expect((await session.post([], 0)).status).toBe(200);
  });
});

describe('what the client sends', () => {
  const opening = { database: DATABASE };
  const increment = (streamToken = 'MA=='): Message => ({
    streamToken,
    writes: [
      {
        transform: {
          document: `${DATABASE}/documents/things/a`,
          fieldTransforms: [{ fieldPath: 'n', increment: { integerValue: '1' } }],
        },
      },
    ],
  });
  const total = async (): Promise<string> => (await stored('a')).fields?.n.integerValue;

  test('is answered with how far the back channel is', async () => {
    web = await openWeb();
    const session = await web.open('Write', [opening]);
    expect(unchunk((await session.post([], 1)).text)).toEqual([0, 0, 0]);
    const back = await session.back();
    const [first] = (await back.until((payload) => payload.streamId)) as [[number, unknown]];
    expect(first).toEqual([1, [{ streamId: 'writes', streamToken: 'MA==' }]]);
    const text = JSON.stringify(first);
    expect((await session.post([], 1)).text).toBe(`${`[1,1,${text.length}]`.length}\n[1,1,${text.length}]`);
    expect(unchunk((await session.post([], 1, 1)).text)).toEqual([1, 1, 0]);
    back.abort();
  });

  test('is carried out once, however often it is sent', async () => {
    web = await openWeb();
    const session = await web.open('Write', [opening]);
    const back = await session.back();
    for (let i = 0; i < 3; i++) await session.post([increment()], 1);
    await session.post([increment(), increment()], 1);
    const answers = await back.until((payload) => payload.streamToken === 'Mg==');
    expect(answers.filter(([, [payload]]) => payload.writeResults)).toHaveLength(2);
    expect(await total()).toBe('2');
    back.abort();
  });

  test('is carried out in its order, whatever came first, and with gaps between the places of a body', async () => {
    web = await openWeb();
    const session = await web.open('Write', [opening]);
    const back = await session.back();
    const set = (n: number): Message => ({ streamToken: 'MA==', writes: [write('a', n)] });
    await session.post([set(3), set(4)], 3);
    expect((await web.send('GET', `/v1/${DATABASE}/documents/things/a`)).status).toBe(404);
    // After a retry the client counts from an earlier place.
    await session.post([undefined, set(1), set(2)], 0);
    const answers = await back.until(
      (payload) => payload.streamToken === Buffer.from('4').toString('base64'),
    );
    expect(answers.filter(([, [payload]]) => payload.writeResults)).toHaveLength(4);
    expect((await stored('a')).fields).toEqual({ n: { integerValue: '4' } });
    back.abort();
  });

  test.each([
    ['no JSON', 'count=1&ofs=1&req0___data__=%7B', '&AID=0'],
    ['fewer messages than it says', 'count=2&ofs=1&req0___data__=%7B%7D', '&AID=0'],
    ['more messages than it says', 'count=0&req0___data__=%7B%7D', '&AID=0'],
    ['a bad count', 'count=x', '&AID=0'],
    ['a negative place', 'count=1&ofs=-1&req0___data__=%7B%7D', '&AID=0'],
    ['a place far ahead', formOf([{}], 5000), '&AID=0'],
    [
      'more than a thousand messages',
      formOf(
        Array.from({ length: 1001 }, () => ({})),
        1,
      ),
      '&AID=0',
    ],
    ['an acknowledgement of what was never sent', 'count=0', '&AID=77'],
    ['a bad acknowledgement', 'count=0', '&AID=1e1'],
    ['bytes', '\u0000\u00ff%%%&&==count', '&AID=0'],
  ])('is refused as a whole, and the session lives on: %s', async (_, body, query) => {
    web = await openWeb();
    const session = await web.open('Write', [opening]);
    const answer = await web.send('POST', `${session.url}&RID=7${query}`, body);
    expect([answer.status, answer.text.slice(0, 7)]).toEqual(
      _ === 'bytes' ? [200, '7\n[0,0,'] : [400, 'Error: '],
    );
    await session.post([increment()], 1);
    const back = await session.back();
    await back.until((payload) => payload.writeResults);
    expect(await total()).toBe('1');
    back.abort();
  });

  test('is refused if it is too long, without being kept', async () => {
    web = await openWeb({ bodyBytes: 1000 });
    const session = await web.open('Write', [opening]);
    const long = formOf([{ streamToken: 'x'.repeat(100_000) }], 1);
    expect((await web.send('POST', `${session.url}&RID=7&AID=0`, long)).status).toBe(400);
    expect((await session.post([increment()], 1)).status).toBe(200);
  });

  test('ends the stream, with the reason, if it is no such message', async () => {
    web = await openWeb();
    const session = await web.open('Listen', [{ nonsense: 1 }]);
    const back = await session.back();
    const message = 'Invalid JSON payload received. Unknown name "nonsense": Cannot find field.';
    expect(await back.chunk()).toEqual([
      [1, [{ error: { code: 400, status: 'INVALID_ARGUMENT', message } }]],
      [2, ['close']],
    ]);
    back.abort();
  });

  test('ends the stream, with the reason, if it cannot be done', async () => {
    web = await openWeb({ lingerMs: 20 });
    const session = await web.open('Write', [opening]);
    const back = await session.back();
    await session.post(
      [{ streamToken: 'MA==', writes: [{ ...write('a', 1), currentDocument: { exists: true } }] }],
      1,
    );
    const all = await back.until((payload) => payload === 'close');
    expect(all.at(-2)?.[1]).toEqual([
      { error: { code: 404, status: 'NOT_FOUND', message: expect.any(String) } },
    ]);
    // A client that does not care is not waited for.
    await expect.poll(() => web.face.sessions, SOON).toBe(0);
    expect(await back.chunk()).toBeUndefined();
  });
});

describe('the back channel', () => {
  test('counts its chunks in UTF-16 units', async () => {
    web = await openWeb();
    const text = 'é😀漢\u2028"\\';
    await commit('a', text);
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    const back = await session.back();
    // The client would find no next chunk after one of a wrong length.
    const all = await back.until(isSnapshot);
    await commit('a', `${text}!`);
    const more = await back.until(isSnapshot);
    const texts = [...all, ...more].flatMap(
      ([, [payload]]) => payload.documentChange?.document.fields.n.stringValue ?? [],
    );
    expect(texts).toEqual([text, `${text}!`]);
    back.abort();
  });

  test('sends again what the client has not acknowledged, and only that', async () => {
    web = await openWeb();
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    const first = await session.back();
    const all = await first.until(isSnapshot);
    first.abort();
    const second = await session.back(2);
    expect(await second.until(isSnapshot)).toEqual(all.slice(2));
    second.abort();
    const last = all.length;
    await session.post([], 1, last);
    const third = await session.back(last);
    expect(await third.chunk()).toEqual([[last + 1, ['noop']]]);
    third.abort();
  });

  test('that is replaced ends, and its end does not harm the one that replaced it', async () => {
    web = await openWeb();
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    const old = await session.back();
    const all = await old.until(isSnapshot);
    const last = all.at(-1)?.[0] ?? 0;
    const next = await session.back(last);
    expect(await old.chunk()).toBeUndefined();
    expect(await next.chunk()).toEqual([[last + 1, ['noop']]]);
    await commit('a', 1);
    const told = await next.until(isSnapshot);
    expect(told.some(([, [payload]]) => payload.documentChange)).toBe(true);
    expect(unchunk((await session.post([], 1, last)).text)[0]).toBe(1);
    next.abort();
  });

  test('keeps what happens while there is none', async () => {
    web = await openWeb();
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    const old = await session.back();
    const all = await old.until(isSnapshot);
    old.abort();
    await expect.poll(async () => unchunk((await session.post([], 1)).text)[0], SOON).toBe(0);
    for (let n = 0; n < 3; n++) await commit('a', n);
    const next = await session.back(all.at(-1)?.[0]);
    const told = await next.until((p) => p.documentChange?.document.fields.n.integerValue === '2');
    expect(numbers(told)).toEqual(told.map((_, index) => all.length + 1 + index));
    next.abort();
  });

  test('of a long poll ends with its first chunk', async () => {
    web = await openWeb();
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    let last = 0;
    const seen: Message[] = [];
    const poll = async (): Promise<void> => {
      const back = await session.back(last, { CI: '1' });
      const items = (await back.chunk()) ?? [];
      expect(await back.chunk()).toBeUndefined();
      expect(items[0]?.[0]).toBe(last + 1);
      last = items.at(-1)?.[0] ?? last;
      seen.push(...items.map(([, [payload]]) => payload));
    };
    while (!seen.some(isSnapshot)) await poll();
    const waiting = poll();
    await commit('a', 1);
    await waiting;
    while (!seen.some((payload) => payload.documentChange)) await poll();
  });

  test('of a long poll ends with a noop when its time is up', async () => {
    web = await openWeb();
    const session = await web.open('Listen');
    const back = await session.back(0, { CI: '1', TO: '20' });
    expect(await back.chunk()).toEqual([[1, ['noop']]]);
    expect(await back.chunk()).toBeUndefined();
  });

  test('ends when it has carried much, and goes on in the next one without a gap', async () => {
    web = await openWeb({ responseChars: 2000, chunkChars: 700 });
    const ids = Array.from({ length: 40 }, (_, n) => `d${n}`);
    for (const id of ids) await commit(id, 'x'.repeat(50));
    const session = await web.open('Listen', [listenTo(2, ...ids)]);
    const all: [number, Message[]][] = [];
    let responses = 0;
    while (!all.some(([, [payload]]) => isSnapshot(payload))) {
      const back = await session.back(all.at(-1)?.[0] ?? 0);
      responses++;
      for (let items = await back.chunk(); items; items = await back.chunk()) {
        all.push(...items);
        if (items.some(([, [payload]]) => isSnapshot(payload))) back.abort();
        if (items.some(([, [payload]]) => isSnapshot(payload))) break;
      }
    }
    expect(responses).toBeGreaterThan(3);
    expect(numbers(all)).toEqual(all.map((_, index) => index + 1));
    expect(all.filter(([, [payload]]) => payload.documentChange)).toHaveLength(40);
  });

  test('puts together what happens in one turn', async () => {
    web = await openWeb();
    const ids = Array.from({ length: 100 }, (_, n) => `d${n}`);
    const session = await web.open('Listen', [listenTo(2, ...ids)]);
    const back = await session.back();
    let chunks = 0;
    for (let items = await back.chunk(); items; items = await back.chunk()) {
      chunks++;
      if (items.some(([, [payload]]) => isSnapshot(payload))) break;
    }
    expect(chunks).toBeLessThan(5);
    back.abort();
  });

  test.each([
    { AID: '99' },
    { AID: 'x' },
    { TO: 'x', CI: '1' },
    { TYPE: 'html' },
    { RID: '5' },
    { VER: '7' },
  ])('with bad parameters is refused, and the one that is open stays: %o', async (query) => {
    web = await openWeb();
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    const back = await session.back();
    await back.until(isSnapshot);
    const parameters = new URLSearchParams(session.url.split('?')[1]);
    const good = { RID: 'rpc', AID: '0', TYPE: 'xmlhttp', CI: '0' };
    for (const [name, value] of Object.entries({ ...good, ...query })) parameters.set(name, value);
    const answer = await web.send('GET', `${session.url.split('?')[0]}?${parameters}`);
    expect(answer).toMatchObject({ status: 400, text: expect.stringMatching(/^Error: /) });
    await commit('a', 1);
    await back.until(isSnapshot);
    back.abort();
  });
});

describe('what is bounded', () => {
  test('sessions: one too many is refused, the others live on', async () => {
    web = await openWeb({ sessions: 3 });
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    await web.open('Listen');
    await web.open('Write');
    for (let i = 0; i < 20; i++) await expect(web.open('Listen')).rejects.toThrow('503');
    expect(web.face.sessions).toBe(3);
    const back = await session.back();
    await back.until(isSnapshot);
    await session.terminate();
    expect((await web.open('Listen')).sid).toBeTruthy();
  });

  test('what a client does not fetch: its stream ends', async () => {
    web = await openWeb({ keptChars: 10_000 });
    const other = await web.open('Listen', [listenTo(2, 'b')]);
    const otherBack = await other.back();
    await otherBack.until(isSnapshot);
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    for (let n = 0; n < 60; n++) await commit('a', `${n}${'x'.repeat(500)}`);
    const back = await session.back();
    const all = await back.until((payload) => payload === 'close');
    expect(all.at(-2)?.[1][0]).toMatchObject({ error: { status: 'RESOURCE_EXHAUSTED' } });
    expect(numbers(all)).toEqual(all.map((_, index) => index + 1));
    await commit('b', 1);
    await otherBack.until(isSnapshot);
    otherBack.abort();
  });

  test('what all of them do not fetch, together', async () => {
    web = await openWeb({ allKeptChars: 10_000 });
    const sessions = await Promise.all(['a', 'b', 'c'].map((id) => web.open('Listen', [listenTo(2, id)])));
    for (let n = 0; n < 20; n++) for (const id of ['a', 'b', 'c']) await commit(id, `${n}${'x'.repeat(500)}`);
    for (const session of sessions) {
      const back = await session.back();
      await back.until((payload) => payload.error?.status === 'RESOURCE_EXHAUSTED');
      back.abort();
      await session.terminate();
    }
    // What was kept is given back.
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    const back = await session.back();
    await back.until(isSnapshot);
    back.abort();
  });

  test('what waits in a socket that nobody reads: the connection is cut, and the session waits for another', async () => {
    web = await openWeb({ keepaliveMs: 30, responseChars: Number.POSITIVE_INFINITY });
    await commit('a', 'x'.repeat(900_000));
    const ids = Array.from({ length: 30 }, (_, n) => n + 2);
    const session = await web.open(
      'Listen',
      ids.map((id) => listenTo(id, 'a')),
    );
    const back = await session.back();
    // It opens, and is then left unread.
    await expect.poll(async () => unchunk((await session.post([], ids.length)).text)[0], SOON).toBe(0);
    await expect(back.until(() => false)).rejects.toThrow('aborted');
    const next = await session.back();
    await next.until((payload) => payload.documentChange);
    next.abort();
  });
});

describe('pages of other origins', () => {
  test('are let in by name, with credentials, and may read the session header', async () => {
    web = await openWeb();
    const path = '/google.firestore.v1.Firestore/Listen/channel?VER=8&X-HTTP-Session-Id=gsessionid';
    const headers = { origin: 'https://app.example' };
    const answers = [
      await web.send('POST', path, 'count=0', { headers }),
      await web.send('POST', `${path}&SID=unknown`, 'count=0', { headers }),
      await web.send('GET', `/v1/${DATABASE}/documents/things/a`, undefined, { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 404]);
    for (const answer of answers) {
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': expect.stringContaining('X-HTTP-Session-Id'),
        vary: 'Origin',
      });
    }
  });

  test('may ask first, and send what headers they like', async () => {
    web = await openWeb();
    const headers = {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x-goog-api-client',
    };
    const answer = await web.send('OPTIONS', `/v1/${DATABASE}/documents:commit`, undefined, { headers });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-headers': 'authorization,x-goog-api-client',
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-origin': 'https://app.example',
    });
  });
});
