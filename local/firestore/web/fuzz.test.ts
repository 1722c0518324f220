/** Ten thousand requests that no client of ours would make, with a fixed seed: each is answered in the right form, and nothing is left behind. */
import { Agent } from 'node:http';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../grpc.ts';
import { FIRESTORE_SERVICE, firestoreProtos } from '../protos.ts';
import { type Opened, openFirestore } from '../testing.ts';
import { createInbox } from './inbox.ts';
import { createOutbox } from './outbox.ts';
import {
  type Answer,
  DATABASE,
  formOf,
  listenTo,
  openWeb,
  ROOT,
  sender,
  unchunk,
  type Web,
  write,
} from './testing/raw.ts';

const SEED = 20260105;
const batches = (numRuns: number) => ({ seed: SEED, numRuns, endOnFailure: true });
/** Requests of one batch are under way at once. */
const BATCH = 25;
const batchOf = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength: BATCH, maxLength: BATCH });

// Requests that would be in order.

const value = {
  mapValue: {
    fields: {
      a: { arrayValue: { values: [{ nullValue: null }, { integerValue: '1' }, { doubleValue: 'NaN' }] } },
      t: { timestampValue: '2024-01-01T00:00:00Z' },
    },
  },
};
const structuredQuery = {
  select: { fields: [{ fieldPath: 'n' }] },
  from: [{ collectionId: 'things' }],
  where: {
    compositeFilter: {
      op: 'AND',
      filters: [
        { fieldFilter: { field: { fieldPath: 'n' }, op: 'GREATER_THAN', value: { integerValue: 1 } } },
        { unaryFilter: { field: { fieldPath: 'm' }, op: 'IS_NULL' } },
      ],
    },
  },
  orderBy: [{ field: { fieldPath: 'n' }, direction: 'DESCENDING' }],
  startAt: { values: [{ integerValue: 9 }], before: true },
  endAt: { values: [{ bytesValue: 'AP8=' }] },
  limit: 3,
  offset: 1,
};
const update = { name: `${ROOT}/things/a`, fields: { value } };
const transform = {
  document: `${ROOT}/things/b`,
  fieldTransforms: [{ fieldPath: 'n', increment: { integerValue: '1' } }],
};
const BODIES: readonly [path: string, body: unknown][] = [
  [
    ':commit',
    {
      writes: [
        { update, updateMask: { fieldPaths: ['value'] }, currentDocument: { exists: true } },
        { transform },
      ],
    },
  ],
  [
    ':batchWrite',
    {
      writes: [
        { delete: `${ROOT}/things/a` },
        { verify: `${ROOT}/things/b`, currentDocument: { updateTime: '2024-01-01T00:00:00Z' } },
      ],
    },
  ],
  [
    ':batchGet',
    {
      documents: [`${ROOT}/things/a`],
      mask: { fieldPaths: ['`a b`.c'] },
      newTransaction: { readOnly: { readTime: '2024-01-01T00:00:00Z' } },
    },
  ],
  [':runQuery', { structuredQuery }],
  ['/things/a:runQuery', { structuredQuery, transaction: 'MQ==' }],
  [
    ':runAggregationQuery',
    {
      structuredAggregationQuery: {
        structuredQuery,
        aggregations: [{ alias: 'x', avg: { field: { fieldPath: 'n' } } }, { count: { upTo: '3' } }],
      },
    },
  ],
  [
    ':partitionQuery',
    {
      structuredQuery: { from: [{ collectionId: 'things', allDescendants: true }] },
      partitionCount: '3',
      pageSize: 1,
      pageToken: 'MQ==',
    },
  ],
  [':listCollectionIds', { pageSize: 1, pageToken: 'MQ==' }],
  [':beginTransaction', { options: { readWrite: { retryTransaction: 'MQ==' } } }],
  [':rollback', { transaction: 'MQ==' }],
  ['/things', { fields: { value } }],
  ['/things/a', { fields: { value }, name: 'x' }],
];

