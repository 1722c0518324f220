/**
 * What an operator of Hub has in Secret Manager before the first certificate: the key of its account and, for the first use of it, a
 * key of the authority's that binds it. Kept, because such a binding key is good for one account only.
 */
import { generateKeyPairSync } from 'node:crypto';
import type { World } from '../service.ts';
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
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kid, hmacKey } = model.createExternalKey();
  const accountKey = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const account = { accountKey, eabKid: kid, eabHmacKey: hmacKey };
  table.set('account', account);
  return account;
}
