import { describe, expect, test } from 'vitest';
import { parseFilter } from './filter.ts';

describe('a subscription filter', () => {
  test.each([
    ['', { any: 'thing' }, true],
    ['attributes.kind = "create"', { kind: 'create' }, true],
    ['attributes.kind = "create"', { kind: 'delete' }, false],
    ['attributes.kind="create"', {}, false],
    ['attributes.kind != "create"', { kind: 'delete' }, true],
    ['attributes:kind', { kind: '' }, true],
    ['attributes:kind', {}, false],
    ['hasPrefix(attributes.name, "hub-")', { name: 'hub-abc' }, true],
    ['hasPrefix(attributes.name, "hub-")', { name: 'other' }, false],
    ['NOT attributes:kind', {}, true],
    ['-attributes:kind', { kind: 'x' }, false],
    ['attributes.a = "1" AND attributes.b = "2"', { a: '1', b: '2' }, true],
    ['attributes.a = "1" AND attributes.b = "2"', { a: '1' }, false],
    ['attributes.a = "1" OR attributes.b = "2"', { b: '2' }, true],
    ['attributes:a AND (attributes.b = "1" OR NOT attributes:c)', { a: '', c: '' }, false],
    ['attributes:a AND (attributes.b = "1" OR NOT attributes:c)', { a: '' }, true],
    ['attributes."iana.org/language" = "en"', { 'iana.org/language': 'en' }, true],
    ['attributes.quote = "say \\"so\\""', { quote: 'say "so"' }, true],
  ])('%s lets %j pass: %s', (expression, attributes, passes) => {
    expect(parseFilter(expression)(attributes as Record<string, string>)).toBe(passes);
  });

  test.each([
    'attributes.kind',
    'attributes.kind = create',
    'kind = "create"',
    'attributes:a AND attributes:b OR attributes:c',
    '(attributes:a',
    'attributes:a attributes:b',
    'hasPrefix(attributes.name)',
    'attributes.a = "open',
    'NOT',
  ])('%s is refused', (expression) => {
    expect(() => parseFilter(expression)).toThrow('Invalid filter given');
  });
});
