import { describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/api/problem.ts';
import { CLUSTERS, clusterPath } from '../../shared/documents/cluster.ts';
import { REQUEST_LIFETIME_MS } from '../../shared/documents/request.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';

const key = (value: string) => ({ 'idempotency-key': value });
const clustersOf = (api: ApiUnderTest, uid: string) =>
  api.documents.query({ collection: CLUSTERS, where: [['owner', '==', uid]] });
const spares = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    aCluster({ id: clusterIdOf(n + 1), state: 'warm', pool: 'default', name: 'default' }),
  );

describe('an Idempotency-Key', () => {
  test('gives the same cluster again, as it is by then', async () => {
    const api = apiUnderTest();
    const token = api.as('ada');
    const first = await api.create(token, { name: 'mine', size: 'small' }, key('k'));
    await api.send('DELETE', `/v1/clusters/${first.body.id}`, token);
    const again = await api.create(token, { size: 'small', name: 'mine' }, key('k'));
    expect(again.status).toBe(202);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.body).toMatchObject({ id: first.body.id, state: 'deleting' });
    expect(await clustersOf(api, 'ada')).toHaveLength(1);
  });

  test('with another body is refused, and nothing is written', async () => {
    const api = apiUnderTest();
    const token = api.as('ada');
    await api.create(token, { name: 'mine' }, key('k'));
    const { commits } = api.documents.counters;
    const other = await api.create(token, { name: 'other' }, key('k'));
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(api.documents.counters.commits).toBe(commits);
  });

  test('is one user’s: another’s same key is another request', async () => {
    const api = apiUnderTest();
    const first = await api.create(api.as('ada'), { name: 'mine' }, key('k'));
    const other = await api.create(api.as('grace'), { name: 'theirs' }, key('k'));
    expect(other.status).toBe(202);
    expect(other.body.id).not.toBe(first.body.id);
  });

  test('does not run together with the uid: (a, bc) is not (ab, c)', async () => {
    const api = apiUnderTest();
    await api.create(api.as('a'), { name: 'mine' }, key('bc'));
    expect((await api.create(api.as('ab'), { name: 'other' }, key('c'))).status).toBe(202);
  });

  test('tells who may not see the cluster any more as little as GET does', async () => {
    const api = apiUnderTest();
    const token = api.as('ada');
    const { id } = (await api.create(token, { name: 'mine' }, key('k'))).body;
    const data = { members: { grace: 'owner' }, readers: ['grace'], emails: {}, owner: 'grace' };
    await api.documents.commit([{ op: 'update', path: clusterPath(id), data }]);
    const again = await api.create(token, { name: 'mine' }, key('k'));
    const looked = await api.send<Problem>('GET', `/v1/clusters/${id}`, token);
    expect(again).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect({ ...again.body, instance: '' }).toEqual({ ...looked.body, instance: '' });
    expect(api.lines.filter(({ fields }) => fields.action === 'denied')).toHaveLength(2);
    expect(await api.documents.query({ collection: CLUSTERS })).toHaveLength(1);
  });

  test('is free again after a day', async () => {
    const api = apiUnderTest();
    const token = api.as('ada');
    const first = await api.create(token, { name: 'mine' }, key('k'));
    await api.clock.runFor(REQUEST_LIFETIME_MS - 1);
    expect((await api.create(token, { name: 'mine' }, key('k'))).body.id).toBe(first.body.id);
    await api.clock.runFor(1);
    const anew = await api.create(token, { name: 'other' }, key('k'));
    expect(anew.status).toBe(202);
    expect(anew.body.id).not.toBe(first.body.id);
    expect((await api.create(token, { name: 'other' }, key('k'))).body.id).toBe(anew.body.id);
  });

  test.each(['', 'x'.repeat(129), 'tab\there', 'caf\u00e9'])('that is %j is refused', async (value) => {
    const api = apiUnderTest();
    const { status, body } = await api.create(api.as('ada'), { name: 'mine' }, key(value));
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'INVALID_IDEMPOTENCY_KEY' });
    expect(api.documents.counters.commits).toBe(0);
  });

  test('outlives a lost reply: the repetition finds what was done', async () => {
    const api = apiUnderTest({ faults: { 'reply-lost': 1, unavailable: 0 } });
    const token = api.as('ada');
    const answers = [];
    for (let n = 0; n < 3; n++) answers.push(await api.create(token, { name: 'mine' }, key('k')));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await clustersOf(api, 'ada')).toHaveLength(1);
  });

  test('is not remembered for a request that was refused', async () => {
    const api = apiUnderTest();
    const token = api.as('ada');
    expect((await api.create(token, { name: 'mine', size: 'huge' }, key('k'))).status).toBe(422);
    expect((await api.create(token, { name: 'mine' }, key('k'))).status).toBe(202);
  });
});

describe.each([
  ['none', 0],
  ['one', 1],
  ['thirty', 30],
])('twenty requests at once with one key, where %s of the spares waits', (_, count) => {
  test('make one cluster, and all twenty are told of it', async () => {
    const api = apiUnderTest();
    await api.given(...spares(count));
    const token = api.as('ada');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.create(token, { name: 'mine' }, key('k'))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers[0]?.body.state).toBe(count > 0 ? 'personalizing' : 'provisioning');
    expect(await clustersOf(api, 'ada')).toHaveLength(1);
  });

  test('but two bodies: one wins, the other is refused, and there is one cluster', async () => {
    const api = apiUnderTest();
    await api.given(...spares(count));
    const token = api.as('ada');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => api.create(token, { name: `n${n % 2}` }, key('k'))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 10 }, () => 202),
      ...Array.from({ length: 10 }, () => 422),
    ]);
    expect(await clustersOf(api, 'ada')).toHaveLength(1);
  });
});

describe.each([
  ['no', 0],
  ['thirty', 30],
])('twins of a request, where %s spares wait', (_, count) => {
  test('are told of its cluster, though the account may have no other one', async () => {
    const api = apiUnderTest({ limits: { accountCreationsPerHour: 1 } });
    await api.given(...spares(count));
    const token = api.as('ada');
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => api.create(token, { name: 'mine' }, key('k'))),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  test('look for no other cluster when one of them has it', async () => {
    const api = apiUnderTest();
    await api.given(...spares(count));
    const token = api.as('ada');
    let tried = 0;
    const { commit } = api.documents;
    api.ports.documents = {
      ...api.documents,
      commit(writes) {
        tried++;
        return commit(writes);
      },
    };
    const { reads } = api.documents.counters;
    await Promise.all([1, 2].map(() => api.create(token, { name: 'mine' }, key('k'))));
    // Either may write down that the account is new, claim, create it admitted and create it waiting.
    expect(tried).toBeLessThanOrEqual(6);
    expect(api.documents.counters.reads - reads).toBeLessThan(count === 0 ? 40 : 100);
  });
});
