import { expect, test } from 'vitest';
import { FLAWS } from '../../shared/flaws.ts';
import { CONDITIONS } from './conditions.ts';

test('of all that is looked at, only an upgrade that is due is no flaw', () => {
  expect(CONDITIONS.filter((type) => !FLAWS.includes(type))).toEqual(['UpToDate']);
});
