/** The deletion of an account, from the first word to the last document. */
import { describe, expect, test } from 'vitest';
import type { MemoryHubOptions } from '../../local/memory/hub.ts';
import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import { AUDIT, type AuditFields } from '../../shared/documents/audit.ts';
import { ledgerPath } from '../../shared/documents/ledger.ts';
import { TOPICS } from '../../shared/messages.ts';
import { days, hours, minutes } from '../../shared/units.ts';
import { aCluster, clusterIdOf, writeOf } from '../../test/builders.ts';
import { deleteAccount, type Hub, isClosed, send, tokenOf } from '../../test/closing.ts';
import { type RunningHub, runHub } from '../../test/running-hub.ts';
import type { DocumentData, Query, Value, Write } from '../cloud.ts';
import { createLog } from '../log.ts';
import { closeAccounts } from './close.ts';

const account = async (hub: Hub, uid: string) =>
  (await hub.run(hub.documents.get<Allowance>(accountPath(uid))))?.data;
const auditOf = async (hub: Hub, uid: string): Promise<AuditFields[]> =>
  (
    await hub.run(hub.documents.query<AuditFields>({ collection: AUDIT, where: [['subject', '==', uid]] }))
  ).map(({ data }) => data);

const HELLO = { product: 'hello', version: '1.1.0' } as const;
const aHub = (options: MemoryHubOptions = {}) =>
  runHub({ inside: 'sketch', limits: { handOverMs: hours(3) }, ...options });

const GRACE = accountPath('grace');

const take = (hub: Hub, id: string, uid: string) =>
  send(hub, 'POST', `/v1/clusters/${id}:transfer`, tokenOf(hub, uid), {
    body: { email: `${uid}@example.com` },
  });

const judge = (hub: Hub, uid: string, state: 'good' | 'suspended') =>
  send(hub, 'PUT', `/v1/admin/accounts/${uid}`, tokenOf(hub, 'op', true), {
    body: { standing: { state, reason: 'what it does' } },
  });

/** Cloud Monitoring finds the processors of one busy to the brim. */
async function busy(hub: Hub, id: string, incident_id: string): Promise<void> {
  const incident = {
    incident_id,
    state: 'open',
    policy_user_labels: { hub_signal: 'busy' },
    resource: { labels: { cluster_name: `hub-${id}-g1` } },
  };
  await hub.run(hub.ports.messages.publish(TOPICS.signal, { incident }));
}

