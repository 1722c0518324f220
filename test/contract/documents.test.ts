/** What the product may rely on of its database, on both of its sides: the official client against the local Firestore, and memory. */
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type CommitError,
  type DocumentData,
  type Documents,
  Increment,
  type Query,
  type Snapshot,
  type Write,
} from '../../functions/cloud.ts';
import { createDocuments } from '../../functions/google/documents.ts';
import { silentLog } from '../../functions/log.ts';
import { realClock } from '../../local/clock.ts';
import { createFaults, type Faults } from '../../local/faults.ts';
import { type IndexConfig, parseIndexConfig } from '../../local/firestore/index-config.ts';
import { createFirestore } from '../../local/firestore/model.ts';
import { serveFirestore } from '../../local/firestore/server.ts';
import { memoryDocuments } from '../../local/memory/documents.ts';
import { seededRandom } from '../../local/random.ts';
import { memoryStore } from '../../local/store.ts';

/** One side of the port. */
interface Side {
  documents: Documents;
  faults: Faults;
  close(): Promise<void>;
}

/** @param indexes that are deployed; absent: every query is answered */
async function wire({
  deadlineMs,
  indexes,
}: {
  deadlineMs?: number;
  indexes?: IndexConfig;
} = {}): Promise<Side> {
  const random = seededRandom(1);
  const faults = createFaults({}, random);
  const world = {
    projectId: 'demo',
    clock: realClock(),
    random,
    faults,
    store: memoryStore(),
    log: silentLog,
  };
  const model = createFirestore(world, indexes ? { indexes } : {});
  const face = await serveFirestore(world, 0, { model });
  const firestore = new Firestore({ projectId: 'demo', host: `127.0.0.1:${face.port}`, ssl: false });
  return {
    documents: createDocuments(firestore, deadlineMs),
    faults,
    async close() {
      await firestore.terminate();
      await face.close();
    },
  };
}

async function memory(): Promise<Side> {
  const faults = createFaults({}, seededRandom(1));
  return { documents: memoryDocuments(realClock(), { faults }), faults, close: async () => undefined };
}

beforeAll(() => {
  // The client would look for Google's metadata server before its first call.
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
});

const fault = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: CommitError) => error.fault,
  );