// How they are spoilt.

/** Text that is troublesome somewhere: paths, ids, numbers, tokens. */
const trouble = fc.oneof(
  fc.constantFrom(
    '',
    '/',
    '..',
    '__x__',
    '__proto__',
    'constructor',
    'a/b',
    '*',
    '`',
    '`a',
    'a..b',
    '.',
    '0',
    '-1',
    '1e999',
  ),
  fc.constantFrom(
    '9223372036854775808',
    'NaN',
    '2024-13-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999+14:00',
    `${ROOT}/things`,
    `${DATABASE}`,
  ),
  fc.constantFrom('\ud800', '\u0000', 'é😀', 'x'.repeat(2000), '%', '%00', 'true', 'null'),
  fc.string({ maxLength: 12, unit: 'binary' }),
);
const spoiler = fc.oneof(
  trouble,
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 31, 1e300, [], {}, [[]], [null], { '': {} }),
  fc.jsonValue({ maxDepth: 3 }),
);

interface Spoiler {
  /** The way down, by key; where it ends something is replaced. */
  picks: readonly number[];
  text: string;
  number: number;
  anything: unknown;
  /** Whether what is put in is of the kind that was there. */
  kind: boolean;
}

/** Replaces one thing somewhere within, or adds one. */
function spoil(json: unknown, { picks: [pick = 0, ...picks], ...spoiler }: Spoiler): unknown {
  const { text, number, anything, kind } = spoiler;
  if (typeof json !== 'object' || json === null || picks.length === 0) {
    if (!kind) return anything;
    if (typeof json === 'string') return text;
    return typeof json === 'number' ? number : typeof json === 'boolean' ? !json : json;
  }
  const keys = Object.keys(json);
  const added = Array.isArray(json) ? String(json.length) : `k${pick}`;
  const key = keys[pick % (keys.length + (kind ? 0 : 1) || 1)] ?? added;
  const copy: Message = Array.isArray(json) ? [...json] : { ...json };
  copy[key] = spoil((json as Message)[key], { ...spoiler, picks });
  return copy;
}
const spoilt = (bodies: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      fc.constantFrom(...bodies),
      fc.record({
        picks: fc.array(fc.nat(7), { minLength: 2, maxLength: 14, size: 'max' }),
        text: trouble,
        number: fc.constantFrom(0, -1, 1.5, 2 ** 31, 2 ** 53, 1e300, -0),
        anything: spoiler,
        kind: fc.integer({ min: 0, max: 2 }).map((n) => n > 0),
      }),
    )
    .map(([body, how]) => spoil(body, how));