describe('an account that is deleted', () => {
  test('takes its clusters along, leaves those of others, and is gone with its user', async () => {
    const hub = aHub();
    const own = await hub.created({ ...HELLO, owner: 'grace' });
    const others = await hub.created({ ...HELLO, owner: 'ada' });
    await hub.share(others, 'grace', 'editor');
    const token = tokenOf(hub, 'grace');
    const preview = await send(hub, 'GET', '/v1/account', token);
    expect(preview.body.clusters.map(({ id, role, whenDeleted }) => ({ id, role, whenDeleted }))).toEqual(
      [
        { id: own, role: 'owner', whenDeleted: 'deleted' },
        { id: others, role: 'editor', whenDeleted: 'left' },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    const accepted = await deleteAccount(hub, 'grace');
    expect(accepted).toMatchObject({ status: 202, body: { uid: 'grace', closing: {} } });
    await hub.until(isClosed(hub, 'grace'), hours(3));

    const { state, owner, members, emails, readers, name } = await hub.cluster(own);
    expect({ state, owner, members, emails, readers, name }).toEqual({
      state: 'deleted',
      members: {},
      emails: {},
      readers: [],
      name: 'deleted',
    });
    expect((await hub.documents.get(ledgerPath(own)))?.data.certificate).toBeDefined();
    expect(await hub.cluster(others)).toMatchObject({ state: 'ready', members: { ada: 'owner' } });
    expect(JSON.stringify([await hub.cluster(others), await hub.events(others)])).not.toContain('grace');
    expect(await hub.ports.people.find('grace')).toBeUndefined();
    expect((await send(hub, 'GET', '/v1/me', token)).status).toBe(401);
    const deeds = await auditOf(hub, 'grace');
    expect(deeds.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['delete-account', 'close-account']),
    );
    expect(deeds).toContainEqual(
      expect.objectContaining({ action: 'share', cluster: others, reason: 'account deleted' }),
    );
  });

  test('whose request had hung since before takes what that made along', async () => {
    const hub = aHub();
    await deleteAccount(hub, 'grace');
    await hub.until(async () => (await hub.ports.people.find('grace')) === undefined, minutes(10));
    await hub.clock.runFor(minutes(8));
    const id = await hub.create({ ...HELLO, owner: 'grace' });
    await hub.until(isClosed(hub, 'grace'), hours(3));
    expect(await hub.cluster(id)).toMatchObject({ state: 'deleted' });
    expect(await hub.cluster(id)).not.toHaveProperty('owner');
  });

  test('that has nothing goes within half an hour', async () => {
    const hub = aHub();
    await deleteAccount(hub, 'grace');
    await hub.until(isClosed(hub, 'grace'), minutes(25));
    expect(await hub.ports.people.find('grace')).toBeUndefined();
  });

  test('makes and uses nothing meanwhile, and comes into no cluster', async () => {
    const hub = aHub();
    const own = await hub.created({ ...HELLO, owner: 'grace' });
    const others = await hub.created({ ...HELLO, owner: 'ada' });
    const token = tokenOf(hub, 'grace');
    await deleteAccount(hub, 'grace');
    const refused = { status: 403, body: { code: 'ACCOUNT_CLOSING' } };
    const create = { body: { name: 'mine', product: 'hello' } };
    expect(await send(hub, 'POST', '/v1/clusters', token, create)).toMatchObject(refused);
    const share = { body: { role: 'viewer' } };
    const member = `/v1/clusters/${own}/members/linus@example.com`;
    expect(await send(hub, 'PUT', member, token, share)).toMatchObject(refused);
    const more = { body: { maxClusters: 9, reason: 'more' } };
    expect(await send(hub, 'PUT', '/v1/me/quotaRequest', token, more)).toMatchObject(refused);
    const operator = tokenOf(hub, 'op', true);
    const limits = { body: { maxClusters: 9 } };
    expect(await send(hub, 'PUT', '/v1/admin/accounts/grace', operator, limits)).toMatchObject(refused);
    // Looking and deleting go on.
    expect(await send(hub, 'GET', `/v1/clusters/${own}`, token)).toMatchObject({ status: 200 });
    expect(await send(hub, 'DELETE', `/v1/clusters/${own}`, token)).toMatchObject({ status: 202 });
    expect(await send(hub, 'GET', '/v1/me', token)).toMatchObject({ status: 200, body: { closing: {} } });
    // Whoever is invited at the last moment comes no more.
    await hub.run(
      hub.documents.commit([
        {
          op: 'set',
          path: 'invitations/late',
          data: {
            schema: 1,
            cluster: others,
            email: 'grace@example.com',
            role: 'viewer',
            invitedBy: 'ada',
            createdAt: new Date(hub.clock.now()),
            expiresAt: new Date(hub.clock.now() + days(1)),
          },
        },
      ]),
    );
    await send(hub, 'GET', '/v1/me', token);
    expect((await hub.cluster(others)).members).toEqual({ ada: 'owner' });
    await hub.until(isClosed(hub, 'grace'), hours(3));
    expect(await hub.run(hub.documents.get('invitations/late'))).toBeUndefined();
  });

  test('offers what it pays for to the other owners, and is gone once one of them has taken it over', async () => {
    const hub = aHub();
    const id = await hub.created({ ...HELLO, owner: 'ada' });
    await hub.share(id, 'grace', 'owner');
    await hub.share(id, 'vera', 'editor');
    const before = await account(hub, 'ada');
    const { body } = await deleteAccount(hub, 'ada');
    expect(body).toMatchObject({ clusters: [{ id, whenDeleted: 'offered' }], handOverHours: 3 });
    await hub.clock.runFor(minutes(10));
    const { closing } = (await account(hub, 'ada')) ?? {};
    const until = new Date((closing?.since.getTime() ?? 0) + hours(3));
    expect(closing).toMatchObject({ waitsUntilAt: until });
    expect(await hub.cluster(id)).toMatchObject({ state: 'ready', owner: 'ada', handOverUntilAt: until });
    const told =
      /^The person who pays for it is deleting their account. It will be deleted at .* UTC unless another owner takes it over.$/;
    expect((await hub.messagesOf(id)).filter((message) => told.test(message))).toHaveLength(1);
    await hub.clock.runFor(hours(2));
    expect(await account(hub, 'grace')).toBeUndefined();

    const take = { body: { email: 'grace@example.com' } };
    const taken = await send(hub, 'POST', `/v1/clusters/${id}:transfer`, tokenOf(hub, 'grace'), take);
    expect(taken.status).toBe(202);
    await hub.until(isClosed(hub, 'ada'), hours(1));
    const cluster = await hub.cluster(id);
    expect(cluster).toMatchObject({
      state: 'ready',
      owner: 'grace',
      members: { grace: 'owner', vera: 'editor' },
    });
    expect(cluster).not.toHaveProperty('handOverUntilAt');
    expect(await account(hub, 'grace')).toMatchObject({ clusters: 1, hourlyMicros: before?.hourlyMicros });
    await hub.delete(id);
    await hub.reach(id, 'deleted');
    expect(await account(hub, 'grace')).toMatchObject({ clusters: 0, hourlyMicros: 0 });
  });

  test('makes nobody pay who has not said so: what nobody takes over is deleted when their time is over', async () => {
    const lines: string[] = [];
    const hub = aHub({ log: createLog((severity, event) => lines.push(`${severity} ${event}`)) });
    const id = await hub.created({ ...HELLO, owner: 'ada' });
    await hub.share(id, 'grace', 'owner');
    const offered = { body: { email: 'grace@example.com' } };
    await send(hub, 'POST', `/v1/clusters/${id}:transfer`, tokenOf(hub, 'ada'), offered);
    await deleteAccount(hub, 'ada');
    await hub.clock.runFor(hours(2.9));
    expect(await hub.cluster(id)).toMatchObject({ state: 'ready', owner: 'ada' });
    await hub.until(isClosed(hub, 'ada'), hours(4));
    expect(await hub.cluster(id)).toMatchObject({ state: 'deleted' });
    expect(await account(hub, 'grace')).toBeUndefined();
    // That was waited for, and is no fault.
    expect(lines).not.toContain('ERROR account stays');
  });

  test('deletes nothing that is taken over at the last moment', async () => {
    let hasTaken = false;
    const hub: RunningHub = aHub({
      async invoke(name, work) {
        const { documents } = hub;
        const commit = async (writes: readonly Write[]): Promise<void> => {
          const deletes = writes.some((write) => 'data' in write && write.data.state === 'deleting');
          if (name === TOPICS.closing && deletes && !hasTaken) {
            hasTaken = true;
            await documents.commit([{ op: 'update', path: `clusters/${id}`, data: { owner: 'grace' } }]);
          }
          await documents.commit(writes);
        };
        await work({ ...hub.ports, documents: { ...documents, commit } });
      },
    });
    const id = await hub.created({ ...HELLO, owner: 'ada' });
    await hub.share(id, 'grace', 'owner');
    await deleteAccount(hub, 'ada');
    await hub.clock.runFor(hours(4));
    expect(hasTaken).toBe(true);
    expect(await hub.cluster(id)).toMatchObject({ state: 'ready', owner: 'grace' });
  });

  test('that Hub doubts offers nothing', async () => {
    const hub = aHub();
    const id = await hub.created({ ...HELLO, owner: 'mallory' });
    await hub.share(id, 'victim', 'owner');
    const standing = { state: 'suspended', reason: 'busy', since: new Date(hub.clock.now()), by: 'hub' };
    await hub.run(hub.documents.commit([{ op: 'update', path: accountPath('mallory'), data: { standing } }]));
    const { body } = await deleteAccount(hub, 'mallory');
    expect(body.clusters).toMatchObject([{ id, whenDeleted: 'deleted' }]);
    await hub.until(isClosed(hub, 'mallory'), hours(3));
    expect(await hub.cluster(id)).toMatchObject({ state: 'deleted' });
    expect(await account(hub, 'victim')).toBeUndefined();
  });

  test('that Hub comes to doubt meanwhile keeps what it has offered until the time that was told', async () => {
    const hub = aHub();
    const [taken, lost] = [
      await hub.created({ ...HELLO, owner: 'ada' }),
      await hub.created({ ...HELLO, owner: 'ada' }),
    ];
    for (const id of [taken, lost]) await hub.share(id, 'grace', 'owner');
    await deleteAccount(hub, 'ada');
    await hub.clock.runFor(minutes(20));
    await busy(hub, lost, '0.1');
    await hub.clock.runFor(minutes(40));
    await busy(hub, lost, '0.2');
    await hub.clock.runFor(minutes(20));
    expect(await account(hub, 'ada')).toMatchObject({ standing: { state: 'suspended', by: 'hub' } });
    for (const id of [taken, lost])
      expect(await hub.cluster(id)).toMatchObject({ state: 'ready', owner: 'ada' });
    const shown = await send(hub, 'GET', '/v1/account', tokenOf(hub, 'ada'));
    expect(shown.body.clusters.map(({ whenDeleted }) => whenDeleted)).toEqual(['offered', 'offered']);
    expect(await take(hub, taken, 'grace')).toMatchObject({ status: 202 });
    await hub.clock.runFor(minutes(90));
    expect(await hub.cluster(lost)).toMatchObject({ state: 'ready' });
    await hub.until(isClosed(hub, 'ada'), hours(2));
    expect(await hub.cluster(lost)).toMatchObject({ state: 'deleted' });
    expect(await hub.cluster(taken)).toMatchObject({ state: 'ready', owner: 'grace' });
  });

  test('that an operator suspends keeps what it has offered, but nobody takes that until it is restored', async () => {
    const hub = aHub();
    const id = await hub.created({ ...HELLO, owner: 'ada' });
    await hub.share(id, 'grace', 'owner');
    await deleteAccount(hub, 'ada');
    await hub.clock.runFor(minutes(20));
    expect(await judge(hub, 'ada', 'suspended')).toMatchObject({ status: 200 });
    await hub.clock.runFor(minutes(20));
    expect(await hub.cluster(id)).toMatchObject({ state: 'ready', owner: 'ada' });
    expect(await take(hub, id, 'grace')).toMatchObject({ status: 403, body: { code: 'OWNER_SUSPENDED' } });
    expect(await judge(hub, 'ada', 'good')).toMatchObject({ status: 200, body: { closing: {} } });
    expect(await account(hub, 'ada')).not.toHaveProperty('standing');
    expect(await take(hub, id, 'grace')).toMatchObject({ status: 202 });
    expect((await auditOf(hub, 'ada')).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['suspend', 'restore']),
    );
    await hub.until(isClosed(hub, 'ada'), hours(1));
  });

  test('that goes at the moment in which an operator judges it does not come back by that', async () => {
    const hub = aHub();
    await deleteAccount(hub, 'ada');
    await hub.clock.runFor(minutes(1));
    const { documents } = hub.ports;
    const path = accountPath('ada');
    const commit = async (writes: readonly Write[]): Promise<void> => {
      if (writes.some((write) => write.path === path)) await documents.commit([{ op: 'delete', path }]);
      await documents.commit(writes);
    };
    const ports = { ...hub.ports, documents: { ...documents, commit } };
    expect(await judge({ ...hub, ports }, 'ada', 'suspended')).toMatchObject({ status: 404 });
    expect(await account(hub, 'ada')).toBeUndefined();
  });

  test('whose owner had left it when that was allowed, and nobody else owns, is deleted', async () => {
    const hub = aHub();
    const id = await hub.created({ ...HELLO, owner: 'ada' });
    await hub.share(id, 'grace', 'owner');
    const data = { members: { grace: 'owner' }, readers: ['grace'], emails: {} };
    await hub.run(hub.documents.commit([{ op: 'update', path: `clusters/${id}`, data }]));
    const { body } = await deleteAccount(hub, 'grace');
    expect(body.clusters).toMatchObject([{ id, whenDeleted: 'deleted' }]);
    await hub.until(isClosed(hub, 'grace'), hours(3));
    expect(await hub.cluster(id)).toMatchObject({ state: 'deleted', owner: 'ada', members: {} });
  });

  test('waits for a cluster that is stuck, and tells operators after a day', async () => {
    const lines: string[] = [];
    const hub = aHub({ log: createLog((severity, event) => lines.push(`${severity} ${event}`)) });
    const id = await hub.created({ ...HELLO, owner: 'grace' });
    await deleteAccount(hub, 'grace');
    await hub.run(hub.documents.commit([{ op: 'update', path: `clusters/${id}`, data: STUCK }]));
    await hub.clock.runFor(minutes(20));
    expect(await hub.cluster(id)).toMatchObject({ state: 'stuck' });
    expect(lines).not.toContain('ERROR account stays');
    const since = new Date(hub.clock.now() - hours(25));
    await hub.run(
      hub.documents.commit([{ op: 'update', path: accountPath('grace'), data: { 'closing.since': since } }]),
    );
    await hub.clock.runFor(minutes(6));
    expect(lines).toContain('ERROR account stays');
    expect(await account(hub, 'grace')).toBeDefined();
    await hub.retry(id);
    await hub.until(isClosed(hub, 'grace'), hours(3));
  });

  test('does not take along invitations to an address that is not proven to be theirs', async () => {
    const hub = aHub();
    const id = await hub.created({ ...HELLO, owner: 'ada' });
    const ada = tokenOf(hub, 'ada');
    const path = `/v1/clusters/${id}/members/grace@example.com`;
    await send(hub, 'PUT', path, ada, { body: { role: 'viewer' } });
    const pretends = hub.tokens.issue({
      uid: 'mallory',
      email: 'grace@example.com',
      emailVerified: false,
      operator: false,
      signedInAt: new Date(hub.clock.now()),
    });
    const { etag, body } = await send(hub, 'GET', '/v1/account', pretends);
    expect(body.invitations).toEqual([]);
    await send(hub, 'DELETE', '/v1/account', pretends, { headers: { 'if-match': etag ?? '' } });
    await hub.until(isClosed(hub, 'mallory'), minutes(20));
    const members = await send<{ members: { email: string }[] }>(
      hub,
      'GET',
      `/v1/clusters/${id}/members`,
      ada,
    );
    expect(members.body.members.map(({ email }) => email)).toContain('grace@example.com');
  });

  test('whose invitations somebody else accepts later leaves them without its name', async () => {
    const hub = aHub();
    const id = await hub.created({ ...HELLO, owner: 'ada' });
    await hub.share(id, 'grace', 'owner');
    const path = `/v1/clusters/${id}/members/linus@example.com`;
    await send(hub, 'PUT', path, tokenOf(hub, 'grace'), { body: { role: 'viewer' } });
    await deleteAccount(hub, 'grace');
    await hub.until(isClosed(hub, 'grace'), hours(1));
    const [invitation] = await hub.documents.query({ collection: 'invitations' });
    expect(invitation?.data).toMatchObject({ email: 'linus@example.com', invitedBy: 'deleted-account' });
    await send(hub, 'GET', '/v1/me', tokenOf(hub, 'linus'));
    expect((await hub.cluster(id)).members).toEqual({ ada: 'owner', linus: 'viewer' });
  });

  test('that could not share any more takes along whom it had invited when it could', async () => {
    const hub = aHub();
    const id = await hub.created({ ...HELLO, owner: 'ada' });
    await hub.share(id, 'grace', 'owner');
    const path = `/v1/clusters/${id}/members/linus@example.com`;
    await send(hub, 'PUT', path, tokenOf(hub, 'grace'), { body: { role: 'owner' } });
    await hub.share(id, 'grace', 'viewer');
    await deleteAccount(hub, 'grace');
    await hub.until(isClosed(hub, 'grace'), hours(1));
    expect(await hub.documents.query({ collection: 'invitations' })).toEqual([]);
    await send(hub, 'GET', '/v1/me', tokenOf(hub, 'linus'));
    expect((await hub.cluster(id)).members).toEqual({ ada: 'owner' });
  });
});

