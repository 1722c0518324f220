import { describe, expect, test } from 'vitest';
import { type MeReply, meReply } from '../../shared/api/account.ts';
import { type CatalogReply, catalogReply } from '../../shared/api/catalog.ts';
import { type PoolReply, poolList, poolReply } from '../../shared/api/pools.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { PRODUCTS } from '../../shared/catalog/catalog.ts';
import { accountPath } from '../../shared/documents/account.ts';
import { type PoolFields, poolDocument, poolPath } from '../../shared/documents/pool.ts';
import { microsOf } from '../../shared/money.ts';
import { type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aSpec } from '../../test/builders.ts';
import { CommitError, type DocumentData, type Write } from '../cloud.ts';

const operator = { operator: true };

describe('pools', () => {
  test('an operator makes one, changes it, and the planner is woken each time', async () => {
    const api = apiUnderTest();
    const token = api.as('op', operator);
    const put = (body: object) => api.send<PoolReply>('PUT', '/v1/pools/default', token, { body });
    expect(await put({ wanted: 2 })).toMatchObject({
      status: 200,
      body: { id: 'default', product: 'pachyderm', wanted: 2 },
    });
    expect(await put({ wanted: 3, size: 'medium' })).toMatchObject({ body: { size: 'medium', wanted: 3 } });
    const stored = await api.documents.get(poolPath('default'));
    expect(poolDocument.parse(stored?.data)).toMatchObject({ wanted: 3, spec: aSpec({ size: 'medium' }) });
    await api.clock.runFor(1000);
    const message = { topic: 'top-up', body: { schema: 1, pool: 'default' } };
    expect(api.sent).toEqual([message, message]);
    const all = await api.send('GET', '/v1/pools', token);
    expect(poolList.parse(all.body).pools).toHaveLength(1);
  });

  test('keeps what is not spoken of, be it offered any more or not; of another product the usual version', async () => {
    const api = apiUnderTest();
    const spec = aSpec({ size: 'large', region: 'us-central1', version: '0.0.1' });
    const pool: PoolFields = { schema: 1, spec, wanted: 1, losses: { perHour: 7, microsPerDay: 5 } };
    await api.documents.commit([{ op: 'create', path: poolPath('default'), data: pool as DocumentData }]);
    const put = (body: object) =>
      api.send<PoolReply & Problem>('PUT', '/v1/pools/default', api.as('op', operator), { body });
    expect((await put({ wanted: 5 })).status).toBe(200);
    const stored = async () => (await api.documents.get<PoolFields>(poolPath('default')))?.data;
    expect(await stored()).toMatchObject({ wanted: 5, spec, losses: pool.losses });
    expect((await put({ wanted: 5, size: 'small' })).body.code).toBe('UNKNOWN_VERSION');
    expect((await put({ wanted: 5, product: 'hello' })).status).toBe(200);
    expect((await stored())?.spec).toMatchObject({ product: 'hello', size: 'large', region: 'us-central1' });
  });

  test('the last plan stays when an operator changes what is wanted', async () => {
    const api = apiUnderTest();
    const lastPlan = { at: new Date(api.clock.now()), warm: 1, inTheMaking: 0, actions: [] };
    const pool: PoolFields = { schema: 1, spec: aSpec(), wanted: 1, lastPlan };
    await api.documents.commit([{ op: 'create', path: poolPath('default'), data: pool as DocumentData }]);
    const token = api.as('op', operator);
    const { body } = await api.send<PoolReply>('PUT', '/v1/pools/default', token, { body: { wanted: 4 } });
    expect(poolReply.strict().parse(body)).toEqual(body);
    expect(body.lastPlan).toMatchObject({ warm: 1 });
    expect(await api.send('GET', '/v1/pools/default', token)).toMatchObject({ status: 200, body });
  });

  test.each([
    ['a pool', '/v1/pools/default', { wanted: 90 }, { wanted: 10 }, poolPath('default'), { wanted: 10 }],
    [
      'an account',
      '/v1/admin/accounts/ada',
      { maxClusters: 90 },
      { maxClusters: 10 },
      accountPath('ada'),
      { maxClusters: 10 },
    ],
  ])(
    'what is said of %s and had no answer does not undo, when it comes through, what was said since',
    async (_, path, first, second, document, said) => {
      const api = apiUnderTest();
      const put = (body: object) => api.send('PUT', path, api.as('op', operator), { body });
      expect((await put({ ...second, ...first })).status).toBe(200);
      const { commit } = api.ports.documents;
      let late: readonly Write[] = [];
      api.ports.documents.commit = async (writes) => {
        late = writes;
        throw new CommitError('unavailable', 'no answer');
      };
      expect((await put(first)).status).toBe(503);
      api.ports.documents.commit = commit;
      expect((await put(second)).status).toBe(200);
      await expect(commit(late)).rejects.toThrow(CommitError);
      expect((await api.documents.get(document))?.data).toMatchObject(said);
    },
  );

  test('a bus that is away does not undo what is written', async () => {
    const api = apiUnderTest();
    api.ports.messages.publish = () => Promise.reject(new Error('away'));
    const { status } = await api.send('PUT', '/v1/pools/default', api.as('op', operator), {
      body: { wanted: 1 },
    });
    expect(status).toBe(200);
  });

  test.each([
    ['GET', '/v1/pools', undefined],
    ['GET', '/v1/pools/default', undefined],
    ['PUT', '/v1/pools/default', { wanted: 1 }],
  ])('are none of a user’s business: %s %s', async (method, path, body) => {
    const api = apiUnderTest();
    const answer = await api.send<Problem>(method, path, api.as('ada'), { body });
    expect(answer).toMatchObject({ status: 403, body: { code: 'OPERATOR_ONLY' } });
    expect(api.documents.counters.commits).toBe(0);
  });

  test.each([
    ['default', { wanted: -1 }, 'INVALID_ARGUMENT'],
    ['default', { wanted: 101 }, 'INVALID_ARGUMENT'],
    ['default', { wanted: '1' }, 'INVALID_ARGUMENT'],
    ['default', {}, 'INVALID_ARGUMENT'],
    ['default', { wanted: 1, ttlHours: 1 }, 'INVALID_ARGUMENT'],
    ['default', { wanted: 1, lastPlan: {} }, 'INVALID_ARGUMENT'],
    ['default', { wanted: 1, size: 'huge' }, 'UNKNOWN_SIZE'],
    ['Default', { wanted: 1 }, 'NOT_FOUND'],
    ['a.b', { wanted: 1 }, 'NOT_FOUND'],
  ])('PUT %s %j is %s', async (id, body, code) => {
    const api = apiUnderTest();
    const answer = await api.send<Problem>('PUT', `/v1/pools/${id}`, api.as('op', operator), { body });
    expect(answer.body.code).toBe(code);
    expect(api.documents.counters.commits).toBe(0);
  });
});

