/** What may be asked of a database, as data: random, so that nobody chooses, and shrinking to the few operations that matter. */
import fc from 'fast-check';
import { type DocumentData, Increment, type Query, type Value } from '../../../functions/cloud.ts';

/** Two processes share the database; each operation is one's or the other's. */
export type Client = 0 | 1;

/** Which version a write asks for: the newest that was seen of its document, one that is gone, or any. */
type Asked = 'newest' | 'older' | undefined;

export type PlannedWrite =
  | { op: 'create' | 'set'; path: string; data: DocumentData }
  | { op: 'update'; path: string; data: { [field: string]: Value | Increment | undefined }; asked: Asked }
  | { op: 'delete'; path: string; asked: Asked };

export type Operation =
  | { kind: 'commit'; client: Client; writes: PlannedWrite[] }
  /** Both at once; either may come first. */
  | { kind: 'race'; commits: [PlannedWrite[], PlannedWrite[]] }
  | { kind: 'get'; client: Client; path: string }
  | { kind: 'query' | 'count'; client: Client; query: Query }
  | { kind: 'watch'; client: Client; path: string };

export const COLLECTIONS = ['clusters', 'clusters/a/events'] as const;
export const PATHS = ['clusters/a', 'clusters/b', 'clusters/c', 'clusters/d', 'clusters/a/events/1'] as const;

const path = fc.constantFrom(...PATHS);
const client = fc.constantFrom<Client[]>(0, 1);

// Values: every kind, and the edges of each.

const number = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) },
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(-0, 2 ** 53, -(2 ** 53), 2 ** 63, 1e300, 5e-324, Number.NaN, Infinity, -Infinity),
);
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('ada', 'grace', 'ready', 'warm', '') },
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('ü', 'ﬀ', '🚀', 'a\u0000b', 'é', 'e\u0301'),
);
const day = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 2 }).map((n) => new Date(n * 86_400_000)) },
  fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
);
/** The last two no map may have. */
const key = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('x', 'y', 'a-b', '1', 'ü', 'with space', 'a.b', '`\\') },
  fc.constantFrom('__z__', ''),
);

const { value } = fc.letrec<{ value: Value; map: Value; list: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant(null),
    { weight: 3, arbitrary: number },
    { weight: 3, arbitrary: text },
    fc.boolean(),
    { weight: 2, arbitrary: day },
    tie('map'),
    tie('list'),
  ),
  map: fc
    .dictionary(
      key,
      fc.oneof(
        { weight: 9, arbitrary: tie('value') as fc.Arbitrary<Value | undefined> },
        fc.constant(undefined),
      ),
      { maxKeys: 3, noNullPrototype: true },
    )
    .map((entries) => entries as Value),
  // No array may lie in an array; now and then one does.
  list: fc.array(
    fc.oneof({ weight: 3, arbitrary: text as fc.Arbitrary<Value> }, number, day, tie('map'), tie('value')),
    { maxLength: 3 },
  ),
}));

// Documents with the fields that the deployed indexes speak of, of few values, so that queries find something.

const some = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<T | Value> =>
  fc.oneof({ weight: 5, arbitrary: usual }, value);
const fieldValues = {
  n: value,
  shard: some(fc.integer({ min: 0, max: 2 })),
  state: some(fc.constantFrom('ready', 'warm', 'deleted')),
  owner: some(fc.constantFrom('ada', 'grace')),
  pool: some(fc.constantFrom('default')),
  readers: some(fc.subarray(['ada', 'grace', 'operator'])),
  createdAt: some(day),
  dueAt: some(day),
  spec: some(fc.record({ region: fc.constantFrom('europe-west1', 'us-central1') })),
} as const;
const FIELDS = Object.keys(fieldValues) as (keyof typeof fieldValues)[];

const data: fc.Arbitrary<DocumentData> = fc.record(fieldValues, { requiredKeys: [] });

const increment = fc
  .oneof({ weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) }, number)
  .map((by) => new Increment(by));
const change: fc.Arbitrary<Value | Increment | undefined> = fc.oneof(
  { weight: 3, arbitrary: value },
  { weight: 2, arbitrary: increment },
  fc.constant(undefined),
);
/** Paths into maps too; two of one update may be in each other's way. */
const field = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<string[]>(...FIELDS) },
  fc.constantFrom('spec.region', 'map', 'map.x', 'map.x.y', 'map.a-b', 'map.1', 'n.x', 'shard.x'),
);
const changes = fc.dictionary(field, change, { maxKeys: 3, noNullPrototype: true });
const asked = fc.constantFrom<Asked[]>(undefined, 'newest', 'older');

