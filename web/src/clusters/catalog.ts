/** What Hub offers: asked until it is known. It changes with a deployment only, and is asked for anew by who is refused what it offers. */
import { useEffect } from 'react';
import { type Api, type ApiError, must, type Schemas } from '../api/client.ts';
import { type Persistence, persist } from '../api/persist.ts';
import { useHub } from '../hub.ts';
import { createStore, useStore } from '../store.ts';
import { isUnoffered } from './offer.ts';

export type Catalog = Schemas['Catalog'];

/** Where its machines are. */
export const AVAILABILITY = { zonal: 'one zone', regional: 'all zones of the region' } as const;

/** `error`: why it is not known yet. */
const store = createStore<{ catalog?: Catalog; error?: ApiError }>({});
let asking: Persistence | undefined;
let watchers = 0;

export function useCatalog() {
  const { api } = useHub();
  const { catalog, error } = useStore(store);
  useEffect(() => {
    if (store.get().catalog) return;
    watchers++;
    asking ??= persist(() => must(api.get('/v1/catalog')), {
      answered: (found) => store.set({ catalog: found }),
      failed: (why) => store.set({ error: why }),
    });
    return () => {
      if (--watchers > 0) return;
      asking?.stop();
      asking = undefined;
    };
  }, [api]);
  return {
    // Without it the words of the documents stand for themselves.
    catalog,
    error,
    askAgain: () => asking?.now(),
    regionLabel: (id: string): string => regionLabel(catalog, id),
    productLabel: (id: string): string => productLabel(catalog, id),
    sizeOf: (id: string) => catalog?.sizes.find((size) => size.id === id),
  };
}

/** @param refusal of something that was chosen from the catalog; where the catalog cannot be had now, the next refusal asks for it again */
export function noteRefusal(api: Api, refusal: ApiError): void {
  if (isUnoffered(refusal))
    must(api.get('/v1/catalog')).then(
      (found) => store.set({ catalog: found }),
      () => undefined,
    );
}

export const regionLabel = (catalog: Catalog | undefined, id: string): string =>
  catalog?.regions.find((region) => region.id === id)?.label ?? id;

export const productLabel = (catalog: Catalog | undefined, id: string): string =>
  catalog?.products.find((product) => product.id === id)?.label ?? id;
