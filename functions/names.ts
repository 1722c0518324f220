/** What Hub calls what it makes once for each generation of a cluster, its Kubernetes cluster and its bucket: `hub-<id>-g<generation>`. */
import type { Cluster } from '../shared/documents/cluster.ts';

/** As a pattern, for names and words that hold it. Its groups are those of `parseName`. */
export const NAME = 'hub-([a-z2-7]{16})-g([0-9]{1,6})';
const WHOLE = new RegExp(`^${NAME}$`);

export const nameOf = ({ id, generation }: Pick<Cluster, 'id' | 'generation'>): string =>
  `hub-${id}-g${generation}`;

/** @returns undefined for any other name */
export function parseName(name: string): { clusterId: string; generation: number } | undefined {
  const [, clusterId, generation] = WHOLE.exec(name) ?? [];
  return clusterId === undefined ? undefined : { clusterId, generation: Number(generation) };
}
