/** Whatever list() allows, the same rules allow for every single document that the query finds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { putField } from '../fields.ts';
import { parseFieldPath } from '../paths.ts';
import { planQuery } from '../plan.ts';
import type { FieldFilter, Filter, Operator, Query } from '../query.ts';
import { doubleValue, type Fields, NAN, type Value } from '../values.ts';
import { CompiledRules } from './rules.ts';
import { aContext, aDocument, ROOT, rulesText } from './testing.ts';

const SEED = 20260115;
const RUNS = 12_000;

/** Values as they are stored, with the same in the language. */
const POOL: readonly (readonly [Value, string])[] = [
  [null, 'null'],
  [true, 'true'],
  [false, 'false'],
  [0, '0'],
  [1, '1'],
  [doubleValue(1), '1.0'],
  [doubleValue(1.5), '1.5'],
  [2, '2'],
  ['a', "'a'"],
  ['b', "'b'"],
  ['', "''"],
  [{ time: [1, 0] }, 'timestamp.value(1000)'],
  [{ time: [2, 0] }, 'timestamp.value(2000)'],
  [[], '[]'],
  [[1, 'a'], "[1, 'a']"],
  [['a'], "['a']"],
  [{ map: {} }, '{}'],
  [{ map: { x: 1 } }, "{'x': 1}"],
  [{ map: { x: 'a', y: 2 } }, "{'x': 'a', 'y': 2}"],
  [{ ref: `${ROOT}/things/d1` }, '/databases/(default)/documents/things/d1'],
];
type Sample = (typeof POOL)[number];
const sample: fc.Arbitrary<Sample> = fc.constantFrom(...POOL, [NAN, 'math.sqrt(-1)'] as const);
const literal = sample.map(([, text]) => text);

const path = fc.constantFrom('things/d1', 'things/d2', 'up/u1/things/d1');

/** A filter, and what its operands are in the language. */
interface Aimed {
  readonly filter: FieldFilter;
  readonly samples: readonly Sample[];
}

const SINGLE: readonly Operator[] = [
  '==',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'array-contains',
  'array-contains',
];
const MANY: readonly Operator[] = ['in', 'not-in', 'array-contains-any'];
const filterField = fc.constantFrom('a', 'a', 'a', 'b', 'm', 'm.x').map(parseFieldPath);
const aimed: fc.Arbitrary<Aimed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(filterField, fc.constantFrom(...SINGLE), sample)
      .map(([at, op, one]) => ({ filter: { field: at, op, value: one[0] }, samples: [one] })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(filterField, fc.constantFrom(...MANY), fc.array(sample, { minLength: 1, maxLength: 3 }))
      .map(([at, op, many]) => ({ filter: { field: at, op, value: many.map(([v]) => v) }, samples: many })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('d1', 'd2').map((id) => ({
      filter: {
        field: parseFieldPath('__name__'),
        op: '==' as const,
        value: { ref: `${ROOT}/things/${id}` },
      },
      samples: [],
    })),
  },
);

interface AimedQuery {
  readonly query: Query;
  readonly parts: readonly Aimed[];
}

const query: fc.Arbitrary<AimedQuery> = fc
  .record({
    parts: fc.array(aimed, { maxLength: 3 }),
    any: fc.boolean(),
    group: fc.boolean(),
    orderBy: fc.array(fc.constantFrom('a', 'b', 'm.x'), { maxLength: 1 }),
    limit: fc.constantFrom(undefined, 1, 5),
  })
  .map(({ parts, any, group, orderBy, limit }) => ({
    parts,
    query: {
      scope: { parent: ROOT, collectionId: 'things', allDescendants: group },
      where: whereOf(parts, any),
      orderBy: orderBy.map((name) => ({ field: parseFieldPath(name), descending: false })),
      offset: 0,
      limit,
    },
  }));

function whereOf(parts: readonly Aimed[], any: boolean): Filter | undefined {
  const filters = parts.map(({ filter }) => filter);
  if (filters.length === 0) return undefined;
  return any ? { any: filters } : { all: filters };
}

