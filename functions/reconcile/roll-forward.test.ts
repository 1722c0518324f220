/** What people decide over the real API, a database that is set back to before it, and forward again by the lines that the log has. */
import { describe, expect, test } from 'vitest';
import { accountPath } from '../../shared/documents/account.ts';
import { AUDIT, type AuditFields } from '../../shared/documents/audit.ts';
import { INVITATIONS } from '../../shared/documents/invitation.ts';
import { poolPath } from '../../shared/documents/pool.ts';
import { hours, minutes } from '../../shared/units.ts';
import { requestOf } from '../../test/request.ts';
import { runHub } from '../../test/running-hub.ts';
import { copyOf } from '../../test/set-back.ts';
import { createApi } from '../api/app.ts';
import { createLog } from '../log.ts';
import { recount } from './counters.ts';
import type { AuditLine } from './deeds.ts';
import { rollForward } from './roll-forward.ts';

const HELLO = { product: 'hello', version: '1.1.0' };

function aHub() {
  const lines: AuditLine[] = [];
  const log = createLog((_, event, fields) => {
    const { actor = '', action = '', resource = '', cluster, subject, reason, epoch } = fields;
    const more = {
      ...(epoch !== undefined && { epoch }),
      ...(cluster !== undefined && { cluster }),
      ...(subject !== undefined && { subject }),
      ...(reason !== undefined && { reason }),
    };
    if (event === 'audit' && action !== 'denied')
      // It is told after the commit, by the log's own clock.
      lines.push({ at: new Date(it.clock.now() + 5), actor, action, resource, ...more } as AuditLine);
  });
  const it = runHub({ inside: 'sketch', log });
  const app = createApi(it.ports);
  const as = (uid: string) =>
    it.tokens.issue({
      uid,
      email: `${uid}@example.com`,
      emailVerified: true,
      operator: uid === 'op',
      signedInAt: new Date(it.clock.now()),
    });
  const ask = async (uid: string, method: string, path: string, body?: object) => {
    const token = as(uid);
    const response = await it.run(
      Promise.resolve(app.request(path, requestOf(method, token, body ? { body } : {}))),
    );
    const text = await response.text();
    const answer = { status: response.status, body: text === '' ? {} : JSON.parse(text) };
    expect([200, 201, 202, 204], `${method} ${path}: ${text}`).toContain(answer.status);
    return answer.body;
  };
  return {
    ...it,
    as,
    ask,
    create: async (uid: string, more: object = {}): Promise<string> =>
      (await ask(uid, 'POST', '/v1/clusters', { name: 'mine', ...HELLO, ...more })).id,
    /** By the lines of the log, and once more, which must change nothing; then it is counted anew. */
    lines,
    async forward() {
      const done = await it.run(rollForward(it.ports, lines, true));
      const again = await it.run(rollForward(it.ports, lines, true));
      expect(again.flatMap(({ says }) => says)).toEqual([]);
      await it.run(recount(it.ports.documents, it.ports.settings.cell));
      return done;
    },
    account: async (uid: string) => (await it.run(it.documents.get(accountPath(uid))))?.data,
    audit: async () =>
      (await it.run(it.documents.query<AuditFields>({ collection: AUDIT }))).map(({ data }) => data),
  };
}

