import { expect, test } from 'vitest';
import { questionOf } from './roles.ts';

const EMAIL = 'grace@example.com';

test.each([
  ['viewer', 'owner', false, 'Make grace@example.com an owner?'],
  ['owner', 'editor', false, 'Make grace@example.com an editor?'],
  ['owner', 'viewer', true, 'Stop being an owner?'],
  ['editor', 'owner', true, 'Become an owner?'],
  ['editor', 'viewer', true, 'Become a viewer?'],
] as const)('from %s to %s (oneself: %s) is a question', (from, to, isSelf, title) => {
  expect(questionOf(EMAIL, from, to, isSelf)?.title).toBe(title);
});

test.each([
  ['viewer', 'editor', false],
  ['editor', 'viewer', false],
  ['owner', 'owner', true],
] as const)('from %s to %s (oneself: %s) is none', (from, to, isSelf) => {
  expect(questionOf(EMAIL, from, to, isSelf)).toBeUndefined();
});