/** JSON, now and then with a character wrong. */
const text = (json: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  fc
    .tuple(json, fc.nat(9), fc.nat(400), fc.constantFrom('{', ']', '"', ',', '\u0000', '', '\\'))
    .map(([body, when, at, char]) => {
      const whole = JSON.stringify(body) ?? '';
      return when > 0 ? whole : `${whole.slice(0, at)}${char}${whole.slice(at + 1)}`;
    });

const httpMethod = fc.constantFrom('GET', 'POST', 'POST', 'PATCH', 'DELETE', 'PUT', 'OPTIONS', 'HEAD');
const parameter = fc.tuple(
  fc.constantFrom(
    'mask.fieldPaths',
    'updateMask.fieldPaths',
    'pageSize',
    'pageToken',
    'orderBy',
    'showMissing',
    'documentId',
    'transaction',
    'readTime',
    'currentDocument.exists',
    'currentDocument.updateTime',
    'x',
    '__proto__',
    'document.fields',
    'mask',
  ),
  trouble,
);
const queryOf = (pairs: readonly (readonly [string, string])[]): string =>
  new URLSearchParams(pairs.map(([name, text]): [string, string] => [name, text.toWellFormed()])).toString();
const path = fc.oneof(
  fc.constantFrom(...BODIES.map(([end]) => end)),
  fc
    .tuple(fc.array(trouble, { maxLength: 4 }), fc.constantFrom('', ':commit', ':runQuery', ':'))
    .map(([ids, verb]) => `${ids.map((id) => `/${encodeURIComponent(id.toWellFormed())}`).join('')}${verb}`),
  fc.constantFrom('/%', '/%ff', '//', '/../..', '/a%2fb', '/%2e%2e'),
);

/** How often which answer came. */
type Tally = Map<number, number>;
const count = (tally: Tally, status: number): void => void tally.set(status, (tally.get(status) ?? 0) + 1);
/** Noise that is all refused at the door would prove little. */
function checkDepth(tally: Tally): void {
  for (const status of [200, 400]) expect(tally.get(status)).toBeGreaterThan(100);
}

/** Success, or Google's form of an error; never a fault of the server. */
function checkRest({ status, text: body, headers }: Answer, what: unknown): void {
  const shown = `${JSON.stringify(what).slice(0, 2000)} → ${status} ${body.slice(0, 500)}`;
  // OPTIONS, HEAD.
  if (status === 204 || headers['access-control-allow-methods'] || body === '') return;
  const json: Message = JSON.parse(body);
  if (status === 200) return;
  const error = (Array.isArray(json) ? json[0] : json).error;
  expect({ ...error, shown }).toMatchObject({
    code: status,
    status: expect.stringMatching(/^[A-Z_]+$/),
    message: expect.any(String),
  });
  expect({ status, shown }).not.toMatchObject({ status: 500 });
}

/** Node's client sends the bodies of other methods without saying how long they are. */
const bodyFor = (method: string, body: string): string | undefined =>
  ['POST', 'PATCH', 'PUT'].includes(method) ? body : undefined;

describe('noise over REST', () => {
  let opened: Opened;
  const agent = new Agent({ keepAlive: true, maxSockets: BATCH });
  beforeAll(async () => {
    opened = await openFirestore();
  });
  afterAll(async () => {
    agent.destroy();
    await opened.close();
  });

  const works = async (): Promise<void> => {
    await opened.db.doc('works/a').set({ n: 1 });
    expect((await opened.db.doc('works/a').get()).data()).toEqual({ n: 1 });
  };

  test('bodies, cursors and values', async () => {
    const tally: Tally = new Map();
    const send = sender(opened.port);
    const one = fc
      .constantFrom(...BODIES)
      .chain(([end, body]) => fc.tuple(fc.constant(end), text(spoilt([body]))));
    await fc.assert(
      fc.asyncProperty(batchOf(one), async (requests) => {
        await Promise.all(
          requests.map(async ([end, body]) => {
            const method = end === '/things/a' ? 'PATCH' : 'POST';
            const answer = await send(method, `/v1/${ROOT}${end}`, body, { agent });
            checkRest(answer, { end, body });
            count(tally, answer.status);
          }),
        );
      }),
      batches(140),
    );
    checkDepth(tally);
    await works();
  });

  test('paths and parameters', async () => {
    const send = sender(opened.port);
    const one = fc.tuple(httpMethod, path, fc.array(parameter, { maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(batchOf(one), async (requests) => {
        await Promise.all(
          requests.map(async ([method, end, pairs]) => {
            const url = `/v1/${ROOT}${end}?${queryOf(pairs)}`;
            checkRest(await send(method, url, bodyFor(method, '{}'), { agent }), {
              method,
              url,
            });
          }),
        );
      }),
      batches(100),
    );
    await works();
  });
});

describe('noise on channels', () => {
  let web: Web;
  const agent = new Agent({ keepAlive: true, maxSockets: BATCH });
  const SESSIONS = 1000;
  beforeAll(async () => {
    web = await openWeb({
      sessions: SESSIONS,
      keptChars: 100_000,
      bodyBytes: 200_000,
      expiryMs: 2000,
      lingerMs: 100,
    });
  });
  afterAll(async () => {
    agent.destroy();
    await web.close();
  });

  const messages = [
    listenTo(2, 'a', 'b'),
    {
      database: DATABASE,
      addTarget: {
        targetId: 4,
        query: { parent: ROOT, structuredQuery },
        resumeToken: 'MQ==',
        expectedCount: 3,
      },
    },
    { database: DATABASE, removeTarget: 2 },
    { database: DATABASE },
    { streamToken: 'MA==', writes: [write('a', 1)] },
  ];
  const form = fc.oneof(
    fc
      .tuple(fc.array(spoilt(messages), { maxLength: 4 }), fc.integer({ min: -2, max: 1200 }))
      .map(([all, offset]) => formOf(all, offset)),
    fc
      .array(
        fc.tuple(
          fc.constantFrom('count', 'ofs', 'req0___data__', 'req1___data__', 'req-1___data__', 'headers'),
          trouble,
        ),
        { maxLength: 6 },
      )
      .map(queryOf),
    trouble,
  );
  const request = fc.record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'POST', 'GET', 'DELETE', 'HEAD', 'OPTIONS'),
    stream: fc.constantFrom('Listen', 'Listen', 'Listen', 'Listen', 'Write', 'Commit'),
    sid: fc.oneof(fc.constantFrom('real', 'real', 'real', 'none'), trouble),
    pairs: fc.array(
      fc.tuple(
        fc.constantFrom('VER', 'RID', 'AID', 'CI', 'TO', 'gsessionid', '$httpHeaders', 'X-HTTP-Session-Id'),
        trouble,
      ),
      { maxLength: 2 },
    ),
    type: fc.constantFrom('', '', '', '', '', '', '', '', '', '', 'init', 'xmlhttp', 'terminate'),
    body: form,
  });

  test('ids, numbers, bodies and parameters', async () => {
    const tally: Tally = new Map();
    await fc.assert(
      fc.asyncProperty(batchOf(request), async (requests) => {
        const session = await web.open('Listen', [listenTo(2, 'a')]).catch(() => undefined);
        await Promise.all(
          requests.map(async ({ method, stream, sid, pairs, type, body }) => {
            const parameters = new URLSearchParams({ VER: '8', RID: '5', AID: '0' });
            if (sid === 'real' && session) {
              parameters.set('SID', session.sid);
              parameters.set('gsessionid', session.httpSessionId ?? '');
            } else if (sid !== 'none') parameters.set('SID', sid.toWellFormed());
            if (type) parameters.set('TYPE', type);
            for (const [name, of] of pairs) parameters.set(name, of.toWellFormed());
            // A back channel would stay open.
            if (type === 'xmlhttp') parameters.set('RID', 'none');
            const url = `/google.firestore.v1.Firestore/${stream}/channel?${parameters}`;
            const answer = await web.send(method, url, bodyFor(method, body), { agent });
            if (stream === 'Commit') checkRest(answer, url);
            else checkChannel(answer, { method, url, body });
            count(tally, answer.status);
          }),
        );
        expect(web.face.sessions).toBeLessThanOrEqual(SESSIONS);
        await session?.terminate();
      }),
      batches(110),
    );
    checkDepth(tally);
    // What is left of them goes by itself, and then there is room again.
    await expect.poll(() => web.face.sessions, { timeout: 30_000 }).toBe(0);
    const session = await web.open('Listen', [listenTo(2, 'a')]);
    const back = await session.back();
    await back.until((payload) => payload.targetChange?.targetChangeType === 'CURRENT');
    back.abort();
  });

  function checkChannel({ status, text: body }: Answer, what: unknown): void {
    const shown = `${JSON.stringify(what).slice(0, 2000)} → ${status} ${body.slice(0, 500)}`;
    expect([200, 204, 400, 503], shown).toContain(status);
    if (status === 200 && body !== '') expect(Array.isArray(unchunk(body)), shown).toBe(true);
    if (status >= 400 && body !== '') expect(body, shown).toMatch(/^Error: /);
  }
});

