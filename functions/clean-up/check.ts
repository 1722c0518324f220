/**
 * Whether a clean-up certificate holds: who signed it, and whether what it says can be true. Pure, offline, and with nothing of Hub's but
 * the public keys; the command `npm run verify` and the simulation ask the same.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  type CleanUpJwk,
  type CleanUpStatement,
  cleanUpJwk,
  cleanUpStatement,
  flattenedJws,
} from '../../shared/clean-up.ts';
import { thumbprintOf } from './keys.ts';
import { openJws } from './signature.ts';

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

/**
 * @param file what the API answers (readable fields and the `certificate`), or the certificate alone
 * @param keys as `readCleanUpKeys` takes them from `/v1/keys`
 */
export function checkCleanUp(file: unknown, keys: readonly CleanUpJwk[]): CleanUpVerdict {
  const parts = partsOf(file);
  if ('holds' in parts) return parts;
  const opened = openJws(parts.certificate, keys);
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
}

/**
 * The keys of a JWK set that can be keys of certificates; of others the set may have any number.
 * @throws Error for what is no JWK set, has none of them, or calls one by another's name
 */
export function readCleanUpKeys(set: unknown): readonly CleanUpJwk[] {
  const parsed = z.object({ keys: z.array(z.unknown()) }).safeParse(set);
  if (!parsed.success) throw new Error('it is no JWK set');
  const keys = parsed.data.keys.flatMap((key) => cleanUpJwk.safeParse(key).data ?? []);
  if (keys.length === 0) throw new Error('there is no Ed25519 key in it');
  const misnamed = keys.find((key) => key.kid !== thumbprintOf(key));
  if (misnamed) throw new Error(`the key that it calls ${misnamed.kid} is another one`);
  return keys;
}

interface Parts {
  certificate: z.infer<typeof flattenedJws>;
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

/** Names of the fields in which what can be read differs from what was signed. */
function differences(readable: Record<string, unknown>, statement: CleanUpStatement): string[] {
  const signed: Record<string, unknown> = statement;
  return [...new Set([...Object.keys(signed), ...Object.keys(readable)])]
    .filter((field) => !isDeepStrictEqual(readable[field], signed[field]))
    .map((field) => `"${field}" is not what was signed`);
}

function contradictionsIn({ resources, listing, deletedAt, counts }: CleanUpStatement): string[] {
  const found: string[] = [];
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
