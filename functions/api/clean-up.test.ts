import { expect, test } from 'vitest';
import { type CleanUpReply, cleanUpReply } from '../../shared/api/clean-up.ts';
import type { Problem } from '../../shared/api/problem.ts';
import type { FlattenedJws } from '../../shared/clean-up.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { type LedgerEntry, ledgerKey, ledgerPath } from '../../shared/documents/ledger.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import { aStatement, signed } from '../../test/certificates.ts';
import { checkCleanUp, readCleanUpKeys } from '../clean-up/check.ts';

const id = clusterIdOf(1);
const path = `/v1/clusters/${id}/cleanup`;

async function given(
  state: 'deleted' | 'sweeping',
  entries: readonly LedgerEntry[],
  certificate?: FlattenedJws,
) {
  const api = apiUnderTest();
  await api.given(aCluster({ id, owner: 'ada', state }));
  const byKey = Object.fromEntries(entries.map((entry) => [ledgerKey(entry), entry]));
  const data = { schema: DOCUMENT_SCHEMA, entries: byKey, ...(certificate && { certificate }) };
  await api.documents.commit([{ op: 'set', path: ledgerPath(id), data }]);
  return api;
}

const entry = (kind: LedgerEntry['kind'], plannedS: number, goneS?: number): LedgerEntry => ({
  kind,
  name: `hub-${id}-${kind}`,
  location: 'europe-west1-b',
  generation: 1,
  plannedAt: new Date(plannedS * 1000),
  ...(goneS !== undefined && { goneAt: new Date(goneS * 1000) }),
});

test('what was signed when the cluster was deleted is handed out as it is, as a file, and holds by the keys that Hub publishes', async () => {
  const statement = aStatement({ cluster: id });
  const { certificate } = signed(statement);
  // Whatever the ledger may say by now.
  const api = await given('deleted', [entry('disk', 20, 90)], certificate);
  const { status, body, headers } = await api.send<CleanUpReply>('GET', path, api.as('ada'));
  expect(status).toBe(200);
  expect(headers.get('content-disposition')).toBe(`attachment; filename="hub-${id}.clean-up.json"`);
  expect(body).toEqual({ ...statement, certificate });
  expect(cleanUpReply.parse(body)).toEqual(body);
  const keys = await api.send('GET', '/v1/keys');
  expect(keys.status).toBe(200);
  expect(keys.headers.get('cache-control')).toBe('public, max-age=300');
  expect(JSON.stringify(keys.body)).not.toContain('"d"');
  expect(checkCleanUp(body, readCleanUpKeys(keys.body))).toMatchObject({ holds: true, statement });
});

test('of a cluster that was deleted before Hub signed there is the ledger, in the order of asking, and nothing that looks signed', async () => {
  const api = await given('deleted', [entry('disk', 20, 90), entry('cluster', 10, 80)]);
  const { status, body } = await api.send<CleanUpReply>('GET', path, api.as('ada'));
  expect(status).toBe(200);
  expect(body).toMatchObject({ cluster: id, counts: { planned: 2, gone: 2 } });
  expect(body.resources.map(({ kind, goneAt }) => [kind, goneAt])).toEqual([
    ['cluster', '1970-01-01T00:01:20.000Z'],
    ['disk', '1970-01-01T00:01:30.000Z'],
  ]);
  expect(body).not.toHaveProperty('certificate');
  expect(body).not.toHaveProperty('listing');
  expect(checkCleanUp(body, [])).toMatchObject({ holds: false, fault: 'unsigned' });
});

test('before the end there is no certificate, whatever is gone already', async () => {
  const api = await given('sweeping', [entry('cluster', 10, 80)]);
  const { status, body } = await api.send<Problem>('GET', path, api.as('ada'));
  expect({ status, code: body.code }).toEqual({ status: 409, code: 'NOT_ACCEPTED_IN_STATE' });
});

test('what was never seen gone is not passed off as proof', async () => {
  const api = await given('deleted', [entry('cluster', 10)]);
  const { status, body } = await api.send<Problem>('GET', path, api.as('ada'));
  expect({ status, code: body.code }).toEqual({ status: 500, code: 'BUG' });
});

test('to a stranger it is not there', async () => {
  const api = await given('deleted', [entry('cluster', 10, 80)]);
  expect((await api.send('GET', path, api.as('eve'))).status).toBe(404);
});