describe('noise over gRPC', () => {
  test('messages that are none, or with bytes wrong', async () => {
    const opened = await openFirestore();
    const service = firestoreProtos().lookupService(FIRESTORE_SERVICE);
    const client = new Client(`127.0.0.1:${opened.port}`, credentials.createInsecure());
    const valid: Record<string, object> = {
      GetDocument: { name: update.name },
      Commit: { database: DATABASE, writes: [{ delete: update.name }] },
      RunQuery: { parent: ROOT, structuredQuery: { from: [{ collectionId: 'things' }] } },
      BatchGetDocuments: { database: DATABASE, documents: [update.name] },
      Listen: listenTo(2, 'a'),
      Write: { database: DATABASE },
    };
    const encoded = Object.entries(valid).map(([name, message]): [string, Uint8Array] => {
      const method = service.methods[name];
      method?.resolve();
      const type = method?.resolvedRequestType;
      return [name, type?.encode(type.fromObject(message)).finish() ?? new Uint8Array()];
    });
    const one = fc.tuple(
      fc.constantFrom(...encoded),
      fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }),
      fc.option(fc.uint8Array({ maxLength: 60 })),
    );
    const codes = new Set<number>();
    const asIs = (bytes: Buffer): Buffer => bytes;
    await fc.assert(
      fc.asyncProperty(batchOf(one), async (requests) => {
        await Promise.all(
          requests.map(async ([[name, good], edits, noise]) => {
            const bytes = Buffer.from(noise ?? good);
            for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
            codes.add(
              await new Promise<number>((resolve) => {
                const call = client.makeBidiStreamRequest(`/${FIRESTORE_SERVICE}/${name}`, asIs, asIs);
                call.on('data', () => undefined);
                call.on('error', (error: ServiceError) => resolve(error.code));
                call.on('end', () => resolve(0));
                call.write(bytes);
                call.end();
              }),
            );
          }),
        );
      }),
      batches(60),
    );
    // Every answer is one of gRPC's, and some were successes.
    expect([...codes].every((code) => code >= 0 && code <= 16)).toBe(true);
    expect(codes).toContain(0);
    await opened.db.doc('works/a').set({ n: 1 });
    client.close();
    await opened.close();
  });
});

