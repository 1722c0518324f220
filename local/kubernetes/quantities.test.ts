import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalQuantity, formatQuantity, parseQuantity } from './quantities.ts';

describe('a quantity', () => {
  test.each([
    ['1', '1'],
    ['0.5', '500m'],
    ['1500m', '1500m'],
    ['2000m', '2'],
    ['1e3', '1k'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['512', '512'],
    ['1Ki', '1Ki'],
    ['0', '0'],
    ['-5m', '-5m'],
    ['0.0000000001', '1n'],
    [4, '4'],
    ['16G', '16G'],
  ])('%s is written as %s', (written, canonical) => {
    expect(canonicalQuantity(written)).toBe(canonical);
  });

  test.each(['', 'a', '1.2.3', '1 Gi', '1gi', 'Gi', '--1', null, {}, '1e99'])('%j is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  test('compares by what it is, not by how it is written', () => {
    expect(parseQuantity('1Gi')).toBe(parseQuantity('1048576Ki'));
    expect(parseQuantity('1G')).not.toBe(parseQuantity('1Gi'));
  });

  test('is the same after it was written and read again', () => {
    const suffixes = ['', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi'];
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...suffixes), (amount, suffix) => {
        const text = `${amount}${suffix}`;
        const parsed = parseQuantity(text);
        expect(parsed).toBeDefined();
        expect(parseQuantity(formatQuantity(parsed ?? 0n, text))).toBe(parsed);
      }),
      { seed: 7 },
    );
  });
});