describe('asking for it', () => {
  test('needs a sign-in that is not long ago, and a look at what would be deleted', async () => {
    const hub = aHub();
    const token = tokenOf(hub, 'grace');
    const remove = (headers: Record<string, string> = {}, as = token) =>
      send(hub, 'DELETE', '/v1/account', as, { headers });
    expect(await remove()).toMatchObject({ status: 428, body: { code: 'PREVIEW_REQUIRED' } });
    expect(await remove({ 'if-match': '*' })).toMatchObject({ status: 428 });
    const { etag } = await send(hub, 'GET', '/v1/account', token);
    const id = await hub.created({ ...HELLO, owner: 'grace' });
    await hub.clock.runFor(minutes(1));
    const seen = { 'if-match': etag ?? '' };
    const fresh = tokenOf(hub, 'grace');
    expect(await remove(seen, fresh)).toMatchObject({ status: 412, body: { code: 'PREVIEW_CHANGED' } });
    const now = await send(hub, 'GET', '/v1/account', fresh);
    await hub.clock.runFor(minutes(16));
    const seenNow = { 'if-match': now.etag ?? '' };
    expect(await remove(seenNow, fresh)).toMatchObject({ status: 403, body: { code: 'SIGN_IN_TOO_OLD' } });
    const forgotten = hub.tokens.issue({ uid: 'grace', emailVerified: true, operator: false });
    expect(await remove(seenNow, forgotten)).toMatchObject({ body: { code: 'SIGN_IN_TOO_OLD' } });
    expect(await hub.cluster(id)).toMatchObject({ state: 'ready' });
    expect(await account(hub, 'grace')).not.toHaveProperty('closing');
    expect(await remove(seenNow, tokenOf(hub, 'grace'))).toMatchObject({ status: 202 });
    // A repetition changes nothing, however old it is.
    expect(await remove({}, fresh)).toMatchObject({ status: 202 });
    expect((await auditOf(hub, 'grace')).filter(({ action }) => action === 'delete-account')).toHaveLength(1);
  });

  test('is an operator’s too, with a reason that is kept without addresses', async () => {
    const hub = aHub();
    const id = await hub.created({ ...HELLO, owner: 'grace' });
    const path = '/v1/admin/accounts/grace:delete';
    const operator = tokenOf(hub, 'op', true);
    expect(await send(hub, 'POST', path, operator, { body: {} })).toMatchObject({ status: 400 });
    const asked = { body: { reason: 'grace@example.com asked by letter.' } };
    expect(await send(hub, 'POST', path, tokenOf(hub, 'grace'), asked)).toMatchObject({ status: 403 });
    expect(await send(hub, 'POST', path, operator, asked)).toMatchObject({
      status: 202,
      body: { uid: 'grace', closing: {} },
    });
    expect(await auditOf(hub, 'grace')).toMatchObject([
      { actor: 'op', action: 'delete-account', reason: '[email] asked by letter.' },
    ]);
    await hub.until(isClosed(hub, 'grace'), hours(3));
    expect(await hub.cluster(id)).toMatchObject({ state: 'deleted' });
  });
});

