/** Everything that can be wrong with a request: each its own code, in one form, and nothing is written. */
import { describe, expect, test } from 'vitest';
import type { ClusterPage, EventPage } from '../../shared/api/clusters.ts';
import { type Problem, problem } from '../../shared/api/problem.ts';
import { AppError, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { type Answer, type ApiUnderTest, apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import { MAX_BODY_BYTES } from '../http/body.ts';
import { pageToken } from './paging.ts';

const name = 'mine';

/** That it is a problem of this code in the form of the error table, with the headers that go with it. */
function expectProblem({ status, headers, body }: Answer<Problem>, code: ErrorCode): void {
  expect({ status, code: body.code, errors: body.errors }).toMatchObject({ status: ERRORS[code].http, code });
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(problem.strict().parse(body)).toEqual(body);
  expect(body).toMatchObject({
    type: `urn:hub:problem:${code}`,
    title: ERRORS[code].say,
    status,
    remedy: ERRORS[code].remedy,
    instance: headers.get('x-request-id'),
  });
  expect(headers.has('www-authenticate')).toBe(status === 401);
  expect(headers.has('retry-after')).toBe(status === 429 || status === 503);
}

/** Runs a request of which nothing may be left. */
async function refused(api: ApiUnderTest, run: () => Promise<Answer<Problem>>): Promise<Answer<Problem>> {
  const { writes, deletes, commits } = api.documents.counters;
  const answer = await run();
  expect(api.documents.counters).toMatchObject({ writes, deletes, commits });
  await api.clock.runFor(1000);
  expect(api.sent).toEqual([]);
  return answer;
}

describe('a body of POST /v1/clusters', () => {
  const create = async (body: unknown, headers: Record<string, string> = {}) => {
    const api = apiUnderTest();
    return refused(api, () => api.send('POST', '/v1/clusters', api.as('ada'), { body, headers }));
  };

  test.each<[string, ErrorCode, string, unknown]>([
    ['that is empty', 'INVALID_BODY', '', ''],
    ['that is broken', 'INVALID_BODY', '', '{"name": "mine"'],
    ['with a trailing comma', 'INVALID_BODY', '', '{"name": "mine",}'],
    ['that is a list', 'INVALID_BODY', '', []],
    ['that is null', 'INVALID_BODY', '', 'null'],
    ['that is a string', 'INVALID_BODY', '', '"mine"'],
    ['that is not UTF-8', 'INVALID_BODY', '', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['with a key twice', 'INVALID_BODY', '', '{"name":"mine","name":"yours"}'],
    ['with a key twice in two spellings', 'INVALID_BODY', '', '{"name":"mine","n\\u0061me":"yours"}'],
    ['with __proto__', 'INVALID_BODY', '', '{"name":"mine","__proto__":{"owner":"eve"}}'],
    ['with constructor', 'INVALID_BODY', '', '{"name":"mine","constructor":{"prototype":{}}}'],
    ['nested deeply', 'INVALID_BODY', '', `{"name":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['without a name', 'INVALID_NAME', 'name', {}],
    ['with an empty name', 'INVALID_NAME', 'name', { name: '' }],
    ['with capitals in the name', 'INVALID_NAME', 'name', { name: 'Mine' }],
    ['with a digit first', 'INVALID_NAME', 'name', { name: '1mine' }],
    ['with a hyphen last', 'INVALID_NAME', 'name', { name: 'mine-' }],
    ['with a dot in the name', 'INVALID_NAME', 'name', { name: 'mi.ne' }],
    ['with a line break in the name', 'INVALID_NAME', 'name', { name: 'mine\n' }],
    ['with a path for a name', 'INVALID_NAME', 'name', { name: '../x' }],
    ['with a name of 64 letters', 'INVALID_NAME', 'name', { name: 'x'.repeat(64) }],
    ['with a number for a name', 'INVALID_NAME', 'name', { name: 7 }],
    ['with a number for a size', 'INVALID_ARGUMENT', 'size', { name, size: 7 }],
    ['with a list for a region', 'INVALID_ARGUMENT', 'region', { name, region: ['europe-west1'] }],
    ['with null for a version', 'INVALID_ARGUMENT', 'version', { name, version: null }],
    ['with a lifetime of 0', 'INVALID_ARGUMENT', 'ttlHours', { name, ttlHours: 0 }],
    ['with a lifetime of 1.5', 'INVALID_ARGUMENT', 'ttlHours', { name, ttlHours: 1.5 }],
    ['with a lifetime of over a year', 'INVALID_ARGUMENT', 'ttlHours', { name, ttlHours: 8761 }],
    ['with a lifetime in words', 'INVALID_ARGUMENT', 'ttlHours', { name, ttlHours: '24' }],
    ['with an endless lifetime', 'INVALID_ARGUMENT', 'ttlHours', '{"name":"mine","ttlHours":1e999}'],
    ['with an availability there is not', 'INVALID_ARGUMENT', 'availability', { name, availability: 'x' }],
    ['with an isolation there is not', 'INVALID_ARGUMENT', 'isolation', { name, isolation: 'x' }],
    ['with two faults', 'INVALID_ARGUMENT', 'size', { name: 'X', size: 7 }],
    ['for a namespace', 'UNSUPPORTED_ISOLATION', 'isolation', { name, isolation: 'namespace' }],
    ['for an unknown product', 'UNKNOWN_PRODUCT', 'product', { name, product: 'x' }],
    ['for an unknown version', 'UNKNOWN_VERSION', 'version', { name, version: '0.0.1' }],
    ['for a version that needs a licence', 'UNKNOWN_VERSION', 'version', { name, version: '2.11.6' }],
    ['for an unknown size', 'UNKNOWN_SIZE', 'size', { name, size: 'huge' }],
    ['for an unknown region', 'UNKNOWN_REGION', 'region', { name, region: 'mars-east1' }],
    ['for a region called __proto__', 'UNKNOWN_REGION', 'region', { name, region: '__proto__' }],
  ])('%s is %s', async (_, code, field, body) => {
    const answer = await create(body);
    expectProblem(answer, code);
    if (field) expect(answer.body.errors?.map((error) => error.field)).toContain(field);
  });

  test.each([
    'owner',
    'state',
    'id',
    'epoch',
    'pool',
    'members',
    'readers',
    'specVersion',
    'liability',
    'spec',
    'shape',
  ])('with the server’s field %s is refused by name', async (field) => {
    const answer = await create({ name, [field]: 'x' });
    expectProblem(answer, 'INVALID_ARGUMENT');
    expect(answer.body.errors).toEqual([{ field, message: 'There is no such field.' }]);
  });

  test('with a field called name where there is none is told so', async () => {
    const api = apiUnderTest();
    await api.given(aCluster({ owner: 'ada' }));
    const path = `/v1/clusters/${clusterIdOf(1)}/members/grace@example.com`;
    const body = { role: 'viewer', name: 'Grace' };
    const answer = await api.send<Problem>('PUT', path, api.as('ada'), { body });
    expectProblem(answer, 'INVALID_ARGUMENT');
    expect(answer.body.errors).toEqual([{ field: 'name', message: 'There is no such field.' }]);
  });

  test('names every fault at once, and not more than are of use', async () => {
    const answer = await create({ name: 'X', size: 1, region: 2, ttlHours: -1, x: 1, y: 2 });
    expect(answer.body.errors?.map(({ field }) => field).sort()).toEqual(
      ['name', 'region', 'size', 'ttlHours', 'x', 'y'].sort(),
    );
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`field${n}`, 1]));
    expect((await create({ name, ...many })).body.errors).toHaveLength(20);
  });

  test.each([
    ['text/plain', 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/x-www-form-urlencoded', 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/json; charset=utf-16', 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/json-patch+json', 'UNSUPPORTED_MEDIA_TYPE'],
    ['multipart/form-data; boundary=application/json', 'UNSUPPORTED_MEDIA_TYPE'],
  ] as const)('sent as %s is %s', async (type, code) => {
    expectProblem(await create({ name }, { 'content-type': type }), code);
  });

  test('that is compressed is refused', async () => {
    expectProblem(await create({ name }, { 'content-encoding': 'gzip' }), 'UNSUPPORTED_MEDIA_TYPE');
  });

  test('in the other spellings of JSON is taken', async () => {
    for (const type of ['application/json;charset=UTF-8', 'Application/JSON; charset="utf-8"']) {
      const api = apiUnderTest();
      expect((await api.create(api.as('ada'), { name }, { 'content-type': type })).status).toBe(202);
    }
  });

  test('of 32 KB is read, one byte more is not', async () => {
    const padded = (bytes: number) => `{"name":"mine"}${' '.repeat(bytes - 15)}`;
    expectProblem(await create(padded(MAX_BODY_BYTES + 1)), 'BODY_TOO_LARGE');
    const api = apiUnderTest();
    const { status } = await api.send('POST', '/v1/clusters', api.as('ada'), {
      body: padded(MAX_BODY_BYTES),
    });
    expect(status).toBe(202);
  });

  test('is too large by what it announces, before it is read', async () => {
    expectProblem(await create({ name }, { 'content-length': String(MAX_BODY_BYTES + 1) }), 'BODY_TOO_LARGE');
  });
});

describe('who asks', () => {
  const signedIn = [
    ['GET', '/v1/catalog'],
    ['GET', '/v1/quote'],
    ['GET', '/v1/me'],
    ['PUT', '/v1/me/quotaRequest'],
    ['DELETE', '/v1/me/quotaRequest'],
    ['GET', '/v1/clusters'],
    ['POST', '/v1/clusters'],
    ['GET', `/v1/clusters/${clusterIdOf(1)}`],
    ['DELETE', `/v1/clusters/${clusterIdOf(1)}`],
    ['POST', `/v1/clusters/${clusterIdOf(1)}:retry`],
    ['GET', `/v1/clusters/${clusterIdOf(1)}/events`],
    ['GET', '/v1/pools'],
    ['PUT', '/v1/pools/default'],
    ['GET', '/v1/admin/accounts'],
    ['PUT', '/v1/admin/accounts/ada'],
    ['GET', '/v1/admin/cells'],
  ] as const;

  test.each(signedIn)('nobody: %s %s is refused before anything is read', async (method, path) => {
    const api = apiUnderTest();
    const body = method === 'GET' ? undefined : '{broken';
    const { reads } = api.documents.counters;
    expectProblem(await refused(api, () => api.send(method, path, undefined, { body })), 'UNAUTHENTICATED');
    expect(api.documents.counters.reads).toBe(reads);
  });

  test.each<[string, ErrorCode]>([
    ['Basic YWRhOmFkYQ==', 'UNAUTHENTICATED'],
    ['', 'UNAUTHENTICATED'],
    ['Bearer', 'TOKEN_INVALID'],
    ['Bearer a b', 'TOKEN_INVALID'],
    ['Bearer forged', 'TOKEN_INVALID'],
    ['Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.', 'TOKEN_INVALID'],
  ])('Authorization %j is %s', async (authorization, code) => {
    const api = apiUnderTest();
    const answer = await refused(api, () =>
      api.send('GET', '/v1/me', undefined, { headers: { authorization } }),
    );
    expectProblem(answer, code);
    expect(answer.body.detail).toBeUndefined();
  });

  test('an expired, a revoked and a disabled sign-in each have their code', async () => {
    const api = apiUnderTest();
    const expired = api.as('ada');
    api.tokens.expire(expired);
    expectProblem(await api.send('GET', '/v1/me', expired), 'TOKEN_EXPIRED');
    const revoked = api.as('grace');
    api.tokens.revoke('grace');
    expectProblem(await api.send('GET', '/v1/me', revoked), 'TOKEN_REVOKED');
    api.tokens.disable('ada');
    expectProblem(await api.send('GET', '/v1/me', api.as('ada')), 'TOKEN_REVOKED');
  });

  test('a verifier that fails lets nobody in', async () => {
    const api = apiUnderTest();
    const token = api.as('ada');
    api.ports.tokens = { verify: () => Promise.reject(new AppError('UNAVAILABLE', 'no keys')) };
    expectProblem(await api.send('GET', '/v1/me', token), 'UNAVAILABLE');
    api.ports.tokens = { verify: () => Promise.reject(new TypeError('secret detail')) };
    const answer = await api.send<Problem>('GET', '/v1/me', token);
    expectProblem(answer, 'BUG');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  test('a verified token without a uid is nobody’s', async () => {
    const api = apiUnderTest();
    expectProblem(await api.send('GET', '/v1/me', api.as('')), 'TOKEN_INVALID');
  });
});

describe('a query', () => {
  test.each([
    '/v1/clusters?state=nonsense',
    '/v1/clusters?state=',
    '/v1/clusters?state=__proto__',
    '/v1/clusters?state=ready&state=failed',
    '/v1/clusters?pageSize=0',
    '/v1/clusters?pageSize=101',
    '/v1/clusters?pageSize=1.5',
    '/v1/clusters?pageSize=x',
    '/v1/clusters?pageSize=',
    '/v1/clusters?filter=all',
    '/v1/clusters?__proto__=1',
    '/v1/me?uid=grace',
    '/v1/quote?ttlHours=1',
    '/v1/quote?availability=x',
    '/v1/quote?isolation=x',
    '/v1/quote?size=',
    '/v1/quote?size=small&size=large',
    '/v1/quote?__proto__=1',
  ])('%s is refused', async (path) => {
    const api = apiUnderTest();
    expectProblem(await refused(api, () => api.send('GET', path, api.as('ada'))), 'INVALID_ARGUMENT');
  });

  test('a page token is good for one list of one user only', async () => {
    const api = apiUnderTest();
    await api.given(
      ...[1, 2, 3].map((n) => aCluster({ id: clusterIdOf(n), members: { ada: 'owner', grace: 'owner' } })),
    );
    const ada = api.as('ada');
    const { body } = await api.send<ClusterPage>('GET', '/v1/clusters?pageSize=1', ada);
    const token = body.nextPageToken ?? '';
    const list = (query: string, as = ada) =>
      api.send<Problem & ClusterPage>('GET', `/v1/clusters?pageSize=1${query}`, as);
    expect((await list(`&pageToken=${token}`)).status).toBe(200);
    const other = await api.create(ada, { name });
    await api.send('DELETE', `/v1/clusters/${other.body.id}`, ada);
    const events = `/v1/clusters/${other.body.id}/events`;
    const page = await api.send<EventPage>('GET', `${events}?pageSize=1`, ada);
    for (const answer of [
      await list(`&pageToken=${token}`, api.as('grace')),
      await list(`&pageToken=${token}&state=ready`),
      await list(`&pageToken=${page.body.nextPageToken}`),
      await list(`&pageToken=${token}x`),
      await list(`&pageToken=x${token}`),
      await list(`&pageToken=${token}.x`),
      await list('&pageToken='),
      await list('&pageToken=.'),
      await list(`&pageToken=${'x'.repeat(5000)}`),
      await list(`&pageToken=${pageToken('another key', { list: 'clusters', uid: 'ada' }, [0, 'x'])}`),
      await api.send<Problem>('GET', `${events}?pageToken=${token}`, ada),
    ]) {
      expectProblem(answer as Answer<Problem>, 'INVALID_PAGE_TOKEN');
    }
  });
});

describe('an address', () => {
  test.each([
    '/',
    '/v1',
    '/v1/',
    '/v2/clusters',
    '/v1/clusters/',
    '/v1/clusters/a/b/c',
    '/V1/clusters',
    '/v1/admin',
  ])('%s that does not exist is NOT_FOUND', async (path) => {
    const api = apiUnderTest();
    expectProblem(await api.send('GET', path, api.as('ada')), 'NOT_FOUND');
  });

  test.each([
    ['PATCH', '/v1/clusters', 'POST, GET, HEAD'],
    ['PUT', `/v1/clusters/${clusterIdOf(1)}`, 'GET, DELETE, HEAD'],
    ['GET', `/v1/clusters/${clusterIdOf(1)}:retry`, 'POST'],
    ['POST', '/v1/catalog', 'GET, HEAD'],
    ['OPTIONS', '/v1/health', 'GET, HEAD'],
    ['DELETE', '/v1/pools/default', 'GET, PUT, HEAD'],
    ['GET', '/v1/me/quotaRequest', 'PUT, DELETE'],
    ['GET', '/v1/admin/accounts/ada', 'PUT'],
    ['POST', '/v1/quote', 'GET, HEAD'],
  ])('does not take the method: %s %s', async (method, path, allow) => {
    const api = apiUnderTest();
    const answer = await api.send<Problem>(method, path, api.as('ada'));
    expectProblem(answer, 'METHOD_NOT_ALLOWED');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  test('HEAD is GET without a body', async () => {
    const api = apiUnderTest();
    const { status, body } = await api.send('HEAD', '/v1/health');
    expect({ status, body }).toEqual({ status: 200, body: undefined });
  });
});

describe('what fails inside', () => {
  test('a database that is away is a 503 that says when to come back', async () => {
    const api = apiUnderTest({ faults: { unavailable: 1 } });
    const answer = await api.send<Problem>('GET', '/v1/clusters', api.as('ada'));
    expectProblem(answer, 'UNAVAILABLE');
    expect(answer.body.detail).toBeUndefined();
  });

  test('a bug is a 500 that shows nothing, and the log has all of it under the request id', async () => {
    const api = apiUnderTest();
    api.ports.documents.get = () => Promise.reject(new Error('the inside of Hub'));
    const answer = await api.send<Problem>('GET', '/v1/me', api.as('ada'));
    expectProblem(answer, 'BUG');
    expect(JSON.stringify(answer.body)).not.toMatch(/inside of Hub|\.ts:|\\n/);
    expect(api.lines).toEqual([
      expect.objectContaining({
        severity: 'ERROR',
        fields: expect.objectContaining({
          request: answer.headers.get('x-request-id'),
          code: 'BUG',
          detail: expect.stringContaining('the inside of Hub'),
        }),
      }),
    ]);
  });
});

describe('every reply', () => {
  const requests = [
    ['GET', '/v1/health'],
    ['GET', '/v1/catalog'],
    ['GET', '/v1/nowhere'],
    ['PATCH', '/v1/clusters'],
    ['POST', '/v1/clusters'],
  ] as const;

  test.each(requests)(
    'to %s %s has its id, and headers that keep it where it belongs',
    async (method, path) => {
      const api = apiUnderTest();
      const { headers } = await api.send(method, path, api.as('ada'));
      expect(headers.get('x-request-id')).toMatch(/^[a-z2-7]{16}$/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    },
  );

  test('leaves one line of log, with nothing in it about who asked', async () => {
    const api = apiUnderTest();
    const id = clusterIdOf(1);
    await api.given(aCluster({ id, owner: 'ada-lovelace' }));
    await api.send('GET', `/v1/clusters/${id}`, api.as('ada-lovelace'));
    await api.send('GET', '/secret-path');
    const random = { request: expect.any(String), trace: expect.any(String), span: expect.any(String) };
    expect(api.lines.map(({ fields }) => fields)).toEqual([
      { ...random, cluster: id, route: '/v1/clusters/{id}', method: 'GET', status: 200, durationMs: 0 },
      { ...random, route: 'none', method: 'GET', status: 404, durationMs: 0 },
    ]);
  });
});
