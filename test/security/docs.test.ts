/** docs/security.md names the test of each promise: that each is there, and that none is left out. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { read } from './checks/source.ts';
import { promiseOf } from './promise.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COUNT = 45;

function gaps(text: string): string[] {
  const wrong: string[] = [];
  const rows = new Map(
    [...text.matchAll(/^\| (\d+) \| (.*?) \| (.*) \|$/gm)].map(([, number, , tests = '']) => [
      Number(number),
      tests,
    ]),
  );
  for (let number = 1; number <= COUNT; number++) {
    const tests = rows.get(number);
    if (tests === undefined) wrong.push(`${number} is not in the list`);
    else if (!/`test\/|`functions\/|does not apply/.test(tests)) wrong.push(`${number} has no test`);
    // A file that is named for a number must speak of it.
    for (const [, file = ''] of (tests ?? '').matchAll(/`(test\/security\/\d[^`]*)`/g)) {
      const numbers = existsSync(join(ROOT, file)) ? numbersIn(read(file)) : new Set<number>();
      if (!numbers.has(number)) wrong.push(`${file} says nothing of ${number}`);
    }
  }
  for (const [, file = ''] of text.matchAll(/`((?:test|functions|local|scripts|cli)\/[\w./-]+)`/g)) {
    if (!existsSync(join(ROOT, file))) wrong.push(`there is no ${file}`);
  }
  return wrong;
}

/** Of the promises that a file tests: in the first argument of `promise`, or of a `describe` or `test` that begins with one. */
const numbersIn = (text: string): Set<number> =>
  new Set(
    [
      ...text.matchAll(/promise(?:Of)?\(\s*'([\d, ]+)'/g),
      ...text.matchAll(/(?:describe|test)\(\s*'(\d+):/g),
      ...text.matchAll(/describe\.each\(\[([\d, ]+)\]\)/g),
    ].flatMap(([, numbers = '']) => numbers.split(',').map(Number)),
  );

const document = read('docs/security.md');

promiseOf('1 to 45', 'each promise names a test that is there', gaps, document, {
  'one is left out': { of: document.replace(/^\| 23 \|.*$/m, ''), finds: /^23 is not in the list$/ },
  'one has no test': {
    of: document.replace(/^\| 23 \|.*$/m, '| 23 | in doubt, no | later |'),
    finds: /^23 has no test$/,
  },
  'a test is not there': {
    of: document.replace('test/security/23-fail-closed.test.ts', 'test/security/23-not-there.test.ts'),
    finds: /^there is no test\/security\/23-not-there\.test\.ts$/,
  },
  'a test is of something else': {
    of: document.replace(/^\| 23 \|.*$/m, '| 23 | x | `test/security/25-secrets.test.ts` |'),
    finds: /^test\/security\/25-secrets\.test\.ts says nothing of 23$/,
  },
});

test('every numbered test is named', async () => {
  const { globSync } = await import('node:fs');
  const files = globSync('test/security/[0-9]*.test.ts', { cwd: ROOT });
  expect(files.length).toBeGreaterThan(15);
  expect(files.filter((file) => !document.includes(file))).toEqual([]);
});
