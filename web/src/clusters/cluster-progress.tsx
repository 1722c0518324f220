/** How far a cluster is. It moves with the clock between two words from Hub. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { rowOf } from '../../../shared/lifecycle/table.ts';
import { Progress } from '../parts/progress.tsx';
import { useProgress } from './reading.ts';

export function ClusterProgress({ cluster }: { cluster: Cluster }) {
  return <Progress value={useProgress(cluster)} label={`${cluster.name}: ${rowOf(cluster.state).label}`} />;
}
