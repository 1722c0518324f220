import { describe, expect, test } from 'vitest';
import { MAX_EXPRESSION_DEPTH } from './limits.ts';
import { compileRules, RulesError } from './rules.ts';
import { aContext, aDocument, decide, ROOT, rulesOf, rulesText } from './testing.ts';

const refused = (source: string, message: string): void => {
  expect(() => compileRules(source)).toThrow(
    expect.objectContaining({ name: 'RulesError', message: expect.stringContaining(message) }),
  );
};
const times = (count: number, make: (index: number) => string, separator = ' '): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(separator);

describe('the text', () => {
  test('256 KiB', () => {
    const empty = rulesText('');
    const padding = 256 * 1024 - Buffer.byteLength(empty);
    compileRules(rulesText(' '.repeat(padding)));
    refused(rulesText(' '.repeat(padding + 1)), 'longer than 256 KiB');
  });

  test('10 nested matches', () => {
    const nested = (depth: number): string =>
      `service cloud.firestore { ${times(depth, (i) => `match /c${i} {`)} ${'}'.repeat(depth)} }`;
    compileRules(nested(10));
    refused(nested(11), 'nested 10 deep');
  });

  test('100 path segments and 20 wildcards in nested matches', () => {
    const segments = (count: number): string =>
      `service cloud.firestore { match ${times(count - 1, (i) => `/c${i}`, '')} { match /x {} } }`;
    compileRules(segments(100));
    refused(segments(101), '100 path segments');
    const wildcards = (count: number): string =>
      `service cloud.firestore { match ${times(count - 1, (i) => `/{c${i}}`, '')} { match /{x} {} } }`;
    compileRules(wildcards(20));
    refused(wildcards(21), '20 wildcards');
  });

  test('7 parameters, 10 variables, calls 20 deep', () => {
    const parameters = (count: number): string =>
      rulesText(`function f(${times(count, (i) => `p${i}`, ',')}) { return 1; }`);
    compileRules(parameters(7));
    refused(parameters(8), '7 parameters');
    const lets = (count: number): string =>
      rulesText(`function f() { ${times(count, (i) => `let v${i} = ${i};`)} return 1; }`);
    compileRules(lets(10));
    refused(lets(11), '10 variables');
    const call = (i: number): string => (i === 0 ? '1' : `f${i - 1}()`);
    const calls = (depth: number, order: (list: string[]) => string[]): string =>
      rulesText(
        order(Array.from({ length: depth }, (_, i) => `function f${i}() { return ${call(i)}; }`)).join(' '),
      );
    for (const order of [(list: string[]) => list, (list: string[]) => list.reverse()]) {
      compileRules(calls(20, order));
      refused(calls(21, order), 'nested 20 deep');
      refused(calls(3000, order), 'nested 20 deep');
    }
  });

  test('deep and long expressions are refused before they overflow the stack', () => {
    for (const [open, close] of [
      ['(', ')'],
      ['[', ']'],
      ['!', ''],
      ['-', ''],
      ['true ? 1 : ', ''],
      ['{"a": ', '}'],
      ['/a/$(', ')'],
      ['id[', ']'],
      ['get(', ')'],
      ['1 + (', ')'],
    ] as const) {
      const text = `${open.repeat(20_000)}1${close.repeat(20_000)}`;
      refused(rulesText(`match /a/{id} { allow get: if ${text}; }`), 'nested more than');
    }
    for (const tail of [' && true', ' + 1', '.a', '[0]', '.size()', ' is bool']) {
      refused(rulesText(`match /a/{id} { allow get: if true${tail.repeat(20_000)}; }`), 'nested more than');
    }
    const long = `true${' && true'.repeat(MAX_EXPRESSION_DEPTH - 2)}`;
    expect(decide(long).allowed).toBe(true);
  });
});

describe('evaluating', () => {
  const doubling = times(19, (i) => `function f${i + 1}() { return f${i}() && f${i}(); }`);
  const functions = `function f0() { return request.auth.uid == 'ann'; } ${doubling}`;

  test('1,000 expressions, whatever functions multiply', () => {
    expect(decide('f5()', {}, {}, functions).allowed).toBe(true);
    const decision = decide('f19()', {}, {}, functions);
    expect(decision.allowed).toBe(false);
    expect(decision.reason).toContain('More than 1000 expressions');
  });

  const exists = (id: number | string): string => `exists(/databases/$(database)/documents/d/d${id})`;

  test('10 documents for an operation, each counted once', () => {
    expect(decide(times(10, (i) => `!${exists(i)} && !${exists(i)}`, ' && '))).toMatchObject({
      allowed: true,
    });
    const decision = decide(times(11, (i) => `!${exists(i)}`, ' && '));
    expect(decision.reason).toContain('More than 10 documents were looked at');
    expect(decision.looked.size).toBe(10);
  });

  test('checks of one call share a budget, and a document is paid for once', () => {
    const budget = { left: 20 };
    const rules = rulesOf(`match /a/{id} {
      function of(part) { return ${times(7, (i) => `!exists(/databases/$(database)/documents/d/$(part + '${i}'))`, ' && ')}; }
      allow create: if of(id); }`);
    const write = (id: string): boolean =>
      rules.write('create', `${ROOT}/a/${id}`, undefined, aDocument(`a/${id}`), aContext({ budget })).allowed;
    expect([write('x'), write('y'), write('x'), write('z')]).toEqual([true, true, true, false]);
    expect(budget.left).toBe(0);
  });

  test('many recursive wildcards cannot make a decision take long', () => {
    const open = times(8, (i) => `match /{r${i}=**} {`);
    const rules = rulesOf(`${open} allow get: if false; ${'}'.repeat(8)}`);
    const path = times(60, (i) => `s${i}`, '/');
    expect(rules.get(`${ROOT}/${path}`, undefined, aContext()).allowed).toBe(false);
  });
});

test('RulesError is an Error', () => {
  expect(new RulesError('x', 'ab\ncd', 4)).toMatchObject({
    name: 'RulesError',
    message: 'x',
    line: 2,
    column: 2,
  });
});
