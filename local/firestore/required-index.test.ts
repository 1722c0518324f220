import { globSync, readFileSync } from 'node:fs';
import { Filter } from '@google-cloud/firestore';
import { afterEach, describe, expect, test } from 'vitest';
import type { Query as PortQuery } from '../../functions/cloud.ts';
import { createDocuments } from '../../functions/google/documents.ts';
import { STATUS } from '../service.ts';
import { parseIndexConfig } from './index-config.ts';
import { parseFieldPath } from './paths.ts';
import type { FieldFilter, Filter as ModelFilter, Operator, Query } from './query.ts';
import { requireIndex } from './required-index.ts';
import { type Opened, openFirestore } from './testing.ts';
import type { Value } from './values.ts';

const ROOT = 'projects/demo/databases/(default)/documents';

interface Said {
  where?: ModelFilter;
  order?: string[];
  group?: boolean;
}

/** `-a` orders descending. */
function query({ where, order = [], group = false }: Said): Query {
  return {
    scope: { parent: ROOT, collectionId: 'c', allDescendants: group },
    where,
    orderBy: order.map((text) => ({
      field: parseFieldPath(text.replace('-', '')),
      descending: text.startsWith('-'),
    })),
    offset: 0,
  };
}

const is = (field: string, op: Operator, value: Value): FieldFilter => ({
  field: parseFieldPath(field),
  op,
  value,
});
const eq = (...fields: string[]): ModelFilter => ({ all: fields.map((field) => is(field, '==', 1)) });
const all = (...filters: ModelFilter[]): ModelFilter => ({ all: filters });
const any = (...filters: ModelFilter[]): ModelFilter => ({ any: filters });

type Json = Record<string, unknown>;
/** `a -b c[]` is ascending a, descending b, and the array c. */
function composite(text: string, queryScope = 'COLLECTION'): Json {
  const fields = text.split(' ').map((field) => {
    const fieldPath = field.replace(/^-|\[\]$/g, '');
    if (field.endsWith('[]')) return { fieldPath, arrayConfig: 'CONTAINS' };
    return { fieldPath, order: field.startsWith('-') ? 'DESCENDING' : 'ASCENDING' };
  });
  return { collectionGroup: 'c', queryScope, fields };
}
const config = (indexes: Json[] = [], fieldOverrides: Json[] = []) =>
  parseIndexConfig(JSON.stringify({ indexes, fieldOverrides }));

/** The refusal's text; undefined if the query is served. */
function refusal(said: Said, indexes: Json[] = [], overrides: Json[] = [], summed: string[] = []) {
  try {
    requireIndex(query(said), config(indexes, overrides), summed.map(parseFieldPath));
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: STATUS.FAILED_PRECONDITION });
    return (error as Error).message;
  }
}

describe('without any composite index', () => {
  test.each<[string, Said]>([
    ['everything', {}],
    ['everything of a group', { group: true }],
    ['an equality', { where: eq('a') }],
    ['several equalities, joined', { where: eq('a', 'b', 'c') }],
    [
      'an equality with in and an array',
      { where: all(eq('a'), is('b', 'in', [1]), is('t', 'array-contains', 1)) },
    ],
    ['a range', { where: is('a', '>', 1) }],
    ['a range and its own order', { where: is('a', '>', 1), order: ['-a'] }],
    ['an order', { order: ['a'] }],
    ['a descending order', { order: ['-a'] }],
    ['an order by what is fixed', { where: eq('a'), order: ['a'] }],
    ['an equality in descending order of names', { where: eq('a'), order: ['-__name__'] }],
    [
      'a range of names with an equality',
      { where: all(eq('a'), is('__name__', '>', { ref: `${ROOT}/c/x` })) },
    ],
    ['one name', { where: is('__name__', '==', { ref: `${ROOT}/c/x` }) }],
    ['alternatives that are each served', { where: any(eq('a'), eq('b')) }],
    ['a field within a map', { where: is('a.b', '>', 1) }],
  ])('%s is served', (_name, said) => {
    expect(refusal(said)).toBeUndefined();
  });

  test.each<[string, Said, string]>([
    ['an equality with a range', { where: all(eq('a'), is('b', '>', 1)) }, 'a b'],
    ['an equality with an order', { where: eq('a'), order: ['-b'] }, 'a -b'],
    ['in with an order', { where: is('a', 'in', [1, 2]), order: ['b'] }, 'a b'],
    ['an array with an order', { where: is('t', 'array-contains', 1), order: ['-b'] }, 't[] -b'],
    ['an order of two', { order: ['a', 'b'] }, 'a b'],
    ['an order with names the other way', { order: ['-a', '__name__'] }, '-a __name__'],
    ['names descending', { order: ['-__name__'] }, '-__name__'],
    ['ranges of two', { where: all(is('b', '>', 1), is('a', '>', 1)) }, 'a b'],
    ['!= with an equality', { where: all(eq('a'), is('b', '!=', 1)) }, 'a b'],
    [
      'alternatives of which one is not served',
      { where: any(eq('a'), all(eq('a'), is('b', '>', 1))) },
      'a b',
    ],
  ])('%s is refused, and the index that the refusal names serves it', (_name, said, index) => {
    const text = refusal(said);
    expect(text).toMatch(
      /^The query requires an index\. You can create it here: https:\/\/console\.firebase\.google\.com\/v1\/r\/project\/demo\/firestore\/indexes\?create_composite=[\w-]+/,
    );
    expect(text).toContain(JSON.stringify(composite(index)));
    const named: Json = JSON.parse(text?.split('\n').at(-1) ?? '');
    expect(refusal(said, [named, composite('a b')])).toBeUndefined();
  });
});

