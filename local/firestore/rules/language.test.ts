import { describe, expect, test } from 'vitest';
import type { Fields } from '../values.ts';
import { compileRules } from './rules.ts';
import { aContext, aDocument, decide, NOW_MICROS, ROOT, rulesOf, type World } from './testing.ts';

const FIELDS: Fields = {
  int: 7,
  big: { int: '9223372036854775807' },
  float: { double: 1.5 },
  nan: { double: 'NaN' },
  text: 'hello',
  flag: true,
  none: null,
  list: [1, 'b', null],
  map: { map: { a: 1, nested: { map: { deep: 'x' } } } },
  at: { time: [1_700_000_000, 5] },
  bytes: { bytes: Buffer.from('hi').toString('base64') },
  ref: { ref: `${ROOT}/users/ann` },
  place: { geo: [10, 20] },
};
const WORLD: World = { claims: { admin: true, level: 3, ratio: 0.5, roles: ['a', 'b'], org: { id: 'o' } } };

/** Conditions that hold. */
const TRUE = [
  // Literals.
  'true',
  '\'a\' == "a"',
  "'it\\'s' == \"it's\"",
  "'\\u0041\\t' == 'A\\t'",
  "'\\d' == '\\\\d'",
  '1.5e1 == 15',
  "b'\\x68i' == resource.data.bytes",
  "[1, 'a', null,] == [1, 'a', null]",
  "{'a': 1, 'b': [2]} == {'b': [2.0], 'a': 1}",
  '/* comment\n */ true // to the end\n',
  // Arithmetic: integers stay integers, a float makes floats.
  '1 + 2 * 3 == 7',
  '(1 + 2) * 3 == 9',
  '7 / 2 == 3',
  '-7 / 2 == -3',
  '-7 % 3 == -1',
  '7 / 2.0 == 3.5',
  '7.5 % 2 == 1.5',
  '2 - 3 - 4 == -5',
  '- -1 == 1',
  "'a' + 'b' == 'ab'",
  // Comparisons.
  '1 == 1.0',
  "1 != '1'",
  'null == null',
  '1 < 1.5 && 1.5 <= 1.5 && 2 > 1 && 2 >= 2',
  "'a' < 'b' && 'B' < 'a' && 'a' < 'aa'",
  'resource.data.nan != resource.data.nan',
  '!(resource.data.nan < 1) && !(resource.data.nan >= 1)',
  '9007199254740993 != 9007199254740992.0',
  'resource.data.at < request.time',
  // Precedence: "in" and "is" bind tighter than "==", and looser than "<".
  "'a' in ['a'] == true",
  '1 is int == true',
  'true || false && false',
  'false == false || false',
  '!false && true',
  '1 < 2 == true',
  'false ? true : true ? true : false',
  '(true ? 1 : 2) == 1',
  // In and is.
  "'b' in resource.data.list && null in resource.data.list && !(2 in resource.data.list)",
  "'a' in resource.data.map && !('z' in resource.data.map)",
  "'a' in ['a', 'b'].toSet()",
  'true is bool && 1 is int && 1.0 is float && 1 is number && 1.0 is number',
  "!(1 is float) && !(1.0 is int) && 'a' is string && null is null",
  "[] is list && {} is map && [].toSet() is set && /a/b is path && b'x' is bytes",
  'resource.data.at is timestamp && (request.time - resource.data.at) is duration',
  'resource.data.place is latlng && resource.data.ref is path && {}.diff({}) is map_diff',
  'resource.data.big is int && resource.data.float is float && resource.data.nan is float',
  // Access.
  "resource.data.map.nested.deep == 'x'",
  "resource.data['map']['nested'].deep == 'x'",
  'resource.data.list[0] == 1 && [1, 2, 3][1 + 1] == 3',
  '[1, 2, 3, 4][1:3] == [2, 3] && [1][1:1] == []',
  "'hello'[0] == 'h' && 'hello'[1:3] == 'el' && 'hello'[5:5] == ''",
  "/a/b/c[1] == 'b'",
  // && and || absorb errors if the other side decides.
  'true || resource.data.missing == 1',
  'resource.data.missing == 1 || true',
  '!(resource.data.missing == 1 && false)',
  '!(false && resource.data.missing == 1)',
  // Paths.
  "/a/$('b') == /a/b && /a/b != /a/c",
  "path('/a/b') == /a/b && path('a/b') == /a/b",
  '/a/$(/b/c)/d == /a/b/c/d',
  "resource.data.ref == /databases/$(database)/documents/users/$('ann')",
  "/databases/(default)/documents/x-y/z_1 == path('/databases/(default)/documents/x-y/z_1')",
  // Variables.
  "id == 'x' && database == '(default)'",
  "resource.id == 'x' && resource.data.int == 7",
  "resource.__name__ == /databases/(default)/documents/things/x && resource['__name__'] == request.path",
  "request.method == 'get'",
  "request.auth.uid == 'ann' && request.auth.token.admin && request.auth.token.sub == 'ann'",
  "request.auth.token.level is int && request.auth.token.ratio is float && request.auth.token.org.id == 'o'",
  "'a' in request.auth.token.roles && request.auth.token.roles.size() == 2",
  'request.time == timestamp.value(1768472430123) + duration.value(456000, "ns")',
  'debug(1) == 1',
  '!("resource" in request.keys()) && !("query" in request)',
];

