/** The certificate authority behind the ACME stand-in: a root, an intermediate signed by it, and certificates for hosts. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { days, hours } from '../../shared/units.ts';
import type { World } from '../service.ts';
import {
  bits,
  boolean,
  implicit,
  integer,
  octets,
  oid,
  pem,
  sequence,
  setOf,
  tagged,
  time,
  utf8,
} from './der.ts';

export interface Authority {
  /** PEM of the certificate that clients have to trust. */
  readonly root: string;
  /** @param publicKey DER of a SubjectPublicKeyInfo */
  issue(names: readonly string[], publicKey: Buffer): HostCertificate;
}

interface HostCertificate {
  /** PEM, the host's first, then the intermediate; the root is not part of it. */
  chain: string;
  /** SHA-256 of the host's, hexadecimal. */
  fingerprint: string;
  notAfterMs: number;
}

/** As most public authorities give them: https://pki.goog/faq/ */
const HOST_LIFE_MS = days(90);
/** Clocks differ, so certificates begin a little before they are made. */
const BACKDATED_MS = hours(1);
const AUTHORITY_LIFE_MS = days(3650);

interface Signer {
  name: string;
  key: string;
  certificate: string;
}

/** Made once and kept: whoever trusts the root goes on doing so after a restart. */
export function createAuthority({ store, clock }: Pick<World, 'store' | 'clock'>): Authority {
  const table = store.table<{ root: Signer; intermediate: Signer }>('authority');
  const made = table.get('keys') ?? createChain(clock.now());
  if (!table.has('keys')) table.set('keys', made);
  const issuer = signingKey(made.intermediate);
  return {
    root: made.root.certificate,
    issue(names, publicKey) {
      const notBeforeMs = Math.floor((clock.now() - BACKDATED_MS) / 1000) * 1000;
      const notAfterMs = notBeforeMs + HOST_LIFE_MS - 1000;
      const der = certificate({
        issuer: made.intermediate.name,
        issuerKey: issuer,
        // No name in the subject: authorities leave it out, and only the alternative names count.
        publicKey,
        notBeforeMs,
        notAfterMs,
        extensions: hostExtensions(names),
      });
      const fingerprint = createHash('sha256').update(der).digest('hex');
      return { chain: pem('CERTIFICATE', der) + made.intermediate.certificate, fingerprint, notAfterMs };
    },
  };
}

interface SigningKey {
  private: KeyObject;
  /** DER of its SubjectPublicKeyInfo. */
  public: Buffer;
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

function signingKey({ key }: Signer): SigningKey {
  const privateKey = createPrivateKey(key);
  return { private: privateKey, public: spki(createPublicKey(privateKey)) };
}

function createChain(nowMs: number): { root: Signer; intermediate: Signer } {
  const [rootKey, intermediateKey] = [createKey(), createKey()];
  const root = 'Hub Local Root R1';
  const intermediate = 'Hub Local WE1';
  const life = { notBeforeMs: nowMs - days(1), notAfterMs: nowMs + AUTHORITY_LIFE_MS };
  const signed = (subject: string, key: SigningKey, extensions: Buffer[]): Signer => ({
    name: subject,
    key: key.private.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem(
      'CERTIFICATE',
      certificate({ issuer: root, issuerKey: rootKey, subject, publicKey: key.public, extensions, ...life }),
    ),
  });
  return {
    root: signed(root, rootKey, authorityExtensions()),
    intermediate: signed(intermediate, intermediateKey, authorityExtensions(0)),
  };
}

function createKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { private: privateKey, public: spki(publicKey) };
}

interface Wanted {
  issuer: string;
  issuerKey: SigningKey;
  subject?: string;
  publicKey: Buffer;
  notBeforeMs: number;
  notAfterMs: number;
  extensions: Buffer[];
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certificate(wanted: Wanted): Buffer {
  const { issuer, issuerKey, subject, publicKey, notBeforeMs, notAfterMs, extensions } = wanted;
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    nameOf(issuer),
    sequence(time(notBeforeMs), time(notAfterMs)),
    nameOf(subject),
    publicKey,
    tagged(
      3,
      sequence(
        ...extensions,
        extension('2.5.29.14', octets(keyId(publicKey))),
        extension('2.5.29.35', sequence(implicit(0, keyId(issuerKey.public)))),
      ),
    ),
  );
  return sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, issuerKey.private)));
}

const nameOf = (commonName: string | undefined): Buffer =>
  commonName === undefined ? sequence() : sequence(setOf(sequence(oid('2.5.4.3'), utf8(commonName))));

/** It only has to be the same for the same key. */
const keyId = (publicKey: Buffer): Buffer => createHash('sha1').update(publicKey).digest();

const extension = (id: string, value: Buffer, critical = false): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

/** @param pathLength how many authorities may come below */
const authorityExtensions = (pathLength?: number): Buffer[] => [
  extension(
    '2.5.29.19',
    sequence(boolean(true), ...(pathLength === undefined ? [] : [integer(Buffer.from([pathLength]))])),
    true,
  ),
  // keyCertSign and cRLSign.
  extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true),
];

const hostExtensions = (names: readonly string[]): Buffer[] => [
  extension('2.5.29.19', sequence(), true),
  // digitalSignature.
  extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true),
  // serverAuth.
  extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
  // Critical, because there is no subject: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.6
  extension('2.5.29.17', sequence(...names.map((name) => implicit(2, Buffer.from(name)))), true),
];
