/** Certificates for the TLS faces: a CA of its own per stand-in or leaf cluster, and a server certificate signed by it. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const;

export interface KeyAndCertificate {
  /** PEM, PKCS#8. */
  key: string;
  /** PEM. */
  certificate: string;
}

export interface ServerIdentity extends KeyAndCertificate {
  /** PEM of the CA that signed it. */
  ca: string;
}

const DAY_MS = 86_400_000;
const validity = (days: number) => ({
  notBefore: new Date(Date.now() - DAY_MS),
  notAfter: new Date(Date.now() + days * DAY_MS),
});

/** A new CA and a server certificate for these names (DNS names or IP addresses), valid for ten years. */
export async function createServerIdentity(
  commonName: string,
  names: readonly string[],
): Promise<ServerIdentity> {
  const caKeys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${commonName} CA`,
    ...validity(3650),
    signingAlgorithm: EC,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: `CN=${commonName}`,
    issuer: ca.subject,
    ...validity(3650),
    signingAlgorithm: EC,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({
          type: /^[\d.]+$|:/.test(name) ? ('ip' as const) : ('dns' as const),
          value: name,
        })),
      ),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  return {
    key: await exportKey(keys.privateKey),
    certificate: certificate.toString('pem'),
    ca: ca.toString('pem'),
  };
}

/** An RSA key with a self-signed certificate, as Google publishes the keys that sign its tokens. */
export async function createSigningKey(commonName: string): Promise<KeyAndCertificate> {
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${commonName}`,
    ...validity(3650),
    signingAlgorithm: RSA,
    keys,
  });
  return { key: await exportKey(keys.privateKey), certificate: certificate.toString('pem') };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return `-----BEGIN PRIVATE KEY-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END PRIVATE KEY-----\n`;
}
