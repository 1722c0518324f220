/** Whatever is sent, the answer is a cluster or a problem of the caller's: never a failure of ours. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clusterReply } from '../../shared/api/clusters.ts';
import { type Problem, problem } from '../../shared/api/problem.ts';
import { CLUSTERS } from '../../shared/documents/cluster.ts';
import { INVITATIONS } from '../../shared/documents/invitation.ts';
import { emailAddress } from '../../shared/email.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';

const field = fc.constantFrom(
  'name',
  'product',
  'version',
  'size',
  'region',
  'availability',
  'isolation',
  'ttlHours',
  'owner',
  'state',
  '__proto__',
  'constructor',
  'toString',
  '',
);
const word = fc.constantFrom(
  'mine',
  'pachyderm',
  'hello',
  '1.1.0',
  'small',
  'europe-west1',
  'zonal',
  'dedicated',
  'x',
);
const value = fc.oneof({ weight: 3, arbitrary: word }, fc.integer({ min: -5, max: 9000 }), fc.jsonValue());
const object = fc.array(fc.tuple(field, value), { maxLength: 8 }).map(
  // By hand: a key may be there twice, or be one that an object literal cannot hold.
  (entries) =>
    `{${entries.map(([key, sent]) => `${JSON.stringify(key)}:${JSON.stringify(sent)}`).join(',')}}`,
);
const body = fc.oneof(
  { weight: 5, arbitrary: object },
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array({ maxLength: 200 }),
);
const key = fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 140 }), { nil: undefined });

test('bodies of POST /v1/clusters', async () => {
  const api = apiUnderTest();
  const token = api.as('ada');
  await fc.assert(
    fc.asyncProperty(body, key, async (sent, idempotencyKey) => {
      const { commits } = api.documents.counters;
      const { status, body: answer } = await api.send<Problem>('POST', '/v1/clusters', token, {
        body: sent,
        ...(idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey } }),
      });
      if (status === 202) {
        const cluster = clusterReply.strict().parse(answer);
        expect(cluster.members).toEqual({ ada: 'owner' });
      } else {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(problem.strict().parse(answer)).toEqual(answer);
        expect(api.documents.counters.commits).toBe(commits);
      }
    }),
    { numRuns: 500, seed: 7 },
  );
  const clusters = await api.documents.query({ collection: CLUSTERS });
  expect(clusters.length).toBeGreaterThan(0);
  for (const { data } of clusters)
    expect(data).toMatchObject({ owner: 'ada', state: 'provisioning', readers: ['ada'] });
});

test('addresses, queries and headers of every method', async () => {
  const api = apiUnderTest();
  const tokens = [api.as('ada'), api.as('op', { operator: true })];
  const segment = fc.oneof(
    fc.constantFrom(
      'v1',
      'clusters',
      'pools',
      'me',
      'quotaRequest',
      'quote',
      'admin',
      'accounts',
      'cells',
      'events',
      'members',
      'credentials',
      'ada%40example.com',
      'a'.repeat(16),
      'x:retry',
      '%00',
      '%F0',
      '..',
      '',
    ),
    fc.string({ unit: 'grapheme', maxLength: 12 }).map(encodeURIComponent),
  );
  const path = fc
    .tuple(fc.array(segment, { maxLength: 5 }), fc.webQueryParameters({ size: 'small' }))
    .map(([segments, query]) => `/v1/${segments.join('/')}?${query}`);
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS');
  await fc.assert(
    fc.asyncProperty(method, path, fc.constantFrom(undefined, ...tokens), async (verb, address, token) => {
      const { status } = await api.send(verb, address, token);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 500, seed: 7 },
  );
});

test('addresses and bodies of members', async () => {
  const api = apiUnderTest();
  await api.given(aCluster({ owner: 'ada' }));
  const token = api.as('ada');
  const email = fc.oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z0-9+_.-]{1,8}@[a-z]{2,8}[.](com|Org|invalid)$/) },
    fc.emailAddress(),
    fc.constantFrom('ADA@example.com', 'grace@example.com', ' x@example.com ', 'hub@hub.invalid', '..'),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  );
  const sent = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('viewer', 'editor', 'owner').map((role) => ({ role })) },
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('PUT', 'DELETE'), email, sent, async (method, address, body) => {
      const path = `/v1/clusters/${clusterIdOf(1)}/members/${encodeURIComponent(address)}`;
      const more = method === 'PUT' ? { body: JSON.stringify(body) } : {};
      const { status, body: answer } = await api.send<Problem>(method, path, token, more);
      expect(status).toBeLessThan(500);
      if (status === 202) expect(clusterReply.strict().parse(answer).members).toEqual({ ada: 'owner' });
    }),
    { numRuns: 500, seed: 7 },
  );
  const invitations = await api.documents.query({ collection: INVITATIONS });
  expect(invitations.length).toBeGreaterThan(5);
  for (const { data } of invitations) expect(emailAddress.parse(data.email)).toBe(data.email);
});
