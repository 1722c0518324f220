import { describe, expect, test } from 'vitest';
import {
  type ClusterPage,
  type ClusterReply,
  clusterPage,
  clusterReply,
  type EventPage,
  eventPage,
} from '../../shared/api/clusters.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { accountPath } from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { STATES } from '../../shared/lifecycle/table.ts';
import { describe as describeError } from '../../shared/lifecycle/transition.ts';
import { minutes } from '../../shared/units.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, aSpec, clusterIdOf } from '../../test/builders.ts';

const spares = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    aCluster({ id: clusterIdOf(n + 1), state: 'warm', pool: 'default', name: 'default' }),
  );

describe('creating', () => {
  test('a cluster is accepted with its address, its defaults filled in, and its first step is sent', async () => {
    const api = apiUnderTest();
    const { status, headers, body } = await api.create(api.as('ada'), { name: 'mine', ttlHours: 24 });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/v1/clusters/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      name: 'mine',
      product: 'pachyderm',
      size: 'small',
      region: 'europe-west1',
      availability: 'zonal',
      isolation: 'dedicated',
      ttlHours: 24,
      state: 'provisioning',
      members: { ada: 'owner' },
      error: null,
      endpoints: {},
      etag: '"1"',
    });
    await api.clock.runFor(minutes(1));
    expect(api.sent).toEqual([{ topic: 'step-provision', body: { schema: 1, id: body.id, epoch: 1 } }]);
  });

  test('a reply holds the fields of its schema and no other', async () => {
    const api = apiUnderTest();
    await api.given(...spares(1));
    const claimed = await api.create(api.as('ada'));
    const cold = await api.create(api.as('ada'));
    for (const { body } of [claimed, cold]) expect(clusterReply.strict().parse(body)).toEqual(body);
  });

  test('a waiting spare is handed over at once, keeps its id and counts for its owner', async () => {
    const api = apiUnderTest();
    await api.given(...spares(1));
    const { status, body } = await api.create(api.as('ada'), { name: 'mine', ttlHours: 2 });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      id: clusterIdOf(1),
      name: 'mine',
      state: 'personalizing',
      ttlHours: 2,
      members: { ada: 'owner' },
    });
    // It counts from the moment in which the owner can use it.
    expect(body.expiresAt).toBeUndefined();
    expect((await api.documents.get(clusterPath(body.id)))?.data.emails).toEqual({ ada: 'ada@example.com' });
    const account = await api.documents.get(accountPath('ada'));
    expect(account?.data).toMatchObject({ clusters: 1 });
    await api.clock.runFor(minutes(1));
    expect(api.sent).toEqual([
      { topic: 'step-personalize', body: { schema: 1, id: body.id, epoch: 4 } },
      { topic: 'top-up', body: { schema: 1, pool: 'default' } },
    ]);
  });

  test('a spare of another shape is left alone', async () => {
    const api = apiUnderTest();
    await api.given(...spares(1));
    const { body } = await api.create(api.as('ada'), { name: 'mine', size: 'medium' });
    expect(body).toMatchObject({ state: 'provisioning', size: 'medium' });
  });

  test.each([
    ['not verified', { emailVerified: false }],
    ['one that nobody can have', { email: 'control-plane@hub.invalid' }],
    ['none at all', { email: '' }],
  ])('with an address that is %s is refused', async (_, person) => {
    const api = apiUnderTest();
    await api.given(...spares(1));
    const { commits } = api.documents.counters;
    const { status, body } = await api.create(api.as('eve', person));
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'EMAIL_NOT_VERIFIED' });
    expect(api.documents.counters.commits).toBe(commits);
  });

  test('the address is kept in lower case', async () => {
    const api = apiUnderTest();
    const { body } = await api.create(api.as('ada', { email: 'Ada@Example.COM' }));
    expect((await api.documents.get(clusterPath(body.id)))?.data.emails).toEqual({ ada: 'ada@example.com' });
  });

  test('an account without room is queued although a spare waits', async () => {
    const api = apiUnderTest({ limits: { accountClusters: 1 } });
    await api.given(...spares(2));
    const token = api.as('ada');
    expect((await api.create(token)).body.state).toBe('personalizing');
    expect((await api.create(token)).body.state).toBe('queued');
  });

  test('50 claims at once on 50 spares give 50 owners one cluster each', async () => {
    const api = apiUnderTest();
    await api.given(...spares(50));
    const owners = Array.from({ length: 50 }, (_, n) => `owner-${n}`);
    const answers = await Promise.all(owners.map((owner) => api.create(api.as(owner))));
    expect(answers.map(({ status }) => status)).toEqual(owners.map(() => 202));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(50);
    const documents = await api.documents.query({ collection: CLUSTERS });
    expect(new Set(documents.map(({ data }) => data.owner)).size).toBe(50);
    expect(answers.filter(({ body }) => body.state === 'personalizing')).toHaveLength(50);
  });

  test('a warm claim without a key costs one query, one read of the account and one commit', async () => {
    const api = apiUnderTest();
    await api.given(...spares(3));
    const token = api.as('ada');
    // The first one of an account costs a word that it is new, and a look at how many there are of those.
    const hour = { since: new Date(api.clock.now()), made: 1 };
    const data = { schema: 1, clusters: 0, hourlyMicros: 0, hour };
    await api.documents.commit([{ op: 'create', path: accountPath('ada'), data }]);
    const before = { ...api.documents.counters };
    await api.create(token);
    expect(api.documents.counters.queries - before.queries).toBe(1);
    expect(api.documents.counters.commits - before.commits).toBe(1);
  });
});

