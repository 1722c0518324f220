import { describe, expect, test } from 'vitest';
import { parseFieldPath } from '../paths.ts';
import type { Filter } from '../query.ts';
import { doubleValue, NAN, type Value } from '../values.ts';
import { compileRules } from './rules.ts';
import {
  aContext,
  aQuery,
  type QueryOptions,
  ROOT,
  rulesOf,
  rulesText,
  type World,
  where,
} from './testing.ts';

const allows = (condition: string, options: QueryOptions = {}, world: World = {}): boolean =>
  rulesOf(`match /things/{id} { allow list: if ${condition}; }`).list(
    aQuery('things', options),
    aContext(world),
  ).allowed;

const any = (...filters: Filter[]): Filter => ({ any: filters });

/** What a query with these filters proves, and what it does not. */
const CASES: { name: string; where: Filter[]; orderBy?: string[]; proves: string[]; leaves: string[] }[] = [
  {
    name: 'no constraint',
    where: [],
    proves: [
      'true',
      'request.auth.uid == "ann"',
      'request.query.limit == null',
      'request.method == "list"',
      "resource.data.a == 1 || request.auth.uid == 'ann'",
      'resource != null && resource.data is map && resource.id is string',
      'resource.id == id && id is string',
      "'a' in resource.data || true",
      'true || resource.data.a.b.c',
    ],
    leaves: [
      'false',
      'resource.data.a == 1',
      'resource.data.a != 1',
      "'a' in resource.data",
      "!('a' in resource.data)",
      "id == 'x'",
      "id != 'x'",
      'resource == null',
      'resource.data.a == resource.data.a',
      'resource.data.size() >= 0',
      'exists(/databases/$(database)/documents/users/$(id))',
      "resource.data.get('a', 1) == 1",
      'resource.data.a is string',
      "id.matches('.*')",
      '[resource.data.a, 1].hasAny([1])',
    ],
  },
  {
    name: 'equality',
    where: [where('owner', '==', 'ann')],
    proves: [
      'resource.data.owner == request.auth.uid',
      "resource.data['owner'] == 'ann'",
      "resource.data.owner in ['ann', 'bob']",
      "'owner' in resource.data",
      "resource.data.keys().hasAll(['owner'])",
      "resource.data.get('owner', '') == 'ann'",
      'resource.data.owner is string',
      "resource.data.owner.size() == 3 && resource.data.owner.matches('a.*')",
      "resource.data.owner != 'bob' && !(resource.data.owner == 'bob')",
      "resource.data.owner != null && resource.data.owner > 'aa'",
      '{"o": resource.data.owner}.o == "ann"',
      '[1, resource.data.owner].hasAny(["ann"])',
      "resource.data.owner == 'ann' ? true : resource.data.missing",
    ],
    leaves: [
      "resource.data.owner == 'bob'",
      "resource.data.other == 'ann'",
      "resource.data.keys().hasOnly(['owner'])",
    ],
  },
  {
    name: 'equality with a number, which may be stored as integer or float',
    where: [where('n', '==', 5)],
    proves: [
      'resource.data.n == 5',
      'resource.data.n == 5.0',
      'resource.data.n is number',
      'resource.data.n > 4 && resource.data.n <= 5',
      'resource.data.n in [4, 5]',
      '!(resource.data.n in [4, 6])',
      '!(resource.data.n == 6)',
    ],
    leaves: [
      'resource.data.n is int',
      'resource.data.n / 2 == 2',
      'string(resource.data.n) == "5"',
      'resource.data.n > 5',
    ],
  },
  {
    name: 'equality with null, NaN, a list, a map',
    where: [
      where('none', '==', null),
      where('nan', '==', NAN),
      where('list', '==', [1, 'a']),
      where('map', '==', { map: { x: 1, y: 'z' } }),
    ],
    proves: [
      'resource.data.none == null && resource.data.none is null',
      'math.isNaN(resource.data.nan)',
      "resource.data.list == [1, 'a'] && 'a' in resource.data.list && resource.data.list.size() == 2",
      "1 in resource.data.list && resource.data.list.hasOnly([1, 'a', 2]) && resource.data.list[1] == 'a'",
      "resource.data.map == {'x': 1, 'y': 'z'} && resource.data.map.y == 'z' && resource.data.map.x == 1.0",
      "resource.data.map.keys().hasOnly(['x', 'y']) && !('q' in resource.data.map)",
      "resource.data.map.diff({'x': 2, 'y': 'z'}).affectedKeys().hasOnly(['x'])",
    ],
    leaves: ['resource.data.list[0] is int', 'resource.data.map.x is float', 'resource.data.none.x == 1'],
  },
  {
    name: 'ranges',
    where: [where('age', '>=', 21), where('age', '<', 65), where('name', '>', 'b')],
    proves: [
      'resource.data.age > 18',
      'resource.data.age >= 21',
      'resource.data.age < 65',
      'resource.data.age <= 65',
      '21 <= resource.data.age',
      '!(resource.data.age < 21)',
      '!(resource.data.age == 20)',
      'resource.data.age != 65',
      'resource.data.age is number',
      'resource.data.age is number && !(resource.data.age is string)',
      "resource.data.name >= 'a' && resource.data.name != 'b' && resource.data.name is string",
      '!(resource.data.age in [1, 2])',
      'resource.data.age != "21"',
    ],
    leaves: [
      'resource.data.age > 21',
      'resource.data.age < 64',
      'resource.data.age == 30',
      'resource.data.age is int',
      "resource.data.name > 'bb'",
      'resource.data.age > "a"',
      'resource.data.age + 1 > 20',
    ],
  },
  {
    name: 'ranges of times',
    where: [where('at', '<=', { time: [1_700_000_000, 0] })],
    proves: ['resource.data.at < request.time', 'resource.data.at is timestamp'],
    leaves: ["resource.data.at < request.time - duration.value(9999, 'd')"],
  },
  {
    name: 'array-contains',
    where: [where('readers', 'array-contains', 'ann'), where('n', '==', 1)],
    proves: [
      'request.auth.uid in resource.data.readers',
      "resource.data.readers.hasAny(['ann', 'bob'])",
      "resource.data.readers.hasAll(['ann'])",
      "!resource.data.readers.hasOnly(['bob'])",
      'resource.data.readers is list',
      "'readers' in resource.data",
      "'ann' in resource.data['readers']",
    ],
    leaves: [
      "'bob' in resource.data.readers",
      "!('bob' in resource.data.readers)",
      "resource.data.readers.hasAll(['ann', 'bob'])",
      "resource.data.readers.hasOnly(['ann'])",
      'resource.data.readers.size() > 0',
      "resource.data.readers[0] == 'ann'",
    ],
  },
  {
    name: '!= and not-in',
    where: [where('state', '!=', 'gone'), where('kind', 'not-in', ['a', 1])],
    proves: [
      "resource.data.state != 'gone'",
      "!(resource.data.state == 'gone')",
      'resource.data.state != null',
      "'state' in resource.data",
      "resource.data.kind != 'a' && resource.data.kind != 1.0",
      "!(resource.data.kind in ['a', 1, null])",
      '!(resource.data.state is null)',
    ],
    leaves: [
      "resource.data.state == 'here'",
      "resource.data.state != 'here'",
      'resource.data.state is string',
    ],
  },
  {
    name: 'an order',
    where: [],
    orderBy: ['at', 'm.x'],
    proves: [
      "'at' in resource.data",
      "resource.data.keys().hasAll(['at', 'm'])",
      'resource.data.m is map',
      "'x' in resource.data.m",
      "resource.data.keys().hasAny(['at'])",
    ],
    leaves: [
      '[resource.data.at > 1].size() == 1',
      "'other' in resource.data",
      'resource.data.at is timestamp',
      'resource.data.at != null',
    ],
  },
  {
    name: 'nested fields',
    where: [where('roles.ann', '==', 'owner'), where('`a.b`', '==', true)],
    proves: [
      "resource.data.roles[request.auth.uid] == 'owner'",
      "resource.data.roles.ann == 'owner'",
      "resource.data.roles.get('ann', '') == 'owner'",
      "resource.data.get(['roles', 'ann'], '') == 'owner'",
      "resource.data['a.b']",
    ],
    leaves: ["resource.data.roles.bob == 'owner'", "resource.data.roles.keys().hasOnly(['ann'])"],
  },
  {
    name: 'in: every alternative must prove it',
    where: [where('state', 'in', ['open', 'done'])],
    proves: [
      "resource.data.state in ['open', 'done', 'gone']",
      "resource.data.state == 'open' || resource.data.state == 'done'",
      "resource.data.state != 'gone'",
    ],
    leaves: ["resource.data.state == 'open'"],
  },
  {
    name: 'array-contains-any',
    where: [where('tags', 'array-contains-any', ['a', 'b'])],
    proves: ["resource.data.tags.hasAny(['a', 'b'])"],
    leaves: ["'a' in resource.data.tags", "resource.data.tags.hasAll(['a', 'b'])"],
  },
  {
    name: 'or: every alternative must prove it',
    where: [any(where('owner', '==', 'ann'), where('readers', 'array-contains', 'ann'))],
    proves: ["resource.data.owner == 'ann' || 'ann' in resource.data.readers"],
    leaves: ["resource.data.owner == 'ann'", "'ann' in resource.data.readers"],
  },
  {
    name: 'or within and',
    where: [where('public', '==', true), any(where('n', '==', 1), where('n', '>', 5))],
    proves: ['resource.data.public', 'resource.data.public == true && resource.data.n >= 1'],
    leaves: ['resource.data.n == 1'],
  },
  {
    name: 'a document by name',
    where: [where('__name__', '==', { ref: `${ROOT}/things/x` })],
    proves: [
      "id == 'x'",
      "resource.id == 'x'",
      'resource.__name__ == /databases/(default)/documents/things/x',
    ],
    leaves: ["id == 'y'"],
  },
  {
    name: 'documents by names',
    where: [where('__name__', 'in', [{ ref: `${ROOT}/things/x` }, { ref: `${ROOT}/things/y` }])],
    proves: ["id in ['x', 'y']", "id != 'z'"],
    leaves: ["id == 'x'"],
  },
  {
    name: 'a reference',
    where: [where('user', '==', { ref: `${ROOT}/users/ann` })],
    proves: [
      'resource.data.user == /databases/$(database)/documents/users/$(request.auth.uid)',
      'get(resource.data.user).data.role == "admin"',
    ],
    leaves: ['resource.data.user == /databases/$(database)/documents/users/bob'],
  },
  {
    name: 'constraints that contradict each other or find nothing prove nothing wrong',
    where: [where('a', 'in', [null])],
    proves: ['true'],
    leaves: ['resource.data.a == 1', 'resource.data.a == null'],
  },
  {
    name: 'bounds of mixed kinds',
    where: [
      where('x', '>', true),
      where('y', '<=', null),
      where('z', '>=', NAN),
      where('w', '>', doubleValue(1.5)),
    ],
    proves: [
      'resource.data.x is bool',
      "'y' in resource.data && 'z' in resource.data",
      'resource.data.w >= 1',
    ],
    leaves: ['resource.data.x', 'resource.data.y == null', 'resource.data.z is number'],
  },
];

