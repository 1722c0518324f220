/** The one file: what is in it, and that whoever builds it gets the same. */
import { expect, test } from 'vitest';
import { bundleCli, foreignIn } from '../../scripts/build-cli.ts';

test('the same sources give the same bytes, which name no folder of who has built them', async () => {
  const [first, second] = [await bundleCli(), await bundleCli()];
  expect(second.code).toBe(first.code);
  expect(first.code.startsWith('#!/usr/bin/env node\n')).toBe(true);
  expect(first.code).not.toContain(process.cwd());
  expect(first.modules).toContain('cli/main.ts');
});

test.each(['functions/api/app.ts', 'local/hub.ts', 'web/src/main.tsx', 'test/builders.ts'])(
  'there is nothing in it that is not for it: %s',
  (id) => {
    expect(foreignIn(['cli/main.ts', 'shared/units.ts', 'node_modules/commander/index.js', id])).toEqual([
      id,
    ]);
  },
);
