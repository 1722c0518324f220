/** Which cluster is meant: people say its name or its id. */
import type { ClusterPage, ClusterReply } from '../shared/api.ts';
import { MAX_PAGE_SIZE } from '../shared/api.ts';
import { CLUSTER_ID } from '../shared/documents/fields.ts';
import { FINAL } from '../shared/lifecycle/derive.ts';
import { pagesOf } from '../shared/pages.ts';
import type { Api } from './api.ts';
import { Failed } from './failure.ts';

/** Those that are there, newest first; or those in one state, also if that is `deleted`. */
export async function listClusters(api: Api, state?: string): Promise<ClusterReply[]> {
  const clusters: ClusterReply[] = [];
  const ask = async (pageToken: string | undefined): Promise<ClusterPage> => {
    const query = { pageSize: MAX_PAGE_SIZE, pageToken, state };
    return (await api.ask<ClusterPage>('GET /v1/clusters', { query })).body;
  };
  for await (const page of pagesOf(ask)) clusters.push(...page.clusters);
  return clusters;
}

/** Those that are deleted: they stay for thirty days. */
export const listDeleted = async (api: Api): Promise<ClusterReply[]> =>
  (await Promise.all(FINAL.map((state) => listClusters(api, state)))).flat();

/**
 * @param prefer of several with one name: those that are there, or those that are deleted
 * @throws Failed if there is none, or more than one
 */
export async function findCluster(
  api: Api,
  called: string,
  prefer: 'there' | 'deleted' = 'there',
): Promise<ClusterReply> {
  // A name may look like an id; an id is no name that people give.
  if (CLUSTER_ID.test(called)) {
    const found = await api
      .ask<ClusterReply>('GET /v1/clusters/{id}', { id: called })
      .catch((error: unknown) => {
        if (error instanceof Failed && error.code === 'NOT_FOUND') return undefined;
        throw error;
      });
    if (found) return found.body;
  }
  const lists = { there: () => listClusters(api), deleted: () => listDeleted(api) };
  const second = prefer === 'there' ? 'deleted' : 'there';
  // Hub lets in who was invited when they ask for their list: then an id may be good that was not a moment ago.
  const isNamed = ({ id, name }: ClusterReply): boolean => name === called || id === called;
  const preferred = (await lists[prefer]()).filter(isNamed);
  const [first, ...more] = preferred.length > 0 ? preferred : (await lists[second]()).filter(isNamed);
  if (!first)
    throw new Failed(`There is no cluster "${called}", or you may not see it.`, {
      code: 'NOT_FOUND',
      remedy: 'hub list shows those that you may use (with --all, deleted ones too).',
    });
  if (more.length > 0)
    throw new Failed(
      `"${called}" is the name of ${more.length + 1} clusters:${[first, ...more]
        .map(({ id, label, createTime }) => `\n  ${id}  ${label}, created ${createTime}`)
        .join('')}`,
      { code: 'AMBIGUOUS', remedy: 'Say which by its id.' },
    );
  return first;
}