describe('listing', () => {
  const mine = (n: number, more = {}) =>
    aCluster({
      id: clusterIdOf(n),
      owner: 'ada',
      name: `c${n}`,
      createdAt: new Date(Date.UTC(2026, 0, 1, 0, Math.floor(n / 2))),
      ...more,
    });

  test('pages hold all of one’s own clusters once, newest first, also where instants are equal', async () => {
    const api = apiUnderTest();
    await api.given(...Array.from({ length: 11 }, (_, n) => mine(n)));
    await api.given(aCluster({ id: clusterIdOf(99), owner: 'grace' }));
    const token = api.as('ada');
    const seen: ClusterReply[] = [];
    let next = '';
    do {
      const { status, body } = await api.send<ClusterPage>('GET', `/v1/clusters?pageSize=3${next}`, token);
      expect(status).toBe(200);
      expect(clusterPage.strict().parse(body)).toEqual(body);
      expect(body.clusters.length).toBeLessThanOrEqual(3);
      seen.push(...body.clusters);
      next = body.nextPageToken === undefined ? '' : `&pageToken=${body.nextPageToken}`;
    } while (next);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(11);
    expect(seen).toHaveLength(11);
    const times = seen.map(({ createTime }) => createTime);
    expect(times).toEqual([...times].sort().reverse());
  });

  test('a full last page has no token', async () => {
    const api = apiUnderTest();
    await api.given(mine(1), mine(2));
    const { body } = await api.send<ClusterPage>('GET', '/v1/clusters?pageSize=2', api.as('ada'));
    expect(body.clusters).toHaveLength(2);
    expect(body.nextPageToken).toBeUndefined();
  });

  test('deleted clusters are there only when asked for', async () => {
    const api = apiUnderTest();
    await api.given(...STATES.map((state, n) => mine(n, { state })));
    const token = api.as('ada');
    const states = async (query: string) =>
      (await api.send<ClusterPage>('GET', `/v1/clusters${query}`, token)).body.clusters.map((c) => c.state);
    expect((await states('')).sort()).toEqual(STATES.filter((state) => state !== 'deleted').sort());
    for (const state of STATES) expect(await states(`?state=${state}`)).toEqual([state]);
  });

  test('an operator sees their own here', async () => {
    const api = apiUnderTest();
    await api.given(mine(1));
    const { body } = await api.send<ClusterPage>('GET', '/v1/clusters', api.as('op', { operator: true }));
    expect(body.clusters).toEqual([]);
  });

  test('a member sees what is shared with them', async () => {
    const api = apiUnderTest();
    await api.given(mine(1, { members: { ada: 'owner', grace: 'viewer' } }));
    const { body } = await api.send<ClusterPage>('GET', '/v1/clusters', api.as('grace'));
    expect(body.clusters).toHaveLength(1);
  });
});

