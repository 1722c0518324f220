/** What Hub offers: asked once, for it changes with a deployment only. */
import { useEffect } from 'react';
import { must, type Schemas } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { createStore, useStore } from '../store.ts';

export type Catalog = Schemas['Catalog'];

/** Where its machines are. */
export const AVAILABILITY = { zonal: 'one zone', regional: 'all zones of the region' } as const;

export const capital = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

const catalog = createStore<Catalog | undefined>(undefined);
let asking = false;

export function useCatalog() {
  const { api } = useHub();
  const known = useStore(catalog);
  useEffect(() => {
    if (asking || catalog.get()) return;
    asking = true;
    // Without it the words of the documents stand for themselves; who opens the next page asks again.
    must(api.get('/v1/catalog'))
      .then(catalog.set, () => undefined)
      .finally(() => {
        asking = false;
      });
  }, [api]);
  return {
    catalog: known,
    regionLabel: (id: string): string => known?.regions.find((region) => region.id === id)?.label ?? id,
    productLabel: (id: string): string => known?.products.find((product) => product.id === id)?.label ?? id,
    sizeOf: (id: string) => known?.sizes.find((size) => size.id === id),
  };
}