const STUCK = { state: 'stuck', dueAt: undefined, deadlineAt: undefined } as const;

test('an account with thousands of deleted clusters is shown the newest, and deleted page by page', async () => {
  const hub = aHub();
  const count = 1050;
  const clusters = Array.from({ length: count }, (_, n) =>
    aCluster({
      id: clusterIdOf(n + 1),
      owner: n % 2 === 0 ? 'grace' : 'ada',
      members: { grace: 'owner', ada: 'owner' },
      state: 'deleted',
      createdAt: new Date(hub.clock.now() - n),
    }),
  );
  for (let n = 0; n < count; n += 350)
    await hub.run(hub.documents.commit(clusters.slice(n, n + 350).map(writeOf)));
  const preview = await send(hub, 'GET', '/v1/account', tokenOf(hub, 'grace'));
  expect(preview.body.deletedClusters).toBe(count);
  expect(preview.body.clusters.map(({ id }) => id).sort()).toEqual(
    clusters
      .slice(0, 200)
      .map(({ id }) => id)
      .sort(),
  );
  expect(new Set(preview.body.clusters.map(({ whenDeleted }) => whenDeleted))).toEqual(
    new Set(['forgotten']),
  );

  const data = { closing: { since: new Date(hub.clock.now()), by: 'grace' } };
  await hub.run(
    hub.documents.commit([
      { op: 'set', path: GRACE, data: { schema: 1, clusters: 0, hourlyMicros: 0, ...data } },
    ]),
  );
  let [commits, largest] = [0, 0];
  const { documents } = hub.ports;
  const watched = {
    ...documents,
    query: async (query: Query) => {
      const found = await documents.query(query);
      largest = Math.max(largest, found.length);
      return found;
    },
    commit: (writes: readonly Write[]) => {
      commits++;
      return documents.commit(writes);
    },
  };
  await hub.run(closeAccounts({ ...hub.ports, documents: watched }));
  expect(largest).toBeLessThanOrEqual(200);
  expect(commits).toBeLessThan(20);
  for (const { id, owner } of [clusters[0], clusters[count - 1]].flatMap((one) => one ?? [])) {
    const { members, readers, owner: now } = await hub.cluster(id);
    expect({ members, readers, now }).toEqual({
      members: { ada: 'owner' },
      readers: ['ada'],
      now: owner === 'ada' ? 'ada' : undefined,
    });
  }
  expect((await auditOf(hub, 'grace')).filter(({ action }) => action === 'share')).toHaveLength(count);
  await hub.until(isClosed(hub, 'grace'), hours(1));
});

