import { describe, expect, test } from 'vitest';
import { type QuoteReply, quoteReply } from '../../shared/api/catalog.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { priceOf } from '../../shared/catalog/catalog.ts';
import { accountPath, cellPath } from '../../shared/documents/account.ts';
import { AUDIT } from '../../shared/documents/audit.ts';
import { CLUSTERS } from '../../shared/documents/cluster.ts';
import { type Durations, durationsPath, type StateDurations } from '../../shared/documents/durations.ts';
import { ERRORS } from '../../shared/errors.ts';
import { CLAIM_WAY, COLD_WAY } from '../../shared/lifecycle/derive.ts';
import { ENOUGH_SAMPLES, estimate } from '../../shared/lifecycle/estimate.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { hours } from '../../shared/units.ts';
import { type ApiOptions, type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aCluster, aSpec, clusterIdOf } from '../../test/builders.ts';
import type { DocumentData } from '../cloud.ts';

const quote = async (api: ApiUnderTest, query = '', uid = 'ada') =>
  (await api.send<QuoteReply & Problem>('GET', `/v1/quote${query}`, api.as(uid))).body;

const aSpare = { state: 'warm', pool: 'default' } as const;

const observed = (states: readonly State[], count: number, medianMs: number): Durations => {
  const each: StateDurations = { samples: Array(count).fill(medianMs), medianMs, p90Ms: medianMs };
  return {
    schema: 1,
    through: { readyAt: new Date(0), id: clusterIdOf(1) },
    steps: Object.fromEntries(states.map((state) => [state, each])),
    updatedAt: new Date(0),
  };
};
const givenDurations = (api: ApiUnderTest, durations: object, region = aSpec().region) =>
  api.documents.commit([{ op: 'set', path: durationsPath(region), data: durations as DocumentData }]);

describe('a quote', () => {
  test('of nothing in particular is of the defaults, at their price, and writes nothing', async () => {
    const api = apiUnderTest();
    const body = await quote(api);
    expect(quoteReply.strict().parse(body)).toEqual(body);
    const { ttlHours: _, ...spec } = aSpec();
    expect(body).toEqual({
      ...spec,
      hourlyPrice: { amount: priceOf(spec).hourlyMicros / 1e6, currency: 'USD', about: true },
      wait: { basis: 'typical', expectedMs: estimate(COLD_WAY).expectedMs },
      room: null,
    });
    expect(api.documents.counters.commits).toBe(0);
  });

  test('is of what is asked for', async () => {
    const spec = {
      product: 'hello',
      size: 'large',
      region: 'us-central1',
      availability: 'regional',
    } as const;
    const body = await quote(apiUnderTest(), `?${new URLSearchParams({ ...spec, isolation: 'dedicated' })}`);
    expect(body).toMatchObject({ ...spec, hourlyPrice: { amount: priceOf(spec).hourlyMicros / 1e6 } });
  });

  test.each([
    ['product=x', 'UNKNOWN_PRODUCT'],
    ['version=0.0.1', 'UNKNOWN_VERSION'],
    ['version=2.11.6', 'UNKNOWN_VERSION'],
    ['size=huge', 'UNKNOWN_SIZE'],
    ['region=__proto__', 'UNKNOWN_REGION'],
    ['isolation=namespace', 'UNSUPPORTED_ISOLATION'],
  ])('of what is not offered is refused as a cluster would be: %s', async (query, code) => {
    expect((await quote(apiUnderTest(), `?${query}`)).code).toBe(code);
  });
});

describe('the time it takes', () => {
  test('is what was observed in the region, where enough was', async () => {
    const api = apiUnderTest();
    const states: State[] = ['provisioning', 'installing'];
    await givenDurations(api, observed(states, ENOUGH_SAMPLES, 1000));
    const { expectedMs } = estimate(COLD_WAY, observed(states, ENOUGH_SAMPLES, 1000).steps);
    expect((await quote(api)).wait).toEqual({ basis: 'observed', expectedMs, samples: ENOUGH_SAMPLES });
    expect((await quote(api, '?region=us-central1')).wait.basis).toBe('typical');
    await givenDurations(api, observed(states, ENOUGH_SAMPLES - 1, 1000));
    expect((await quote(api)).wait.basis).toBe('typical');
  });

  test('is typical where what was observed cannot be read', async () => {
    const api = apiUnderTest();
    await givenDurations(api, { ...observed(COLD_WAY, 9, 1), schema: 99 });
    expect((await quote(api)).wait.basis).toBe('typical');
  });

  test('is that of a claim while a spare of that very shape waits', async () => {
    const api = apiUnderTest();
    await api.given(aCluster(aSpare));
    expect((await quote(api)).wait).toEqual({ basis: 'spare', expectedMs: estimate(CLAIM_WAY).expectedMs });
    expect((await quote(api, '?size=large')).wait.basis).toBe('typical');
    await givenDurations(api, observed(CLAIM_WAY, 7, 4000));
    expect((await quote(api)).wait).toEqual({
      basis: 'spare',
      expectedMs: 4000 * CLAIM_WAY.length,
      samples: 7,
    });
  });

  test('does not count on a spare that nobody can read', async () => {
    const api = apiUnderTest();
    await api.given(aCluster({ ...aSpare, schema: 99 }));
    expect((await quote(api)).wait.basis).toBe('typical');
  });

  test('does not count on a spare that nobody would get, but on another one that is fit', async () => {
    const api = apiUnderTest();
    const at = new Date(api.clock.now());
    await api.given(aCluster({ ...aSpare, id: clusterIdOf(1), since: at, missedAt: at }));
    expect((await quote(api)).wait.basis).toBe('typical');
    await api.given(aCluster({ ...aSpare, id: clusterIdOf(2), since: at }));
    expect((await quote(api)).wait.basis).toBe('spare');
  });
});

