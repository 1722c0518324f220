/** Which workload a token of a leaf cluster stands for, once that very cluster is found to have signed it. */
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import { verifyToken } from '../kubernetes/tokens.ts';
import { poolName, type Workload } from './principals.ts';
import type { IamOptions } from './server.ts';

/** @param find a cluster that runs */
export const subjectsOf = (
  projectId: string,
  find: (name: string, location: string) => LeafCluster | undefined,
): IamOptions => ({
  async verifySubject(token) {
    const named = clusterNamedIn(token);
    const leaf = named && find(named.cluster, named.location);
    // For the pool, not for the cluster's own API: a token that a pod uses there opens nothing here.
    const verified = leaf && verifyToken(leaf, token, [poolName(projectId)]);
    if (!named || !verified) return undefined;
    return { projectId, ...named, namespace: verified.namespace, serviceAccount: verified.name };
  },
});

/** Where to look for the key; nothing of this is believed before that key has verified the token. */
function clusterNamedIn(token: string): Pick<Workload, 'location' | 'cluster'> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { iss } = Object(claims) as { iss?: unknown };
    const [, location, cluster] = /\/locations\/([^/]+)\/clusters\/([^/]+)$/.exec(String(iss)) ?? [];
    return location && cluster ? { location, cluster } : undefined;
  } catch {
    return undefined;
  }
}