describe('a spare that somebody was handed since', () => {
  test.each(['warm', 'repairing'] as const)(
    'is theirs again, from %s, with what they put in',
    async (state) => {
      const it = aHub();
      await it.ask('op', 'PUT', '/v1/pools/default', { wanted: 1, ...HELLO });
      const [spare = ''] = await it.spares();
      if (state === 'repairing') {
        const at = new Date(it.clock.now());
        const more = { dueAt: at, deadlineAt: new Date(at.getTime() + minutes(45)), since: at };
        await it.run(
          it.documents.commit([{ op: 'update', path: `clusters/${spare}`, data: { state, ...more } }]),
        );
      }
      const setBack = await copyOf(it);
      if (state === 'repairing') await it.reach(spare, 'warm');
      const id = await it.create('ada', { ttlHours: 5 });
      expect(id).toBe(spare);
      await it.reach(id, 'ready');
      await it.ask('ada', 'POST', `/v1/clusters/${id}:extend`, { ttlHours: 9 });
      const { expiresAt, location } = await it.cluster(id);
      await setBack();
      expect(await it.cluster(id)).toMatchObject({ state, pool: 'default' });

      const done = await it.forward();
      expect(done.find(({ path }) => path === `clusters/${id}`)?.says).toContain('ada was handed it');
      await it.reach(id, 'ready');
      const after = await it.cluster(id);
      expect(after).toMatchObject({ owner: 'ada', members: { ada: 'owner' }, readers: ['ada'], location });
      expect(after).toMatchObject({ expiresAt, claimedFrom: 'default', emails: { ada: 'ada@example.com' } });
      expect(after).not.toHaveProperty('pool');
      expect(await it.create('bob')).not.toBe(id);
      await it.clock.runFor(hours(10));
      expect((await it.cluster(id)).state).not.toBe('ready');
    },
  );

  test('and deleted since is deleted again, and proven gone', async () => {
    const it = aHub();
    await it.ask('op', 'PUT', '/v1/pools/default', { wanted: 1, ...HELLO });
    await it.spares();
    const setBack = await copyOf(it);
    const id = await it.create('ada');
    await it.reach(id, 'ready');
    await it.ask('ada', 'DELETE', `/v1/clusters/${id}`);
    await it.reach(id, 'deleted');
    await setBack();
    await it.forward();
    await it.reach(id, 'deleted');
    expect(await it.cluster(id)).toMatchObject({ owner: 'ada' });
  });
});

test('who may use a cluster, who pays, and until when, is as it was said last', async () => {
  const it = aHub();
  const id = await it.create('ada', { ttlHours: 2 });
  await it.reach(id, 'ready');
  for (const uid of ['bea', 'cyd']) {
    it.as(uid);
    await it.share(id, uid, uid === 'bea' ? 'owner' : 'viewer');
    await it.reach(id, 'ready');
  }
  // Before the copy, and accepted after it: they must not come in by it once they were removed.
  await it.ask('ada', 'PUT', `/v1/clusters/${id}/members/dan@example.com`, { role: 'editor' });
  await it.ask('ada', 'PUT', `/v1/clusters/${id}/members/eve@example.com`, { role: 'editor' });
  const setBack = await copyOf(it);
  await it.ask('dan', 'GET', '/v1/clusters');
  await it.reach(id, 'ready');
  expect((await it.cluster(id)).members).toMatchObject({ dan: 'editor' });
  await it.share(id, 'dan');
  await it.share(id, 'cyd');
  await it.share(id, 'bob', 'editor');
  it.as('bob');
  await it.ask('ada', 'DELETE', `/v1/clusters/${id}/members/eve@example.com`);
  await it.ask('ada', 'POST', `/v1/clusters/${id}:transfer`, { email: 'bea@example.com' });
  await it.ask('bea', 'POST', `/v1/clusters/${id}:transfer`, { email: 'bea@example.com' });
  await it.reach(id, 'ready');
  await it.ask('bea', 'POST', `/v1/clusters/${id}:extend`, { ttlHours: 72 });
  const { members, emails, readers, owner, expiresAt } = await it.cluster(id);
  await setBack();
  expect(await it.cluster(id)).toMatchObject({ owner: 'ada', members: { cyd: 'viewer' } });

  await it.forward();
  expect(await it.cluster(id)).toMatchObject({ owner, members, emails, expiresAt });
  expect((await it.cluster(id)).readers.toSorted()).toEqual(readers.toSorted());
  expect(members).toEqual({ ada: 'owner', bea: 'owner', bob: 'editor' });
  for (const uid of ['dan', 'eve']) await it.ask(uid, 'GET', '/v1/clusters');
  expect((await it.cluster(id)).members).toEqual(members);
  expect(await it.run(it.documents.query({ collection: INVITATIONS }))).toEqual([]);
  expect((await it.audit()).filter(({ actor }) => actor === 'hub').map(({ action }) => action)).toContain(
    'share',
  );
  await it.clock.runFor(hours(3));
  expect(await it.cluster(id)).toMatchObject({ state: 'ready', owner: 'bea' });
});

