/** Which cluster is meant: people say its name or its id. */
import type { ClusterPage, ClusterReply } from '../shared/api/clusters.ts';
import { CLUSTER_ID } from '../shared/documents/fields.ts';
import { FINAL } from '../shared/lifecycle/derive.ts';
import { MAX_PAGE_SIZE } from '../shared/limits.ts';
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

/** Among which a name is looked for: those that are deleted may have it several times, and nothing can be done with them but look. */
const AMONG = {
  there: ['there'],
  all: ['there', 'deleted'],
  'deleted first': ['deleted', 'there'],
} as const;

/**
 * @param among for a name; an id says itself which is meant
 * @throws Failed if there is none, or more than one
 */
export async function findCluster(
  api: Api,
  called: string,
  among: keyof typeof AMONG = 'there',
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
  // Hub lets in who was invited when they ask for their list: then an id may be good that was not a moment ago.
  const isNamed = ({ id, name }: ClusterReply): boolean => name === called || id === called;
  let named: ClusterReply[] = [];
  for (const list of AMONG[among]) if (named.length === 0) named = (await lists[list]()).filter(isNamed);
  const [first, ...more] = named;
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
