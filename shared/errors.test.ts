import { expect, test } from 'vitest';
import { ERRORS, type ErrorRow } from './errors.ts';

test.each(Object.entries<ErrorRow>(ERRORS))('%s says whether its remedy is to press Retry', (_, row) => {
  expect(/\bpress Retry\b/i.test(row.remedy)).toBe(row.byRetry === true);
  expect(row.inUse ?? '').not.toContain('Retry');
});
