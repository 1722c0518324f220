/** What is chosen, against what there is to choose from: a page may be open for longer than that stays the same. */
import type { ApiError } from '../api/client.ts';
import type { Catalog } from './catalog.ts';

interface Chosen {
  product?: string | undefined;
  version?: string | undefined;
  size?: string | undefined;
  region?: string | undefined;
}

const UNOFFERED: ReadonlySet<ApiError['code']> = new Set([
  'UNKNOWN_PRODUCT',
  'UNKNOWN_VERSION',
  'UNKNOWN_SIZE',
  'UNKNOWN_REGION',
]);

/** What this page offers is not what Hub offers any more. */
export const isUnoffered = ({ code }: Pick<ApiError, 'code'>): boolean => UNOFFERED.has(code);

/** What the catalog proposes in the place of what is not to be had any more; itself if all of it is. */
export function asOffered<C extends Chosen>(
  { products, sizes, regions, defaults }: Pick<Catalog, 'products' | 'sizes' | 'regions' | 'defaults'>,
  chosen: C,
): C {
  const product = products.find(({ id }) => id === chosen.product);
  const versions = product?.versions ?? [];
  const proposed = product ? versions.find((one) => one.default)?.version : defaults.version;
  const changes: Chosen = {
    ...(!product && { product: defaults.product }),
    ...(!versions.some(({ version }) => version === chosen.version) && { version: proposed }),
    ...(!sizes.some(({ id }) => id === chosen.size) && { size: defaults.size }),
    ...(!regions.some(({ id }) => id === chosen.region) && { region: defaults.region }),
  };
  return Object.keys(changes).length === 0 ? chosen : { ...chosen, ...changes };
}
