/** Tokens of service accounts: the claims of real ones, with nothing signed. */
import { ApiError } from '../kubernetes/errors.ts';
import type { SketchLeaf } from './sketch-leaf.ts';

const ACCOUNT = { apiVersion: 'v1', kind: 'ServiceAccount' } as const;
const MIN_LIFE_S = 600;

interface Account {
  namespace: string;
  name: string;
}

/** @returns undefined if there is no such account @throws ApiError 422 */
export function issueToken(
  leaf: SketchLeaf,
  { namespace, name }: Account,
  lifeMs: number,
): { token: string; expiresAt: number } | undefined {
  const account = leaf.objects.get(ACCOUNT, namespace, name);
  if (!account) return undefined;
  const lifeS = Math.floor(lifeMs / 1000);
  if (lifeS < MIN_LIFE_S) {
    throw new ApiError(422, 'Invalid', 'may not specify a duration less than 10 minutes');
  }
  const iat = Math.floor(leaf.nowMs / 1000);
  const exp = iat + lifeS;
  const sub = `system:serviceaccount:${namespace}:${name}`;
  const claims = { iss: leaf.key, sub, iat, exp, uid: account.metadata.uid };
  const token = `${encoded({ alg: 'none' })}.${encoded(claims)}.`;
  return { token, expiresAt: exp * 1000 };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Whose it is, while it is good: not expired, of this cluster, and of an account that is still the same. */
export function verifyToken(leaf: SketchLeaf, token: string): Account | undefined {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const { iss, sub, exp, uid } = JSON.parse(text) as Record<string, string | number>;
  const [, , namespace = '', name = ''] = String(sub).split(':');
  const account = leaf.objects.get(ACCOUNT, namespace, name);
  const good = iss === leaf.key && Number(exp) * 1000 > leaf.nowMs && account?.metadata.uid === uid;
  return good ? { namespace, name } : undefined;
}
