/** The port to DNS: the records of clusters, in the one zone whose names Hub gives out. */

export type DnsRecordType = 'A' | 'AAAA' | 'CNAME' | 'TXT';

/** Which record set is meant. */
export interface DnsRecordName {
  /** Whole and in lower case, without a dot at the end: `_acme-challenge.<id>.<zone>`. */
  name: string;
  type: DnsRecordType;
}

/**
 * All values of one name and type. Records carry no labels: what proves whose one is, is its name, which holds the cluster's id. The
 * caller has each in the cluster's ledger before it asks for it.
 */
export interface DnsRecord extends DnsRecordName {
  ttlS: number;
  /** Addresses, names without a dot at the end, or texts without quotation marks; in no order. */
  values: readonly string[];
}

/** All throw AppError DNS_ZONE_MISSING, PERMISSION_DENIED, CLOUD_QUOTA, CLOUD_BUSY, PROVIDER_UNAVAILABLE. */
export interface Dns {
  /**
   * Makes the record, or replaces what the name has of that type. `served` once the name servers answer with it: call again while
   * `pending`, and do not let anybody look before, because a name that was not found is remembered as such.
   */
  ensureRecord(record: DnsRecord): Promise<'served' | 'pending'>;
  /** Deletes what the name has of that type. Name servers and resolvers may tell it for a while. */
  ensureNoRecord(record: DnsRecordName): Promise<void>;
  findRecord(record: DnsRecordName): Promise<DnsRecord | undefined>;
  /** Records whose name is the suffix or ends with a dot and the suffix. It reads the whole zone: for sweeps, not for steps. */
  listRecords(suffix: string): Promise<DnsRecord[]>;
}

/** How an ACME server wants to see that a host is ours: https://www.rfc-editor.org/rfc/rfc8555#section-8.4 */
export const challengeName = (host: string): string => `_acme-challenge.${host}`;

export const isRecordOf = (suffix: string, name: string): boolean =>
  name === suffix || name.endsWith(`.${suffix}`);