/** Documents that have a chance to be found: many of their values are those that the filters ask for, or beside them. */
function fieldsFor(parts: readonly Aimed[]): fc.Arbitrary<Fields> {
  const stored = sample.map(([value]) => value);
  const values = parts.map(({ filter: { field: at, op }, samples }) => {
    const wanted = samples.length > 0 ? fc.constantFrom(...samples.map(([value]) => value)) : stored;
    const twin = wanted.map((value) => (typeof value === 'number' ? doubleValue(value) : value));
    const listed = fc.tuple(wanted, stored).map((items) => items.filter((item) => !Array.isArray(item)));
    const value = op.startsWith('array') ? listed : fc.oneof(wanted, twin, stored);
    return fc.tuple(fc.constant(at), value);
  });
  const others = fc.dictionary(fc.constantFrom('a', 'b', 'm', 'l'), stored, { maxKeys: 4 });
  return fc.tuple(others, ...values).map(([base, ...aimedValues]) => {
    const out: Fields = { ...base };
    for (const [at, value] of aimedValues) if (at.text !== '__name__') putField(out, at, value);
    return out;
  });
}

const DATA = 'resource.data';
const someField = fc.constantFrom(
  `${DATA}.a`,
  `${DATA}.a`,
  `${DATA}['b']`,
  `${DATA}.m`,
  `${DATA}.m.x`,
  `${DATA}.l`,
  `${DATA}.get('a', 1)`,
  `${DATA}.get(['m', 'x'], 'a')`,
);
const name = fc.constantFrom("'a'", "'b'", "'x'", "'m'");
const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const TYPES = ['bool', 'int', 'float', 'number', 'string', 'list', 'map', 'null', 'path', 'timestamp', 'set'];

/** Conditions about anything. */
function someAtom(field: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const others = fc.constantFrom('id', 'resource.id', 'request.auth.uid', `${DATA}.keys()`, DATA);
  const operand = fc.oneof({ weight: 3, arbitrary: field }, { weight: 2, arbitrary: literal }, others);
  const items = fc.array(operand, { maxLength: 3 }).map((parts) => `[${parts.join(', ')}]`);
  const list = fc.oneof(
    items,
    items.map((text) => `${text}.toSet()`),
    field,
  );
  const has = fc.constantFrom('hasAny', 'hasAll', 'hasOnly');
  const combine = fc.constantFrom('concat', 'removeAll', 'union', 'intersection', 'difference');
  const call = fc.constantFrom(
    'size() == 1',
    "matches('a')",
    'keys() == []',
    'lower() == "a"',
    'toMillis() > 0',
    'size() >= 0',
  );
  const fn = fc.constantFrom(
    'string',
    'int',
    'float',
    'bool',
    'debug',
    'math.abs',
    'same',
    'ignore',
    'bound',
  );
  const text = (
    strings: TemplateStringsArray,
    ...parts: readonly fc.Arbitrary<string>[]
  ): fc.Arbitrary<string> => fc.tuple(...parts).map((values) => String.raw({ raw: strings }, ...values));
  return fc.oneof(
    text`${operand} ${comparison} ${operand}`,
    text`${operand} in ${list}`,
    text`${operand} is ${fc.constantFrom(...TYPES)}`,
    text`${name} in ${fc.constantFrom(DATA, `${DATA}.m`)}`,
    text`${list}.${has}(${list})`,
    text`${list}.${combine}(${list})${fc.constantFrom('.size() > 0', `.hasAny(['a'])`, '[0] == 1', '.size() <= 1')}`,
    text`${items}.toSet().size() == ${fc.constantFrom('0', '1', '2')}`,
    text`${fc.constant(DATA)}.${fc.constantFrom('keys', 'values')}().${has}(${list})`,
    text`${field}.${call}`,
    text`${fn}(${operand}) == ${operand}`,
    text`${operand} ${fc.constantFrom('+', '-', '*', '/', '%')} ${operand} == ${operand}`,
    text`{'k': ${operand}}.k == ${operand}`,
    text`{'k': ${field}, 'l': ${list}}.diff({'k': ${operand}, 'l': [1]}).${fc.constantFrom('affectedKeys', 'unchangedKeys')}().hasOnly(['k'])`,
    text`[${operand}, 'a'][${fc.constantFrom('0', '1')}] == ${operand}`,
    text`exists(/databases/$(database)/documents/things/$(${operand}))`,
    text`get(${operand}).data.n == 1`,
    fc.constantFrom(
      'request.query.limit <= 2',
      'resource.id == id',
      "id == 'd1'",
      'resource.__name__ == request.path',
      "request.auth.uid == 'ann'",
      'true',
      'false',
    ),
    field,
  );
}

