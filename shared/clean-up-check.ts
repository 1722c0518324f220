/**
 * Whether a clean-up certificate holds: who signed it, and whether what it says can be true. Pure, offline, and with nothing of Hub's but
 * the public keys; `npm run verify`, `hub cleanup --verify` and the simulation ask the same.
 */
import { z } from 'zod';
import {
  CLEAN_UP_TYPE,
  type CleanUpJwk,
  type CleanUpStatement,
  cleanUpJwk,
  cleanUpStatement,
  type FlattenedJws,
  flattenedJws,
  versionOf,
} from './clean-up.ts';
import { regionOf } from './places.ts';

export type CleanUpFault =
  /** It is no clean-up certificate at all. */
  | 'not-a-certificate'
  /** A record of Hub's of the days before it signed them. */
  | 'unsigned'
  | 'unknown-key'
  | 'bad-signature'
  /** What is there to be read is not what was signed. */
  | 'altered'
  /** It is signed and says what cannot be. */
  | 'untrue';

export type CleanUpVerdict =
  | { holds: true; statement: CleanUpStatement; kid: string }
  | { holds: false; fault: CleanUpFault; details: readonly string[] };

/** What the language itself does not have, or has only as promises; whoever checks brings it along. */
interface CleanUpCrypto {
  /** https://www.rfc-editor.org/rfc/rfc8037#appendix-A.3 */
  thumbprintOf(key: Pick<CleanUpJwk, 'crv' | 'kty' | 'x'>): string;
  /** Whether the key signed this text, by Ed25519. */
  isSignedBy(key: CleanUpJwk, text: string, signature: Uint8Array): boolean;
}

interface CleanUpChecks {
  /**
   * @param file what the API answers (readable fields and the `certificate`), or the certificate alone
   * @param keys as `readCleanUpKeys` takes them from `/v1/keys`
   */
  checkCleanUp(file: unknown, keys: readonly CleanUpJwk[]): CleanUpVerdict;
  /**
   * The keys of a JWK set that can be keys of certificates; of others the set may have any number.
   * @throws Error for what is no JWK set, has none of them, or calls one by another's name
   */
  readCleanUpKeys(set: unknown): readonly CleanUpJwk[];
}

