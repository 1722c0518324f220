/** Whatever the text: rules compile or are refused with RulesError, and what compiles decides without any other error. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRules, type Rules, RulesError } from './rules.ts';
import { aContext, aDocument, aQuery, rulesText, where } from './testing.ts';

const SEED = 20260115;

const SAMPLE = rulesText(`
    function member(roles) { let uid = request.auth.uid; return uid in roles && roles.size() > 0 || debug(false); }
    match /users/{user} {
      allow read: if request.auth != null && user == request.auth.uid;
      allow write: if request.resource.data.diff(resource.data).affectedKeys().hasOnly(['name', 'at'])
        && request.resource.data.name.matches('[a-z]+') && request.time < resource.data.at + duration.value(1, 'h');
      match /{rest=**} { allow get: if get(/databases/$(database)/documents/users/$(user)).data.n / 2 == 1.5; }
    }
    match /{path=**}/things/{id} { allow list: if resource.data.n in [1, -2, 3 % 2] ? true : !(resource.data is map); }`);

const WORDS = [
  ...[
    'allow',
    'match',
    'function',
    'let',
    'return',
    'if',
    'in',
    'is',
    'true',
    'null',
    'service',
    'cloud.firestore',
  ],
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '/',
    '$(',
    '=**',
    '.',
    ',',
    ';',
    ':',
    '?',
    '!',
    '-',
    '&&',
    '||',
    '==',
    '<',
    '%',
  ],
  ...[
    "'a'",
    '"',
    "'",
    '\\',
    '1',
    '1.5',
    '99999999999999999999',
    'request',
    'resource',
    '.data',
    '.keys()',
    'get(',
    '//',
    '/*',
  ],
  ...[
    'read',
    'rules_version',
    "'2'",
    'é',
    '\u0000',
    '\ud800',
    '🌍',
    '\n',
    '__proto__',
    'constructor',
    '.toString()',
  ],
];

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 5 }));

/** The sample with pieces cut out, doubled, or put in. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(SAMPLE.length),
      length: fc.oneof(fc.constant(0), fc.nat(12), fc.nat(200)),
      by: fc.oneof(
        word,
        fc.nat(SAMPLE.length).map((from) => SAMPLE.slice(from, from + 15)),
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((edits) =>
    edits.reduce((text, { at, length, by }) => text.slice(0, at) + by + text.slice(at + length), SAMPLE),
  );

const TOKENS = SAMPLE.split(/(\s+|\b)/);
const MILD = [
  '1',
  "'a'",
  'user',
  'id',
  'true',
  'null',
  'resource',
  'request',
  'data',
  'get',
  'size',
  '==',
  '&&',
  '||',
  '<',
  '+',
  'in',
];

/** The sample with a token or two replaced by others, which often compiles. */
const swapped = fc
  .array(fc.tuple(fc.nat(TOKENS.length - 1), fc.constantFrom(...MILD, ...TOKENS)), {
    minLength: 1,
    maxLength: 2,
  })
  .map((swaps) => TOKENS.map((token, index) => swaps.find(([at]) => at === index)?.[1] ?? token).join(''));

const source = fc.oneof(
  { weight: 5, arbitrary: swapped },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  { weight: 2, arbitrary: fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')) },
  {
    weight: 2,
    arbitrary: fc
      .array(word, { maxLength: 15 })
      .map((words) => rulesText(`match /a/{b} { allow read: if ${words.join(' ')}; }`)),
  },
  { weight: 5, arbitrary: mutated },
);

function compile(text: string): Rules | undefined {
  try {
    return compileRules(text);
  } catch (error) {
    expect(error).toBeInstanceOf(RulesError);
    const { line, column, message } = error as RulesError;
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(line).toBeLessThanOrEqual(text.split('\n').length);
    expect(message).not.toBe('');
    return undefined;
  }
}

test('10,000 texts', () => {
  const document = aDocument('users/ann', { n: 3, name: 'x', at: { time: [1, 0] }, roles: ['ann'] });
  const context = aContext({ documents: { 'users/ann': { n: 3 } } });
  const query = aQuery('things', { group: true, where: [where('n', 'in', [1, 2])] });
  let compiled = 0;
  fc.assert(
    fc.property(source, (text) => {
      const rules = compile(text);
      if (!rules) return;
      compiled++;
      rules.get(document.name, document, context);
      rules.get(`${document.name}/things/x`, undefined, context);
      rules.write('update', document.name, document, document, context);
      rules.write('delete', document.name, document, undefined, context);
      rules.list(query, context);
    }),
    { seed: SEED, numRuns: 10_000 },
  );
  expect(compiled).toBeGreaterThan(300);
});
