/** The policy, cell by cell, against the real API. */
import { describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/api/problem.ts';
import { orphanPath } from '../../shared/documents/orphan.ts';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, aDeadLetter, anOrphan, clusterIdOf, writeOfLetter } from '../../test/builders.ts';
import { ENDPOINTS } from './app.ts';
import { authorize, CALLERS, type EndpointName, POLICY, partsOf } from './policy.ts';

const NAMES = Object.keys(POLICY) as EndpointName[];
const BODIES: Partial<Record<EndpointName, object>> = {
  'POST /v1/clusters': { name: 'mine' },
  'PUT /v1/pools/{id}': { wanted: 1 },
  'PUT /v1/me/quotaRequest': { maxClusters: 9, reason: 'A course.' },
  'PUT /v1/admin/accounts/{id}': { maxClusters: 9 },
  'POST /v1/admin/accounts/{id}:delete': { reason: 'They asked for it.' },
  'POST /v1/admin/deadLetters/{id}:replay': { reason: 'It was an outage.' },
  'POST /v1/admin/deadLetters/{id}:dismiss': { reason: 'Its topic is gone.' },
  'POST /v1/admin/orphans/{id}:delete': { reason: 'Now.' },
  'PUT /v1/clusters/{id}/members/{email}': { role: 'viewer' },
  'POST /v1/clusters/{id}:transfer': { email: 'boss@example.com' },
  'POST /v1/clusters/{id}:extend': { ttlHours: 24 },
};
const QUERIES: Partial<Record<EndpointName, string>> = {
  'GET /v1/clusters/{id}/credentials': '?kind=kubeconfig',
};
/** Where this is said, the policy has let them pass: the cluster of these tests has failed. */
const PASSED: Partial<Record<EndpointName, ErrorCode>> = {
  'GET /v1/clusters/{id}/credentials': 'NOT_ACCEPTED_IN_STATE',
  'GET /v1/clusters/{id}/cleanup': 'NOT_ACCEPTED_IN_STATE',
  // It counts for somebody else, who has not offered it.
  'POST /v1/clusters/{id}:transfer': 'NOT_OFFERED',
  'POST /v1/clusters/{id}:extend': 'NO_LIFETIME',
  // Nobody has looked at it before.
  'DELETE /v1/account': 'PREVIEW_REQUIRED',
  // This Hub has just begun.
  'GET /v1/status': 'UNAVAILABLE',
};

test('every endpoint is in the policy, and every row of the policy is an endpoint', () => {
  expect(ENDPOINTS.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
});

describe.each(NAMES)('%s', (name) => {
  test.each(CALLERS)('asked by: %s', async (standing) => {
    const api = apiUnderTest();
    const members = { boss: 'owner', editor: 'editor', viewer: 'viewer' } as const;
    await api.given(aCluster({ members, state: 'failed' }));
    await api.documents.commit([writeOfLetter(aDeadLetter({ id: clusterIdOf(1) }))]);
    await api.send('PUT', '/v1/pools/default', api.as('setup', { operator: true }), { body: { wanted: 0 } });
    await api.documents.commit([{ op: 'set', path: orphanPath(clusterIdOf(1)), data: anOrphan() }]);
    // Whose account is deleted.
    api.as('default');
    const uid = standing === 'owner' ? 'boss' : standing;
    const token = standing === 'anonymous' ? undefined : api.as(uid, { operator: standing === 'operator' });
    const { method, path } = partsOf(name);
    const id = /\/(pools|accounts)\//.test(path) ? 'default' : clusterIdOf(1);
    const { commits } = api.documents.counters;
    const address = path.replace('{id}', id).replace('{email}', 'newcomer@example.com');
    const { status, body } = await api.send<Problem>(method, `${address}${QUERIES[name] ?? ''}`, token, {
      body: BODIES[name],
    });
    const verdict = POLICY[name][standing];
    const passed = PASSED[name];
    if (verdict === 'allow' && passed) expect(body.code).toBe(passed);
    else if (verdict === 'allow') expect(status).toBeLessThan(300);
    else {
      expect({ status, code: body.code }).toEqual({ status: ERRORS[verdict].http, code: verdict });
      expect(api.documents.counters.commits).toBe(commits);
    }
  });
});

test('an operator who is a member may do what either may', () => {
  const principal = { uid: 'ada', emailVerified: true, operator: true };
  const cluster = aCluster({ members: { ada: 'viewer' } });
  for (const name of NAMES) {
    const may = POLICY[name].viewer === 'allow' || POLICY[name].operator === 'allow';
    const asked = expect(() => authorize(name, principal, cluster));
    if (may) asked.not.toThrow();
    else asked.toThrow('OWNER_ONLY');
  }
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