describe.each([
  ['the official client against the local Firestore', () => wire()],
  ['memory', memory],
])('%s', (_, open) => {
  let side: Side;
  let documents: Documents;
  let run = 0;
  /** A collection of its own per test. */
  let things: string;
  beforeAll(async () => {
    side = await open();
    documents = side.documents;
  });
  afterAll(() => side.close());
  beforeEach(() => {
    things = `things${++run}`;
    side.faults.clear();
  });

  const path = (id: string): string => `${things}/${id}`;
  const read = async (id: string) => (await documents.get(path(id)))?.data;
  const have = async (id: string): Promise<Snapshot> => {
    const snapshot = await documents.get(path(id));
    if (!snapshot) throw new Error(`${id} is missing`);
    return snapshot;
  };
  const create = (id: string, data: DocumentData) =>
    documents.commit([{ op: 'create', path: path(id), data }]);

  test('a document that was never written is undefined', async () => {
    expect(await documents.get(path('a'))).toBeUndefined();
  });

  test('every kind of value comes back as it was written', async () => {
    const at = new Date('2026-02-03T04:05:06.789Z');
    const data = {
      nothing: null,
      yes: true,
      whole: 42,
      part: -1.5,
      text: 'hällo 🌍',
      at,
      list: [1, 'two', { three: 3, at }],
      map: { inner: { deep: [at] }, empty: {} },
      empty: [],
    };
    await create('a', data);
    const snapshot = await have('a');
    expect(snapshot.path).toBe(path('a'));
    expect(snapshot.data).toEqual(data);
    expect(snapshot.createTime).toBeInstanceOf(Date);
    expect(snapshot.updateTime).toEqual(snapshot.createTime);
  });

  test('what is undefined is left out, at any depth', async () => {
    await create('a', {
      kept: 1,
      gone: undefined,
      map: { kept: 2, gone: undefined },
      list: [{ gone: undefined }],
    });
    expect(await read('a')).toEqual({ kept: 1, map: { kept: 2 }, list: [{}] });
  });

  test('what a caller does to its objects afterwards changes nothing', async () => {
    const data = { map: { n: 1 } };
    const writing = documents.commit([{ op: 'set', path: path('a'), data }]);
    data.map.n = 2;
    await writing;
    const first = await have('a');
    // Or cannot be done: what is read may be frozen.
    Reflect.set(first.data.map as object, 'n', 3);
    expect(await read('a')).toEqual({ map: { n: 1 } });
  });

  test('create refuses a document that is there', async () => {
    await create('a', { n: 1 });
    expect(await fault(create('a', { n: 2 }))).toBe('exists');
    expect(await read('a')).toEqual({ n: 1 });
  });

  test('set replaces the whole document', async () => {
    await create('a', { n: 1, old: true });
    await documents.commit([{ op: 'set', path: path('a'), data: { n: 2 } }]);
    expect(await read('a')).toEqual({ n: 2 });
  });

  test('update replaces the named fields, and removes those that are undefined', async () => {
    await create('a', { n: 1, map: { x: 1, y: 2 }, gone: true, left: true });
    await documents.commit([
      { op: 'update', path: path('a'), data: { n: 2, map: { z: 3 }, gone: undefined } },
    ]);
    expect(await read('a')).toEqual({ n: 2, map: { z: 3 }, left: true });
  });

  test('update reaches into maps by dotted names, with hyphens', async () => {
    const at = new Date(5);
    await create('a', { entries: { 'disk-g1': { n: 1 }, 'bucket-g1': { n: 2 } } });
    await documents.commit([
      {
        op: 'update',
        path: path('a'),
        data: {
          'entries.bucket-g1.goneAt': at,
          'entries.disk-g1': undefined,
          'entries.new_1': { n: 3 },
          'fresh.x': 1,
        },
      },
    ]);
    expect(await read('a')).toEqual({
      entries: { 'bucket-g1': { n: 2, goneAt: at }, new_1: { n: 3 } },
      fresh: { x: 1 },
    });
  });

  test('update of a document that is not there is missing', async () => {
    expect(await fault(documents.commit([{ op: 'update', path: path('a'), data: { n: 1 } }]))).toBe(
      'missing',
    );
  });

  test('update and delete with an old version are stale, and with one of a deleted document too', async () => {
    await create('a', { n: 1 });
    const { version } = await have('a');
    await documents.commit([{ op: 'update', path: path('a'), data: { n: 2 }, ifVersion: version }]);
    const stale = { path: path('a'), ifVersion: version };
    expect(await fault(documents.commit([{ op: 'update', ...stale, data: { n: 3 } }]))).toBe('stale');
    expect(await fault(documents.commit([{ op: 'delete', ...stale }]))).toBe('stale');
    expect(await read('a')).toEqual({ n: 2 });
    await documents.commit([{ op: 'delete', path: path('a'), ifVersion: (await have('a')).version }]);
    expect(await fault(documents.commit([{ op: 'update', ...stale, data: { n: 4 } }]))).toBe('stale');
    expect(await fault(documents.commit([{ op: 'delete', ...stale }]))).toBe('stale');
  });

  test('delete of what is not there succeeds', async () => {
    await documents.commit([{ op: 'delete', path: path('a') }]);
    expect(await documents.get(path('a'))).toBeUndefined();
  });

  test('each change has a version of its own, however fast; a write that changes nothing has not', async () => {
    await create('a', { n: 0 });
    const versions = new Set<string>();
    for (let n = 1; n <= 5; n++) {
      await documents.commit([{ op: 'update', path: path('a'), data: { n } }]);
      versions.add((await have('a')).version);
    }
    await documents.commit([{ op: 'update', path: path('a'), data: { n: 5 } }]);
    versions.add((await have('a')).version);
    expect(versions.size).toBe(5);
  });

  test('increments add on the server, beginning at 0', async () => {
    await create('a', { n: 1, map: { m: 2.5 } });
    const data = { n: new Increment(2), 'map.m': new Increment(-1), fresh: new Increment(7) };
    await documents.commit([{ op: 'update', path: path('a'), data }]);
    expect(await read('a')).toEqual({ n: 3, map: { m: 1.5 }, fresh: 7 });
  });

  test('20 increments at once all count', async () => {
    await create('a', { n: 0 });
    const write = { op: 'update', path: path('a'), data: { n: new Increment(1) } } as const;
    await Promise.all(Array.from({ length: 20 }, () => documents.commit([write])));
    expect(await read('a')).toEqual({ n: 20 });
  });

  test('a commit writes all or nothing', async () => {
    await create('a', { n: 1 });
    const failing = documents.commit([
      { op: 'update', path: path('a'), data: { n: 2 } },
      { op: 'set', path: path('b'), data: { n: 2 } },
      { op: 'delete', path: path('a') },
      { op: 'update', path: path('c'), data: { n: 2 } },
    ]);
    expect(await fault(failing)).toBe('missing');
    expect(await read('a')).toEqual({ n: 1 });
    expect(await read('b')).toBeUndefined();
  });

  test('of 20 conditional updates at once exactly one wins', async () => {
    await create('a', { winner: -1 });
    const { version } = await have('a');
    const attempts = Array.from({ length: 20 }, (_, winner) =>
      fault(documents.commit([{ op: 'update', path: path('a'), data: { winner }, ifVersion: version }])),
    );
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((o) => o === 'none')).toHaveLength(1);
    expect(outcomes.filter((o) => o === 'stale')).toHaveLength(19);
    expect((await read('a'))?.winner).toBe(outcomes.indexOf('none'));
  });

  test('of 20 creates at once exactly one wins', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => fault(create('a', { n }))));
    expect(outcomes.filter((o) => o === 'none')).toHaveLength(1);
    expect(outcomes.filter((o) => o === 'exists')).toHaveLength(19);
  });

  test('an update must name a field', async () => {
    await create('a', { n: 1 });
    await expect(
      (async () => documents.commit([{ op: 'update', path: path('a'), data: {} }]))(),
    ).rejects.toThrow(/at least one field/i);
  });

  test.each<[string, Write]>([
    ['a reserved name', { op: 'set', path: 'x/a', data: { map: { __z__: 1 } } }],
    ['an empty name', { op: 'set', path: 'x/a', data: { map: { '': 1 } } }],
    ['a field within another', { op: 'update', path: 'x/a', data: { map: {}, 'map.x': 1 } }],
    [
      'an increment by what is no number',
      { op: 'update', path: 'x/a', data: { n: new Increment(Number.NaN) } },
    ],
    ['an array in an array', { op: 'set', path: 'x/a', data: { list: [[1]] } }],
  ])('%s is refused before anything is looked at', async (_name, write) => {
    const refusal: unknown = await (async () => documents.commit([write]))().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).not.toHaveProperty('fault');
  });

  test('a date far away keeps its milliseconds', async () => {
    const at = new Date('9999-12-31T23:59:59.999Z');
    const early = new Date('0001-01-01T00:00:00.001Z');
    await create('a', { at, early });
    expect(await read('a')).toEqual({ at, early });
  });

  describe('queries', () => {
    const DAY = 86_400_000;
    const rows = {
      a: { n: 1, shard: 0, tags: ['x', 'y'], at: new Date(1 * DAY), map: { k: 1 } },
      b: { n: 2, shard: 1, tags: ['y'], at: new Date(3 * DAY), map: { k: 2 } },
      c: { n: 2, shard: 2, tags: [], at: new Date(2 * DAY) },
      d: { n: 3.5, shard: 0, tags: ['x'] },
      e: { n: 'text', shard: 1 },
      f: { n: null, shard: 2 },
    };
    beforeEach(() =>
      documents.commit(Object.entries(rows).map(([id, data]) => ({ op: 'set', path: path(id), data }))),
    );
    const find = async (query: Omit<Query, 'collection'>): Promise<string> =>
      (await documents.query({ collection: things, ...query })).map((s) => s.path.split('/').at(-1)).join('');

    test.each<[string, Omit<Query, 'collection'>, string]>([
      ['everything, by name', {}, 'abcdef'],
      ['==', { where: [['n', '==', 2]] }, 'bc'],
      ['== null', { where: [['n', '==', null]] }, 'f'],
      ['== a date', { where: [['at', '==', new Date(3 * DAY)]] }, 'b'],
      ['== a map', { where: [['map', '==', { k: 2 }]] }, 'b'],
      ['== in a map', { where: [['map.k', '==', 1]] }, 'a'],
      ['!=, which passes over null', { where: [['n', '!=', 2]] }, 'ade'],
      ['<', { where: [['n', '<', 2]] }, 'a'],
      ['<=', { where: [['n', '<=', 2]] }, 'abc'],
      ['>, within one kind', { where: [['n', '>', 1]] }, 'bcd'],
      ['>=', { where: [['n', '>=', 2]] }, 'bcd'],
      [
        'a range of dates',
        {
          where: [
            ['at', '>', new Date(1 * DAY)],
            ['at', '<=', new Date(3 * DAY)],
          ],
        },
        'cb',
      ],
      ['in', { where: [['shard', 'in', [2, 0]]] }, 'acdf'],
      ['array-contains', { where: [['tags', 'array-contains', 'x']] }, 'ad'],
      [
        'two fields',
        {
          where: [
            ['shard', '==', 0],
            ['n', '>', 1],
          ],
        },
        'd',
      ],
      [
        'in with a range',
        {
          where: [
            ['shard', 'in', [0, 1, 2]],
            ['at', '<=', new Date(2 * DAY)],
          ],
        },
        'ac',
      ],
      ['in order', { orderBy: [['at', 'asc']] }, 'acb'],
      ['in descending order', { orderBy: [['at', 'desc']] }, 'bca'],
      ['in an order of kinds', { orderBy: [['n', 'asc']] }, 'fabcde'],
      [
        'in two orders',
        {
          orderBy: [
            ['shard', 'desc'],
            ['at', 'asc'],
          ],
        },
        'cba',
      ],
      ['contains in order', { where: [['tags', 'array-contains', 'y']], orderBy: [['at', 'desc']] }, 'ba'],
      ['limit', { orderBy: [['at', 'asc']], limit: 2 }, 'ac'],
      ['startAfter', { orderBy: [['at', 'asc']], startAfter: [new Date(1 * DAY)] }, 'cb'],
      [
        'startAfter, descending',
        { orderBy: [['at', 'desc']], startAfter: [new Date(3 * DAY)], limit: 1 },
        'c',
      ],
    ])('%s', async (_name, query, found) => {
      expect(await find(query)).toBe(found);
      expect(await documents.count({ collection: things, ...query })).toBe(found.length);
    });

    test('startAfter with a path goes on among equals', async () => {
      const orderBy = [['shard', 'desc']] as const;
      expect(await find({ orderBy, startAfter: [2, path('c')] })).toBe('ebda');
      expect(await find({ orderBy: [['n', 'asc']], startAfter: [2, path('b')] })).toBe('cde');
      expect(await find({ startAfter: [path('d')] })).toBe('ef');
    });

    test.each<[string, Omit<Query, 'collection'>]>([
      ['in with nothing', { where: [['n', 'in', []]] }],
      ['a range of null', { where: [['n', '<=', null]] }],
      ['a range of what is no number', { where: [['n', '>', Number.NaN]] }],
      [
        'two arrays at once',
        {
          where: [
            ['tags', 'array-contains', 'x'],
            ['map', 'array-contains', 'y'],
          ],
        },
      ],
      ['a place in another collection', { startAfter: ['others/a'] }],
    ])('%s is refused', async (_name, query) => {
      await expect((async () => find(query))()).rejects.not.toHaveProperty('fault');
    });

    test('what is undefined within an operand is left out of it', async () => {
      expect(await find({ where: [['map', '==', { k: 2, gone: undefined }]] })).toBe('b');
    });

    test('a subcollection is a collection of its own', async () => {
      await documents.commit([{ op: 'set', path: `${things}/a/events/00000001`, data: { n: 9 } }]);
      const found = await documents.query({ collection: `${things}/a/events` });
      expect(found.map((s) => [s.path, s.data])).toEqual([[`${things}/a/events/00000001`, { n: 9 }]]);
      expect(await find({})).toBe('abcdef');
    });

    test('a group is all collections of one name, wherever they are', async () => {
      const group = `notes${run}`;
      const at = (place: string, n: number) => ({
        op: 'set' as const,
        path: `${place}/${group}/${n}`,
        data: { n, of: n % 2 },
      });
      await documents.commit([at(path('a'), 1), at(path('b'), 3), at(path('b'), 2)]);
      const all: Query = {
        collection: group,
        group: true,
        where: [['of', '==', 1]],
        orderBy: [['n', 'asc']],
      };
      expect((await documents.query(all)).map(({ path: found }) => found)).toEqual([
        `${path('a')}/${group}/1`,
        `${path('b')}/${group}/3`,
      ]);
      expect((await documents.query({ ...all, limit: 1 })).map(({ data }) => data.n)).toEqual([1]);
      expect(await documents.count(all)).toBe(2);
    });

    test('results carry versions that an update can ask for', async () => {
      const [first] = await documents.query({ collection: things, where: [['n', '==', 1]] });
      const version = first?.version ?? '';
      await documents.commit([{ op: 'update', path: path('a'), data: { n: 5 }, ifVersion: version }]);
      expect((await read('a'))?.n).toBe(5);
    });
  });

  test('a commit whose answer is lost was applied, and says that it may have been or that the document is there', async () => {
    side.faults.force('reply-lost', { times: 1 });
    expect(['unavailable', 'exists']).toContain(await fault(create('a', { n: 1 })));
    expect(await read('a')).toEqual({ n: 1 });
  });
});

