/** Certificate requests, of which the key and the names count and nothing else. */
import 'reflect-metadata';
import { createPublicKey } from 'node:crypto';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { type AccountJwk, parseJwk, thumbprintOf } from './jwk.ts';
import { AcmeRefusal } from './problem.ts';

interface CertificateRequest {
  names: string[];
  /** DER of the SubjectPublicKeyInfo. */
  publicKey: Buffer;
}

/** @throws AcmeRefusal badCSR */
export async function parseRequest(csr: unknown, accountKey: AccountJwk): Promise<CertificateRequest> {
  const bad = (why: string): AcmeRefusal =>
    new AcmeRefusal('badCSR', `Error parsing certificate request: ${why}`);
  if (typeof csr !== 'string' || csr === '') throw bad('there is none');
  let request: Pkcs10CertificateRequest;
  try {
    request = new Pkcs10CertificateRequest(Buffer.from(csr, 'base64url'));
    if (!(await request.verify())) throw bad('its signature is wrong');
  } catch (error) {
    throw error instanceof AcmeRefusal ? error : bad('it is not valid DER');
  }
  const publicKey = Buffer.from(request.publicKey.rawData);
  const jwk = parseJwk(
    createPublicKey({ key: publicKey, type: 'spki', format: 'der' }).export({ format: 'jwk' }),
  );
  if (!jwk) throw bad('its key is of no kind that is accepted');
  if (thumbprintOf(jwk) === thumbprintOf(accountKey)) throw bad('its key is that of the account');
  return { names: namesOf(request), publicKey };
}

/** The alternative names, and the common name if there is one. */
function namesOf(request: Pkcs10CertificateRequest): string[] {
  const alternatives =
    request.extensions.find((one) => one instanceof SubjectAlternativeNameExtension)?.names.items ?? [];
  const common = request.subjectName.getField('CN');
  const names = [...alternatives.filter(({ type }) => type === 'dns').map(({ value }) => value), ...common];
  return [...new Set(names.map((name) => name.toLowerCase()))];
}