/** Conditions about what a filter asks for. */
function aimedAtom({ filter, samples }: Aimed): fc.Arbitrary<string> {
  const [first] = samples;
  if (!first) return fc.constantFrom("id == 'd1'", "resource.id == 'd2'", "id != 'd1'");
  const field = `${DATA}.${filter.field.text}`;
  const wanted = fc.constantFrom(...samples.map(([, text]) => text));
  const near = fc.oneof(wanted, fc.constantFrom('1', '2', "'a'", "'b'", 'null'), literal);
  return fc.oneof(
    fc.tuple(comparison, near).map(([operator, value]) => `${field} ${operator} ${value}`),
    fc.tuple(comparison, near).map(([operator, value]) => `${value} ${operator} ${field}`),
    fc.tuple(near, near).map(([a, b]) => `${field} in [${a}, ${b}]`),
    near.map((value) => `${value} in ${field}`),
    fc
      .tuple(fc.constantFrom('hasAny', 'hasAll', 'hasOnly'), near, near)
      .map(([method, a, b]) => `${field}.${method}([${a}, ${b}])`),
    fc.constantFrom(...TYPES).map((type) => `${field} is ${type}`),
    near.map((value) => `string(${field}) == string(${value})`),
    near.map((value) => `${field} / 2 * 2 == ${value}`),
    near.map((value) => `[${field}, ${value}].toSet().size() == 1`),
    near.map((value) => `[${field}].removeAll([${value}]).size() == 1`),
    near.map((value) => `{'k': ${field}}.diff({'k': ${value}}).affectedKeys().size() == 0`),
    near.map((value) => `math.abs(${field}) == ${value}`),
  );
}

function conditionFor(parts: readonly Aimed[]): fc.Arbitrary<string> {
  const fields = parts
    .map(({ filter }) => `${DATA}.${filter.field.text}`)
    .filter((text) => !text.includes('__'));
  const field = fields.length > 0 ? fc.oneof(someField, fc.constantFrom(...fields)) : someField;
  const atom = fc.oneof(
    { weight: 1, arbitrary: someAtom(field) },
    ...parts.map((part) => ({ weight: 1, arbitrary: aimedAtom(part) })),
  );
  return fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      { weight: 4, arbitrary: atom },
      {
        weight: 2,
        arbitrary: fc
          .tuple(tie('any'), fc.constantFrom('&&', '||'), tie('any'))
          .map(([a, operator, b]) => `(${a}) ${operator} (${b})`),
      },
      { weight: 1, arbitrary: tie('any').map((a) => `!(${a})`) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('any'), tie('any'), tie('any'))
          .map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
      },
    ),
  })).any;
}

const MATCHES = [
  '/things/{id}',
  '/things/{id}',
  '/{path=**}/things/{id}',
  '/{path=**}/{id}',
  '/things/{id}/{rest=**}',
  '/{path}/things/{id}',
];

const rulesFor = (parts: readonly Aimed[]): fc.Arbitrary<string> =>
  fc
    .record({
      match: fc.constantFrom(...MATCHES),
      conditions: fc.array(conditionFor(parts), { minLength: 1, maxLength: 2 }),
    })
    .map(({ match, conditions }) =>
      rulesText(`
      function same(x) { return x; }
      function ignore(x) { return 1; }
      function bound(x) { let y = x; let z = ${DATA}.a; return y; }
      match ${match} { ${conditions.map((text) => `allow list: if ${text};`).join('\n')} }`),
    );

/** A query, rules about what it asks for, and documents that it may find. */
const scene = query.chain(({ query: asked, parts }) =>
  fc.record({
    asked: fc.constant(asked),
    source: rulesFor(parts),
    documents: fc.array(
      fc.tuple(path, fieldsFor(parts)).map(([at, content]) => aDocument(at, content)),
      { minLength: 4, maxLength: 12 },
    ),
  }),
);

/** What takes the documents that a query finds; undefined for a query that Firestore refuses. */
function finds(asked: Query): ((document: ReturnType<typeof aDocument>) => boolean) | undefined {
  try {
    return planQuery(asked).matches;
  } catch {
    return undefined;
  }
}

test('a query that is allowed finds only what may be listed', () => {
  const context = aContext({ documents: { 'things/a': { n: 1 }, 'things/d1': { n: 1 } } });
  let allowed = 0;
  let found = 0;
  fc.assert(
    fc.property(scene, ({ asked, source, documents }) => {
      const matches = finds(asked);
      if (!matches) return;
      const rules = new CompiledRules(source);
      if (!rules.list(asked, context).allowed) return;
      allowed++;
      for (const document of documents.filter(matches)) {
        found++;
        const message = `${source}\n${JSON.stringify({ asked, document })}`;
        expect(rules.listed(asked, document, context), message).toMatchObject({ allowed: true });
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
  // Otherwise the test would say nothing.
  expect(allowed).toBeGreaterThan(RUNS / 20);
  expect(found).toBeGreaterThan(RUNS / 10);
});