describe('room', () => {
  const account = { schema: 1, clusters: 1, hourlyMicros: 1 };
  const held = { reason: 'busy', since: new Date(0), by: 'hub' };
  const none: ApiOptions['limits'] = { cellClusters: 0 };
  const price = priceOf(aSpec()).hourlyMicros;
  const large = priceOf(aSpec({ size: 'large' })).hourlyMicros;

  test.each([
    ['ACCOUNT_QUOTA', { accountClusters: 1 }],
    ['ACCOUNT_BUDGET', { accountHourlyMicros: price }],
    ['CELL_FULL', none],
  ] as const)('that there is none is said with what to do about it: %s', async (code, limits) => {
    const api = apiUnderTest({ limits });
    await api.documents.commit([{ op: 'create', path: accountPath('ada'), data: account }]);
    const { room, wait } = await quote(api);
    expect(room?.code).toBe(code);
    expect(room?.remedy).not.toBe('');
    expect(wait).toEqual({ basis: 'typical', expectedMs: null });
    // It is what would happen.
    const { body } = await api.create(api.as('ada'));
    expect(body.state).toBe('queued');
  });

  test.each([
    ['SIZE_OVER_BUDGET', { accountHourlyMicros: large - 1 }],
    ['SIZE_OVER_BUDGET', { accountHourlyMicros: large - 1, accountClusters: 0, cellClusters: 0 }],
    ['SIZE_OVER_CAPACITY', { cellHourlyMicros: large - 1 }],
    // What waiting would help with is not the whole of it.
    ['SIZE_OVER_CAPACITY', { cellHourlyMicros: large - 1, accountClusters: 0 }],
  ] as const)('that there can never be is said before, and nothing is made: %s', async (code, limits) => {
    const api = apiUnderTest({ limits });
    const { room, wait } = await quote(api, '?size=large');
    expect(room).toMatchObject({ code, fault: ERRORS[code].fault, remedy: ERRORS[code].remedy });
    expect(wait).toEqual({ basis: 'typical', expectedMs: null });
    const { status, body } = await api.create(
      api.as('ada'),
      { name: 'mine', size: 'large' },
      { 'idempotency-key': 'once' },
    );
    expect({ status, code: body.code, detail: room?.message }).toEqual({
      status: 422,
      code,
      detail: `${ERRORS[code].say} ${body.detail}`,
    });
    for (const collection of [CLUSTERS, AUDIT, 'requests'])
      expect(await api.documents.query({ collection })).toEqual([]);
    await api.clock.runFor(1000);
    expect(api.sent).toEqual([]);
  });

  test.each([
    ['ACCOUNT_THROTTLED', { standing: { ...held, state: 'throttled' } }],
    ['ACCOUNT_SUSPENDED', { standing: { ...held, state: 'suspended' } }],
    ['ACCOUNT_CLOSING', { closing: { since: new Date(0), by: 'ada' } }],
  ] as const)('is refused to an account that is held as a cluster would be: %s', async (code, fields) => {
    const api = apiUnderTest();
    await api.given(aCluster(aSpare));
    await api.documents.commit([
      { op: 'create', path: accountPath('ada'), data: { ...account, ...fields } as DocumentData },
    ]);
    const { room, wait } = await quote(api);
    expect(room?.code).toBe(code);
    expect(wait).toEqual({ basis: 'typical', expectedMs: null });
    expect(ERRORS[code].retry).toBe(false);
    expect((await api.create(api.as('ada'))).body).toMatchObject({ code });
  });

  test('is refused to who has not proven their address', async () => {
    const api = apiUnderTest();
    const token = api.as('ada', { emailVerified: false });
    const { body } = await api.send<QuoteReply>('GET', '/v1/quote', token);
    expect(body.room?.code).toBe('EMAIL_NOT_VERIFIED');
    expect((await api.create(token)).body).toMatchObject({ code: 'EMAIL_NOT_VERIFIED' });
  });

  test('is that of who asks', async () => {
    const api = apiUnderTest({ limits: { accountClusters: 1 } });
    await api.documents.commit([{ op: 'create', path: accountPath('ada'), data: account }]);
    expect((await quote(api, '', 'grace')).room).toBeNull();
    await api.documents.commit([{ op: 'update', path: accountPath('ada'), data: { maxClusters: 2 } }]);
    expect((await quote(api)).room).toBeNull();
  });

  test('is somebody’s who has waited for it for long, as it would be', async () => {
    const api = apiUnderTest();
    const error = { code: 'CELL_FULL' as const, message: '', remedy: '', fault: 'operator' as const };
    const waiting = (since: Date) =>
      aCluster({ id: clusterIdOf(1), owner: 'grace', state: 'queued', error, since, createdAt: since });
    await api.given(waiting(new Date(api.clock.now() - hours(1))));
    expect(await quote(api)).toMatchObject({ room: { code: 'CELL_FULL' }, wait: { expectedMs: null } });
    // A spare has its place already.
    await api.given(aCluster({ ...aSpare, id: clusterIdOf(2) }));
    expect((await quote(api)).room).toBeNull();
  });

  test('of the cell is the spare’s already, and that of the account is not', async () => {
    const api = apiUnderTest({ limits: { ...none, accountClusters: 1 } });
    await api.given(aCluster(aSpare));
    await api.documents.commit([
      { op: 'create', path: cellPath('default'), data: account },
      { op: 'create', path: accountPath('ada'), data: account },
    ]);
    expect(await quote(api, '', 'grace')).toMatchObject({ wait: { basis: 'spare' }, room: null });
    expect(await quote(api)).toMatchObject({
      wait: { basis: 'typical', expectedMs: null },
      room: { code: 'ACCOUNT_QUOTA' },
    });
  });
});
