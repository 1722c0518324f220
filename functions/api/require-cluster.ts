/** What the endpoints of one cluster begin and end with. */
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { CLUSTER_ID } from '../../shared/documents/fields.ts';
import { AppError } from '../../shared/errors.ts';
import { parseCluster } from '../clusters/read.ts';
import type { Call, Reply, ReplyHeader } from './endpoint.ts';

/** @throws AppError NOT_FOUND, alike for what cannot be an id, what does not exist and what is not the caller's to see */
export async function requireCluster({
  ports,
  id,
  authorize,
}: Pick<Call, 'ports' | 'id' | 'authorize'>): Promise<{ cluster: Cluster; updateTime: Date }> {
  const snapshot = CLUSTER_ID.test(id) ? await ports.documents.get(clusterPath(id)) : undefined;
  if (!snapshot) throw new AppError('NOT_FOUND');
  const { cluster } = parseCluster(snapshot);
  authorize(cluster);
  return { cluster, updateTime: snapshot.updateTime };
}

/** What `accepted` sends. */
export const SENT_WHEN_ACCEPTED: readonly ReplyHeader[] = ['ETag', 'Location'];

export const accepted = (cluster: ClusterReply): Reply => ({
  body: cluster,
  headers: { location: `/v1/clusters/${cluster.id}`, etag: cluster.etag },
});
