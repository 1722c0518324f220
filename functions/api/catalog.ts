/** What Hub offers, with prices. */
import { type CatalogReply, catalogReply } from '../../shared/api/catalog.ts';
import {
  type Offer,
  offeredProducts,
  offeredVersions,
  priceOf,
  REGIONS,
  resolveSpec,
  SIZES,
} from '../../shared/catalog/catalog.ts';
import type { ClusterSpec } from '../../shared/documents/cluster.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { toMoney, toSpecReply } from './reply.ts';

const get = endpoint({
  name: 'GET /v1/catalog',
  summary: 'Products, sizes, regions and prices.',
  status: 200,
  reply: catalogReply,
  handle: async ({ ports }) => ({ body: catalog(ports.settings) }),
});

export const CATALOG_ENDPOINTS: readonly Endpoint[] = [get];

function catalog(offer: Offer): CatalogReply {
  const price = (size: string, availability: ClusterSpec['availability']) => {
    const { hourlyMicros } = priceOf({ size, availability });
    return toMoney(hourlyMicros, true);
  };
  return {
    products: offeredProducts(offer).map((product) => ({
      id: product.id,
      label: product.label,
      description: product.description,
      versions: offeredVersions(product, offer).map((offered) => ({
        version: offered.version,
        default: offered.default === true,
        needsLicense: offered.needsLicense === true,
      })),
    })),
    sizes: SIZES.map(({ id, label, machineType, nodes, diskGiB }) => ({
      id,
      label,
      machineType,
      nodes,
      diskGiB,
      hourlyPrice: { zonal: price(id, 'zonal'), regional: price(id, 'regional') },
    })),
    regions: REGIONS.map(({ id, label }) => ({ id, label })),
    defaults: toSpecReply(resolveSpec({}, offer)),
  };
}