/** Conditions that do not hold, with what the reason says. */
const FALSE: [string, string][] = [
  ['false', 'is false'],
  ['1', 'is no bool'],
  ['null', 'is no bool'],
  ['resource.data.missing == 1', 'Property missing is undefined on the object (4:41)'],
  ['resource.data.none.x == 1', 'Null has no property x'],
  ['resource.data.int.x == 1', 'A int has no property x'],
  ["resource.data['missing'] == 1", 'missing is undefined'],
  ['1 / 0 == 0', 'Division by zero'],
  ['1 % 0 == 0', 'Division by zero'],
  ['1.0 / 0 == 0', 'Division by zero'],
  ['resource.data.big + 1 > 0', 'does not fit into 64 bits'],
  ['-resource.data.big - 2 < 0', 'does not fit into 64 bits'],
  ["'a' + 1 == 'a1'", '"+" cannot take a string and a int'],
  ["1 < 'a'", '"<" cannot compare a int with a string'],
  ['null < 1', 'cannot compare a null'],
  ['true < false', 'cannot compare a bool'],
  ['[1] < [2]', 'cannot compare a list'],
  ['!1', '"!" needs a bool'],
  ['-true == 1', '"-" needs a number'],
  ['1 && true', 'Expected a bool, not a int'],
  ['null || false', 'Expected a bool, not a null'],
  ['1 ? true : true', 'Expected a bool'],
  ['resource.data.missing == 1 || false', 'missing is undefined'],
  ['true && resource.data.missing == 1', 'missing is undefined'],
  ['1 in 1', '"in" needs a list, set or map'],
  ['[1][1] == 1', 'Index 1 is out of bounds'],
  ['[1][-1] == 1', 'Index -1 is out of bounds'],
  ['[1][0:2] == [1]', 'Index 2 is out of bounds'],
  ['[1, 2][2:1] == []', 'Index 2 is out of bounds'],
  ["''[0] == ''", 'out of bounds'],
  ['[1][1.0] == 1', 'An index must be an int or a string'],
  ['{1: 2} == {}', 'A key of a map must be a string'],
  ['/a/$(1) == /a/b', 'A int cannot be part of a path'],
  ["/a/$('b/c') == /a/b/c", '"b/c" is not one segment'],
  ["/a/$('') == /a/b", '"" is not one segment'],
  ["path('a//b') == /a/b", 'is no path'],
  ['exists(1)', 'exists() needs a path'],
  ['exists(/users/ann)', '/users/ann is no document of this database'],
  ['exists(/databases/$(database)/documents/users)', 'is no document of this database'],
  ["exists(/databases/other/documents/users/$('ann'))", 'is no document of this database'],
  ['get(/databases/$(database)/documents/users/nobody).data.x == 1', 'Null has no property data'],
  ['resource.data.text.keys() == []', 'A string has no method keys()'],
  ['resource.data.none.size() == 0', 'Null has no method size()'],
  ['request.resource == null', 'Property resource is undefined'],
  ['request.query.limit == null', 'Property query is undefined'],
];