test('accounts and pools are as an operator said', async () => {
  const it = aHub();
  await it.ask('op', 'PUT', '/v1/pools/default', { wanted: 1, ...HELLO });
  for (const uid of ['ada', 'bea', 'cyd', 'dan']) await it.ask(uid, 'GET', '/v1/me');
  const say = (uid: string, body: object) => it.ask('op', 'PUT', `/v1/admin/accounts/${uid}`, body);
  await say('bea', { standing: { state: 'suspended', reason: 'mining' } });
  const setBack = await copyOf(it);
  await it.ask('op', 'PUT', '/v1/pools/default', { wanted: 2 });
  await say('ada', { maxClusters: 7, maxHourlyDollars: 9 });
  await say('ada', { maxClusters: 8 });
  await say('bea', { standing: { state: 'good', reason: 'it was not' } });
  await say('cyd', { standing: { state: 'throttled', reason: 'too many' } });
  await it.ask('op', 'POST', '/v1/admin/accounts/dan:delete', { reason: 'asked for by mail' });
  await setBack();

  await it.forward();
  expect(await it.account('ada')).toMatchObject({ maxClusters: 8, maxHourlyMicros: 9_000_000 });
  expect(await it.account('bea')).not.toHaveProperty('standing');
  expect(await it.account('cyd')).toMatchObject({
    standing: { state: 'throttled', by: 'op', reason: 'too many' },
  });
  expect(await it.account('dan')).toMatchObject({ closing: { by: 'op' } });
  expect((await it.run(it.documents.get(poolPath('default'))))?.data).toMatchObject({ wanted: 2 });
});

test('what no log can say is left to people, and told', async () => {
  const it = aHub();
  await it.ask('op', 'PUT', '/v1/pools/default', { wanted: 0, ...HELLO });
  const id = await it.create('ada');
  await it.reach(id, 'ready');
  const setBack = await copyOf(it);
  await it.ask('ada', 'PUT', `/v1/clusters/${id}/members/dan@example.com`, { role: 'editor' });
  await it.ask('op', 'PUT', '/v1/pools/default', { wanted: 0, product: 'pachyderm' });
  await it.share(id, 'gone', 'viewer');
  const other = await it.create('ada', { name: 'other' });
  await setBack();
  const done = await it.forward();
  const told = Object.fromEntries(done.map(({ path, unclear }) => [path, unclear.join()]));
  expect(told[`clusters/${other}`]).toBe('ada asked for it since: Hub reports what is left of it');
  expect(told[`clusters/${id}`]).toMatch(
    /^gone was made viewer of it, and has no verified address any more$/,
  );
  expect(told[`clusters/${id}, invitations`]).toMatch(/^ada invited somebody \(editor\)/);
  expect(told['pools/default']).toMatch(/set it again/);
  expect(JSON.stringify(done)).not.toContain('@');
});

test('lines that two instances told the other way round are taken in the order of the changes', async () => {
  const it = aHub();
  const id = await it.create('ada');
  await it.reach(id, 'ready');
  it.as('bea');
  await it.share(id, 'bea', 'viewer');
  await it.reach(id, 'ready');
  const setBack = await copyOf(it);
  it.lines.length = 0;
  for (const role of ['editor', 'viewer', 'owner'])
    await it.ask('ada', 'PUT', `/v1/clusters/${id}/members/bea@example.com`, { role });
  await it.reach(id, 'ready');
  expect(it.lines).toHaveLength(3);
  await setBack();
  it.lines.reverse();
  const done = await it.forward();
  expect(done.flatMap(({ unclear }) => unclear)).toEqual([]);
  expect((await it.cluster(id)).members).toEqual({ ada: 'owner', bea: 'owner' });
});

