/** Which cluster a name or an id means, among those that are there and those that are deleted. */
import { expect, test } from 'vitest';
import type { ClusterReply } from '../shared/api/clusters.ts';
import type { Api } from './api.ts';
import { Failed } from './failure.ts';
import { findCluster } from './find-cluster.ts';

const aReply = (id: string, name: string): ClusterReply =>
  ({ id, name, label: 'Ready', createTime: '2026-01-01T00:00:00Z' }) as ClusterReply;

/** @returns the id that is found, or the code of why there is none */
async function found(
  clusters: { there?: ClusterReply[]; deleted?: ClusterReply[] },
  ...[called, among]: [string, Parameters<typeof findCluster>[2]?]
) {
  const ask = async (endpoint: string, { id, query }: { id?: string; query?: { state?: string } }) => {
    const { there = [], deleted = [] } = clusters;
    if (endpoint === 'GET /v1/clusters')
      return { body: { clusters: query?.state === undefined ? there : deleted } };
    const body = [...there, ...deleted].find((one) => one.id === id);
    if (!body) throw new Failed('None.', { code: 'NOT_FOUND' });
    return { body };
  };
  return findCluster({ ask } as unknown as Api, called, among).then(
    ({ id }) => id,
    ({ code }: Failed) => code,
  );
}

const [OLD, OLDER, NEW] = ['oldoldoldoldoldo', 'olderolderoldero', 'newnewnewnewnewn'];
const deleted = [aReply(OLD, 'mine'), aReply(OLDER, 'mine')];

test('whatever is to be changed is not deleted', async () => {
  expect(await found({ there: [aReply(NEW, 'mine')], deleted }, 'mine')).toBe(NEW);
  expect(await found({ deleted }, 'mine')).toBe('NOT_FOUND');
  expect(await found({ deleted: [aReply(OLD, 'mine')] }, 'mine')).toBe('NOT_FOUND');
  // An id says which is meant.
  expect(await found({ deleted }, OLD)).toBe(OLD);
});

test('whoever looks finds deleted ones, too, if there is no other; a certificate is of those first', async () => {
  expect(await found({ there: [aReply(NEW, 'mine')], deleted }, 'mine', 'all')).toBe(NEW);
  expect(await found({ deleted: [aReply(OLD, 'mine')] }, 'mine', 'all')).toBe(OLD);
  expect(await found({ deleted }, 'mine', 'all')).toBe('AMBIGUOUS');
  const one = [aReply(OLD, 'mine')];
  expect(await found({ there: [aReply(NEW, 'mine')], deleted: one }, 'mine', 'deleted first')).toBe(OLD);
  expect(await found({ there: [aReply(NEW, 'mine')] }, 'mine', 'deleted first')).toBe(NEW);
});

test('a name may look like an id', async () => {
  expect(await found({ there: [aReply(NEW, 'mycustomcluster2')] }, 'mycustomcluster2')).toBe(NEW);
});
