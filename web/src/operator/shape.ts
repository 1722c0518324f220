/** The shape of clusters in words. */
import type { ClusterSpec } from '../../../shared/documents/cluster.ts';
import { AVAILABILITY, useCatalog } from '../clusters/catalog.ts';

/** `Pachyderm 2.11 · small · Belgium · one zone` */
export function useShapeInWords(): (spec: ClusterSpec) => string {
  const { productLabel, regionLabel } = useCatalog();
  return ({ product, version, size, region, availability }) =>
    [
      `${productLabel(product)} ${version}`,
      size,
      `${regionLabel(region)} (${region})`,
      AVAILABILITY[availability],
    ].join(' · ');
}