describe('expressions', () => {
  test.each(TRUE)('%s', (condition) => {
    expect(decide(condition, FIELDS, WORLD)).toMatchObject({ allowed: true });
  });

  test.each(FALSE)('not %s', (condition, reason) => {
    const decision = decide(condition, FIELDS, WORLD);
    expect(decision.allowed).toBe(false);
    expect(decision.reason).toContain(reason);
  });

  test('without anybody signed in request.auth is null', () => {
    expect(decide('request.auth == null', {}, { uid: null }).allowed).toBe(true);
    expect(decide("request.auth.uid == 'x'", {}, { uid: null }).reason).toContain('Null has no property uid');
  });
});

describe('functions', () => {
  const functions = `
    function isAnn(user) { return user == 'ann'; }
    function sum(a, b) { let c = a + b; let d = c * 2; return d - c; }
    function owner() { return resource.data.owner; }
    function where() { return database; }
    function shadow(resource) { return resource + 1; }
    function lazy(x) { return true; }
    function failing() { let x = resource.data.missing; return true; }
    function later() { return earlier() }
    function earlier() { return 'declared below' }`;

  test.each([
    'isAnn(request.auth.uid)',
    'sum(1, 2) == 3',
    "owner() == 'bob'",
    "where() == '(default)'",
    'shadow(1) == 2',
    "later() == 'declared below'",
  ])('%s', (condition) => {
    expect(decide(condition, { owner: 'bob' }, {}, functions)).toMatchObject({ allowed: true });
  });

  test.each(['lazy(resource.data.missing)', 'failing()'])(
    'an error in what is bound is an error: %s',
    (condition) => {
      expect(decide(condition, {}, {}, functions).reason).toContain('missing is undefined');
    },
  );

  test('a function sees what is around its declaration, and an inner one hides an outer one', () => {
    const rules = rulesOf(`
      function name() { return 'outer'; }
      function asked() { return name(); }
      match /users/{user} {
        function name() { return user; }
        match /things/{thing} {
          function both() { return name() + '/' + thing; }
          allow get: if both() == 'ann/x' && asked() == 'outer';
        }
      }`);
    expect(rules.get(`${ROOT}/users/ann/things/x`, undefined, aContext())).toMatchObject({ allowed: true });
  });

  test('functions may stand outside the service and at its top', () => {
    const rules = `function one() { return 1; }
      service cloud.firestore {
        function two() { return one() + 1; }
        match /databases/{d}/documents/{x=**} { allow get: if two() == 2 }
      }`;
    expect(compileRules(rules).get(`${ROOT}/a/b`, undefined, aContext()).allowed).toBe(true);
  });
});