export const cleanUpChecks = (crypto: CleanUpCrypto): CleanUpChecks => ({
  checkCleanUp(file, keys) {
    const parts = partsOf(file);
    if ('holds' in parts) return parts;
    const opened = openJws(crypto, parts.certificate, keys);
    if ('fault' in opened) {
      return no(opened.fault === 'not-ours' ? 'not-a-certificate' : opened.fault, [opened.detail]);
    }
    const parsed = cleanUpStatement.safeParse(opened.content);
    if (!parsed.success) {
      const details = parsed.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'payload'}: ${message}`,
      );
      return no('not-a-certificate', details);
    }
    const statement = parsed.data;
    const altered = parts.readable ? differences(parts.readable, statement) : [];
    if (altered.length > 0) return no('altered', altered);
    const untrue = contradictionsIn(statement);
    return untrue.length > 0 ? no('untrue', untrue) : { holds: true, statement, kid: opened.kid };
  },
  readCleanUpKeys(set) {
    const parsed = z.object({ keys: z.array(z.unknown()) }).safeParse(set);
    if (!parsed.success) throw new Error('it is no JWK set');
    const keys = parsed.data.keys.flatMap((key) => cleanUpJwk.safeParse(key).data ?? []);
    if (keys.length === 0) throw new Error('there is no Ed25519 key in it');
    const misnamed = keys.find((key) => key.kid !== crypto.thumbprintOf(key));
    if (misnamed) throw new Error(`the key that it calls ${misnamed.kid} is another one`);
    return keys;
  },
});

interface Parts {
  certificate: FlattenedJws;
  readable?: Record<string, unknown>;
}

function partsOf(file: unknown): Parts | (CleanUpVerdict & { holds: false }) {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    return no('not-a-certificate', ['it is no JSON object']);
  }
  const bare = flattenedJws.strict().safeParse(file);
  if (bare.success) return { certificate: bare.data };
  const { certificate, ...readable } = file as Record<string, unknown>;
  if (certificate === undefined && 'resources' in readable) {
    return no('unsigned', ['this cluster was deleted before Hub signed what it proves']);
  }
  const signed = flattenedJws.strict().safeParse(certificate);
  return signed.success
    ? { certificate: signed.data, readable }
    : no('not-a-certificate', ['it has no "certificate" with "protected", "payload" and "signature"']);
}

const no = (fault: CleanUpFault, details: readonly string[]) => ({ holds: false, fault, details }) as const;

export const CLEAN_UP_ALGORITHM = 'EdDSA';

/** Closed: a member that we do not understand might change what the rest means. */
const header = z.strictObject({
  alg: z.literal(CLEAN_UP_ALGORITHM),
  kid: z.string(),
  typ: z.literal(CLEAN_UP_TYPE),
});
export type CleanUpHeader = z.infer<typeof header>;

type Opened =
  | { content: unknown; kid: string }
  | { fault: 'not-ours' | 'unknown-key' | 'bad-signature'; detail: string };

/** What was signed, if one of the keys did. */
function openJws(crypto: CleanUpCrypto, jws: FlattenedJws, keys: readonly CleanUpJwk[]): Opened {
  const head = header.safeParse(decode(jws.protected));
  if (!head.success) return { fault: 'not-ours', detail: 'its header is not that of a clean-up certificate' };
  const { kid } = head.data;
  const key = keys.find((one) => one.kid === kid);
  if (!key)
    return { fault: 'unknown-key', detail: `it names the key ${kid}, which is not among those given` };
  const signature = bytesOf(jws.signature);
  if (!signature || !crypto.isSignedBy(key, `${jws.protected}.${jws.payload}`, signature)) {
    return { fault: 'bad-signature', detail: `it is not what the key ${kid} signed` };
  }
  return { content: decode(jws.payload), kid };
}

/** Undefined for what is no JSON. */
function decode(part: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(part)));
  } catch {
    return undefined;
  }
}

/** base64url can be written in several ways where readers are lenient; there must be one way only to write a signature. */
function bytesOf(part: string): Uint8Array | undefined {
  try {
    const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
    const again = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
    return again === part ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

/** Names of the fields in which what can be read differs from what was signed. */
function differences(readable: Record<string, unknown>, statement: CleanUpStatement): string[] {
  const signed: Record<string, unknown> = statement;
  return [...new Set([...Object.keys(signed), ...Object.keys(readable)])]
    .filter((field) => !isSame(readable[field], signed[field]))
    .map((field) => `"${field}" is not what was signed`);
}

/** Of values of JSON. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)))
  );
}

/** A zone that is away may take the list of its region along, and a region those of its zones. */
const near =
  (location: string) =>
  (place: string): boolean =>
    (regionOf(place) ?? place) === (regionOf(location) ?? location);

function contradictionsIn({ version, resources, listing, deletedAt, counts }: CleanUpStatement): string[] {
  const found: string[] = [];
  if (version !== versionOf(listing.scopes)) found.push('its version knows no such exceptions');
  for (const { kind, name, location } of resources) {
    if (listing.scopes.some(({ kinds, except = [] }) => kinds.includes(kind) && except.some(near(location))))
      found.push(`Hub did not look again where ${kind} ${name} was`);
  }
  const isAfter = (a: string, b: string): boolean => Date.parse(a) > Date.parse(b);
  for (const { kind, name, plannedAt, goneAt } of resources) {
    if (isAfter(plannedAt, goneAt)) found.push(`${kind} ${name} was gone before it was asked for`);
    if (isAfter(goneAt, listing.at)) found.push(`${kind} ${name} was not yet gone when Hub looked again`);
    if (isAfter(goneAt, deletedAt))
      found.push(`${kind} ${name} was gone only after the cluster was called deleted`);
  }
  if (isAfter(listing.at, deletedAt)) found.push('Hub looked again only after it called the cluster deleted');
  const names = resources.map(({ kind, name, location }) => JSON.stringify([kind, name, location]));
  if (new Set(names).size < names.length) found.push('a resource is named twice');
  const { planned, gone } = counts;
  if (planned !== resources.length || gone !== resources.length) {
    found.push(`it counts ${planned} planned and ${gone} gone, and names ${resources.length}`);
  }
  return found;
}
