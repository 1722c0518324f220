/** An account or a cell that is not what its schema says: nothing is allowed on the strength of it, and the log says what to mend. */
import { describe, expect, test } from 'vitest';
import { accountPath, cellPath } from '../../shared/documents/account.ts';
import { CLUSTERS, clusterPath } from '../../shared/documents/cluster.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import type { DocumentData } from '../cloud.ts';

const COUNTED = { schema: 1, clusters: 1, hourlyMicros: 10, firstAt: new Date(0) };

async function damaged(path: string, data: DocumentData) {
  const api = apiUnderTest();
  await api.documents.commit([{ op: 'set', path, data: { ...COUNTED, ...data } }]);
  return api;
}

const toldOf = ({ lines }: ReturnType<typeof apiUnderTest>) =>
  lines.filter(({ severity }) => severity === 'ERROR').map(({ fields }) => fields.detail);

const OF_BOTH: [string, DocumentData, string][] = [
  ['counts no clusters', { clusters: 'secret' }, 'clusters (invalid_type)'],
  ['counts no money', { hourlyMicros: Number.NaN }, 'hourlyMicros (invalid_type)'],
  ['has a limit that is no number', { maxClusters: 'secret' }, 'maxClusters (invalid_type)'],
];
const OF_ACCOUNTS: [string, DocumentData, string][] = [
  ['has a standing that is none', { standing: 'secret' }, 'standing (invalid_type)'],
  ['was held, nobody can say how', { standing: { state: ['secret'] } }, 'standing.state (invalid_union)'],
];

describe.each([
  [accountPath('ada'), [...OF_BOTH, ...OF_ACCOUNTS]],
  [cellPath('default'), OF_BOTH],
])('%s', (path, faults) => {
  test.each(faults)('that %s lets nobody have a cluster', async (_, data, fault) => {
    const api = await damaged(path, data);
    const { status, body } = await api.create(api.as('ada'));
    expect([status, body.code]).toEqual([500, 'BUG']);
    expect(await api.documents.query({ collection: CLUSTERS })).toEqual([]);
    const [told] = toldOf(api);
    expect(told).toContain(`${path} is not readable: ${fault}`);
    expect(JSON.stringify([body, api.lines])).not.toContain('secret');
  });
});

test.each([...OF_BOTH, ...OF_ACCOUNTS])('an account that %s claims nothing that waits', async (_, data) => {
  const api = await damaged(accountPath('ada'), data);
  const spare = aCluster({ id: clusterIdOf(1), state: 'warm', pool: 'default' });
  await api.given(spare);
  expect((await api.create(api.as('ada'))).status).toBe(500);
  expect((await api.documents.get(clusterPath(spare.id)))?.data).toMatchObject({ state: 'warm' });
});

test.each(OF_ACCOUNTS)('an account that %s shares nothing', async (_, data, fault) => {
  const api = await damaged(accountPath('ada'), data);
  const cluster = aCluster({ owner: 'ada' });
  await api.given(cluster);
  const path = `/v1/clusters/${cluster.id}/members/bo@example.com`;
  const { status } = await api.send('PUT', path, api.as('ada'), { body: { role: 'viewer' } });
  expect(status).toBe(500);
  expect(toldOf(api)[0]).toContain(fault);
});