describe('with composite indexes', () => {
  const twoEqualOrdered: Said = { where: eq('a', 'b'), order: ['c'] };

  test.each<[string, Said, string[]]>([
    ['fixed fields may stand in any order and direction', twoEqualOrdered, ['-b a c']],
    ['two indexes with the order in common are joined', twoEqualOrdered, ['a c', 'b c']],
    ['one of them may begin with both', { where: eq('a', 'b', 'd'), order: ['c'] }, ['a b c', 'd c']],
    [
      'an array is joined as well',
      { where: all(eq('a'), is('t', 'array-contains', 1)), order: ['c'] },
      ['t[] c', 'a c'],
    ],
    ['names the other way must be said', { order: ['-a', '__name__'] }, ['-a __name__']],
  ])('%s', (_name, said, indexes) => {
    expect(
      refusal(
        said,
        indexes.map((i) => composite(i)),
      ),
    ).toBeUndefined();
  });

  test.each<[string, Said, string[]]>([
    ['no index is read backwards', { where: eq('a'), order: ['-b'] }, ['a b']],
    ['nor with both directions turned', { order: ['-a', 'b'] }, ['a -b']],
    ['an order comes in its own order', { order: ['a', 'b'] }, ['b a']],
    ['an index that holds more leaves documents out', { where: eq('a'), order: ['b'] }, ['a b c']],
    ['what is joined must cover every equality', twoEqualOrdered, ['a c']],
    ['an array is not an equality', { where: eq('a'), order: ['b'] }, ['a[] b']],
    ['an order in the middle fixes nothing', { where: eq('b'), order: ['c'] }, ['a b c']],
    ['an index of a group is none of a collection', { where: eq('a'), order: ['b'], group: true }, ['a b']],
  ])('%s', (_name, said, indexes) => {
    expect(
      refusal(
        said,
        indexes.map((i) => composite(i)),
      ),
    ).toMatch(/^The query requires an index/);
  });

  test('an index of a group serves the group', () => {
    const said = { where: eq('a'), order: ['b'], group: true };
    expect(refusal(said, [composite('a b', 'COLLECTION_GROUP')])).toBeUndefined();
  });

  test('a sum needs its field in the index', () => {
    const said = { where: eq('a') };
    expect(refusal(said, [], [], ['a'])).toBeUndefined();
    expect(refusal({}, [], [], ['b'])).toBeUndefined();
    expect(refusal(said, [], [], ['b'])).toContain(JSON.stringify(composite('a b')));
    expect(refusal(said, [composite('a -b')], [], ['b'])).toBeUndefined();
  });
});

