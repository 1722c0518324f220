/** That `hub` can do whatever a user may do over the API: which endpoints it asks, against the policy by which Hub decides. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { POLICY } from '../functions/api/policy.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /(?<!\.test)\.ts$/.test(name),
);

test('each endpoint that is not for operators alone is asked somewhere, and no other', () => {
  const asked = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/'((?:GET|PUT|POST|DELETE) \/v1\/[^']*)'/g)].map(
      ([, endpoint = '']) => endpoint,
    ),
  );
  const forUsers = Object.entries(POLICY).flatMap(([endpoint, rule]) =>
    rule.owner === 'allow' ? [endpoint] : [],
  );
  expect([...new Set(asked)].sort()).toEqual(forUsers.sort());
});