const write: fc.Arbitrary<PlannedWrite> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('set' as const), path, data }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('create' as const), path, data }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('update' as const), path, data: changes, asked }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('delete' as const), path, asked }) },
);
const writes = fc.oneof(
  { weight: 2, arbitrary: fc.array(write, { minLength: 1, maxLength: 1 }) },
  fc.array(write, { minLength: 1, maxLength: 4 }),
);

// Queries: half of the shapes that an index serves, half of any.

const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', 'in', 'array-contains' as const);
/** The official client makes "contains nothing" into "is something": nobody may ask for it, and memory refuses it. */
const isSomething = (wanted: Value): boolean => wanted !== null && !Number.isNaN(wanted);
const operand = (name: string, op: string): fc.Arbitrary<Value> => {
  const one: fc.Arbitrary<Value> =
    op === 'array-contains'
      ? fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom<Value[]>('ada', 'grace') },
          value.filter(isSomething),
        )
      : ((fieldValues as Record<string, fc.Arbitrary<Value>>)[name] ?? value);
  return op === 'in' ? fc.array(one, { maxLength: 3 }) : one;
};
const filterOn = (name: string, op: string) =>
  operand(name, op).map((wanted) => [name, op, wanted] as NonNullable<Query['where']>[number]);
const anyFilter = fc
  .tuple(fc.constantFrom(...FIELDS, 'spec.region', 'spec'), comparison)
  .chain(([name, op]) => filterOn(name, op));
const direction = fc.constantFrom('asc', 'desc' as const);
const anyOrder = fc.tuple(fc.constantFrom(...FIELDS, 'spec.region'), direction);

type Shape = Pick<Query, 'where' | 'orderBy'>;
const equals = fc.constantFrom('==', 'in');
const served: fc.Arbitrary<Shape> = fc.oneof(
  fc.record({ where: fc.tuple(filterOn('shard', '=='), filterOn('dueAt', '<=')) }),
  fc.record({
    where: fc.tuple(
      filterOn('pool', '=='),
      equals.chain((op) => filterOn('state', op)),
    ),
  }),
  fc.record({
    where: fc.tuple(
      filterOn('owner', '=='),
      equals.chain((op) => filterOn('state', op)),
    ),
    orderBy: fc.constant([['createdAt', 'asc']] as const),
  }),
  fc.record({
    where: fc.oneof(
      fc.tuple(filterOn('readers', 'array-contains')),
      fc.tuple(filterOn('readers', 'array-contains'), filterOn('state', '==')),
    ),
    orderBy: fc.constant([['createdAt', 'desc']] as const),
  }),
  fc.record({ where: fc.tuple(anyFilter) }),
  fc.record({ orderBy: fc.tuple(anyOrder) }),
);
const anyShape: fc.Arbitrary<Shape> = fc.record(
  { where: fc.array(anyFilter, { maxLength: 3 }), orderBy: fc.array(anyOrder, { maxLength: 2 }) },
  { requiredKeys: [] },
);

const query: fc.Arbitrary<Query> = fc
  .tuple(
    fc.constantFrom(...COLLECTIONS, 'clusters', 'clusters'),
    fc.oneof({ weight: 2, arbitrary: served }, anyShape),
    fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    fc.option(path, { nil: undefined }),
  )
  .chain(([collection, shape, limit, after]) => {
    const startAfter = fc.option(
      fc
        .tuple(...(shape.orderBy ?? []).map(([name]) => operand(name, '==')))
        .map((values): Value[] => (after?.startsWith(`${collection}/`) ? [...values, after] : values)),
      { nil: undefined },
    );
    return startAfter.map((values) => ({
      collection,
      ...shape,
      ...(limit !== undefined && { limit }),
      // A cursor is of at least one value; what comes with none is no cursor.
      ...(values && values.length > 0 && { startAfter: values }),
    }));
  });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('commit' as const), client, writes }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('race' as const), commits: fc.tuple(writes, writes) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const), client, path }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('query', 'count' as const), client, query }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('watch' as const), client, path }) },
);

export const operations = fc.array(operation, { minLength: 1, maxLength: 14 });
