/**
 * A cluster's certificate: ordered and proven while the cluster is being made, issued when the leaf can take it, straight into its Secret.
 * What the document remembers is the order; what counts is what the leaf has.
 */
import { X509Certificate } from 'node:crypto';
import type { CertificateState, Cluster } from '../../shared/documents/cluster.ts';
import { seconds } from '../../shared/units.ts';
import { renewalDueAt } from '../certificates.ts';
import { hostName, hostOf } from '../clusters/host.ts';
import { challengeName } from '../dns.ts';
import type { Leaf } from '../leaf/leaf.ts';
import type { Ports } from '../ports.ts';
import { CERTIFICATE_SECRET, certificateSecret } from './exposure.ts';
import type { Site } from './site.ts';

/** How far it is, and what the document is to remember of it. */
type CertificateProgress =
  | { status: 'held'; certificate: CertificateState }
  /** Look again then: an order's record is being served, or the authority looks for it. */
  | { status: 'pending'; forMs: number; detail: string; certificate: CertificateState }
  /** The order came to nothing; the next call makes another, which an authority does not like to see often. */
  | { status: 'refused'; detail: string; certificate: CertificateState };

/** Name servers and authorities take some seconds. */
const LOOK_AGAIN_MS = seconds(1);
const TTL_S = 60;

/**
 * Orders one unless that is done, and has the name proven as far as it is by now. Nothing here is waited for.
 * @throws AppError those of `Dns` and `Certificates`
 */
export async function ensureProven(cluster: Cluster, ports: Ports): Promise<CertificateProgress> {
  const { certificate = {} } = cluster;
  const name = hostName(hostOf(cluster.id, ports.settings.zone));
  if (certificate.order === undefined || certificate.record === undefined) {
    const { order, record } = await ports.certificates.begin(name);
    // What goes wrong here is said by the next call: it must not cost the order, for an authority counts how many it is asked for.
    await ports.dns.ensureRecord(proofOf(record)).catch(() => undefined);
    return pending({ ...certificate, order, record }, 'The certificate was ordered.');
  }
  if ((await ports.dns.ensureRecord(proofOf(certificate.record))) === 'pending') {
    return pending(certificate, 'The DNS name is being published.');
  }
  const progress = await ports.certificates.check(certificate.order);
  if (progress.status !== 'failed') {
    return progress.status === 'ready'
      ? { status: 'held', certificate }
      : pending(certificate, 'The certificate authority is checking the name.');
  }
  return refused(certificate, progress.reason);
}

const proofOf = ({ name, value }: { name: string; value: string }) => ({
  name,
  type: 'TXT' as const,
  ttlS: TTL_S,
  values: [value],
});

const pending = (certificate: CertificateState, detail: string): CertificateProgress => ({
  status: 'pending',
  forMs: LOOK_AGAIN_MS,
  detail,
  certificate,
});

const refused = (certificate: CertificateState, reason: string): CertificateProgress => ({
  status: 'refused',
  detail: `It said: ${reason}.`,
  certificate: withoutOrder(certificate),
});

const withoutOrder = ({ order: _, record: __, ...kept }: CertificateState): CertificateState => kept;

/**
 * Gets the leaf its certificate, unless it holds one that is good for a while.
 * @throws AppError those of `Dns`, `Certificates` and `Leaf`
 */
export async function ensureCertificate(site: Site): Promise<CertificateProgress> {
  const { cluster, leaf, ports, host } = site;
  const { certificate = {} } = cluster;
  const name = hostName(host);
  const held = await findGood(site);
  if (held) return held;
  const proven = await ensureProven(cluster, ports);
  const { order } = proven.certificate;
  if (proven.status !== 'held' || order === undefined) return proven;
  const issued = await ports.certificates.finalize(order, name);
  if (issued.status === 'pending')
    return pending(proven.certificate, 'The certificate authority is checking the name.');
  if (issued.status === 'failed') return refused(certificate, issued.reason);
  // That took seconds, in which a step beside this one may have got it another, and told the document.
  const meanwhile = await findGood(site);
  if (meanwhile) return meanwhile;
  await leaf.apply(certificateSecret(issued.certificatePem, issued.privateKeyPem));
  // It has served its purpose.
  await ports.dns.ensureNoRecord({ name: challengeName(name), type: 'TXT' });
  return {
    status: 'held',
    certificate: stateOf(heldIn(new X509Certificate(issued.certificatePem)), {}, ports),
  };
}

/** What the leaf holds, if it is the one that the document knows, if any, and good for a while. */
async function findGood({ cluster, leaf, ports, host }: Site): Promise<CertificateProgress | undefined> {
  const { certificate = {} } = cluster;
  const held = await heldBy(leaf, hostName(host));
  if (!held || isAnother(held, certificate) || isDue(held, certificate, ports)) return undefined;
  return {
    status: 'held',
    certificate: { ...withoutOrder(certificate), ...stateOf(held, certificate, ports) },
  };
}

/** A certificate that a leaf has. */
interface HeldCertificate {
  notBefore: Date;
  notAfter: Date;
  /** SHA-256. */
  fingerprint: string;
}

const heldIn = ({ validFromDate, validToDate, fingerprint256 }: X509Certificate): HeldCertificate => ({
  notBefore: validFromDate,
  notAfter: validToDate,
  fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
});

/** Somebody put it there who is not Hub; or a step that ran beside another one was the later there and the earlier in the document. */
export const isAnother = (
  { fingerprint }: HeldCertificate,
  { fingerprint: known }: CertificateState,
): boolean => known !== undefined && known !== fingerprint;

const isDue = (
  { notAfter }: HeldCertificate,
  { renewAt, fingerprint }: CertificateState,
  { clock }: Ports,
): boolean =>
  notAfter.getTime() <= clock.now() ||
  (fingerprint !== undefined && renewAt !== undefined && renewAt.getTime() <= clock.now());

const stateOf = (
  { notBefore, notAfter, fingerprint }: HeldCertificate,
  { fingerprint: known, renewAt }: CertificateState,
  { random }: Ports,
): CertificateState => ({
  notAfter,
  fingerprint,
  renewAt:
    known === fingerprint && renewAt
      ? renewAt
      : renewalDueAt({ from: notBefore, to: notAfter }, random.fraction()),
});

/** The leaf's certificate for that name, if it has one. The key beside it is not looked at. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
export async function heldBy(leaf: Leaf, name: string): Promise<HeldCertificate | undefined> {
  const text: unknown = (await leaf.find(CERTIFICATE_SECRET))?.data?.['tls.crt'];
  if (typeof text !== 'string') return undefined;
  try {
    const certificate = new X509Certificate(Buffer.from(text, 'base64'));
    return certificate.checkHost(name) === undefined ? undefined : heldIn(certificate);
  } catch {
    return undefined;
  }
}
