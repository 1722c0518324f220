/** People make clusters of their own, delete them, and read what there is of them. */
import { type EndpointName, POLICY } from '../../../../functions/api/policy.ts';
import type { Random } from '../../../../functions/cloud.ts';
import { REGIONS, SIZES } from '../../../../shared/catalog/catalog.ts';
import type { Cluster } from '../../../../shared/documents/cluster.ts';
import { seconds } from '../../../../shared/units.ts';
import { between, happens, oneOf } from '../../chance.ts';
import type { Ask } from '../client.ts';
import type { People } from '../people.ts';
import type { User } from '../users.ts';

/** They change nothing; together they are one deed. */
const READS = (Object.keys(POLICY) as EndpointName[]).filter((name) => name.startsWith('GET '));

/** What somebody would like to have. */
export const wish = (random: Random) => ({
  name: 'mine',
  product: happens(random, 0.6) ? 'hello' : 'pachyderm',
  ...(happens(random, 0.3) && { region: oneOf(random, REGIONS)?.id }),
  ...(happens(random, 0.1) && { size: oneOf(random, SIZES)?.id }),
  ...(happens(random, 0.4) && { ttlHours: oneOf(random, [1, 2, 24] as const) }),
});

export function clusterDeeds({ random, ask, askOfAny, sleep, anyUser, anyCluster, newKey }: People) {
  const ofThis =
    (name: EndpointName) =>
    async ({ id, owner = 'operator' }: Cluster): Promise<void> =>
      void (await ask({ as: owner as User, name, id }));

  return {
    async create(): Promise<void> {
      const as = anyUser();
      const body = wish(random);
      const request: Ask = { as, name: 'POST /v1/clusters', body, key: newKey() };
      // A double click, or a client that does not wait.
      if (happens(random, 0.2)) void ask(request);
      const answer = await ask(request);
      const id = answer?.body.id;
      if (answer?.status !== 202 || id === undefined || !happens(random, 0.4)) return;
      await sleep(between(random, 0, seconds(150)));
      await ask({ as, name: 'DELETE /v1/clusters/{id}', id });
    },
    deleteAny: () => askOfAny('DELETE /v1/clusters/{id}'),
    retryAny: () => askOfAny('POST /v1/clusters/{id}:retry'),
    async read(): Promise<void> {
      const name = oneOf(random, READS) as EndpointName;
      const found = anyCluster();
      const as =
        POLICY[name].stranger === 'OPERATOR_ONLY'
          ? 'operator'
          : (oneOf(random, found?.members ?? []) ?? anyUser());
      const query = name.endsWith('/credentials') ? '?kind=kubeconfig' : '';
      const id = name.includes('/pools/') ? 'default' : found?.id;
      await ask({ as, name, id, query });
    },
    deleteThis: ofThis('DELETE /v1/clusters/{id}'),
    retryThis: ofThis('POST /v1/clusters/{id}:retry'),
    /** Somebody wants just what there is a spare of. */
    async claimThis({ spec: { product, region } }: Cluster): Promise<void> {
      const body = { name: 'mine', product, region };
      await ask({ as: anyUser(), name: 'POST /v1/clusters', body, key: newKey() });
    },
  };
}