describe('the official client against the local Firestore', () => {
  test('a refused call is made again by the client itself', async () => {
    const side = await wire();
    side.faults.force('unavailable', { times: 1, subject: 'commit' });
    await side.documents.commit([{ op: 'create', path: 'things/a', data: { n: 1 } }]);
    side.faults.force('unavailable', { times: 1, subject: 'batchGetDocuments' });
    expect((await side.documents.get('things/a'))?.data).toEqual({ n: 1 });
    await side.close();
  });

  test('a commit is waited for as long as its function has time, however often the client repeats it', async () => {
    const side = await wire({ deadlineMs: 300 });
    side.faults.force('unavailable', { subject: 'commit' });
    await expect(side.documents.commit([{ op: 'create', path: 'things/a', data: {} }])).rejects.toMatchObject(
      { fault: 'unavailable', message: 'no answer from Firestore within 300 ms' },
    );
    // The client still tries, and is closed only once that has an end.
    side.faults.clear();
    await side.close();
  });

  describe('an index of a query', () => {
    const sorted: Query = { collection: 'things', where: [['a', '==', 1]], orderBy: [['b', 'asc']] };
    const index = {
      collectionGroup: 'things',
      queryScope: 'COLLECTION',
      fields: ['a', 'b'].map((fieldPath) => ({ fieldPath, order: 'ASCENDING' })),
    };
    const withIndexes = (...indexes: object[]) =>
      wire({ indexes: parseIndexConfig(JSON.stringify({ indexes })) });

    test('that is being built is away for a while, as the database itself may be', async () => {
      const side = await withIndexes(index);
      side.faults.force('index-building', { subject: 'things' });
      expect(await fault(side.documents.query(sorted))).toBe('unavailable');
      expect(await fault(side.documents.count(sorted))).toBe('unavailable');
      // What every field has by itself is not built by anybody.
      expect(await side.documents.query({ collection: 'things', where: [['a', '==', 1]] })).toEqual([]);
      side.faults.clear();
      expect(await side.documents.query(sorted)).toEqual([]);
      await side.close();
    });

    test('that is not there is a fault of ours', async () => {
      const side = await withIndexes();
      const refused = side.documents.query(sorted);
      await expect(refused).rejects.toMatchObject({ code: 9 });
      await expect(refused).rejects.not.toHaveProperty('fault');
      await side.close();
    });
  });

  test('what can never succeed is thrown as it is', async () => {
    const side = await wire();
    const reserved = side.documents.commit([{ op: 'create', path: 'things/__a__', data: {} }]);
    await expect(reserved).rejects.toMatchObject({ code: 3 });
    await side.close();
  });
});