describe('single-field indexes', () => {
  const override = (fieldPath: string, ...indexes: Json[]): Json => ({
    collectionGroup: 'c',
    fieldPath,
    indexes,
  });
  const ascendingGroup = { order: 'ASCENDING', queryScope: 'COLLECTION_GROUP' };

  test('an override switches them off', () => {
    const off = [override('a')];
    expect(refusal({ order: ['a'] }, [], off)).toMatch(
      /^The query requires a COLLECTION_ASC index for collection c and field a\. You can create it here: https:\/\/\S+create_exemption=[\w-]+\n/,
    );
    expect(refusal({ where: eq('a') }, [], off)).toMatch(/COLLECTION_ASC index for collection c and field a/);
    expect(refusal({ order: ['b'] }, [], off)).toBeUndefined();
  });

  test('a composite index still holds a field that is switched off', () => {
    expect(refusal({ where: eq('a'), order: ['b'] }, [composite('a b')], [override('a')])).toBeUndefined();
  });

  test('fields within a map have those of the map, unless they have their own', () => {
    const off = [override('m'), override('m.own', { order: 'ASCENDING', queryScope: 'COLLECTION' })];
    expect(refusal({ order: ['m.x'] }, [], off)).toMatch(/field m\.x/);
    expect(refusal({ order: ['m.own'] }, [], off)).toBeUndefined();
    expect(refusal({ order: ['-m.own'] }, [], off)).toMatch(/COLLECTION_DESC index/);
  });

  test('a star overrides all fields without an override of their own', () => {
    const off = [override('*'), override('a', { order: 'ASCENDING', queryScope: 'COLLECTION' })];
    expect(refusal({ order: ['b'] }, [], off)).toMatch(/field b/);
    expect(refusal({ order: ['a'] }, [], off)).toBeUndefined();
  });

  test('a group has none but by an override, and the refusal keeps those that there are', () => {
    const said = { where: is('a', '>', 1), group: true };
    const text = refusal(said);
    expect(text).toMatch(/^The query requires a COLLECTION_GROUP_ASC index for collection c and field a\. /);
    const named: Json = JSON.parse(text?.split('\n').at(-1) ?? '');
    expect(named.indexes).toHaveLength(4);
    expect(refusal(said, [], [named])).toBeUndefined();
    expect(refusal({ ...said, group: false }, [], [named])).toBeUndefined();
    expect(refusal({ order: ['-a'], group: true }, [], [override('a', ascendingGroup)])).toMatch(
      /COLLECTION_GROUP_DESC/,
    );
    expect(refusal({ where: is('t', 'array-contains', 1), group: true })).toMatch(
      /COLLECTION_GROUP_CONTAINS/,
    );
  });
});

test('the link carries the index as the console reads it', () => {
  const link = /create_composite=(\S+)/.exec(refusal({ where: eq('q'), order: ['z'] }) ?? '')?.[1] ?? '';
  const name = 'projects/demo/databases/(default)/collectionGroups/c/indexes/_';
  expect(Buffer.from(link, 'base64url').toString('latin1')).toBe(
    `\n${String.fromCharCode(name.length)}${name}\x10\x01\x1a\x05\n\x01q\x10\x01\x1a\x05\n\x01z\x10\x01\x1a\x0c\n\x08__name__\x10\x01`,
  );
});

test('ranges on several fields are pointed to the guide', () => {
  const text = refusal({ where: all(is('a', '>', 1), is('b', '>', 1)) });
  expect(text).toContain('https://cloud.google.com/firestore/docs/query-data/multiple-range-fields');
});

describe('a server that enforces indexes', () => {
  let opened: Opened | undefined;
  afterEach(() => opened?.close());

  test('refuses queries, aggregations and listeners alike, and answers what is served', async () => {
    opened = await openFirestore({ indexes: config([composite('a b')]) });
    const collection = opened.db.collection('c');
    await collection.doc('x').set({ a: 1, b: 2, d: 3 });
    const bad = collection.where('a', '==', 1).orderBy('d');
    const refused = { code: STATUS.FAILED_PRECONDITION, message: expect.stringContaining('"fieldPath":"d"') };
    await expect(bad.get()).rejects.toMatchObject(refused);
    await expect(bad.count().get()).rejects.toMatchObject(refused);
    await expect(opened.db.runTransaction((t) => t.get(bad))).rejects.toMatchObject(refused);
    const heard = await new Promise((resolve) => {
      bad.onSnapshot(() => resolve('it was answered'), resolve);
    });
    expect(heard).toMatchObject({ message: refused.message });
    const good = collection.where('a', '==', 1).orderBy('b');
    expect((await good.get()).size).toBe(1);
    const orderedOr = collection.where(Filter.or(Filter.where('a', '==', 1), Filter.where('d', '==', 3)));
    expect((await orderedOr.get()).size).toBe(1);
    await expect(orderedOr.orderBy('b').get()).rejects.toMatchObject({ code: STATUS.FAILED_PRECONDITION });
  });

  test('limitToLast wants the index of the reverse order', async () => {
    opened = await openFirestore({ indexes: config([composite('a b')]) });
    const ordered = opened.db.collection('c').where('a', '==', 1).orderBy('b').limitToLast(1);
    await expect(ordered.get()).rejects.toMatchObject({ code: STATUS.FAILED_PRECONDITION });
  });
});