describe('one cluster', () => {
  test('its ETag is the version of its spec, and updateTime that of its last write', async () => {
    const api = apiUnderTest();
    await api.given(aCluster({ owner: 'ada', specVersion: 7 }));
    const { status, headers, body } = await api.send<ClusterReply>(
      'GET',
      `/v1/clusters/${clusterIdOf(1)}`,
      api.as('ada'),
    );
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"7"');
    expect(body.etag).toBe('"7"');
    const snapshot = await api.documents.get(clusterPath(clusterIdOf(1)));
    expect(body.updateTime).toBe(snapshot?.updateTime.toISOString());
  });

  test('what is not there, not an id or not one’s own gets the same answer', async () => {
    const api = apiUnderTest();
    await api.given(aCluster({ id: clusterIdOf(1), owner: 'grace' }), ...spares(3).slice(1));
    const token = api.as('ada');
    const ids = [clusterIdOf(1), clusterIdOf(2), clusterIdOf(77), 'x', 'A'.repeat(16), '%2e%2e', '__proto__'];
    for (const [method, tail] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', ':retry'],
      ['GET', '/events'],
    ] as const) {
      const answers = await Promise.all(
        ids.map((id) => api.send<Problem>(method, `/v1/clusters/${id}${tail}`, token)),
      );
      const without = answers.map(({ status, body: { instance: _, ...rest } }) => ({ status, rest }));
      expect(without[0]).toMatchObject({ status: 404, rest: { code: 'NOT_FOUND' } });
      for (const answer of without) expect(answer).toEqual(without[0]);
    }
  });

  test('what holds of it is told, and since when', async () => {
    const api = apiUnderTest();
    const condition = { type: 'Locked', status: true, message: 'It is locked.' };
    await api.given(aCluster({ owner: 'ada', conditions: [{ ...condition, since: new Date(0) }] }));
    const { body } = await api.send<ClusterReply>('GET', `/v1/clusters/${clusterIdOf(1)}`, api.as('ada'));
    expect(body.conditions).toEqual([{ ...condition, since: '1970-01-01T00:00:00.000Z' }]);
    expect(clusterReply.strict().parse(body)).toEqual(body);
  });

  test('who pays is told, and what other owners may take over, for as long as they may', async () => {
    const api = apiUnderTest();
    const handOverUntilAt = new Date(86_400_000);
    const members = { ada: 'owner', grace: 'viewer' } as const;
    const shared = { owner: 'ada', members, offeredTo: 'grace', handOverUntilAt };
    await api.given(
      aCluster({ id: clusterIdOf(1), ...shared }),
      aCluster({ id: clusterIdOf(2), ...shared, state: 'deleting' }),
      aCluster({ id: clusterIdOf(3), pool: 'default', state: 'warm' }),
    );
    const read = async (n: number, token = api.as('grace')) =>
      (await api.send<ClusterReply>('GET', `/v1/clusters/${clusterIdOf(n)}`, token)).body;
    const offered = await read(1);
    expect(offered).toMatchObject({
      owner: 'ada',
      offeredTo: 'grace',
      handOverUntilAt: '1970-01-02T00:00:00.000Z',
    });
    expect(clusterReply.strict().parse(offered)).toEqual(offered);
    const ending = await read(2);
    expect(ending.owner).toBe('ada');
    for (const field of ['offeredTo', 'handOverUntilAt']) expect(ending).not.toHaveProperty(field);
    expect(await read(3, api.as('op', { operator: true }))).not.toHaveProperty('owner');
  });

  test('a failure is told with what to do about it', async () => {
    const api = apiUnderTest();
    const error = describeError('ZONE_EXHAUSTED');
    await api.given(aCluster({ owner: 'ada', state: 'failed', error }));
    const { body } = await api.send<ClusterReply>('GET', `/v1/clusters/${clusterIdOf(1)}`, api.as('ada'));
    expect(body.error).toEqual(error);
    expect(clusterReply.strict().parse(body)).toEqual(body);
  });
});

