/** What somebody is shown of their own account. */
import { expect, test } from 'vitest';
import type { OwnAccountReply } from '../../shared/api.ts';
import { AUDIT } from '../../shared/documents/audit.ts';
import { apiUnderTest } from '../../test/api.ts';

test('of what others did to an account the newest is told', async () => {
  const api = apiUnderTest();
  const entry = (at: number) => ({
    op: 'create' as const,
    // In the order of their names the newest come last.
    path: `${AUDIT}/e${String(at).padStart(4, '0')}`,
    data: {
      schema: 1,
      at: new Date(at * 1000),
      actor: 'op',
      action: 'set-limits',
      target: 'accounts/grace',
      subject: 'grace',
      purgeAt: new Date(at * 1000 + 1),
    },
  });
  const entries = Array.from({ length: 510 }, (_, at) => entry(at));
  await api.documents.commit(entries.slice(0, 300));
  await api.documents.commit(entries.slice(300));
  const { body } = await api.send<OwnAccountReply>('GET', '/v1/account', api.as('grace'));
  const told = body.log.map(({ at }) => Date.parse(at) / 1000);
  expect(told).toEqual(Array.from({ length: 500 }, (_, n) => 509 - n));
});
