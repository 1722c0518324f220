import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MESSAGES, pachydermProtos } from './protos.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));

test('what is deployed knows the calls that Hub makes, and no other', () => {
  const known = Object.keys(MESSAGES)
    .filter((name) => name !== 'google')
    .flatMap((name) =>
      Object.keys(pachydermProtos().lookupService(`${name}.API`).methods).map(
        (method) => `${name}.API/${method}`,
      ),
    );
  const called = readdirSync(folder)
    .filter((file) => /(?<!\.test)\.ts$/.test(file) && file !== 'calls.ts')
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/'(\w+\.API\/\w+)'/g)])
    .map(([, call = '']) => call);
  expect(known.sort()).toEqual([...new Set(called)].sort());
});