describe('deleting', () => {
  test('twice is answered twice, and the second changes nothing', async () => {
    const api = apiUnderTest();
    await api.given(aCluster({ owner: 'ada' }));
    const token = api.as('ada');
    const first = await api.send<ClusterReply>('DELETE', `/v1/clusters/${clusterIdOf(1)}`, token);
    expect(first).toMatchObject({ status: 202, body: { state: 'deleting' } });
    const { commits } = api.documents.counters;
    const second = await api.send<ClusterReply>('DELETE', `/v1/clusters/${clusterIdOf(1)}`, token);
    expect(second).toMatchObject({ status: 202, body: { state: 'deleting' } });
    expect(api.documents.counters.commits).toBe(commits);
    await api.clock.runFor(minutes(1));
    expect(api.sent).toEqual([{ topic: 'step-drain', body: { schema: 1, id: clusterIdOf(1), epoch: 4 } }]);
  });

  test.each(STATES)('is accepted in the state %s', async (state) => {
    const api = apiUnderTest();
    await api.given(aCluster({ owner: 'ada', state }));
    const { status } = await api.send('DELETE', `/v1/clusters/${clusterIdOf(1)}`, api.as('ada'));
    expect(status).toBe(202);
  });

  test('of ten at once all are accepted', async () => {
    const api = apiUnderTest();
    await api.given(aCluster({ owner: 'ada' }));
    const token = api.as('ada');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.send('DELETE', `/v1/clusters/${clusterIdOf(1)}`, token)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  });
});

describe('retrying', () => {
  test.each(STATES)('in the state %s', async (state) => {
    const api = apiUnderTest();
    await api.given(aCluster({ owner: 'ada', state }));
    const { commits } = api.documents.counters;
    const { status, body } = await api.send<ClusterReply & Problem>(
      'POST',
      `/v1/clusters/${clusterIdOf(1)}:retry`,
      api.as('ada'),
    );
    if (state === 'failed' || state === 'stuck') {
      expect(status).toBe(202);
      expect(body.state).toBe(state === 'failed' ? 'queued' : 'deleting');
    } else {
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'NOT_ACCEPTED_IN_STATE' });
      expect(api.documents.counters.commits).toBe(commits);
    }
  });
});

test('an operator finds the clusters of everybody, or of one account, page by page', async () => {
  const api = apiUnderTest();
  const of = (n: number, owner: string, state: Cluster['state'] = 'ready') =>
    aCluster({ id: clusterIdOf(n), owner, members: { [owner]: 'owner' }, readers: [owner], state });
  await api.given(of(1, 'ada'), of(2, 'bo'), of(3, 'ada', 'deleted'), of(4, 'ada', 'failed'));
  const op = api.as('op', { operator: true });
  const list = async (query: string) =>
    (await api.send<ClusterPage>('GET', `/v1/admin/clusters${query}`, op)).body;
  const ids = async (query: string) => (await list(query)).clusters.map(({ id }) => id);
  expect(await ids('')).toEqual([1, 2, 4].map(clusterIdOf));
  expect(await ids('?account=ada')).toEqual([1, 4].map(clusterIdOf));
  expect(await ids('?account=ada&state=deleted')).toEqual([clusterIdOf(3)]);
  const { nextPageToken } = await list('?pageSize=2');
  expect(await ids(`?pageSize=2&pageToken=${nextPageToken}`)).toEqual([clusterIdOf(4)]);
  const other = await api.send<Problem>(
    'GET',
    `/v1/admin/clusters?account=ada&pageToken=${nextPageToken}`,
    op,
  );
  expect(other.body.code).toBe('INVALID_PAGE_TOKEN');
  expect((await api.send('GET', '/v1/admin/clusters', api.as('ada'))).status).toBe(403);
});

