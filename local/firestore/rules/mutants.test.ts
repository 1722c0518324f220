import { expect, test } from 'vitest';
import { mutants } from './mutants.ts';
import { compileRules } from './rules.ts';
import { rulesText } from './testing.ts';

/** What changes, without spaces that do not matter: what is written, and what is there in the mutant. */
const changes = (statements: string): string[] =>
  mutants(rulesText(statements)).map(({ source, what }) => {
    const text = source.split('documents {')[1]?.replace(/\s+/g, ' ').trim();
    return `${what.split(':')[0]}: ${text?.replace(/ \} \}$/, '')}`;
  });

test('a condition becomes true, and the statement goes', () => {
  expect(changes('match /a/{x} { allow read: if f(x); } function f(x) { return x; }')).toEqual([
    'statement removed: match /a/{x} { } function f(x) { return x; }',
    'condition true: match /a/{x} { allow read: if true ; } function f(x) { return x; }',
  ]);
});

test('a statement without condition, or with true, only goes', () => {
  expect(changes('match /a/{x} { allow read; allow write: if true; }')).toEqual([
    'statement removed: match /a/{x} { allow write: if true; }',
    'statement removed: match /a/{x} { allow read; }',
  ]);
});

test('each side of && and || goes, wherever it stands', () => {
  const text = 'function f(a, b) { let c = a || b; return (c && b) || [a && c][0]; }';
  expect(changes(text)).toEqual([
    'left of || dropped: function f(a, b) { let c = b ; return (c && b) || [a && c][0]; }',
    'right of || dropped: function f(a, b) { let c = a ; return (c && b) || [a && c][0]; }',
    'left of || dropped: function f(a, b) { let c = a || b; return [a && c][0] ; }',
    'right of || dropped: function f(a, b) { let c = a || b; return (c && b) ; }',
    'left of && dropped: function f(a, b) { let c = a || b; return b || [a && c][0]; }',
    'right of && dropped: function f(a, b) { let c = a || b; return c || [a && c][0]; }',
    'left of && dropped: function f(a, b) { let c = a || b; return (c && b) || [ c ][0]; }',
    'right of && dropped: function f(a, b) { let c = a || b; return (c && b) || [ a ][0]; }',
  ]);
});

test('comparisons, "in" and "is" come out both ways, "!" is dropped', () => {
  expect(changes('function f(a) { return !(a == 1); } function g(a) { return a in [1]; }')).toEqual([
    '"!" dropped: function f(a) { return (a == 1) ; } function g(a) { return a in [1]; }',
    'true instead: function f(a) { return ! true ; } function g(a) { return a in [1]; }',
    'false instead: function f(a) { return ! false ; } function g(a) { return a in [1]; }',
    'true instead: function f(a) { return !(a == 1); } function g(a) { return true ; }',
    'false instead: function f(a) { return !(a == 1); } function g(a) { return false ; }',
  ]);
  expect(changes('function f(a) { return a is int; }')).toHaveLength(2);
});

test('places are those of the source', () => {
  const source = rulesText('match /a/{x} {\n  allow read: if x == "b"\n    && x != "c";\n}');
  expect(mutants(source).map(({ line, column, what }) => `${line}:${column} ${what}`)).toEqual([
    '5:3 statement removed: allow read: if x == "b" && x != "c";',
    '5:18 condition true: x == "b" && x != "c"',
    '5:18 left of && dropped: x == "b" && x != "c"',
    '5:18 right of && dropped: x == "b" && x != "c"',
    '5:18 true instead: x == "b"',
    '5:18 false instead: x == "b"',
    '6:8 true instead: x != "c"',
    '6:8 false instead: x != "c"',
  ]);
});

test('every mutant compiles', () => {
  const source = rulesText(`
    function member(roles) { return request.auth != null && (request.auth.uid in roles || !(roles.size()>0)); }
    match /a/{x} {
      allow read:if(member(resource.data.roles)||x is string)?x=='a':!(x!='b'&&x<'c');
      allow write : if member(request.resource.data.roles)&&-1<2
    }`);
  const all = mutants(source);
  expect(all.length).toBeGreaterThan(20);
  for (const mutant of all) compileRules(mutant.source);
});
