/** A bounded part of `npm run fuzz`. */
import { expect, test } from 'vitest';
import { someFuzz, someRun } from './checks/fuzz.ts';
import { promise } from './promise.ts';

promise(
  '18, 22',
  'no request by chance is answered with a failure, shows the inside, or writes what is not the caller’s',
  {
    check: someFuzz,
    in: ['fuzz.ts', 'someFuzz'],
    broken: {
      'clusters of others may be deleted': {
        file: 'functions/api/policy.ts',
        from: "const members: Rule = { ...signedIn, stranger: 'NOT_FOUND' };",
        to: 'const members: Rule = signedIn;',
        finds: /^DELETE \S+ .* as mallory writes clusters\/aaaaaaaaaaaaaaab$/,
      },
      'a page token of nobody’s fails': {
        file: 'functions/api/paging.ts',
        from: "    throw new AppError('INVALID_PAGE_TOKEN');",
        to: "    throw new Error('what now?');",
        finds: /^GET \S+\?pageToken=.* is answered 500 /,
      },
    },
  },
);

test('every endpoint is asked, and most get through with what is asked for', async () => {
  const { endpoints } = await someRun();
  const never = Object.entries(endpoints).filter(([, { passed }]) => passed === 0);
  expect(never.map(([name]) => name).sort()).toEqual([
    // Nobody guesses its ETag.
    'DELETE /v1/account',
    // What an own cluster that has failed does not have.
    'GET /v1/clusters/{id}/cleanup',
    'GET /v1/clusters/{id}/credentials',
    // It has no end.
    'POST /v1/clusters/{id}:extend',
    // Nobody else owns it, too.
    'POST /v1/clusters/{id}:transfer',
  ]);
});
