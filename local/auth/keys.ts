/** RSA keys that sign tokens. Each is made once and kept in the store, so that tokens stay good across a restart. */
import { createHash } from 'node:crypto';
import { type CryptoKey, importPKCS8, importX509 } from 'jose';
import type { Store } from '../store.ts';
import { createSigningKey, type KeyAndCertificate } from '../tls.ts';

export interface SigningKey {
  /** 40 hex digits, the form of Google's own key ids. */
  kid: string;
  /** PEM, self-signed: how Google publishes the keys of its ID tokens. */
  certificate: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

const ALGORITHM = 'RS256';

/** The key of that name, made now if the store has none. */
export async function storedSigningKey(store: Store, name: string, commonName: string): Promise<SigningKey> {
  const table = store.table<KeyAndCertificate>('keys');
  const pair = table.get(name) ?? (await createSigningKey(commonName));
  if (!table.has(name)) table.set(name, pair);
  return {
    kid: createHash('sha256').update(pair.certificate).digest('hex').slice(0, 40),
    certificate: pair.certificate,
    privateKey: await importPKCS8(pair.key, ALGORITHM),
    publicKey: await importX509(pair.certificate, ALGORITHM, { extractable: true }),
  };
}
