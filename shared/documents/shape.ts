/** What makes one cluster as good as another. Without the schemas, so that a browser can compare too. */
import type { ClusterSpec } from './cluster.ts';

/** Spares and wishes of the same shape match: everything about a cluster that cannot be changed in the moment of a claim. */
export const shapeOf = (spec: ClusterSpec): string =>
  [spec.product, spec.version, spec.size, spec.region, spec.availability, spec.isolation].join('/');
