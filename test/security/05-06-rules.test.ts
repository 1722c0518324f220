/**
 * The rules themselves, collection × role × operation, and that each condition of them is needed, are tested in rules.test.ts. Here: what the
 * product writes for them to judge by.
 */
import { expect, test } from 'vitest';
import { removal } from './checks/life.ts';
import { committed } from './checks/source.ts';
import { promise, promiseOf } from './promise.ts';
import { DOCUMENTS } from './rules.cases.ts';

promise('6', 'who is removed reads neither cluster nor timeline from that commit on', {
  check: removal,
  in: ['life.ts', 'removal'],
  broken: {
    'readers stay what they were': {
      file: 'functions/members/membership.ts',
      from: 'readers: Object.keys(members),',
      to: 'readers: Object.keys({ ...cluster.members, ...members }),',
      finds: /^the cluster still has them$/,
    },
    'readers are not those who are members': {
      file: 'functions/members/membership.ts',
      from: 'readers: Object.keys(members),',
      to: "readers: [...new Set([...Object.keys(members), 'grace'])],",
      finds: /^the cluster still has them$/,
    },
  },
});

/** Every collection that some code names has cases, so that none is judged by nobody. */
function uncovered(files: ReadonlyMap<string, string>): string[] {
  const known = new Set(
    Object.keys(DOCUMENTS).flatMap((path) => path.split('/').filter((_, at) => at % 2 === 0)),
  );
  const found = [...files].flatMap(([name, text]) =>
    /^shared\/documents\/(?!fields)[\w-]+\.ts$/.test(name)
      ? [...text.matchAll(/(?:(?<!PROVIDER) = '([a-zA-Z]+)';\n|`([a-zA-Z]+)\/\$\{)/g)].map(
          ([, plain, path]) => plain ?? path ?? '',
        )
      : [],
  );
  return [...new Set(found)].filter((name) => !known.has(name));
}

const files = committed();
promiseOf('5', 'there is no collection that the cases of the rules do not know', uncovered, files, {
  'there is a new one': {
    of: new Map([...files, ['shared/documents/more.ts', "export const MORE = 'moreSecrets';\n"]]),
    finds: /^moreSecrets$/,
  },
});

test('5: collections are found at all', () => {
  expect(uncovered(new Map([['shared/documents/x.ts', "export const THINGS = 'things';\n"]]))).toEqual([
    'things',
  ]);
});