test('a command with If-Match is for the cluster as it was seen, and no other', async () => {
  const api = apiUnderTest();
  const token = api.as('ada');
  const path = `/v1/clusters/${clusterIdOf(1)}`;
  await api.given(aCluster({ owner: 'ada', members: { ada: 'owner' }, readers: ['ada'], state: 'ready' }));
  const { headers } = await api.send('GET', path, token);
  const etag = headers.get('etag') ?? '';
  const fields = { op: 'update', path: clusterPath(clusterIdOf(1)), data: { specVersion: 7 } } as const;
  await api.documents.commit([fields]);
  const { writes } = api.documents.counters;
  const remove = (ifMatch: string) =>
    api.send<Problem>('DELETE', path, token, { headers: { 'if-match': ifMatch } });
  expect(await remove(etag)).toMatchObject({ status: 412, body: { code: 'CLUSTER_CHANGED' } });
  expect(api.documents.counters.writes).toBe(writes);
  expect((await api.send('GET', path, token, { headers: { 'if-match': etag } })).status).toBe(200);
  expect((await remove('"0", W/"7"')).status).toBe(202);
});

test('a spare that failed is not begun again beside the one that its pool makes instead', async () => {
  const api = apiUnderTest();
  const operator = api.as('operator', { operator: true });
  const path = `/v1/clusters/${clusterIdOf(1)}:retry`;
  await api.given(aCluster({ owner: undefined, members: {}, readers: [], pool: 'default', state: 'failed' }));
  const { commits } = api.documents.counters;
  const { status, body } = await api.send<Problem>('POST', path, operator);
  expect({ status, code: body.code }).toEqual({ status: 409, code: 'NOT_ACCEPTED_IN_STATE' });
  expect(body.detail).toContain('its pool makes another');
  expect(api.documents.counters.commits).toBe(commits);
  await api.given(
    aCluster({
      id: clusterIdOf(2),
      owner: undefined,
      members: {},
      readers: [],
      pool: 'default',
      state: 'stuck',
    }),
  );
  const stuck = await api.send('POST', `/v1/clusters/${clusterIdOf(2)}:retry`, operator);
  expect(stuck.status).toBe(202);
});

describe('events', () => {
  test('tell what happened, newest last, in pages', async () => {
    const api = apiUnderTest();
    const token = api.as('ada');
    const { body: cluster } = await api.create(token);
    await api.send('DELETE', `/v1/clusters/${cluster.id}`, token);
    const path = `/v1/clusters/${cluster.id}/events`;
    const all = await api.send<EventPage>('GET', path, token);
    expect(eventPage.strict().parse(all.body)).toEqual(all.body);
    expect(all.body.events.map(({ epoch, to, cause, actor }) => [epoch, to, cause, actor])).toEqual([
      [0, 'queued', 'created', 'ada'],
      [1, 'provisioning', 'done', undefined],
      [2, 'deleting', 'delete', 'ada'],
    ]);
    const first = await api.send<EventPage>('GET', `${path}?pageSize=1`, token);
    expect(first.body.events.map(({ epoch }) => epoch)).toEqual([0]);
    const rest = await api.send<EventPage>(
      'GET',
      `${path}?pageSize=2&pageToken=${first.body.nextPageToken}`,
      token,
    );
    expect(rest.body.events.map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(rest.body.nextPageToken).toBeUndefined();
  });
});

test('a lifetime that a spare’s spec does not have does not keep it from being claimed', async () => {
  const api = apiUnderTest();
  await api.given(aCluster({ state: 'warm', pool: 'default', spec: aSpec() }));
  expect((await api.create(api.as('ada'), { name: 'mine', ttlHours: 1 })).body.state).toBe('personalizing');
});
