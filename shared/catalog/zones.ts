import type { ClusterSpec } from '../documents/cluster.ts';

/** In how many zones a cluster has machines. */
export const ZONES: Readonly<Record<ClusterSpec['availability'], number>> = { zonal: 1, regional: 3 };
