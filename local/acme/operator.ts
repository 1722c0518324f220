/**
 * What an operator of Hub has in Secret Manager before the first certificate: the key of its account and the authority's key that bound it.
 * The account is made at once, as `npm run keys` makes it, for such a binding key is good for seven days; and for one account only, so it is
 * kept.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { World } from '../service.ts';
import { parseJwk } from './jwk.ts';
import type { AcmeModel } from './model.ts';

export interface OperatorAccount {
  /** PEM, PKCS#8 */
  accountKey: string;
  eabKid: string;
  /** base64url */
  eabHmacKey: string;
}

export function operatorAccount({ store }: Pick<World, 'store'>, model: AcmeModel): OperatorAccount {
  const table = store.table<OperatorAccount>('operator');
  const known = table.get('account');
  if (known) return known;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kid, hmacKey } = model.createExternalKey();
  const jwk = parseJwk(publicKey.export({ format: 'jwk' }));
  if (!jwk) throw new Error('the stand-in takes no such key');
  model.createAccount(jwk, [], kid);
  const accountKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const account = { accountKey, eabKid: kid, eabHmacKey: hmacKey };
  table.set('account', account);
  return account;
}