describe.each(CASES)('a query with $name', ({ where: filters, orderBy, proves, leaves }) => {
  const options = { where: filters, ...(orderBy ? { orderBy } : {}) };
  const world = { documents: { 'users/ann': { role: 'admin' } } };
  test.each(proves)('proves %s', (condition) => {
    expect(allows(condition, options, world)).toBe(true);
  });
  test.each(leaves)('leaves open %s', (condition) => {
    expect(allows(condition, options, world)).toBe(false);
  });
});

describe('the query itself', () => {
  test('its limit, offset and order', () => {
    const condition =
      "request.query.limit <= 10 && request.query.offset == 0 && request.query.orderBy.at == 'ASC'";
    expect(allows(condition, { limit: 10, orderBy: ['at'] })).toBe(true);
    expect(allows(condition, { limit: 11, orderBy: ['at'] })).toBe(false);
    expect(allows(condition, { orderBy: ['at'] })).toBe(false);
    expect(allows(condition, { limit: 10, orderBy: ['at'], offset: 1 })).toBe(false);
    expect(allows(condition, { limit: 10 })).toBe(false);
  });

  test('a list needs "list" or "read"; "get" does not do', () => {
    const list = (statement: string) =>
      rulesOf(`match /things/{id} { ${statement} }`).list(aQuery('things'), aContext()).allowed;
    expect([list('allow list;'), list('allow read;'), list('allow get;'), list('allow write;')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('each alternative may be allowed by another statement', () => {
    const rules = rulesOf(`match /things/{id} {
      allow list: if resource.data.owner == request.auth.uid;
      allow list: if resource.data.public == true; }`);
    const options = { where: [any(where('owner', '==', 'ann'), where('public', '==', true))] };
    expect(rules.list(aQuery('things', options), aContext()).allowed).toBe(true);
    expect(rules.list(aQuery('things', options), aContext({ uid: 'bob' })).allowed).toBe(false);
  });

  test('get() and exists() of what is known are evaluated, once for all alternatives', () => {
    const rules = rulesOf(`match /things/{id} {
      allow list: if resource.data.n > 0 && get(/databases/$(database)/documents/users/$(request.auth.uid)).data.admin; }`);
    const query = aQuery('things', { where: [where('n', 'in', [1, 2, 3])] });
    const decision = rules.list(query, aContext({ documents: { 'users/ann': { admin: true } } }));
    expect(decision).toMatchObject({ allowed: true, looked: new Set([`${ROOT}/users/ann`]) });
    expect(rules.list(query, aContext()).reason).toContain('Null has no property data');
  });

  test('too many alternatives are refused as by the planner', () => {
    const values: Value[] = Array.from({ length: 31 }, (_, i) => i);
    expect(() => allows('true', { where: [where('a', 'in', values)] })).toThrow(/Too many disjunctions/);
  });

  test('functions, too, must surely have a value', () => {
    const rules = rulesOf(`
      function isOwner(data) { return data.owner == request.auth.uid; }
      function ignores(x) { return true; }
      match /a/{id} { allow list: if isOwner(resource.data); }
      match /b/{id} { allow list: if ignores(resource.data.x); }`);
    const options = { where: [where('owner', '==', 'ann')] };
    expect(rules.list(aQuery('a', options), aContext()).allowed).toBe(true);
    expect(rules.list(aQuery('a'), aContext()).reason).toContain('does not follow from the query');
    expect(rules.list(aQuery('b'), aContext()).allowed).toBe(false);
  });
});

describe('the path', () => {
  test('parents of a collection are known', () => {
    const rules = rulesOf('match /users/{uid}/notes/{note} { allow list: if uid == request.auth.uid; }');
    expect(rules.list(aQuery('users/ann/notes'), aContext()).allowed).toBe(true);
    expect(rules.list(aQuery('users/bob/notes'), aContext()).allowed).toBe(false);
  });

  test('a match of single documents does not cover a collection', () => {
    const rules = rulesOf('match /things/x { allow read; }');
    expect(rules.list(aQuery('things'), aContext()).reason).toBe(
      'no rule covers list of /databases/(default)/documents/things/*',
    );
    const byName = { where: [where('__name__', '==', { ref: `${ROOT}/things/x` })] };
    expect(rules.list(aQuery('things', byName), aContext()).allowed).toBe(true);
  });

  const group = (match: string, version = '2'): boolean => {
    const text = `match ${match} { allow list; }`;
    const source = version === '2' ? rulesText(text) : rulesText(text).replace("rules_version = '2';", '');
    return compileRules(source).list(aQuery('events', { group: true }), aContext()).allowed;
  };

  test('a collection group needs a match at any depth, in version 2', () => {
    expect(group('/{path=**}/events/{id}')).toBe(true);
    expect(group('/{path=**}')).toBe(true);
    expect(group('/{path=**}/{event}')).toBe(true);
    expect(group('/events/{id}')).toBe(false);
    expect(group('/clusters/{c}/events/{id}')).toBe(false);
    expect(group('/{path=**}/other/{id}')).toBe(false);
    expect(group('/{c}/{id}/events/{e}')).toBe(false);
    expect(group('/{path=**}', '1')).toBe(false);
  });

  test('a collection group below a document', () => {
    const rules = rulesOf(
      'match /clusters/{c}/{rest=**} { allow list: if c == "a" && resource.data.public; }',
    );
    const query = aQuery('clusters/a/events', { group: true, where: [where('public', '==', true)] });
    expect(rules.list(query, aContext()).allowed).toBe(true);
    expect(rules.list({ ...query, scope: { ...query.scope, parent: ROOT } }, aContext()).allowed).toBe(false);
  });

  test('in a collection group the parents are not known', () => {
    const rules = rulesOf('match /{path=**}/events/{id} { allow list: if path[1] == "ann"; }');
    expect(rules.list(aQuery('events', { group: true }), aContext()).allowed).toBe(false);
  });

  test('all descendants of a document', () => {
    const query = aQuery('clusters/a/events', { group: true });
    const all = { ...query, scope: { ...query.scope, collectionId: '' } };
    expect(rulesOf('match /clusters/{c}/{rest=**} { allow list; }').list(all, aContext()).allowed).toBe(true);
    expect(rulesOf('match /clusters/{c}/events/{e} { allow list; }').list(all, aContext()).allowed).toBe(
      false,
    );
  });
});

test('an order by name proves no field of that name', () => {
  const query = { ...aQuery('things'), orderBy: [{ field: parseFieldPath('__name__'), descending: true }] };
  const rules = rulesOf("match /things/{id} { allow list: if '__name__' in resource.data; }");
  expect(rules.list(query, aContext()).allowed).toBe(false);
});
