import { expect, test } from 'vitest';
import { MAX_LABEL, RFC1035_LABEL } from '../../../shared/limits.ts';
import { labelFault, nameFault } from './cluster-name.ts';

test.each([
  ['', 'It needs a name.'],
  ['my cluster', 'A name has no spaces. Use hyphens.'],
  ['Mine', 'A name has no capital letters.'],
  ['my_cluster', 'A name cannot have “_” in it.'],
  ['übung', 'A name cannot have “ü” in it.'],
  ['it-😀', 'A name cannot have “😀” in it.'],
  ['2nd', 'A name starts with a letter.'],
  ['-a', 'A name starts with a letter.'],
  ['a-', 'A name ends with a letter or a digit.'],
  ['a'.repeat(MAX_LABEL + 1), 'The name is too long.'],
])('of “%s” it is said what is wrong: %s', (name, words) => {
  expect(RFC1035_LABEL.test(name)).toBe(false);
  expect(nameFault(name)).toBe(words);
});

test.each(['a', 'my-cluster-2', 'a'.repeat(MAX_LABEL)])('nothing is wrong with “%s”', (name) => {
  expect(nameFault(name)).toBeUndefined();
});

test('the same is said of the id of a pool, in its words', () => {
  expect(labelFault('My-pool', 'an id')).toBe('An id has no capital letters.');
  expect(labelFault('a'.repeat(MAX_LABEL + 1), 'an id')).toBe('The id is too long.');
  expect(labelFault('my-pool', 'an id')).toBeUndefined();
});
