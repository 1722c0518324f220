/** What another version of Hub wrote, or what is damaged: it is an operator's case, and no answer is the less for it. */
import { describe, expect, test } from 'vitest';
import type { OwnAccountReply } from '../../shared/api/account.ts';
import { accountPath } from '../../shared/documents/account.ts';
import { AUDIT } from '../../shared/documents/audit.ts';
import { eventPath } from '../../shared/documents/event.ts';
import { INVITATIONS } from '../../shared/documents/invitation.ts';
import { poolPath } from '../../shared/documents/pool.ts';
import { SIGNALS } from '../../shared/documents/signal.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aCluster, aDeadLetter, aSpec, clusterIdOf, writeOfLetter } from '../../test/builders.ts';
import type { DocumentData, Write } from '../cloud.ts';
import { pathOfInvitation } from '../members/invitations.ts';

const ID = clusterIdOf(1);
const AT = new Date(Date.UTC(2026, 0, 1));
const LATER = new Date(Date.UTC(2090, 0, 1));

const written = (path: string, data: object): Write => ({ op: 'set', path, data: data as DocumentData });
const anEntry = (fields: object = {}): object => ({
  schema: 1,
  at: AT,
  actor: 'op',
  action: 'set-limits',
  target: accountPath('ada'),
  cluster: ID,
  subject: 'ada',
  purgeAt: LATER,
  ...fields,
});
const anEvent = (epoch: number): object => ({
  schema: 1,
  epoch,
  at: AT,
  to: 'queued',
  cause: 'created',
  message: 'Asked for.',
  durationMs: 0,
  nonce: 'n',
});
const anInvitation = (email: string): object => ({
  schema: 1,
  cluster: ID,
  email,
  role: 'viewer',
  invitedBy: 'ada',
  createdAt: AT,
  expiresAt: LATER,
});

/** One that is as it should be, and one that is not but is found beside it. */
const LISTS: readonly [path: string, good: Write, bad: Write][] = [
  ['/v1/admin/audit', written(`${AUDIT}/good`, anEntry()), written(`${AUDIT}/bad`, anEntry({ target: 7 }))],
  [
    `/v1/clusters/${ID}/events`,
    written(eventPath(ID, 1), anEvent(1)),
    written(eventPath(ID, 2), { ...anEvent(2), message: 7 }),
  ],
  [
    '/v1/pools',
    written(poolPath('good'), { schema: 1, spec: aSpec(), wanted: 1 }),
    written(poolPath('bad'), { schema: 1, spec: aSpec(), wanted: 'many' }),
  ],
  [
    '/v1/admin/deadLetters',
    writeOfLetter(aDeadLetter({ id: '17' })),
    written('deadLetters/18', { ...aDeadLetter(), format: 'picture' }),
  ],
  [
    `/v1/clusters/${ID}/members`,
    written(pathOfInvitation(ID, 'bob@example.com'), anInvitation('bob@example.com')),
    written(pathOfInvitation(ID, 'eve@example.com'), { ...anInvitation('eve@example.com'), role: 'king' }),
  ],
];

describe('a document that is not readable', () => {
  test.each(LISTS)('is left out of %s, and is in the log', async (path, good, bad) => {
    const api = apiUnderTest();
    await api.given(aCluster({ id: ID, owner: 'ada' }));
    const token = api.as('ada', { operator: true });
    const listed = async () => {
      const { status, body } = await api.send<object>('GET', path, token);
      return { status, body };
    };
    await api.documents.commit([good]);
    const before = await listed();
    expect(before.status).toBe(200);
    await api.documents.commit([bad]);
    expect(await listed()).toEqual(before);
    expect(unreadable(api)).toContain(bad.path);
  });

  test('is left out of what Hub holds of somebody, and keeps them from nothing', async () => {
    const api = apiUnderTest();
    await giveHoldings(api);
    const token = api.as('ada');
    const seen = await api.send<OwnAccountReply>('GET', '/v1/account', token);
    expect(seen.status).toBe(200);
    expect(seen.body).toMatchObject({
      invitations: [{ email: 'bob@example.com' }],
      signals: [{ kind: 'busy' }],
      log: [{ action: 'set-limits' }],
    });
    expect(unreadable(api).sort()).toEqual([`${AUDIT}/bad`, `${INVITATIONS}/bad`, `${SIGNALS}/bad`]);
    const headers = { 'if-match': seen.headers.get('etag') ?? '' };
    const { status, body } = await api.send<OwnAccountReply>('DELETE', '/v1/account', token, { headers });
    expect({ status, closing: body.closing }).toEqual({
      status: 202,
      closing: { since: expect.any(String) },
    });
  });
});

test('whoever asked for the deletion of their account is told so, although nothing more can be read from then on', async () => {
  const api = apiUnderTest();
  await giveHoldings(api);
  const token = api.as('ada');
  const seen = await api.send<OwnAccountReply>('GET', '/v1/account', token);
  const { commit, get, query } = api.documents;
  const away = async () => {
    throw new Error('it is away');
  };
  api.ports.documents = { ...api.documents, get, query };
  api.ports.documents.commit = async (writes) => {
    await commit(writes);
    Object.assign(api.ports.documents, { get: away, query: away });
    api.ports.people.find = away;
  };
  const headers = { 'if-match': seen.headers.get('etag') ?? '' };
  const { status, body } = await api.send<OwnAccountReply>('DELETE', '/v1/account', token, { headers });
  expect({ status, closing: body.closing }).toEqual({ status: 202, closing: { since: expect.any(String) } });
  const { closing, ...rest } = body;
  expect(rest).toEqual(seen.body);
});

/** Of each kind one that is as it should be, and one that is not. */
async function giveHoldings(api: ApiUnderTest): Promise<void> {
  const aSignal = { schema: 1, account: 'ada', at: AT, purgeAt: LATER };
  await api.documents.commit([
    written(`${AUDIT}/good`, anEntry()),
    written(`${AUDIT}/bad`, anEntry({ target: 7 })),
    written(`${INVITATIONS}/good`, anInvitation('bob@example.com')),
    written(`${INVITATIONS}/bad`, { ...anInvitation('bob@example.com'), role: 'king' }),
    written(`${SIGNALS}/good`, { ...aSignal, kind: 'busy' }),
    written(`${SIGNALS}/bad`, { ...aSignal, kind: 7 }),
  ]);
}

const unreadable = (api: ApiUnderTest): string[] =>
  api.lines
    .filter(({ event }) => event === 'document not readable')
    .map(({ fields }) => String(fields.resource));
