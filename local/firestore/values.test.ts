import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inverted, nameKey, orderKey } from './order.ts';
import { fieldPath, parseFieldPath } from './paths.ts';
import { transform } from './transforms.ts';
import { checkValue, doubleValue, integerValue, NAN, type Value } from './values.ts';

const MAX_INT64 = 9223372036854775807n;

/** In Firestore's own order, lowest first; what is in one list is equal. */
const ORDERED: Value[][] = [
  [null],
  [false],
  [true],
  [NAN],
  [doubleValue(Number.NEGATIVE_INFINITY)],
  [integerValue(-MAX_INT64 - 1n), doubleValue(-(2 ** 63))],
  [-2],
  [-1, doubleValue(-1)],
  [doubleValue(-0.5)],
  [0, doubleValue(0), doubleValue(-0)],
  [doubleValue(5e-324)],
  [1, doubleValue(1)],
  [doubleValue(1.5)],
  [integerValue(2n ** 53n), doubleValue(2 ** 53)],
  [integerValue(2n ** 53n + 1n)],
  [integerValue(2n ** 53n + 2n), doubleValue(2 ** 53 + 2)],
  [integerValue(MAX_INT64 - 1n)],
  [integerValue(MAX_INT64)],
  [doubleValue(2 ** 63)],
  [doubleValue(Number.POSITIVE_INFINITY)],
  [{ time: [-62135596800, 0] }],
  [{ time: [0, 1] }],
  [{ time: [1, 0] }],
  [''],
  ['\u0000'],
  ['\u0000\u0000'],
  ['\u0000a'],
  ['a'],
  ['a\u0000'],
  ['ab'],
  ['b'],
  ['é'],
  ['\uffff'],
  // UTF-16 would put it before U+FFFF.
  ['🌍'],
  [{ bytes: '' }],
  [{ bytes: Buffer.from([0]).toString('base64') }],
  [{ bytes: Buffer.from([0, 255]).toString('base64') }],
  [{ bytes: Buffer.from([1]).toString('base64') }],
  [{ ref: 'projects/p/databases/d/documents/c/__id-7__' }],
  [{ ref: 'projects/p/databases/d/documents/c/__id6__' }],
  [{ ref: 'projects/p/databases/d/documents/c/__id50__' }],
  [{ ref: 'projects/p/databases/d/documents/c/a' }],
  [{ ref: 'projects/p/databases/d/documents/c/a/b/c' }],
  [{ ref: 'projects/p/databases/d/documents/c/a-b' }],
  [{ geo: [-1, 5] }],
  [{ geo: [1, -5] }],
  [{ geo: [1, 5] }],
  [[]],
  [[1]],
  [[1, 2]],
  [[2]],
  [['a']],
  [{ map: { __type__: '__vector__', value: [100] } }],
  [{ map: { __type__: '__vector__', value: [1, 2] } }],
  [{ map: {} }],
  [{ map: { a: 1 } }],
  [{ map: { a: 1, b: 0 } }],
  [{ map: { a: 2 } }],
  [{ map: { aa: 0 } }],
];

describe('the order of values', () => {
  test.each(ORDERED.map((equal, rank) => [JSON.stringify(equal), rank, equal] as const))(
    '%s',
    (_, rank, equal) => {
      const keys = equal.map(orderKey);
      expect(new Set(keys).size).toBe(1);
      for (const [other, values] of ORDERED.entries()) {
        if (other === rank) continue;
        const key = orderKey(values[0] ?? null);
        const before = (keys[0] ?? '') < key;
        expect(before, JSON.stringify(values)).toBe(rank < other);
        // The inverse, too; and what follows a key never matters, for no key begins another.
        expect(inverted(keys[0] ?? '') > inverted(key)).toBe(before);
        expect(`${keys[0]}\xff` < `${key}\x00`).toBe(before);
      }
    },
  );

  test('of numbers, integers and doubles alike', () => {
    const double = fc.double({ noNaN: true });
    const number = fc.oneof(double, fc.bigInt({ min: -MAX_INT64 - 1n, max: MAX_INT64 }), fc.maxSafeInteger());
    const key = (n: number | bigint) =>
      orderKey(typeof n === 'bigint' ? integerValue(n) : Number.isSafeInteger(n) ? n : doubleValue(n));
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect([key(a) < key(b), key(a) === key(b)]).toEqual([a < b, !(a < b) && !(a > b)]);
      }),
    );
  });

  test('of texts, by their UTF-8', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(orderKey(a) < orderKey(b)).toBe(order < 0);
      }),
    );
  });

  test('of names, what lies below after its parent and before its next', () => {
    const root = 'projects/p/databases/d/documents';
    const names = ['a/1', 'a/1/b/2', 'a/1-', 'a/10', 'a!/1'].map((path) => `${root}/${path}`);
    const sorted = [...names].sort((x, y) => (nameKey(x) < nameKey(y) ? -1 : 1));
    expect(sorted).toEqual(names);
  });
});

describe('field paths', () => {
  test.each([
    ['a', ['a']],
    ['a.b_1', ['a', 'b_1']],
    ['`a.b`.c', ['a.b', 'c']],
    ['`\\`\\\\`', ['`\\']],
    ['`1`', ['1']],
  ])('%s', (text, segments) => {
    expect(parseFieldPath(text).segments).toEqual(segments);
    expect(fieldPath(segments).text).toBe(text);
  });

  test.each(['', '.', 'a.', '.a', 'a..b', '1a', 'a-b', '`a', 'a`b`', '``'])('%j is refused', (text) => {
    expect(() => parseFieldPath(text)).toThrow(/Invalid (empty )?property path/);
  });
});

describe('limits', () => {
  const nested = (depth: number): Value => (depth === 0 ? 1 : { map: { in: nested(depth - 1) } });

  test('20 levels and no more', () => {
    expect(() => checkValue('in', nested(20))).not.toThrow();
    expect(() => checkValue('in', nested(21))).toThrow(/contains an invalid nested entity/);
  });

  test('no array in an array, but one in a map in an array', () => {
    expect(() => checkValue('f', [{ map: { list: [1] } }])).not.toThrow();
    expect(() => checkValue('f', [[1]])).toThrow('Cannot convert an array value in an array value.');
  });
});

describe('numeric transforms', () => {
  const field = fieldPath(['f']);
  const apply = (kind: 'increment' | 'maximum' | 'minimum', current: Value | undefined, operand: Value) =>
    transform(current, { field, kind, operand }, 0).value;

  test.each<[Parameters<typeof apply>[0], Value | undefined, Value, Value]>([
    ['increment', integerValue(MAX_INT64), 1, integerValue(MAX_INT64)],
    ['increment', integerValue(-MAX_INT64), -7, integerValue(-MAX_INT64 - 1n)],
    ['increment', 1, doubleValue(2), doubleValue(3)],
    ['increment', undefined, doubleValue(2), doubleValue(2)],
    ['maximum', 1, 2, 2],
    ['maximum', 3, 2, 3],
    ['maximum', 3, doubleValue(3), 3],
    ['maximum', undefined, 2, 2],
    ['maximum', 'text', 2, 2],
    ['maximum', 5, NAN, NAN],
    ['maximum', NAN, 5, NAN],
    ['minimum', 1, 2, 1],
    ['minimum', 3, doubleValue(2.5), doubleValue(2.5)],
    ['minimum', doubleValue(-0), 0, doubleValue(-0)],
    ['minimum', 5, NAN, NAN],
  ])('%s of %j and %j is %j', (kind, current, operand, result) => {
    expect(apply(kind, current, operand)).toEqual(result);
  });
});