test('the catalog offers what can be ordered, and says where a price is a guess', async () => {
  const api = apiUnderTest();
  const token = api.as('ada');
  const { body } = await api.send<CatalogReply>('GET', '/v1/catalog', token);
  expect(catalogReply.strict().parse(body)).toEqual(body);
  const licensed = PRODUCTS.flatMap(({ versions }) => versions.filter((v) => v.needsLicense));
  const offered = body.products.flatMap(({ versions }) => versions.map(({ version }) => version));
  for (const { version } of licensed) expect(offered).not.toContain(version);
  for (const { hourlyPrice } of body.sizes) {
    expect(hourlyPrice.zonal.about).toBe(true);
    expect(hourlyPrice.regional.amount).toBeGreaterThan(hourlyPrice.zonal.amount);
  }
  expect(body.products.flatMap(({ versions }) => versions).filter((v) => v.needsLicense)).toEqual([]);
  const { isolation, ...defaults } = body.defaults;
  expect((await api.create(token, { name: 'mine', isolation, ...defaults })).body).toMatchObject(
    body.defaults,
  );
});

test('where the operator offers one product alone, that is what there is, and what is meant by nothing', async () => {
  const api = apiUnderTest({ products: ['hello'] });
  const token = api.as('ada');
  const { body } = await api.send<CatalogReply>('GET', '/v1/catalog', token);
  expect(body.products.map(({ id }) => id)).toEqual(['hello']);
  expect(body.defaults.product).toBe('hello');
  expect((await api.create(token, { name: 'mine' })).body).toMatchObject({ product: 'hello' });
  expect(await api.create(token, { name: 'other', product: 'pachyderm' })).toMatchObject({
    status: 422,
    body: { code: 'UNKNOWN_PRODUCT', errors: [{ field: 'product', message: 'Choose one of: hello' }] },
  });
});

describe('with the licence of the operator', () => {
  const licensed = ['pachyderm'];

  test('the catalog offers what needs it, marked, and the same defaults', async () => {
    const [plain, more] = [apiUnderTest(), apiUnderTest({ licensed })];
    const catalogOf = async (api: ApiUnderTest) =>
      (await api.send<CatalogReply>('GET', '/v1/catalog', api.as('ada'))).body;
    const [before, body] = [await catalogOf(plain), await catalogOf(more)];
    expect(catalogReply.strict().parse(body)).toEqual(body);
    const marked = body.products.flatMap(({ id, versions }) =>
      versions.filter((v) => v.needsLicense).map(({ version }) => `${id} ${version}`),
    );
    expect(marked).toEqual(['pachyderm 2.11.6']);
    expect(body.defaults).toEqual(before.defaults);
  });

  test('such a version can be ordered, by people and for pools; without it, not', async () => {
    const version = '2.11.6';
    const order = async (api: ApiUnderTest) => [
      (await api.create(api.as('ada'), { name: 'mine', version })).status,
      (await api.send('PUT', '/v1/pools/old', api.as('op', operator), { body: { wanted: 1, version } }))
        .status,
    ];
    expect(await order(apiUnderTest({ licensed }))).toEqual([202, 200]);
    expect(await order(apiUnderTest())).toEqual([422, 422]);
    expect(await order(apiUnderTest({ licensed: ['hello'] }))).toEqual([422, 422]);
  });
});

describe('me', () => {
  test('is who the token says, with the defaults of a new account', async () => {
    const api = apiUnderTest();
    const { body } = await api.send<MeReply>('GET', '/v1/me', api.as('ada'));
    expect(meReply.strict().parse(body)).toEqual(body);
    expect(body).toEqual({
      uid: 'ada',
      email: 'ada@example.com',
      operator: false,
      allowance: {
        clusters: 0,
        maxClusters: 5,
        hourlyPrice: { amount: 0, currency: 'USD', about: true },
        maxHourlyPrice: { amount: 100, currency: 'USD', about: false },
      },
    });
  });

  test('shows what is taken, and what an operator set', async () => {
    const api = apiUnderTest();
    const data = { schema: 1, clusters: 2, hourlyMicros: microsOf(1.5), maxClusters: 9 };
    await api.documents.commit([{ op: 'create', path: accountPath('ada'), data }]);
    const { body } = await api.send<MeReply>('GET', '/v1/me', api.as('ada'));
    expect(body.allowance).toMatchObject({ clusters: 2, maxClusters: 9, hourlyPrice: { amount: 1.5 } });
  });
});