describe('what keeps the order', () => {
  test('every message is taken once, in its order, however the posts overlap', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(8))), (posts) => {
        const inbox = createInbox(100);
        const taken: unknown[] = [];
        for (const [first, count] of posts) {
          taken.push(
            ...inbox.accept(Array.from({ length: count }, (_, i) => ({ id: first + i, json: first + i }))),
          );
        }
        expect(taken).toEqual(taken.map((_, index) => index));
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('every payload arrives once, in its order, whatever is lost and sent again', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 60 }), lost: fc.boolean() }),
      fc.constant({ reconnect: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const outbox = createOutbox();
        const received: number[] = [];
        let pushed = 0;
        let broken = false;
        const reconnect = (): void => {
          broken = false;
          outbox.acknowledge(received.length);
          outbox.rewind(received.length);
        };
        const take = (maxChars: number, lost: boolean): void => {
          const text = outbox.take(maxChars);
          broken ||= lost;
          if (text !== undefined && !broken) received.push(...unchunk(text).map(([id]: [number]) => id));
        };
        for (const now of steps) {
          if ('push' in now)
            for (let i = 0; i < now.push; i++) outbox.push(JSON.stringify([`p${++pushed}😀`]));
          else if ('take' in now) take(now.take, now.lost);
          else reconnect();
          expect(outbox.keptChars).toBeGreaterThanOrEqual(outbox.unacknowledgedChars);
        }
        reconnect();
        while (outbox.waiting) take(1000, false);
        expect(received).toEqual(Array.from({ length: pushed }, (_, index) => index + 1));
        outbox.acknowledge(pushed);
        expect([outbox.keptChars, outbox.unacknowledgedChars]).toEqual([0, 0]);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