/** Every query that functions/ asks, in its shape. The values do not matter. */
const PRODUCT_QUERIES: Readonly<Record<string, PortQuery>> = {
  'list of clusters (api/clusters.ts)': {
    collection: 'clusters',
    where: [
      ['readers', 'array-contains', 'u'],
      ['state', 'in', ['ready', 'queued']],
    ],
    orderBy: [['createdAt', 'desc']],
    startAfter: [new Date(0), 'clusters/x'],
    limit: 2,
  },
  'list of clusters in a state (api/clusters.ts)': {
    collection: 'clusters',
    where: [
      ['readers', 'array-contains', 'u'],
      ['state', '==', 'ready'],
    ],
    orderBy: [['createdAt', 'desc']],
    limit: 2,
  },
  'events of a cluster (api/clusters.ts)': {
    collection: 'clusters/x/events',
    orderBy: [['epoch', 'asc']],
    startAfter: [1, 'clusters/x/events/1'],
    limit: 2,
  },
  'pools (api/pools.ts, pool/top-up.ts)': { collection: 'pools' },
  'oldest of an account in the queue (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['owner', '==', 'u'],
    ],
    orderBy: [['since', 'asc']],
    limit: 5,
  },
  'oldest that wait for the same (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['error.code', '==', 'CELL_BUSY'],
    ],
    orderBy: [['since', 'asc']],
    limit: 5,
  },
  'whether people wait for the cell (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['error.code', 'in', ['CELL_FULL', 'CELL_BUSY']],
      ['owner', '>', ''],
    ],
    limit: 1,
  },
  'whether people wait for a region (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['error.code', 'in', ['REGION_EXHAUSTED', 'CLOUD_QUOTA']],
      ['spec.region', '==', 'r'],
      ['owner', '>', ''],
    ],
    limit: 1,
  },
  'oldest of the people who wait for the cell (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['error.code', 'in', ['CELL_FULL', 'CELL_BUSY']],
      ['owner', '>', ''],
    ],
    orderBy: [['since', 'asc']],
    limit: 5,
  },
  'whether somebody of an account waits (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['owner', '==', 'u'],
    ],
    limit: 1,
  },
  'place in the queue (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['owner', '>', ''],
      ['since', '<', new Date(0)],
    ],
    orderBy: [['since', 'asc']],
  },
  'those beside the queue (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['owner', '>', ''],
      ['error.code', 'in', ['OWNER_HELD', 'SIZE_OVER_BUDGET', 'SIZE_OVER_CAPACITY', 'ACCOUNT_QUOTA']],
      ['since', '<', new Date(0)],
    ],
    orderBy: [['since', 'asc']],
  },
  'place among those of an account (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['owner', '==', 'u'],
      ['since', '<', new Date(0)],
    ],
    orderBy: [['since', 'asc']],
  },
  'those of an account beside the queue (clusters/queue.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['owner', '==', 'u'],
      ['error.code', 'in', ['OWNER_HELD', 'SIZE_OVER_BUDGET', 'SIZE_OVER_CAPACITY']],
      ['since', '<', new Date(0)],
    ],
    orderBy: [['since', 'asc']],
  },
  'the newest spare that was claimed (pool/top-up.ts)': {
    collection: 'clusters',
    where: [
      ['claimedFrom', '==', 'p'],
      ['shape', '==', 's'],
    ],
    orderBy: [['warmAt', 'desc']],
    limit: 1,
  },
  'spares of a pool (pool/top-up.ts)': {
    collection: 'clusters',
    where: [
      ['pool', '==', 'p'],
      ['state', 'in', ['warm', 'ready']],
    ],
  },
  'losses of a pool (pool/top-up.ts)': {
    collection: 'clusters',
    where: [
      ['pool', '==', 'p'],
      ['lostAt', '>', new Date(0)],
    ],
  },
  'spares of a shape (pool/claim.ts)': {
    collection: 'clusters',
    where: [
      ['shape', '==', 's'],
      ['state', '==', 'warm'],
    ],
    limit: 5,
  },
  'what is due (sweeps/overdue.ts)': {
    collection: 'clusters',
    where: [
      ['shard', 'in', [0, 1]],
      ['dueAt', '<=', new Date(0)],
    ],
    orderBy: [['dueAt', 'asc']],
    startAfter: [new Date(0), 'clusters/x'],
    limit: 5,
  },
  'what stands (sweeps/looks.ts)': {
    collection: 'clusters',
    where: [['state', 'in', ['ready', 'warm']]],
    orderBy: [['createdAt', 'asc']],
    startAfter: [new Date(0), 'clusters/x'],
    limit: 5,
  },
  'of whom somebody was shut out (sweeps/looks.ts)': {
    collection: 'clusters',
    where: [
      ['state', 'in', ['ready', 'warm']],
      ['lookAt', '<=', new Date(0)],
    ],
    orderBy: [['lookAt', 'asc']],
    limit: 5,
  },
  'spares of a place (clusters/looks.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'warm'],
      ['location', '==', 'europe-west1-b'],
    ],
    limit: 5,
  },
  'the newest of a timeline (reconcile/torn.ts)': {
    collection: 'clusters/x/events',
    orderBy: [['epoch', 'desc']],
    limit: 5,
  },
  'all clusters, and all accounts, by name (reconcile/counters.ts, reconcile/torn.ts)': {
    collection: 'clusters',
    startAfter: ['clusters/x'],
    limit: 5,
  },
  'the latest deeds of a cluster (reconcile/torn.ts)': {
    collection: 'audit',
    where: [['cluster', '==', 'c']],
    orderBy: [['at', 'desc']],
    limit: 100,
  },
  'all ledgers, by name (reconcile/torn.ts)': {
    collection: 'ledgers',
    startAfter: ['ledgers/x'],
    limit: 5,
  },
  'a page of a timeline (clusters/timeline.ts)': {
    collection: 'clusters/x/events',
    orderBy: [['epoch', 'asc']],
    startAfter: [5],
    limit: 5,
  },
  'what happened to a cluster within an hour (accounts/creations.ts)': {
    collection: 'clusters/x/events',
    where: [['at', '>', new Date(0)]],
  },
  'accounts (api/admin.ts)': { collection: 'accounts', startAfter: ['accounts/x'], limit: 2 },
  'who became ready since (durations/observe.ts)': {
    collection: 'clusters',
    where: [
      ['spec.region', '==', 'r'],
      ['readyAt', '<=', new Date(1)],
    ],
    orderBy: [['readyAt', 'asc']],
    startAfter: [new Date(0), 'clusters/x'],
    limit: 2,
  },
  'who is invited (members/invitations.ts)': { collection: 'invitations', where: [['cluster', '==', 'x']] },
  'what somebody is invited to (members/invitations.ts)': {
    collection: 'invitations',
    where: [['email', '==', 'x']],
    limit: 5,
  },
  'what an account asked for lately (accounts/creations.ts)': {
    collection: 'clusters',
    where: [
      ['owner', '==', 'x'],
      ['createdAt', '>', new Date(0)],
    ],
  },
  'the first of them (accounts/creations.ts)': {
    collection: 'clusters',
    where: [
      ['owner', '==', 'ada'],
      ['createdAt', '>', new Date(0)],
    ],
    orderBy: [['createdAt', 'asc']],
    limit: 1,
  },
  'what of an account waits (accounts/creations.ts)': {
    collection: 'clusters',
    where: [
      ['owner', '==', 'x'],
      ['state', '==', 'queued'],
    ],
  },
  'new accounts (accounts/creations.ts)': { collection: 'accounts', where: [['firstAt', '>', new Date(0)]] },
  'list of the audit log (api/audit.ts)': {
    collection: 'audit',
    orderBy: [['at', 'desc']],
    startAfter: [new Date(0), 'audit/x'],
    limit: 2,
  },
  'audit log of a cluster (api/audit.ts)': {
    collection: 'audit',
    where: [['cluster', '==', 'x']],
    orderBy: [['at', 'desc']],
    startAfter: [new Date(0), 'audit/x'],
    limit: 2,
  },
  'audit log of a user (api/audit.ts, api/account.ts, api/admin.ts)': {
    collection: 'audit',
    where: [['actor', '==', 'x']],
    orderBy: [['at', 'desc']],
    startAfter: [new Date(0), 'audit/x'],
    limit: 2,
  },
  'what was done to a user (api/account.ts, api/admin.ts)': {
    collection: 'audit',
    where: [['subject', '==', 'x']],
    orderBy: [['at', 'desc']],
    limit: 2,
  },
  'invitations of a user (api/account.ts, closing/clusters.ts, closing/erase.ts)': {
    collection: 'invitations',
    where: [['invitedBy', '==', 'u']],
  },
  'signals of a user (api/account.ts, closing/erase.ts)': {
    collection: 'signals',
    where: [['account', '==', 'u']],
  },
  'accounts that are being deleted (closing/close.ts)': {
    collection: 'accounts',
    orderBy: [['closing.since', 'asc']],
    startAfter: [new Date(0), 'accounts/u'],
    limit: 2,
  },
  'clusters that are theirs (closing/clusters.ts)': {
    collection: 'clusters',
    where: [['owner', '==', 'u']],
    startAfter: ['clusters/x'],
    limit: 5,
  },
  'clusters that they may read (closing/clusters.ts)': {
    collection: 'clusters',
    where: [['readers', 'array-contains', 'u']],
    startAfter: ['clusters/x'],
    limit: 5,
  },
  'clusters that are theirs and not deleted (closing/clusters.ts)': {
    collection: 'clusters',
    where: [
      ['owner', '==', 'u'],
      ['state', 'in', ['ready', 'queued']],
    ],
    orderBy: [['createdAt', 'asc']],
    startAfter: [new Date(0), 'clusters/x'],
    limit: 5,
  },
  'clusters that they may read and that are not deleted, or are (closing/clusters.ts)': {
    collection: 'clusters',
    where: [
      ['readers', 'array-contains', 'u'],
      ['state', 'in', ['ready', 'queued']],
    ],
    orderBy: [['createdAt', 'desc']],
    startAfter: [new Date(0), 'clusters/x'],
    limit: 5,
  },
  'what somebody did, on all timelines (closing/erase.ts)': {
    collection: 'events',
    group: true,
    where: [['actor', '==', 'u']],
    orderBy: [['at', 'asc']],
    limit: 2,
  },
  'what speaks of somebody, on all timelines (closing/erase.ts)': {
    collection: 'events',
    group: true,
    where: [['subject', '==', 'u']],
    orderBy: [['at', 'asc']],
    limit: 2,
  },
  'codes of a user (closing/erase.ts)': { collection: 'oidcCodes', where: [['uid', '==', 'u']] },
  'what leaked of a user (closing/erase.ts)': { collection: 'orphans', where: [['owner', '==', 'u']] },
  'list of dead letters (api/dead-letters.ts)': {
    collection: 'deadLetters',
    orderBy: [['diedAt', 'desc']],
    startAfter: [new Date(0), 'deadLetters/x'],
    limit: 2,
  },
  'list of dead letters in a state (api/dead-letters.ts)': {
    collection: 'deadLetters',
    where: [['state', '==', 'open']],
    orderBy: [['diedAt', 'desc']],
    startAfter: [new Date(0), 'deadLetters/x'],
    limit: 2,
  },
  'list of orphans (api/orphans.ts)': {
    collection: 'orphans',
    orderBy: [['foundAt', 'desc']],
    startAfter: [new Date(0), 'orphans/x'],
    limit: 2,
  },
  'orphans found since (api/orphans.ts)': {
    collection: 'orphans',
    where: [['foundAt', '>', new Date(0)]],
  },
  'orphans that are still there (sweeps/orphans.ts, status/observe.ts)': {
    collection: 'orphans',
    where: [['state', 'in', ['found', 'deleting', 'unproven']]],
  },
  'how many wait for the same (status/observe.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['error.code', '==', 'REGION_EXHAUSTED'],
    ],
  },
  'how many people wait for the same (status/observe.ts)': {
    collection: 'clusters',
    where: [
      ['state', '==', 'queued'],
      ['error.code', '==', 'CELL_FULL'],
      ['owner', '>', ''],
    ],
  },
  'how many are stuck (status/observe.ts)': { collection: 'clusters', where: [['state', '==', 'stuck']] },
  'how many dead letters are open (status/observe.ts)': {
    collection: 'deadLetters',
    where: [
      ['state', '==', 'open'],
      ['format', '==', 'message'],
    ],
  },
  'whose certificate should have been renewed (status/observe.ts)': {
    collection: 'clusters',
    where: [
      ['state', 'in', ['ready', 'warm']],
      ['certificate.renewAt', '<=', new Date(0)],
    ],
  },
  'what has not been usable the longest (status/observe.ts)': {
    collection: 'clusters',
    where: [['flawedSince', '<=', new Date(0)]],
    orderBy: [['flawedSince', 'asc']],
    limit: 50,
  },
  'what is due the longest (status/observe.ts)': {
    collection: 'clusters',
    where: [
      ['shard', 'in', [0, 1]],
      ['dueAt', '<=', new Date(0)],
    ],
    orderBy: [['dueAt', 'asc']],
    limit: 1,
  },
  'what takes long (status/observe.ts)': {
    collection: 'clusters',
    where: [
      ['state', 'in', ['provisioning', 'installing']],
      ['since', '<=', new Date(0)],
    ],
    orderBy: [['since', 'asc']],
    limit: 5,
  },
  'what failed lately (status/observe.ts)': {
    collection: 'clusters',
    where: [
      ['state', 'in', ['undoing', 'failed']],
      ['since', '>=', new Date(0)],
    ],
    orderBy: [['since', 'asc']],
    limit: 5,
  },
  'durations (status/observe.ts)': { collection: 'durations', limit: 5 },
  'the first pools (status/observe.ts)': { collection: 'pools', limit: 5 },
  'how many spares a pool has (status/observe.ts)': {
    collection: 'clusters',
    where: [
      ['pool', '==', 'p'],
      ['state', 'in', ['warm', 'provisioning']],
    ],
  },
};

