/** How many clusters one may ask for, and how many may be new, whatever they send first and however much of it at once. */
import { describe, expect, test } from 'vitest';
import type { ClusterPage } from '../../shared/api/clusters.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import { hours, minutes } from '../../shared/units.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf, writeOf } from '../../test/builders.ts';

const spares = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    aCluster({ id: clusterIdOf(n + 1), state: 'warm', pool: 'default', name: 'default' }),
  );
const accountOf = async (api: ApiUnderTest, uid: string) =>
  (await api.documents.get<Allowance>(accountPath(uid)))?.data;
const codeOf = async (sent: ReturnType<ApiUnderTest['create']>) => (await sent).body.code ?? 'made';
const create = (api: ApiUnderTest, uid: string) => codeOf(api.create(api.as(uid)));
const askForMore = (api: ApiUnderTest, uid: string) =>
  api.send('PUT', '/v1/me/quotaRequest', api.as(uid), { body: { maxClusters: 9, reason: 'A course.' } });
const put = (api: ApiUnderTest, uid: string, body: object) =>
  api.send('PUT', `/v1/admin/accounts/${uid}`, api.as('op', { operator: true }), { body });

/** All sent at once, while the clock goes on. @returns how many got which answer */
async function atOnce(api: ApiUnderTest, uids: readonly string[]): Promise<Record<string, number>> {
  const answers = Promise.all(uids.map((uid) => create(api, uid)));
  await api.clock.runFor(minutes(1));
  const counts: Record<string, number> = {};
  for (const code of await answers) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

describe('a new account', () => {
  const uids = Array.from({ length: 10 }, (_, n) => `new-${n}`);

  test('is one that asks for a cluster, not one that asks an operator for more', async () => {
    const api = apiUnderTest({ limits: { newAccountsPerHour: 2 } });
    for (const uid of uids) await askForMore(api, uid);
    expect(await create(api, 'honest')).toBe('made');
    expect(await create(api, 'new-0')).toBe('made');
    for (const uid of uids.slice(1)) expect(await create(api, uid)).toBe('ACCOUNT_THROTTLED');
  });

  test('is none that an operator provides for, before it comes', async () => {
    const api = apiUnderTest({ limits: { newAccountsPerHour: 2 } });
    for (const uid of uids) await put(api, uid, { maxClusters: 3 });
    expect(await create(api, 'honest')).toBe('made');
    expect(await create(api, 'new-0')).toBe('made');
    expect(await create(api, 'new-1')).toBe('ACCOUNT_THROTTLED');
  });

  test('that an operator restores is not asked once more', async () => {
    const api = apiUnderTest({ limits: { newAccountsPerHour: 1 } });
    await create(api, 'first');
    expect(await create(api, 'second')).toBe('ACCOUNT_THROTTLED');
    await put(api, 'second', { standing: { state: 'good', reason: 'I know them.' } });
    expect(await create(api, 'second')).toBe('made');
  });

  test.each([0, 40])(
    'is one of no more than may be, where all come at once and %i spares wait',
    async (n) => {
      const api = apiUnderTest({ limits: { newAccountsPerHour: 2 } });
      await api.given(...spares(n));
      const { made = 0, ACCOUNT_THROTTLED = 0 } = await atOnce(
        api,
        Array.from({ length: 60 }, (_, k) => `new-${k % 30}`),
      );
      expect(made).toBeLessThanOrEqual(2);
      expect(made + ACCOUNT_THROTTLED).toBe(60);
    },
  );

  test('is let in with all others that come at once, as long as they are not too many', async () => {
    const api = apiUnderTest({ limits: { newAccountsPerHour: 10 } });
    expect(await atOnce(api, uids)).toEqual({ made: 10 });
    expect((await accountOf(api, 'new-3'))?.firstAt).toBeInstanceOf(Date);
  });
});

describe('an account', () => {
  test.each([
    ['is admitted', 100, 0],
    ['waits', 1, 0],
    ['is a spare', 100, 50],
  ])(
    'gets no more than it may of a hundred asked for at once, where what it gets %s',
    async (_, accountClusters, n) => {
      const api = apiUnderTest({ limits: { accountCreationsPerHour: 2, accountClusters } });
      await api.given(...spares(n));
      const answers = await atOnce(api, Array(100).fill('ada'));
      expect(answers).toEqual({ made: 2, TOO_MANY_REQUESTS: 98 });
      expect((await accountOf(api, 'ada'))?.hour?.made).toBe(2);
    },
  );

  test('gets all that it may, asked for at once', async () => {
    const api = apiUnderTest({ limits: { accountCreationsPerHour: 20 } });
    expect(await atOnce(api, Array(100).fill('ada'))).toEqual({ made: 20, TOO_MANY_REQUESTS: 80 });
  });

  test('is told when it may have the next one, by whichever limit it is', async () => {
    const api = apiUnderTest({ limits: { accountCreationsPerHour: 2 } });
    const answer = () =>
      api.send<Problem>('POST', '/v1/clusters', api.as('ada'), { body: { name: `n-${api.clock.now()}` } });
    const refusal = async () => {
      const { headers, body } = await answer();
      return [body.code, body.detail, headers.get('retry-after')];
    };
    await answer();
    await api.clock.runFor(minutes(40));
    await answer();
    await api.clock.runFor(minutes(5));
    const limit = 'An account may ask for 2 clusters per hour. The next one may come in';
    expect(await refusal()).toEqual(['TOO_MANY_REQUESTS', `${limit} 15 min.`, '900']);
    await api.clock.runFor(minutes(15));
    expect((await answer()).status).toBe(202);
    // A new hour of the account's, and two in the last one.
    expect(await refusal()).toEqual(['TOO_MANY_REQUESTS', `${limit} 40 min.`, '2400']);
  });

  test('has what waits counted when it is asked for, and not once more when it is admitted', async () => {
    const api = apiUnderTest({ limits: { accountClusters: 0 } });
    await create(api, 'ada');
    expect(await accountOf(api, 'ada')).toMatchObject({ clusters: 0, hour: { made: 1 } });
  });

  test('does not get twice as much around the end of its hour', async () => {
    const api = apiUnderTest({ limits: { accountCreationsPerHour: 2 } });
    expect(await create(api, 'ada')).toBe('made');
    await api.clock.runFor(hours(1) - minutes(1));
    expect(await create(api, 'ada')).toBe('made');
    await api.clock.runFor(minutes(2));
    expect(await create(api, 'ada')).toBe('made');
    expect(await create(api, 'ada')).toBe('TOO_MANY_REQUESTS');
  });
});

describe('what waits for room', () => {
  const limits = { accountClusters: 0, accountCreationsPerHour: 1000 };

  test('is no more than may be, where all of it is asked for at once, and after hours', async () => {
    const api = apiUnderTest({ limits });
    expect(await atOnce(api, Array(100).fill('ada'))).toEqual({ made: 20, TOO_MANY_WAITING: 80 });
    await api.clock.runFor(hours(3));
    expect(await create(api, 'ada')).toBe('TOO_MANY_WAITING');
    expect(await create(api, 'bo')).toBe('made');
    const [one] = (await api.send<ClusterPage>('GET', '/v1/clusters', api.as('ada'))).body.clusters;
    await api.send('DELETE', `/v1/clusters/${one?.id}`, api.as('ada'));
    expect(await create(api, 'ada')).toBe('made');
  });

  test('is no more either where what failed is tried again; what is stuck is', async () => {
    const api = apiUnderTest({ limits });
    const failed = Array.from({ length: 22 }, (_, n) =>
      aCluster({ id: clusterIdOf(n + 1), owner: 'ada', state: n < 21 ? 'failed' : 'stuck' }),
    );
    await api.documents.commit(failed.map(writeOf));
    const answers: unknown[] = [];
    for (const { id } of failed) {
      const { status, body } = await api.send<{ code?: string }>(
        'POST',
        `/v1/clusters/${id}:retry`,
        api.as('ada'),
      );
      answers.push(body.code ?? status);
      await api.clock.runFor(1000);
    }
    expect(answers).toEqual([...Array(20).fill(202), 'TOO_MANY_WAITING', 202]);
  });

  test('is tried again so often as its ledger has room for', async () => {
    const api = apiUnderTest();
    const fields = { owner: 'ada', state: 'failed' } as const;
    await api.given(
      aCluster({ ...fields, id: clusterIdOf(1), generation: 99 }),
      aCluster({ ...fields, id: clusterIdOf(2), generation: 100 }),
    );
    const retry = (n: number) =>
      codeOf(api.send('POST', `/v1/clusters/${clusterIdOf(n)}:retry`, api.as('ada')));
    expect(await retry(1)).toBe('made');
    expect(await retry(2)).toBe('TOO_MANY_TRIES');
  });

  test('may be as much as somebody may have', async () => {
    const api = apiUnderTest({ limits });
    await put(api, 'ada', { maxClusters: 30, maxHourlyDollars: 1 });
    const { made = 0, TOO_MANY_WAITING: refused = 0 } = await atOnce(api, Array(60).fill('ada'));
    const { clusters: admitted = 0 } = (await accountOf(api, 'ada')) ?? {};
    expect({ waiting: made - admitted, refused }).toEqual({ waiting: 30, refused: 60 - made });
  });
});