test('accounts are closed beside each other: those for whom nobody answers keep no others waiting', async () => {
  const hub = aHub();
  const since = new Date(hub.clock.now());
  const uids = Array.from({ length: 150 }, (_, n) => `leaver-${n}`);
  await hub.run(
    hub.documents.commit(
      uids.map((uid) => ({
        op: 'set',
        path: accountPath(uid),
        data: { schema: 1, clusters: 0, hourlyMicros: 0, closing: { since, by: uid } },
      })),
    ),
  );
  const { people } = hub.ports;
  const silent = new Set(['leaver-1', 'leaver-70', 'leaver-149']);
  const ofSome: typeof people = {
    ...people,
    find: (uid) => (silent.has(uid) ? new Promise(() => undefined) : people.find(uid)),
  };
  void closeAccounts({ ...hub.ports, people: ofSome });
  await hub.clock.runFor(minutes(1));
  const done = await Promise.all(uids.map((uid) => account(hub, uid)));
  expect(uids.filter((_, n) => !done[n]?.closing?.userGoneAt)).toEqual([...silent]);
});

test('a cluster that cannot be read keeps its account, and no other cluster', async () => {
  const hub = aHub();
  await hub.created({ ...HELLO, owner: 'grace' });
  await hub.run(
    hub.documents.commit([
      { op: 'set', path: 'clusters/broken', data: { owner: 'grace', readers: ['grace'] } },
    ]),
  );
  const { status, body } = await deleteAccount(hub, 'grace');
  expect({ status, clusters: body.clusters.length }).toEqual({ status: 202, clusters: 1 });
  const [{ id = '' } = {}] = body.clusters;
  await hub.reach(id, 'deleted');
  await hub.clock.runFor(minutes(30));
  expect(await account(hub, 'grace')).toHaveProperty('closing');
  expect(await hub.cluster(id)).not.toHaveProperty('owner');
  await hub.run(hub.documents.commit([{ op: 'delete', path: 'clusters/broken' }]));
  await hub.until(isClosed(hub, 'grace'), minutes(20));
});