/** What the console listens to: in a browser nobody would see why nothing comes. */
const CONSOLE_QUERIES: Readonly<Record<string, PortQuery>> = {
  'the clusters of a user': {
    collection: 'clusters',
    where: [
      ['readers', 'array-contains', 'u'],
      ['state', '!=', 'deleted'],
    ],
    orderBy: [
      ['state', 'asc'],
      ['createdAt', 'desc'],
    ],
    limit: 500,
  },
  'the deleted clusters of a user': {
    collection: 'clusters',
    where: [
      ['readers', 'array-contains', 'u'],
      ['state', 'in', ['deleted']],
    ],
    orderBy: [['createdAt', 'desc']],
    limit: 100,
  },
  'the newest of a timeline': {
    collection: 'clusters/x/events',
    orderBy: [['epoch', 'desc']],
    limit: 200,
  },
  'the spares of a pool': {
    collection: 'clusters',
    where: [
      ['pool', '==', 'p'],
      ['state', '!=', 'deleted'],
    ],
  },
  'what needs an operator': {
    collection: 'clusters',
    where: [['state', 'in', ['failed', 'stuck']]],
    orderBy: [['createdAt', 'asc']],
    limit: 200,
  },
  'what is due next': {
    collection: 'clusters',
    where: [['shard', 'in', [0, 1, 2, 3]]],
    orderBy: [['dueAt', 'asc']],
    limit: 50,
  },
  'whose message was given up': { collection: 'clusters', orderBy: [['parked.at', 'desc']], limit: 200 },
  'what is ready and of no use': { collection: 'clusters', orderBy: [['flawedSince', 'desc']], limit: 200 },
  'the dead letters in a state': {
    collection: 'deadLetters',
    where: [['state', '==', 'open']],
    orderBy: [['diedAt', 'desc']],
    limit: 100,
  },
  'the orphans that are still there': {
    collection: 'orphans',
    where: [['state', 'in', ['found', 'deleting', 'unproven']]],
  },
  'the orphans of the week': {
    collection: 'orphans',
    where: [['foundAt', '>', new Date(0)]],
    orderBy: [['foundAt', 'desc']],
    limit: 200,
  },
  'the newest of the audit log about a cluster': {
    collection: 'audit',
    where: [['cluster', '==', 'x']],
    orderBy: [['at', 'desc']],
    limit: 100,
  },
  'the newest of the audit log by somebody': {
    collection: 'audit',
    where: [['actor', '==', 'u']],
    orderBy: [['at', 'desc']],
    limit: 100,
  },
  'the newest of the audit log': { collection: 'audit', orderBy: [['at', 'desc']], limit: 100 },
  'accounts that are held': { collection: 'accounts', orderBy: [['standing.since', 'desc']], limit: 200 },
  'those of everybody, or of one account (api/clusters.ts)': {
    collection: 'clusters',
    where: [
      ['owner', '==', 'ada'],
      ['state', 'in', ['ready', 'failed']],
    ],
    limit: 51,
  },
  'the newest of all': { collection: 'clusters', orderBy: [['createdAt', 'desc']], limit: 500 },
};

