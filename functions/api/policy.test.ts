/** The policy, cell by cell, against the real API. */
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/api.ts';
import { ERRORS } from '../../shared/errors.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import { ENDPOINTS } from './app.ts';
import { authorize, type EndpointName, POLICY, partsOf, STANDINGS } from './policy.ts';

const NAMES = Object.keys(POLICY) as EndpointName[];
const BODIES: Partial<Record<EndpointName, object>> = {
  'POST /v1/clusters': { name: 'mine' },
  'PUT /v1/pools/{id}': { wanted: 1 },
};

test('every endpoint is in the policy, and every row of the policy is an endpoint', () => {
  expect(ENDPOINTS.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
});

describe.each(NAMES)('%s', (name) => {
  test.each(STANDINGS)('asked by: %s', async (standing) => {
    const api = apiUnderTest();
    const members = { boss: 'owner', editor: 'editor', viewer: 'viewer' } as const;
    await api.given(aCluster({ members, state: 'failed' }));
    await api.send('PUT', '/v1/pools/default', api.as('setup', { operator: true }), { body: { wanted: 0 } });
    const uid = standing === 'owner' ? 'boss' : standing;
    const token = standing === 'anonymous' ? undefined : api.as(uid, { operator: standing === 'operator' });
    const { method, path } = partsOf(name);
    const id = path.includes('/pools/') ? 'default' : clusterIdOf(1);
    const { commits } = api.documents.counters;
    const { status, body } = await api.send<Problem>(method, path.replace('{id}', id), token, {
      body: BODIES[name],
    });
    const verdict = POLICY[name][standing];
    if (verdict === 'allow') expect(status).toBeLessThan(300);
    else {
      expect({ status, code: body.code }).toEqual({ status: ERRORS[verdict].http, code: verdict });
      expect(api.documents.counters.commits).toBe(commits);
    }
  });
});

test('an operator who is a member may do what either may', () => {
  const principal = { uid: 'ada', emailVerified: true, operator: true };
  const cluster = aCluster({ members: { ada: 'viewer' } });
  for (const name of NAMES) expect(() => authorize(name, principal, cluster)).not.toThrow();
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
  'a user whose uid is %s is a stranger like any other',
  (uid) => {
    const principal = { uid, emailVerified: true, operator: false };
    expect(() => authorize('GET /v1/clusters/{id}', principal, aCluster({ owner: 'ada' }))).toThrow(
      'NOT_FOUND',
    );
  },
);
