/** Requests as ACME signs them: https://www.rfc-editor.org/rfc/rfc8555#section-6.2 */
import { randomBytes } from 'node:crypto';
import { flattenedVerify, importJWK } from 'jose';
import { type AccountJwk, parseJwk, thumbprintOf } from './jwk.ts';
import type { Account, AcmeModel } from './model.ts';
import { AcmeRefusal } from './problem.ts';

const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256'];

/** Parsed JSON, not trusted. */
export type Json = Record<string, unknown>;

/** Each may be used once. They end with the process; clients then get `badNonce` and try again. */
export interface Nonces {
  issue(): string;
  /** @throws AcmeRefusal badNonce */
  take(nonce: unknown): void;
}

const NONCES_KEPT = 10_000;

export function createNonces(): Nonces {
  const open = new Set<string>();
  return {
    issue() {
      const nonce = randomBytes(16).toString('base64url');
      open.add(nonce);
      // Sets keep their order: the first is the oldest.
      for (const oldest of open) {
        if (open.size <= NONCES_KEPT) break;
        open.delete(oldest);
      }
      return nonce;
    },
    take(nonce) {
      if (typeof nonce !== 'string' || !open.delete(nonce)) {
        throw new AcmeRefusal('badNonce', 'JWS has an invalid anti-replay nonce');
      }
    },
  };
}

export interface SignedRequest {
  /** Undefined: the body was empty, which is how things are read. */
  payload: Json | undefined;
  /** Who signed: an account by its address, or a key that has none (yet). */
  signer: { account: Account } | { jwk: AccountJwk };
}

interface Flattened {
  protected: string;
  payload: string;
  signature: string;
}

function flattenedOf(value: unknown): Flattened {
  const { protected: header, payload, signature } = (value ?? {}) as Json;
  if (typeof header !== 'string' || typeof payload !== 'string' || typeof signature !== 'string') {
    throw new AcmeRefusal('malformed', 'The body is not a flattened JWS');
  }
  return { protected: header, payload, signature };
}

function parseJson(text: string, what: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Told below, as is what is no object.
  }
  throw new AcmeRefusal('malformed', `The ${what} is not a JSON object`);
}

const decoded = (part: string): string => Buffer.from(part, 'base64url').toString();

interface RequestRules {
  /** The address that was called, which the signature must be for. */
  url: string;
  /** The id in an account's address; undefined if it is none of ours. */
  accountIdOf(kid: string): string | undefined;
}

/** @throws AcmeRefusal */
export async function verifyRequest(
  model: AcmeModel,
  nonces: Nonces,
  raw: Buffer,
  { url, accountIdOf }: RequestRules,
): Promise<SignedRequest> {
  const jws = flattenedOf(parseJson(raw.toString(), 'body'));
  const header = parseJson(decoded(jws.protected), 'protected header');
  requireAlgorithm(header.alg);
  nonces.take(header.nonce);
  if (header.url !== url) throw new AcmeRefusal('unauthorized', 'JWS header parameter "url" is incorrect');
  const signer = signerOf(model, header, accountIdOf);
  await verify(jws, 'account' in signer ? signer.account.jwk : signer.jwk);
  return { signer, payload: jws.payload === '' ? undefined : parseJson(decoded(jws.payload), 'payload') };
}

function requireAlgorithm(alg: unknown): void {
  if (typeof alg === 'string' && ALGORITHMS.includes(alg)) return;
  throw new AcmeRefusal('badSignatureAlgorithm', 'JWS signature algorithm is not supported', {
    more: { algorithms: ALGORITHMS },
  });
}

function signerOf(
  model: AcmeModel,
  { jwk, kid }: Json,
  accountIdOf: RequestRules['accountIdOf'],
): SignedRequest['signer'] {
  if ((jwk === undefined) === (kid === undefined)) {
    throw new AcmeRefusal('malformed', 'The protected header needs either "jwk" or "kid"');
  }
  if (kid !== undefined) {
    const id = typeof kid === 'string' ? accountIdOf(kid) : undefined;
    if (id === undefined) throw new AcmeRefusal('malformed', 'KeyID is not the address of an account');
    return { account: model.requireAccount(id) };
  }
  return { jwk: requireJwk(jwk) };
}

function requireJwk(value: unknown): AccountJwk {
  const jwk = parseJwk(value);
  if (!jwk) throw new AcmeRefusal('badPublicKey', 'The key is not one that is accepted');
  return jwk;
}

async function verify(jws: Flattened, jwk: AccountJwk): Promise<void> {
  try {
    await flattenedVerify(jws, await importJWK(jwk, algorithmOf(jwk)), { algorithms: [algorithmOf(jwk)] });
  } catch {
    throw new AcmeRefusal('malformed', 'JWS verification error');
  }
}

const algorithmOf = (jwk: AccountJwk): string =>
  jwk.kty === 'RSA' ? 'RS256' : jwk.crv === 'P-256' ? 'ES256' : jwk.crv === 'P-384' ? 'ES384' : 'ES512';

/**
 * That an account's key and a customer's belong together: https://www.rfc-editor.org/rfc/rfc8555#section-7.3.4
 * @returns the kid of the customer's key
 */
export async function verifyBinding(
  model: AcmeModel,
  value: unknown,
  url: string,
  jwk: AccountJwk,
): Promise<string> {
  const jws = flattenedOf(value);
  const header = parseJson(decoded(jws.protected), 'protected header of the binding');
  if (header.alg !== 'HS256' || header.nonce !== undefined || header.url !== url) {
    throw new AcmeRefusal(
      'malformed',
      'The external account binding needs alg HS256, the same url and no nonce',
    );
  }
  const { kid, hmacKey } = model.requireExternalKey(typeof header.kid === 'string' ? header.kid : '');
  try {
    await flattenedVerify(jws, Buffer.from(hmacKey, 'base64url'), { algorithms: ['HS256'] });
  } catch {
    throw new AcmeRefusal('unauthorized', 'The external account binding is not signed by its key');
  }
  const bound = requireJwk(parseJson(decoded(jws.payload), 'payload of the binding'));
  if (thumbprintOf(bound) !== thumbprintOf(jwk)) {
    throw new AcmeRefusal('malformed', 'The external account binding is for another key');
  }
  return kid;
}

/**
 * A change of an account's key, signed by the new one: https://www.rfc-editor.org/rfc/rfc8555#section-7.3.5
 * @returns the new key
 */
export async function verifyKeyChange(
  value: unknown,
  { url, accountUrl, account }: { url: string; accountUrl: string; account: Account },
): Promise<AccountJwk> {
  const jws = flattenedOf(value);
  const header = parseJson(decoded(jws.protected), 'inner protected header');
  const jwk = requireJwk(header.jwk);
  await verify(jws, jwk);
  const { account: named, oldKey } = parseJson(decoded(jws.payload), 'inner payload');
  const right = header.url === url && named === accountUrl;
  if (!right || thumbprintOf(requireJwk(oldKey)) !== thumbprintOf(account.jwk)) {
    throw new AcmeRefusal('malformed', 'The inner JWS is for another account or key');
  }
  return jwk;
}
