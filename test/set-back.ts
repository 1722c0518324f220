/** A copy of the whole database, as the cloud makes one of a single moment, and a database that is set back to it. */
import type { DocumentData, Write } from '../functions/cloud.ts';
import type { MemoryHub } from '../local/memory/hub.ts';
import { LEDGERS } from '../shared/documents/ledger.ts';
import { oidcClientPath } from '../shared/documents/oidc.ts';
import {
  ACCOUNTS,
  AUDIT,
  CELLS,
  CLUSTERS,
  DEAD_LETTERS,
  EVENTS,
  INVITATIONS,
  ORPHANS,
  POOLS,
  SIGNALS,
} from '../shared/documents/paths.ts';

/** All but what lives for minutes, and what Hub counts anew by itself. */
const COLLECTIONS = [
  ...[ACCOUNTS, AUDIT, CELLS, CLUSTERS, DEAD_LETTERS, INVITATIONS, LEDGERS, ORPHANS, POOLS, SIGNALS],
  oidcClientPath('').replace('/', ''),
];

type Contents = Map<string, DocumentData>;

async function contentsOf({ documents }: Pick<MemoryHub, 'documents'>): Promise<Contents> {
  const queries = [
    ...COLLECTIONS.map((collection) => ({ collection })),
    { collection: EVENTS, group: true as const },
  ];
  const found = await Promise.all(queries.map((query) => documents.query<DocumentData>(query)));
  return new Map(found.flat().map(({ path, data }) => [path, structuredClone(data)]));
}

/** @returns what sets the database back to this moment, at once; the clouds stay as they are then */
export async function copyOf(hub: Pick<MemoryHub, 'documents' | 'run'>): Promise<() => Promise<void>> {
  const copy = await hub.run(contentsOf(hub));
  return async () => {
    const since = await hub.run(contentsOf(hub));
    const writes: Write[] = [
      ...[...since.keys()].filter((path) => !copy.has(path)).map((path): Write => ({ op: 'delete', path })),
      ...[...copy].map(([path, data]): Write => ({ op: 'set', path, data })),
    ];
    for (let at = 0; at < writes.length; at += 400)
      await hub.run(hub.documents.commit(writes.slice(at, at + 400)));
  };
}
