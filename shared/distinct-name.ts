import type { Cluster } from './documents/cluster.ts';

/** The end of an id: enough to tell clusters of one name apart. */
export const endOf = (id: string): string => id.slice(-4);

/** `genomes-k3fq`: what a cluster is called where another one of its name may be, too, as in a kubeconfig that several were merged into. */
export const distinctName = ({ id, name }: Pick<Cluster, 'id' | 'name'>): string => `${name}-${endOf(id)}`;
