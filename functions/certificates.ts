/**
 * The port to a certificate authority: one certificate per cluster, for its one host. The name is proven early, while the cluster is
 * being made; the key is made, and the certificate issued for it, only when the leaf can take both.
 */
import { days } from '../shared/units.ts';

/** What is written into the cluster's documents before anything else is done with it. */
export interface CertificateOrder {
  /** Address of the order. It is no secret: nothing can be done with it without the account's key. */
  order: string;
  /** The TXT record that proves the name. It can go once the order is `ready`. */
  record: { name: string; value: string };
}

/** Why an order has come to nothing, for people. The way on is to begin another one. */
export interface OrderFailed {
  status: 'failed';
  reason: string;
}

export type OrderProgress = { status: 'pending' | 'ready' } | OrderFailed;

export interface IssuedCertificate {
  status: 'issued';
  /** The host's first, then the intermediates; without the root. */
  certificatePem: string;
  /** PKCS#8. Hub keeps no copy: it goes straight into the leaf's Secret. */
  privateKeyPem: string;
  notAfter: Date;
}

/** All throw AppError CERTIFICATE_REFUSED, CERTIFICATE_LIMIT, CERTIFICATE_AUTHORITY_UNAVAILABLE. */
export interface Certificates {
  /**
   * Orders a certificate. Each call may make another order; those that are forgotten do no harm and end by themselves. If the name
   * was proven a short time ago, the order may be `ready` at once.
   */
  begin(host: string): Promise<CertificateOrder>;
  /**
   * Has the record looked for, which must be `served` by then: an authority that does not find it gives the order up. Call again
   * while `pending`.
   */
  check(order: string): Promise<OrderProgress>;
  /**
   * Makes a key and gets the certificate for it, waiting for it some seconds. Once called for an order that is `ready`, the order is
   * spent, however the call ends: the key is known to this call alone, so `failed` is what any later one is told.
   */
  finalize(order: string, host: string): Promise<IssuedCertificate | { status: 'pending' } | OrderFailed>;
}

/** At most, and never more than this share of the lifetime: those of certificates become shorter from year to year. */
const RENEW_AHEAD_MS = days(30);
const RENEW_AHEAD_SHARE = 1 / 3;
/** Clusters that were made together are not to be renewed together: spread over this share of the time that is left. */
const SPREAD_SHARE = 1 / 10;

/**
 * When to get the next certificate.
 * @param jitter in [0, 1)
 */
export function renewalDueAt({ from, to }: { from: Date; to: Date }, jitter: number): Date {
  const lifetimeMs = to.getTime() - from.getTime();
  const aheadMs = Math.min(RENEW_AHEAD_MS, RENEW_AHEAD_SHARE * lifetimeMs);
  return new Date(to.getTime() - aheadMs * (1 + SPREAD_SHARE * jitter));
}
