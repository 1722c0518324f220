/**
 * `ledgers/{clusterId}`: every cloud object that Hub ever asked for. An entry is written in the commit before the call that may
 * create the object, so that nothing can exist that is not in it. Nobody but Hub reads it.
 */
import { z } from 'zod';
import { flattenedJws } from '../clean-up.ts';
import { instant, schemaField } from './fields.ts';

export const LEDGERS = 'ledgers';
export const ledgerPath = (clusterId: string): string => `${LEDGERS}/${clusterId}`;

export const resourceKind = z.enum([
  'cluster',
  'bucket',
  'disk',
  'address',
  'forwarding-rule',
  'target-pool',
  'health-check',
  'backend-service',
  'network-endpoint-group',
  'region-health-check',
  'firewall',
  'subnetwork',
  'dns-record',
]);
export type ResourceKind = z.infer<typeof resourceKind>;

const ledgerEntry = z.object({
  kind: resourceKind,
  /** Of a DNS record: its type and its whole name, `A abc.hub.example`. */
  name: z.string(),
  /** Zone, region, or `global`. */
  location: z.string(),
  generation: z.number().int().positive(),
  plannedAt: instant,
  /** When Hub proved that it does not exist (any more). */
  goneAt: instant.optional(),
});
export type LedgerEntry = z.infer<typeof ledgerEntry>;

export const ledgerDocument = z.object({
  schema: schemaField,
  entries: z.record(z.string(), ledgerEntry),
  /** Signed in the commit in which the cluster was called deleted; those that were before Hub signed have none. */
  certificate: flattenedJws.optional(),
});
export type Ledger = z.infer<typeof ledgerDocument>;

/**
 * Key of an entry in `entries`: unique per object, made of letters, digits, `_` and `-`. Dots and the blank of a DNS record's name become
 * `_`; the first label of a host is an id of Hub's, so no two of them meet.
 */
export const ledgerKey = (entry: Pick<LedgerEntry, 'kind' | 'name' | 'location'>): string =>
  `${entry.kind}-${entry.name}-${entry.location}`.replace(/[. ]/g, '_');
