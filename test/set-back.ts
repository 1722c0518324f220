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

type Hub = Pick<MemoryHub, 'documents' | 'run'>;

/** @returns what sets the database back to this moment, at once; the clouds stay as they are then */
export async function copyOf(hub: Hub): Promise<() => Promise<void>> {
  return setBackTo(hub, await hub.run(contentsOf(hub)));
}

interface Torn {
  moments: number;
  /** Between two of them. */
  pass(): Promise<unknown>;
  /** @returns which of so many it is, anew for each document */
  draw(count: number): number;
}

/** The same of an export that names no moment: each document is as it was at one of several. */
export async function tornCopyOf(hub: Hub, { moments, pass, draw }: Torn): Promise<() => Promise<void>> {
  const copies: Contents[] = [];
  for (let left = moments; left > 0; left--) {
    copies.push(await hub.run(contentsOf(hub)));
    if (left > 1) await pass();
  }
  const paths = new Set(copies.flatMap((copy) => [...copy.keys()]));
  const torn = [...paths].flatMap((path): [string, DocumentData][] => {
    const data = copies[draw(moments)]?.get(path);
    return data ? [[path, data]] : [];
  });
  return setBackTo(hub, new Map(torn));
}

function setBackTo(hub: Hub, copy: Contents): () => Promise<void> {
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