describe('matches', () => {
  const reads = (rules: string, path: string): boolean =>
    compileRules(rules).get(`${ROOT}/${path}`, undefined, aContext()).allowed;
  const version1 = (match: string, condition = 'true'): string =>
    `service cloud.firestore { match /databases/{database}/documents { match ${match} { allow read: if ${condition}; } } }`;
  const version2 = (match: string, condition?: string): string =>
    `rules_version = '2'; ${version1(match, condition)}`;

  test.each([
    ['/a/{x}', 'a/b', true],
    ['/a/{x}', 'a/b/c/d', false],
    ['/a/b', 'a/b', true],
    ['/a/b', 'a/c', false],
    ['/{x}/b', 'a/b', true],
    ['/{x=**}', 'a/b', true],
    ['/{x=**}', 'a/b/c/d', true],
    ['/a/{x=**}', 'a/b', true],
    ['/a/{x=**}', 'b/b', false],
    ['/a/{y}/{x=**}', 'a/b/c/d', true],
  ])('%s and %s in both versions: %s', (match, path, expected) => {
    expect(reads(version1(match), path)).toBe(expected);
    expect(reads(version2(match), path)).toBe(expected);
  });

  test('a recursive wildcard stands for nothing in version 2 only', () => {
    expect(reads(version1('/a/{y}/{x=**}'), 'a/b')).toBe(false);
    expect(reads(version2('/a/{y}/{x=**}'), 'a/b')).toBe(true);
  });

  test.each([
    ['/{x=**}/c/{id}', 'c/1', true],
    ['/{x=**}/c/{id}', 'a/b/c/1', true],
    ['/{x=**}/c/{id}', 'a/b/d/1', false],
    ['/a/{x=**}/z', 'a/z', true],
    ['/a/{x=**}/z', 'a/b/c/z', true],
  ])('in version 2 it may stand anywhere: %s and %s', (match, path, expected) => {
    expect(reads(version2(match), path)).toBe(expected);
  });

  test('wildcards are bound to ids, recursive ones to paths', () => {
    expect(reads(version2('/{c}/{x=**}', "c == 'a' && x == /b/c/d && x[2] == 'd'"), 'a/b/c/d')).toBe(true);
  });

  test('statements of every match that covers the document count', () => {
    const rules = rulesOf(`
      match /a/{x} { allow get: if false; }
      match /{y=**} { allow get; }`);
    expect(rules.get(`${ROOT}/a/b`, undefined, aContext())).toMatchObject({ allowed: true });
  });

  test('read and write stand for their parts', () => {
    const rules = rulesOf(
      'match /r/{x} { allow read; } match /w/{x} { allow write; } match /u/{x} { allow update, get; }',
    );
    const [before, after] = [aDocument('w/x'), aDocument('w/x')];
    const write = (operation: 'create' | 'update' | 'delete', path: string): boolean =>
      rules.write(operation, `${ROOT}/${path}`, before, after, aContext()).allowed;
    expect([write('create', 'w/x'), write('update', 'w/x'), write('delete', 'w/x')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([write('create', 'u/x'), write('update', 'u/x'), write('delete', 'u/x')]).toEqual([
      false,
      true,
      false,
    ]);
    expect(write('create', 'r/x')).toBe(false);
    expect(rules.get(`${ROOT}/w/x`, undefined, aContext()).reason).toBe(
      'no rule covers get of /databases/(default)/documents/w/x',
    );
  });

  test('another database of the project is told by its name', () => {
    const rules = compileRules(`rules_version = '2'; service cloud.firestore {
      match /databases/side/documents/{x=**} { allow get; } }`);
    expect(rules.get('projects/p/databases/side/documents/a/b', undefined, aContext()).allowed).toBe(true);
    expect(rules.get(`${ROOT}/a/b`, undefined, aContext()).allowed).toBe(false);
  });
});

describe('writes', () => {
  const write = (
    condition: string,
    operation: 'create' | 'update' | 'delete',
    before?: Fields,
    after?: Fields,
    world?: World,
  ) =>
    rulesOf(`match /things/{id} { allow write: if ${condition}; }`).write(
      operation,
      `${ROOT}/things/x`,
      before && aDocument('things/x', before),
      after && aDocument('things/x', after),
      aContext(world),
    );

  test('a creation has no resource, a deletion no new one', () => {
    expect(
      write('resource == null && request.resource.data.a == 1', 'create', undefined, { a: 1 }),
    ).toMatchObject({
      allowed: true,
    });
    expect(write('request.resource == null && resource.data.a == 1', 'delete', { a: 1 })).toMatchObject({
      allowed: true,
    });
    expect(write('resource.data.a == 1', 'create', undefined, { a: 1 }).allowed).toBe(false);
  });

  test('an update has both', () => {
    const condition = "resource.data.a == 1 && request.resource.data.a == 2 && request.resource.id == 'x'";
    expect(write(condition, 'update', { a: 1 }, { a: 2 })).toMatchObject({ allowed: true });
    expect(write(`request.method == 'update' && ${condition}`, 'update', { a: 1 }, { a: 3 }).allowed).toBe(
      false,
    );
  });

  test('getAfter() and existsAfter() see what the commit will leave', () => {
    const other = '/databases/$(database)/documents/others/y';
    const condition = `getAfter(${other}).data.n == 2 && get(${other}).data.n == 1 && existsAfter(${other})
      && !existsAfter(/databases/$(database)/documents/others/z) && exists(/databases/$(database)/documents/others/z)`;
    const world: World = {
      documents: { 'others/y': { n: 1 }, 'others/z': {} },
      after: { 'others/y': { n: 2 }, 'others/z': null },
    };
    const decision = write(condition, 'update', {}, {}, world);
    expect(decision).toMatchObject({ allowed: true });
    expect([...decision.looked].sort()).toEqual([`${ROOT}/others/y`, `${ROOT}/others/z`]);
  });
});

test('what was looked at is told even if the answer is no', () => {
  const decision = decide(
    'get(/databases/$(database)/documents/users/$(request.auth.uid)).data.role == "admin"',
  );
  expect(decision).toMatchObject({ allowed: false });
  expect([...decision.looked]).toEqual([`${ROOT}/users/ann`]);
});

test('the time of the request counts in microseconds', () => {
  expect(decide(`request.time.nanos() == ${(NOW_MICROS % 1_000_000) * 1000}`).allowed).toBe(true);
});
