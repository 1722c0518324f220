/**
 * Ports of the last time, for a Hub that takes any: documents and clusters hold addresses (of Hub's issuer, of an order at the authority,
 * of clusters), and these stay good over a restart. With fixed ports nothing is to be remembered.
 */
import type { Face } from './service.ts';
import type { Store } from './store.ts';

/** @param port 0: that of the last time if it is free, or any */
export type OnSamePort = <T extends Face>(
  face: string,
  port: number,
  serve: (port: number) => Promise<T>,
) => Promise<T>;

export function samePorts(store: Store): OnSamePort {
  const table = store.table<number>('last');
  return async (face, port, serve) => {
    const last = table.get(face);
    const opened = await (port === 0 && last !== undefined ? serve(last).catch(() => serve(0)) : serve(port));
    table.set(face, opened.port);
    return opened;
  };
}