/** How often each file of functions/ asks; whoever adds a query adds it above, and counts it here. */
const CALLS: Readonly<Record<string, number>> = {
  'accounts/creations.ts': 5,
  'api/account.ts': 5,
  'api/admin.ts': 2,
  'api/audit.ts': 1,
  'api/clusters.ts': 3,
  'api/dead-letters.ts': 1,
  'api/orphans.ts': 2,
  'api/pools.ts': 1,
  'closing/close.ts': 1,
  'closing/clusters.ts': 6,
  'closing/erase.ts': 1,
  'clusters/looks.ts': 1,
  'clusters/queue.ts': 4,
  'clusters/timeline.ts': 1,
  'durations/observe.ts': 1,
  'members/invitations.ts': 2,
  'pool/claim.ts': 1,
  'pool/top-up.ts': 4,
  'reconcile/counters.ts': 1,
  'reconcile/torn.ts': 4,
  'status/observe.ts': 6,
  'sweeps/looks.ts': 2,
  'sweeps/orphans.ts': 1,
  'sweeps/overdue.ts': 1,
};

/** They judge what is found, or when, and pass on what others ask: they have no query of their own. */
const PASS_ON = ['versioned.ts', 'one-time.ts', 'documents.ts', 'api/paging.ts'];

describe('firestore.indexes.json of the product', () => {
  test('no query of functions/ is left out here', () => {
    const cwd = new URL('../../functions/', import.meta.url);
    const calls: Record<string, number> = {};
    for (const path of globSync('**/*.ts', { cwd }).filter((name) => !name.endsWith('.test.ts'))) {
      if (PASS_ON.includes(path)) continue;
      const source = readFileSync(new URL(path, cwd), 'utf8');
      const found =
        source.match(/\bdocuments\s*\.(query|count)\b|\bquery(Documents|Pages)\(|\blistPage\(/g) ?? [];
      if (found.length > 0) calls[path.replaceAll('\\', '/')] = found.length;
    }
    expect(calls).toEqual(CALLS);
  });

  const text = readFileSync(new URL('../../firestore.indexes.json', import.meta.url), 'utf8');

  const queries = { ...PRODUCT_QUERIES, ...CONSOLE_QUERIES };
  test('serves what a console listens to that is older than the state of a cluster', async () => {
    const opened = await openFirestore({ indexes: parseIndexConfig(text) });
    try {
      const clusters = opened.db.collection('clusters');
      const states = { a: 'ready', b: 'warping', c: 'deleted' };
      for (const [id, state] of Object.entries(states))
        await clusters.doc(id).set({ readers: ['u'], pool: 'p', state, createdAt: new Date(0) });
      // As web/src/live/my-clusters.ts asks it.
      const mine = clusters
        .where('readers', 'array-contains', 'u')
        .where('state', 'not-in', ['deleted'])
        .orderBy('state')
        .orderBy('createdAt', 'desc')
        .limit(500);
      expect((await mine.get()).docs.map(({ id }) => id)).toEqual(['a', 'b']);
      // As web/src/operator/pools-page.tsx does.
      const spares = clusters.where('pool', '==', 'p').where('state', 'not-in', ['deleted']);
      expect((await spares.get()).docs.map(({ id }) => id)).toEqual(['a', 'b']);
    } finally {
      await opened.close();
    }
  });

  test.each(Object.keys(queries))('serves %s', async (name) => {
    const opened = await openFirestore({ indexes: parseIndexConfig(text) });
    try {
      const documents = createDocuments(opened.db);
      const asked = queries[name] as PortQuery;
      await expect(documents.query(asked)).resolves.toEqual([]);
      const { startAfter: _cursor, ...counted } = asked;
      await expect(documents.count(counted)).resolves.toBe(0);
    } finally {
      await opened.close();
    }
  });
});