test('a moment that is too early does no harm: what is known already is left alone', async () => {
  const it = aHub();
  const id = await it.create('ada');
  await it.reach(id, 'ready');
  for (const uid of ['bea', 'cyd']) await it.ask(uid, 'GET', '/v1/me');
  await it.ask('ada', 'PUT', `/v1/clusters/${id}/members/dan@example.com`, { role: 'editor' });
  await it.ask('ada', 'PUT', `/v1/clusters/${id}/members/bea@example.com`, { role: 'viewer' });
  await it.ask('bea', 'GET', '/v1/clusters');
  await it.ask('op', 'PUT', '/v1/admin/accounts/cyd', { standing: { state: 'suspended', reason: 'mining' } });
  await it.reach(id, 'ready');
  expect(it.lines.length).toBeGreaterThan(4);
  expect(await it.forward()).toEqual([]);
});

test('an address that went from one member to another is theirs who have it today', async () => {
  const it = aHub();
  const id = await it.create('ada');
  await it.reach(id, 'ready');
  const setBack = await copyOf(it);
  const line = (n: number, subject: string, reason: string): AuditLine => ({
    ...{ at: new Date(it.clock.now() + n), actor: 'ada', action: 'share', resource: `clusters/${id}` },
    ...{ cluster: id, subject, reason },
  });
  await setBack();
  const known = (uid: string, email: string) =>
    it.tokens.issue({ uid, email, emailVerified: true, operator: false });
  known('ada', 'ada@new.example.com');
  known('new', 'ada@example.com');
  it.lines.push(line(1, 'ada', 'owner with another address'), line(2, 'new', 'no member → viewer'));
  expect((await it.forward())[0]).toMatchObject({ says: ['ada has another address', 'new is viewer'] });
  expect(await it.cluster(id)).toMatchObject({
    owner: 'ada',
    members: { ada: 'owner', new: 'viewer' },
    emails: { ada: 'ada@new.example.com', new: 'ada@example.com' },
  });
});

test('who pays stays an owner, lines that contradict each other are told, and the rest is done all the same', async () => {
  const it = aHub();
  const id = await it.create('ada');
  await it.reach(id, 'ready');
  for (const uid of ['bea', 'cyd']) {
    it.as(uid);
    await it.share(id, uid, 'viewer');
    await it.reach(id, 'ready');
  }
  it.lines.length = 0;
  const line = (n: number, subject: string, reason: string): AuditLine => ({
    ...{ at: new Date(it.clock.now() + n), actor: 'ada', action: 'share', resource: `clusters/${id}` },
    ...{ cluster: id, subject, reason },
  });
  it.lines.push(
    line(1, 'ada', 'owner → no member'),
    line(2, 'bea', 'viewer → no member'),
    line(3, 'cyd', 'editor → no member'),
    line(4, 'cyd', 'viewer → editor'),
  );
  await it.run(it.documents.commit([{ op: 'set', path: 'accounts/zed', data: { clusters: 'none' } }]));
  it.lines.push({ ...line(5, 'zed', 'mining'), action: 'suspend', resource: 'accounts/zed' });
  it.lines.push({ ...line(6, 'bea', 'mining'), action: 'suspend', resource: 'accounts/bea' });
  const done = await it.run(rollForward(it.ports, it.lines, true));
  const told = done.flatMap(({ unclear }) => unclear).join('\n');
  expect(told).toContain('ada pays for it, and is to be no owner of it: they stay one');
  expect(told).toContain('share (viewer → editor)');
  expect(done.flatMap(({ says }) => says)).not.toContain('ada is no member');
  expect(told).toContain('accounts/zed is not readable');
  expect((await it.cluster(id)).members).toEqual({ ada: 'owner' });
  expect(await it.account('bea')).toMatchObject({ standing: { state: 'suspended' } });
});
