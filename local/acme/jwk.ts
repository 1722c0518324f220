/** Public keys of accounts: https://www.rfc-editor.org/rfc/rfc7638 */
import { createHash } from 'node:crypto';

/** The members that make up the key, of the kinds that are taken. */
export type AccountJwk =
  | { kty: 'EC'; crv: string; x: string; y: string }
  | { kty: 'RSA'; n: string; e: string };

/** @returns the key without anything that is not part of it, or undefined if it is none that is taken */
export function parseJwk(value: unknown): AccountJwk | undefined {
  const { kty, crv, x, y, n, e } = (value ?? {}) as Record<string, unknown>;
  if (kty === 'EC' && typeof crv === 'string' && typeof x === 'string' && typeof y === 'string') {
    return /^P-(256|384|521)$/.test(crv) ? { kty, crv, x, y } : undefined;
  }
  if (kty === 'RSA' && typeof n === 'string' && typeof e === 'string') {
    // Shorter ones are weak.
    return Buffer.from(n, 'base64url').length >= 256 ? { kty, n, e } : undefined;
  }
  return undefined;
}

/** Members in the order of their names, as the thumbprint is defined. */
export function thumbprintOf(jwk: AccountJwk): string {
  const sorted =
    jwk.kty === 'EC'
      ? { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }
      : { e: jwk.e, kty: jwk.kty, n: jwk.n };
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}

/** What a TXT record must hold: https://www.rfc-editor.org/rfc/rfc8555#section-8.4 */
export const proofOf = (token: string, thumbprint: string): string =>
  createHash('sha256').update(`${token}.${thumbprint}`).digest('base64url');