test('what names somebody goes with their account although nobody can read it', async () => {
  const hub = aHub();
  const broken: readonly [string, DocumentData][] = [
    ['invitations/sent', { invitedBy: 'grace', role: 'king' }],
    ['invitations/received', { email: 'grace@example.com', role: 'king' }],
    ['signals/one', { account: 'grace', kind: 7 }],
    ['audit/one', { subject: 'grace', at: new Date(0), action: 7 }],
  ];
  await hub.run(hub.documents.commit(broken.map(([path, data]) => ({ op: 'set', path, data }))));
  expect((await deleteAccount(hub, 'grace')).status).toBe(202);
  await hub.until(isClosed(hub, 'grace'), minutes(25));
  const left = await Promise.all(broken.map(([path]) => hub.run(hub.documents.get(path))));
  // The audit log keeps uids until its time is over.
  expect(left.map((one) => one?.path)).toEqual([undefined, undefined, undefined, 'audit/one']);
});

test.each<[string, Value]>([
  ['whose counters are none', new Date(0)],
  ['of which nobody can say since when it is closing', 'long ago'],
])('one account %s cannot be read, and keeps no other one waiting', async (_, since) => {
  const hub = aHub();
  await hub.run(
    hub.documents.commit([
      {
        op: 'set',
        path: accountPath('broken'),
        data: { schema: 1, clusters: 'many', closing: { since, by: 'broken' } },
      },
      {
        op: 'set',
        path: accountPath('grace'),
        data: { schema: 1, clusters: 0, hourlyMicros: 0, closing: { since: new Date(1), by: 'grace' } },
      },
    ]),
  );
  await hub.run(closeAccounts(hub.ports));
  await hub.clock.runFor(minutes(11));
  await hub.run(closeAccounts(hub.ports));
  expect(await account(hub, 'grace')).toBeUndefined();
  expect(await account(hub, 'broken')).toBeDefined();
});
