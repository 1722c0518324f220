/** Queries on the model: what they cost, and that indexes find exactly what looking at everything finds. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { virtualClock } from '../clock.ts';
import { memoryStore } from '../store.ts';
import type { DocumentWrite } from './commit.ts';
import { createFirestore, type FirestoreModel } from './model.ts';
import { fieldPath } from './paths.ts';
import { planQuery, runPlan, scanPlan } from './plan.ts';
import type { Filter, Operator, Order, Query } from './query.ts';
import { doubleValue, type Fields, NAN, timeValue, type Value } from './values.ts';

const ROOT = 'projects/demo/databases/(default)/documents';
const field = (text: string) => fieldPath(text.split('.'));
const is = (name: string, op: Operator, value: Value): Filter => ({ field: field(name), op, value });
const by = (name: string, descending = false): Order => ({ field: field(name), descending });
const query = (collectionId: string, rest: Partial<Query>): Query => ({
  scope: { parent: ROOT, collectionId, allDescendants: false },
  orderBy: [],
  offset: 0,
  ...rest,
});
const put = (path: string, fields: Fields): DocumentWrite => ({
  op: 'update',
  name: `${ROOT}/${path}`,
  fields,
  mask: undefined,
  transforms: [],
  precondition: undefined,
});
const newModel = (): FirestoreModel => createFirestore({ clock: virtualClock(), store: memoryStore() });

describe('among 10,000 documents', () => {
  const model = newModel();
  const SIZE = 10_000;
  const clusterOf = (n: number): Fields => ({
    n,
    shard: n % 16,
    state: ['ready', 'installing', 'warm'][n % 3] ?? '',
    createdAt: timeValue(n * 1000),
    readers: [`user${n % 1000}`, `other${n % 10}`],
    ...(n % 100 === 0 ? { pool: `pool${n % 2000}` } : {}),
    ...(n % 250 === 0 ? { dueAt: timeValue(n) } : {}),
  });
  beforeAll(() => {
    const writes = Array.from({ length: SIZE }, (_, n) => put(`clusters/c${n}`, clusterOf(n)));
    for (let at = 0; at < SIZE; at += 1000) model.commitNow(writes.slice(at, at + 1000));
  });

  const cost = (q: Partial<Query>): { found: number; examined: number } => {
    const plan = planQuery(query('clusters', q));
    model.peek(plan); // The first one builds the index.
    const before = model.counters.examined;
    const found = model.peek(plan);
    const inScope = Array.from(model.documents.inScope(plan.query.scope));
    expect(found.map((d) => d.name)).toEqual(scanPlan(inScope, plan).map((d) => d.name));
    return { found: found.length, examined: model.counters.examined - before };
  };
  const shards = Array.from({ length: 16 }, (_, n) => n);

  test.each<[string, Partial<Query>, number, number]>([
    [
      'what is due in any shard',
      { where: { all: [is('shard', 'in', shards), is('dueAt', '<=', timeValue(5000))] } },
      21,
      21,
    ],
    [
      'what is due, when nothing is',
      { where: { all: [is('shard', 'in', shards), is('dueAt', '<', timeValue(0))] } },
      0,
      0,
    ],
    [
      'the next due of all shards (one look into each, for the merge)',
      { where: { all: [is('shard', 'in', shards), is('dueAt', '<=', timeValue(1e9))] }, limit: 1 },
      1,
      8,
    ],
    [
      'the newest of a reader',
      { where: is('readers', 'array-contains', 'other3'), orderBy: [by('createdAt', true)], limit: 20 },
      20,
      20,
    ],
    ['the spares of a pool', { where: is('pool', '==', 'pool400') }, 5, 5],
    [
      'the oldest in a state',
      { where: is('state', '==', 'warm'), orderBy: [by('createdAt')], limit: 10 },
      10,
      10,
    ],
    [
      'a page',
      { orderBy: [by('createdAt', true)], startAt: { values: [timeValue(5e6)], before: false }, limit: 10 },
      10,
      10,
    ],
    ['a range', { where: { all: [is('n', '>=', 100), is('n', '<', 110)] } }, 10, 10],
    ['by name', { limit: 7 }, 7, 7],
    [
      'either of two',
      { where: { any: [is('n', '==', 5), is('pool', '==', 'pool400')] }, orderBy: [by('createdAt')] },
      6,
      6,
    ],
  ])('%s', (_name, q, found, examined) => {
    expect(cost(q)).toEqual({ found, examined });
  });

  test('a write moves a document within the indexes', () => {
    const due = { where: { all: [is('shard', '==', 3), is('dueAt', '<=', timeValue(1e9))] } };
    expect(cost(due)).toEqual({ found: 0, examined: 0 });
    model.commitNow([put('clusters/c3', { ...clusterOf(3), dueAt: timeValue(7) })]);
    expect(cost(due)).toEqual({ found: 1, examined: 1 });
    model.commitNow([put('clusters/c3', clusterOf(3))]);
    expect(cost(due)).toEqual({ found: 0, examined: 0 });
  });
});

describe('indexes find what looking at everything finds', () => {
  const value: fc.Arbitrary<Value> = fc.oneof(
    fc.constantFrom<Value>(
      null,
      true,
      false,
      NAN,
      doubleValue(1.5),
      doubleValue(2),
      timeValue(1),
      timeValue(2e6),
      'a',
      'b',
      [],
      {
        map: { k: 1 },
      },
    ),
    fc.integer({ min: 0, max: 3 }),
    fc.array(fc.constantFrom<Value>(0, 1, 'a', null, NAN), { maxLength: 3 }),
  );
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { maxKeys: 3 });
  const name = fc.constantFrom('a', 'b', 'c', '__name__');
  const operand = fc.array(value, { minLength: 1, maxLength: 3 });
  const single = fc.constantFrom<Operator>('==', '!=', '<', '<=', '>', '>=', 'array-contains');
  const several = fc.constantFrom<Operator>('in', 'not-in', 'array-contains-any');
  const plain = fc.constantFrom('a', 'b', 'c');
  const leaf: fc.Arbitrary<Filter> = fc.oneof(
    fc.tuple(plain, single, value).map(([f, op, v]) => is(f, op, v)),
    fc.tuple(plain, several, operand).map(([f, op, v]) => is(f, op, v)),
    fc
      .tuple(fc.constantFrom<Operator>('==', '<', '>='), fc.integer({ min: 0, max: 60 }))
      .map(([op, n]) => is('__name__', op, { ref: `${ROOT}/things/d${n}` })),
  );
  const filter = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      leaf,
      fc.array(tie('filter'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('filter'), { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
    ),
  })).filter;
  const order = fc.uniqueArray(fc.tuple(name, fc.boolean()), { selector: ([f]) => f, maxLength: 3 });
  const cursor = fc.record({ values: fc.array(value, { maxLength: 1 }), before: fc.boolean() });
  const change = fc.tuple(fc.integer({ min: 0, max: 59 }), fc.option(fields));

  test.each([5, 60])('%i documents, whatever is asked and written', (size) => {
    fc.assert(
      fc.property(
        fc.array(fields, { minLength: size, maxLength: size }),
        fc.array(change, { maxLength: 20 }),
        fc.option(filter, { nil: undefined }),
        order,
        fc.record({
          startAt: fc.option(cursor, { nil: undefined }),
          endAt: fc.option(cursor, { nil: undefined }),
          offset: fc.integer({ min: 0, max: 3 }),
          limit: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
          allDescendants: fc.boolean(),
        }),
        (documents, changes, where, orders, { allDescendants, ...rest }) => {
          const orderBy = orders.map(([f, descending]) => by(f, descending));
          const asked = query('things', { where, orderBy, ...rest });
          let plan: ReturnType<typeof planQuery>;
          try {
            plan = planQuery({ ...asked, scope: { ...asked.scope, allDescendants } });
          } catch {
            return; // Refused, as Firestore does.
          }
          const model = newModel();
          const below = (n: number): string => (n % 3 === 0 ? `up/x/things/d${n}` : `things/d${n}`);
          model.commitNow(documents.map((d, n) => put(below(n), d)));
          const same = () => {
            const everything = Array.from(model.documents.inScope(plan.query.scope));
            const names = scanPlan(everything, plan).map((d) => d.name);
            expect(model.peek(plan).map((d) => d.name)).toEqual(names);
            // Few documents are looked at one by one.
            const indexed = runPlan(model.documents, plan, () => undefined);
            expect(Array.from(indexed, (d) => d.name)).toEqual(names);
          };
          same();
          for (const [n, d] of changes) {
            model.commitNow([d ? put(below(n), d) : { ...put(below(n), {}), op: 'delete' }]);
          }
          same();
        },
      ),
      { numRuns: 150 },
    );
  });
});
