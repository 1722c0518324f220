/** What somebody is shown of their own account. */
import { expect, test } from 'vitest';
import type { OwnAccountReply } from '../../shared/api/account.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { AUDIT } from '../../shared/documents/audit.ts';
import { clusterPath } from '../../shared/documents/cluster.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster } from '../../test/builders.ts';

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

test('what was looked at is looked at anew once the other owner is none any more', async () => {
  const api = apiUnderTest();
  const cluster = aCluster({ owner: 'ada', members: { ada: 'owner', grace: 'owner' } });
  await api.given(cluster);
  const token = api.as('ada');
  const seen = await api.send<OwnAccountReply>('GET', '/v1/account', token);
  expect(seen.body.clusters).toMatchObject([{ whenDeleted: 'offered' }]);
  const data = { members: { ada: 'owner', grace: 'editor' } };
  await api.documents.commit([{ op: 'update', path: clusterPath(cluster.id), data }]);
  const headers = { 'if-match': seen.headers.get('etag') ?? '' };
  const { status, body } = await api.send<Problem>('DELETE', '/v1/account', token, { headers });
  expect({ status, code: body.code }).toEqual({ status: 412, code: 'PREVIEW_CHANGED' });
  const anew = await api.send<OwnAccountReply>('GET', '/v1/account', token);
  expect(anew.body.clusters).toMatchObject([{ whenDeleted: 'deleted' }]);
});

test('what was looked at is what was looked at, also if the reply was compressed on its way', async () => {
  const api = apiUnderTest();
  await api.given(aCluster({ owner: 'ada', members: { ada: 'owner' } }));
  const token = api.as('ada');
  const seen = await api.send<OwnAccountReply>('GET', '/v1/account', token);
  const headers = { 'if-match': `W/${seen.headers.get('etag')}` };
  expect((await api.send('DELETE', '/v1/account', token, { headers })).status).toBe(202);
});
