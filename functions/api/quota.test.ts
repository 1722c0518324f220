/** Asking for more, and getting it: the user's side in me.ts, the operator's in admin.ts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import { type MeReply, meReply } from '../../shared/api/account.ts';
import {
  type AccountPage,
  type AccountReply,
  accountPage,
  accountReply,
  type CellList,
  cellList,
} from '../../shared/api/admin.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { type Allowance, accountPath, allowanceDocument, cellPath } from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { microsOf } from '../../shared/money.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import type { Sending } from '../../test/request.ts';
import type { Write } from '../cloud.ts';
import { createApi } from './app.ts';

const operator = { operator: true };
const more = { maxClusters: 12, reason: 'A course with twelve people.' };
const counted: Allowance = { schema: 1, clusters: 2, hourlyMicros: 700 };

const ask = (api: ApiUnderTest, body: unknown = more, uid = 'ada') =>
  api.send<MeReply & Problem>('PUT', '/v1/me/quotaRequest', api.as(uid), { body });
const answer = (api: ApiUnderTest, body: unknown, id = 'ada') =>
  api.send<AccountReply & Problem>('PUT', `/v1/admin/accounts/${id}`, api.as('op', operator), { body });
const accountOf = async (api: ApiUnderTest, uid = 'ada') => {
  const found = await api.documents.get(accountPath(uid));
  return found && allowanceDocument.strict().parse(found.data);
};
const given = (api: ApiUnderTest, path: string, data: Allowance) =>
  api.documents.commit([{ op: 'set', path, data: { ...data } }]);

const anEntry = (fields: object): Write => ({
  op: 'create',
  path: 'audit/one',
  data: {
    schema: 1,
    at: new Date(0),
    action: 'invite',
    target: 'clusters/x',
    purgeAt: new Date(1),
    ...fields,
  },
});

describe('who asks for more', () => {
  test('is told that it is asked, and the operators see who asks and why', async () => {
    const api = apiUnderTest();
    const { status, body } = await ask(api);
    expect(status).toBe(202);
    expect(meReply.strict().parse(body)).toEqual(body);
    const at = new Date(api.clock.now());
    expect(body.quotaRequest).toEqual({ ...more, at: at.toISOString() });
    const email = 'ada@example.com';
    expect(await accountOf(api)).toEqual({
      schema: 1,
      clusters: 0,
      hourlyMicros: 0,
      request: { ...more, email, at },
    });
    expect((await api.send('GET', '/v1/me', api.as('ada'))).body).toEqual(body);
    const page = await api.send<AccountPage>('GET', '/v1/admin/accounts', api.as('op', operator));
    expect(page.body.accounts).toMatchObject([{ uid: 'ada', email, quotaRequest: more }]);
  });

  test('may ask for money alone, and what is declined or granted is what was asked', async () => {
    const api = apiUnderTest();
    const token = api.as('op', operator);
    const reason = 'Larger machines.';
    const { body } = await ask(api, { maxHourlyDollars: 12.5, reason });
    expect(meReply.strict().parse(body)).toEqual(body);
    expect(body.quotaRequest).toMatchObject({ maxClusters: 5, maxHourlyDollars: 12.5, reason });
    const put = (answer: object) =>
      api.send<MeReply>('PUT', '/v1/admin/accounts/ada', token, { body: answer });
    const { declinedRequest } = (await put({ decline: true })).body;
    expect(declinedRequest).toMatchObject({ maxClusters: 5, maxHourlyDollars: 12.5 });
    await ask(api, { maxHourlyDollars: 12.5, maxClusters: 7, reason });
    await put({ maxClusters: 7, maxHourlyDollars: 12.5 });
    const now = await accountOf(api);
    expect(now).toMatchObject({ maxClusters: 7, maxHourlyMicros: 12_500_000 });
    expect(now).not.toHaveProperty('request');
    expect(now).not.toHaveProperty('declined');
  });

  test('may say it anew, and take it back as often as they like', async () => {
    const api = apiUnderTest();
    await ask(api);
    await api.clock.runFor(1000);
    expect((await ask(api, { maxClusters: 3, reason: 'Fewer will do.' })).body.quotaRequest).toMatchObject({
      maxClusters: 3,
      at: new Date(api.clock.now()).toISOString(),
    });
    const withdraw = () => api.send<MeReply>('DELETE', '/v1/me/quotaRequest', api.as('ada'));
    const { status, body } = await withdraw();
    expect({ status, asked: body.quotaRequest }).toEqual({ status: 200, asked: undefined });
    const { commits } = api.documents.counters;
    expect((await withdraw()).body).toEqual(body);
    expect(api.documents.counters.commits).toBe(commits);
  });

  test('changes nothing of what is counted, not even while it is being counted', async () => {
    const api = apiUnderTest();
    await given(api, accountPath('ada'), { ...counted, maxClusters: 7 });
    await ask(api);
    expect(await accountOf(api)).toMatchObject({ ...counted, maxClusters: 7, request: more });
    // The first cluster of an account is counted in between the reading and the writing.
    const { get } = api.documents;
    let raced = false;
    api.ports.documents = {
      ...api.documents,
      async get<T>(path: string) {
        const found = await get<T>(path);
        if (path === accountPath('grace') && !raced) {
          raced = true;
          await given(api, path, counted);
        }
        return found;
      },
    };
    expect((await ask(api, more, 'grace')).status).toBe(202);
    expect(await accountOf(api, 'grace')).toMatchObject({ ...counted, request: more });
  });

  test.each<[string, unknown]>([
    ['none', { ...more, maxClusters: 0 }],
    ['too many', { ...more, maxClusters: 101 }],
    ['a part of one', { ...more, maxClusters: 1.5 }],
    ['as a text', { ...more, maxClusters: '12' }],
    ['neither clusters nor money', { reason: more.reason }],
    ['no money', { ...more, maxHourlyDollars: 0 }],
    ['too much money', { ...more, maxHourlyDollars: 10_001 }],
    ['money as a text', { ...more, maxHourlyDollars: '12' }],
    ['without a reason', { maxClusters: 12 }],
    ['for a blank', { ...more, reason: ' ' }],
    ['at length', { ...more, reason: 'x'.repeat(501) }],
    ['in two lines', { ...more, reason: 'a\nb' }],
    ['with a NUL', { ...more, reason: 'a\u0000b' }],
    ['with an escape', { ...more, reason: 'a\u001b[31mb' }],
    ['with a line separator', { ...more, reason: 'a\u2028b' }],
    ['turned round', { ...more, reason: 'a\u202eb' }],
    ['with half a character', `{"maxClusters":12,"reason":"a\\ud800b"}`],
    ['in somebody’s name', { ...more, email: 'eve@example.com' }],
    ['as of another day', { ...more, at: '2020-01-01T00:00:00Z' }],
  ])('is refused: %s', async (_, body) => {
    const api = apiUnderTest();
    expect((await ask(api, body)).body.code).toBe('INVALID_ARGUMENT');
    expect(api.documents.counters.commits).toBe(0);
  });

  test('may write as people do', async () => {
    const api = apiUnderTest();
    const reason = 'Für 12 Leute – „Übung“, 研修 👩‍🔬';
    expect((await ask(api, { ...more, reason })).body.quotaRequest?.reason).toBe(reason);
  });

  test('must have proven their address', async () => {
    const api = apiUnderTest();
    const token = api.as('ada', { emailVerified: false });
    const { body } = await api.send<Problem>('PUT', '/v1/me/quotaRequest', token, { body: more });
    expect(body.code).toBe('EMAIL_NOT_VERIFIED');
  });

  test('whatever is sent is stored as it may be, or refused', async () => {
    const api = apiUnderTest();
    const body = fc.oneof(
      fc.record({ maxClusters: fc.integer({ min: -1, max: 110 }), reason: fc.string({ unit: 'binary' }) }),
      fc.record({ maxClusters: fc.integer({ min: 1, max: 100 }), reason: fc.string({ unit: 'grapheme' }) }),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const { status } = await ask(api, JSON.stringify(sent));
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 300, seed: 7 },
    );
    expect((await accountOf(api))?.request).toBeDefined();
  });
});

describe('an operator', () => {
  test('gives more, which answers the request in the same commit', async () => {
    const api = apiUnderTest();
    await given(api, accountPath('ada'), counted);
    await ask(api);
    const { commits } = api.documents.counters;
    const { status, body } = await answer(api, { maxClusters: 12, maxHourlyDollars: 99.5 });
    expect(status).toBe(200);
    expect(accountReply.strict().parse(body)).toEqual(body);
    expect(body).toEqual({
      uid: 'ada',
      email: 'ada@example.com',
      clusters: 2,
      maxClusters: 12,
      hourlyPrice: { amount: 0.0007, currency: 'USD', about: true },
      maxHourlyPrice: { amount: 99.5, currency: 'USD', about: false },
    });
    expect(api.documents.counters.commits).toBe(commits + 1);
    expect(await accountOf(api)).toEqual({ ...counted, maxClusters: 12, maxHourlyMicros: microsOf(99.5) });
    expect((await api.send<MeReply>('GET', '/v1/me', api.as('ada'))).body).toMatchObject({
      allowance: { clusters: 2, maxClusters: 12 },
    });
  });

  test('changes one limit and leaves the other', async () => {
    const api = apiUnderTest();
    await given(api, accountPath('ada'), { ...counted, maxClusters: 7, maxHourlyMicros: 9 });
    await answer(api, { maxHourlyDollars: 0 });
    expect(await accountOf(api)).toEqual({ ...counted, maxClusters: 7, maxHourlyMicros: 0 });
  });

  test.each([{ maxClusters: 5 }, { decline: true }])(
    'answers only what they have read, where they say which: %j',
    async (body) => {
      const api = apiUnderTest();
      const requestAt = (await ask(api, { maxClusters: 5, reason: 'A test.' })).body.quotaRequest?.at;
      await api.clock.runFor(1000);
      await ask(api);
      const { status, body: problem } = await answer(api, { ...body, requestAt });
      expect({ status, code: problem.code }).toEqual({ status: 409, code: 'CONFLICT' });
      const { request } = (await accountOf(api)) ?? {};
      expect(request).toMatchObject(more);
      const read = { ...body, requestAt: request?.at.toISOString() };
      expect((await answer(api, read)).status).toBe(200);
      expect(await accountOf(api)).not.toHaveProperty('request');
      // A colleague's page may still show it.
      const answered = await accountOf(api);
      expect((await answer(api, read)).body).toMatchObject({ code: 'CONFLICT' });
      expect(await accountOf(api)).toEqual(answered);
    },
  );

  test('declines, and nothing else changes; there may be nothing to decline', async () => {
    const api = apiUnderTest();
    await given(api, accountPath('ada'), { ...counted, maxClusters: 7 });
    await ask(api);
    expect((await answer(api, { decline: true })).body).toMatchObject({ maxClusters: 7 });
    const declined = { maxClusters: more.maxClusters, at: new Date(api.clock.now()) };
    expect(await accountOf(api)).toEqual({ ...counted, maxClusters: 7, declined });
    const { commits } = api.documents.counters;
    expect((await answer(api, { decline: true })).status).toBe(200);
    expect((await answer(api, { decline: true }, 'nobody')).body).toMatchObject({
      uid: 'nobody',
      clusters: 0,
    });
    expect(api.documents.counters.commits).toBe(commits);
  });

  test('declines, and who asked is told until they ask anew or are given limits', async () => {
    const api = apiUnderTest();
    const me = async () => (await api.send<MeReply>('GET', '/v1/me', api.as('ada'))).body;
    await ask(api);
    await answer(api, { decline: true });
    const declinedRequest = { maxClusters: more.maxClusters, at: new Date(api.clock.now()).toISOString() };
    const told = await me();
    expect(meReply.strict().parse(told)).toEqual(told);
    expect(told).toMatchObject({ declinedRequest });
    expect(told).not.toHaveProperty('quotaRequest');
    expect((await ask(api)).body).not.toHaveProperty('declinedRequest');
    await answer(api, { decline: true });
    await answer(api, { maxClusters: 3 });
    expect(await me()).not.toHaveProperty('declinedRequest');
  });

  test('may provide for somebody who has not come yet, whatever their uid', async () => {
    const api = apiUnderTest();
    for (const uid of [
      'new',
      'github:17',
      'a b+c@d.e',
      'constructor',
      '__proto',
      'x'.repeat(128),
      'ü'.repeat(128),
    ]) {
      const { status, body } = await answer(api, { maxClusters: 1 }, encodeURIComponent(uid));
      expect({ status, uid: body.uid }).toEqual({ status: 200, uid });
      expect(await accountOf(api, uid)).toMatchObject({
        schema: 1,
        clusters: 0,
        hourlyMicros: 0,
        maxClusters: 1,
      });
    }
  });

  test('suspends and deletes nobody whom nothing speaks of: a uid that was mistyped is told', async () => {
    const api = apiUnderTest();
    const standing = { state: 'suspended', reason: 'It mines.' };
    const deleted = () =>
      api.send<AccountReply & Problem>('POST', '/v1/admin/accounts/1000:delete', api.as('op', operator), {
        body: { reason: 'They asked by letter.' },
      });
    expect((await answer(api, { standing }, '1000')).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await deleted()).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(api.documents.counters.commits).toBe(0);
    expect(api.sent).toEqual([]);
  });

  test.each<[string, (api: ApiUnderTest) => Promise<unknown> | unknown]>([
    ['a user who has signed up', (api) => api.as('ada')],
    ['an account', (api) => given(api, accountPath('ada'), counted)],
    // As after a restore, when the user is gone from Identity Platform already.
    [
      'a cluster',
      (api) => api.given(aCluster({ owner: 'grace', members: { grace: 'owner', ada: 'viewer' } })),
    ],
    ['an entry of the audit log', (api) => api.documents.commit([anEntry({ actor: 'ada' })])],
    [
      'an entry of what was done to them',
      (api) => api.documents.commit([anEntry({ actor: 'op', subject: 'ada' })]),
    ],
  ])('suspends and deletes whom %s speaks of', async (_, setUp) => {
    for (const path of ['/v1/admin/accounts/ada', '/v1/admin/accounts/ada:delete']) {
      const api = apiUnderTest();
      await setUp(api);
      const [method, body] = path.endsWith(':delete')
        ? (['POST', { reason: 'They asked by letter.' }] as const)
        : (['PUT', { standing: { state: 'suspended', reason: 'It mines.' } }] as const);
      const { status } = await api.send(method, path, api.as('op', operator), { body });
      expect(status).toBe(method === 'POST' ? 202 : 200);
    }
  });

  test.each(['a%2Fb', '.', '%2E%2E', '__proto__', '__x__', 'x'.repeat(129), '%00', 'a%0Ab'])(
    'finds nobody whose uid is %s',
    async (id) => {
      const api = apiUnderTest();
      expect((await answer(api, { maxClusters: 1 }, id)).status).toBe(404);
      expect(api.documents.counters.commits).toBe(0);
    },
  );

  test('reaches exactly whom they name, or nobody', async () => {
    const uid = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('50%25', '%2F', 'a%F0b', '..', 'a/../b', ':retry', '#', '?', '+', '\\'),
    );
    const reached = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(uid, async (who) => {
        const api = apiUnderTest();
        const { status, body } = await answer(api, { maxClusters: 1 }, encodeURIComponent(who));
        reached.add(status === 200);
        if (status === 200)
          expect({ uid: body.uid, now: await accountOf(api, who) }).toMatchObject({
            uid: who,
            now: { maxClusters: 1 },
          });
        else expect(status).toBeLessThan(500);
        expect(api.documents.counters.commits).toBe(status === 200 ? 1 : 0);
      }),
      { numRuns: 300, seed: 7 },
    );
    expect([...reached].sort()).toEqual([false, true]);
  });

  test.each([
    {},
    { decline: false },
    { decline: true, maxClusters: 1 },
    { decline: true, maxHourlyDollars: 1 },
    { maxClusters: -1 },
    { maxClusters: 1001 },
    { maxClusters: 1.5 },
    { maxClusters: null },
    { maxHourlyDollars: -0.01 },
    { maxHourlyDollars: 100_001 },
    { maxHourlyDollars: '1' },
    { maxClusters: 1, clusters: 0 },
  ])('is refused %j', async (body) => {
    const api = apiUnderTest();
    expect((await answer(api, body)).body.code).toBe('INVALID_ARGUMENT');
    expect(api.documents.counters.commits).toBe(0);
  });

  test('has the waiting clusters of that account woken, and a bus that is away undoes nothing', async () => {
    const api = apiUnderTest();
    await api.given(
      aCluster({ id: clusterIdOf(1), owner: 'ada', state: 'queued', epoch: 4 }),
      aCluster({ id: clusterIdOf(2), owner: 'ada', state: 'ready' }),
    );
    await answer(api, { maxClusters: 9 });
    await api.clock.runFor(1000);
    const message = { topic: 'step-admit', body: { schema: 1, id: clusterIdOf(1), epoch: 4 } };
    expect(api.sent).toEqual([message]);
    await answer(api, { decline: true });
    await api.clock.runFor(1000);
    expect(api.sent).toEqual([message]);
    api.ports.messages.publish = () => Promise.reject(new Error('away'));
    expect((await answer(api, { maxClusters: 8 })).status).toBe(200);
  });

  test('lists all accounts page by page', async () => {
    const api = apiUnderTest();
    const uids = ['ada', 'grace', 'olga', 'vera'];
    for (const uid of uids) await given(api, accountPath(uid), counted);
    const list = (query: string) =>
      api.send<AccountPage & Problem>('GET', `/v1/admin/accounts${query}`, api.as('op', operator));
    const first = (await list('?pageSize=3')).body;
    expect(accountPage.strict().parse(first)).toEqual(first);
    const rest = (await list(`?pageSize=3&pageToken=${first.nextPageToken}`)).body;
    expect([...first.accounts, ...rest.accounts].map(({ uid }) => uid)).toEqual(uids);
    expect(rest).not.toHaveProperty('nextPageToken');
    expect((await list('?pageToken=x')).body.code).toBe('INVALID_PAGE_TOKEN');
  });

  test('lists accounts without those that cannot be read, which are told', async () => {
    const api = apiUnderTest();
    await given(api, accountPath('ada'), counted);
    await given(api, accountPath('grace'), { ...counted, clusters: 1.5 });
    const { status, body } = await api.send<AccountPage>('GET', '/v1/admin/accounts', api.as('op', operator));
    expect({ status, uids: body.accounts.map(({ uid }) => uid) }).toEqual({ status: 200, uids: ['ada'] });
    const told = api.lines.filter(({ event }) => event === 'document not readable');
    expect(told.map(({ fields }) => fields.resource)).toEqual([accountPath('grace')]);
  });

  test('sees the cell, also before anything was counted', async () => {
    const api = apiUnderTest();
    const cells = () => api.send<CellList>('GET', '/v1/admin/cells', api.as('op', operator));
    expect((await cells()).body.cells).toMatchObject([{ id: 'default', clusters: 0, maxClusters: 1000 }]);
    await given(api, cellPath('default'), { ...counted, maxClusters: 3 });
    const { body } = await cells();
    expect(cellList.parse(body)).toEqual(body);
    expect(body.cells).toMatchObject([{ clusters: 2, maxClusters: 3, hourlyPrice: { amount: 0.0007 } }]);
  });
});

test('who waits for room asks for more, gets it, and all that waited for it starts by itself', async () => {
  const hub = memoryHub({ limits: { accountClusters: 1 } });
  const app = createApi(hub.ports);
  const principal = (uid: string) => ({ uid, email: `${uid}@example.com`, emailVerified: true });
  const tokens = {
    ada: hub.tokens.issue({ ...principal('ada'), operator: false }),
    op: hub.tokens.issue({ ...principal('op'), operator: true }),
  };
  const send = async (who: 'ada' | 'op', method: string, path: string, { body }: Sending) => {
    const response = await hub.run(
      Promise.resolve(
        app.request(path, {
          method,
          headers: { authorization: `Bearer ${tokens[who]}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      ),
    );
    return response.status;
  };
  const inState = (state: string) =>
    hub.documents.query<Cluster>({ collection: CLUSTERS, where: [['state', '==', state]] });
  // More than are woken where one cluster makes room.
  const names = Array.from({ length: 9 }, (_, n) => `cluster-${n}`);
  for (const name of names) {
    expect(await send('ada', 'POST', '/v1/clusters', { body: { name, product: 'hello' } })).toBe(202);
    await hub.clock.runFor(1000);
  }
  const waiting = await inState('queued');
  expect(waiting).toHaveLength(names.length - 1);
  for (const { data } of waiting) expect(data.error?.code).toBe('ACCOUNT_QUOTA');
  expect(await send('ada', 'PUT', '/v1/me/quotaRequest', { body: more })).toBe(202);
  expect(await send('op', 'PUT', '/v1/admin/accounts/ada', { body: { maxClusters: 9 } })).toBe(200);
  await hub.clock.runFor(10_000);
  expect(await inState('provisioning')).toHaveLength(names.length);
  expect(await inState('queued')).toEqual([]);
});
