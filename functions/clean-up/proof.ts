/** From what a step has proven to what is written down and signed. Pure. */
import {
  type CleanUpResource,
  type CleanUpStatement,
  type ListingScope,
  versionOf,
} from '../../shared/clean-up.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import type { Ledger } from '../../shared/documents/ledger.ts';
import type { DocumentData, Write } from '../cloud.ts';
import type { Settings } from '../ports.ts';

/** That nothing is left: everything in this ledger had been seen gone at that moment, and the clouds' lists, asked then, had nothing. */
export interface Proof {
  entries: Ledger['entries'];
  /** Of the ledger that was judged; absent: there was none. */
  version?: string;
  at: Date;
  scopes: readonly ListingScope[];
}

/** The ledger as the proof closes it. */
const closed = ({ entries, at }: Pick<Proof, 'entries' | 'at'>): Ledger['entries'] =>
  Object.fromEntries(
    Object.entries(entries).map(([key, entry]) => [key, { ...entry, goneAt: entry.goneAt ?? at }]),
  );

/** What closes the ledger by that proof, and puts more beside it; undefined if there is nothing to write. */
export function closingWrite(path: string, proof: Proof, more: DocumentData): Write | undefined {
  if (proof.version === undefined)
    return { op: 'create', path, data: { schema: DOCUMENT_SCHEMA, entries: {}, ...more } };
  const data: { [field: string]: DocumentData[string] } = { ...more };
  for (const [key, { goneAt }] of Object.entries(proof.entries)) {
    if (!goneAt) data[`entries.${key}.goneAt`] = proof.at;
  }
  return Object.keys(data).length === 0 ? undefined : { op: 'update', path, data, ifVersion: proof.version };
}

/** Of this Hub, as people and programs know it. */
export const addressOf = ({ oidc }: Pick<Settings, 'oidc'>): string => new URL(oidc.issuer).origin;

/** @param issuer `addressOf` */
export function statementOf(
  cluster: { id: string; deletedAt: Date },
  proof: Proof,
  issuer: string,
): CleanUpStatement {
  const resources = resourcesOf(cluster.id, closed(proof));
  return {
    version: versionOf(proof.scopes),
    issuer,
    cluster: cluster.id,
    deletedAt: cluster.deletedAt.toISOString(),
    resources,
    listing: { at: proof.at.toISOString(), scopes: [...proof.scopes], found: 0 },
    counts: countsOf(resources),
  };
}

/** In the order of asking. @throws Error for one that was not seen gone: no cluster becomes `deleted` before all of it is */
export function resourcesOf(clusterId: string, entries: Ledger['entries']): CleanUpResource[] {
  return Object.values(entries)
    .map(({ kind, name, location, plannedAt, goneAt }) => {
      if (!goneAt) throw new Error(`${kind} ${name} of the deleted cluster ${clusterId} was not seen gone`);
      return { kind, name, location, plannedAt: plannedAt.toISOString(), goneAt: goneAt.toISOString() };
    })
    .sort((a, b) => (a.plannedAt + a.name < b.plannedAt + b.name ? -1 : 1));
}

export const countsOf = (resources: readonly CleanUpResource[]): CleanUpStatement['counts'] => ({
  planned: resources.length,
  gone: resources.length,
});
