import { expect, test } from 'vitest';
import type { CleanUpReply, Problem } from '../../shared/api.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { type LedgerEntry, ledgerKey, ledgerPath } from '../../shared/documents/ledger.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';

const id = clusterIdOf(1);
const path = `/v1/clusters/${id}/cleanup`;

async function given(state: 'deleted' | 'sweeping', entries: readonly LedgerEntry[]) {
  const api = apiUnderTest();
  await api.given(aCluster({ id, owner: 'ada', state }));
  const byKey = Object.fromEntries(entries.map((entry) => [ledgerKey(entry), entry]));
  await api.documents.commit([
    { op: 'set', path: ledgerPath(id), data: { schema: DOCUMENT_SCHEMA, entries: byKey } },
  ]);
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

test('of a deleted cluster each resource is named, in the order of asking, with when it was seen gone', async () => {
  const api = await given('deleted', [entry('disk', 20, 90), entry('cluster', 10, 80)]);
  const { status, body } = await api.send<CleanUpReply>('GET', path, api.as('ada'));
  expect(status).toBe(200);
  expect(body).toMatchObject({ cluster: id, name: 'cluster' });
  expect(body.resources.map(({ kind, goneAt }) => [kind, goneAt])).toEqual([
    ['cluster', '1970-01-01T00:01:20.000Z'],
    ['disk', '1970-01-01T00:01:30.000Z'],
  ]);
});

test('before the end there is no record, whatever is gone already', async () => {
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
