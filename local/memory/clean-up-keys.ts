/** Keys of clean-up certificates that are the same in every run of a seed; of no use but for tests. */
import { createPrivateKey } from 'node:crypto';
import { type CleanUpKey, parseCleanUpKeys } from '../../functions/clean-up/keys.ts';

/** What comes before the 32 bytes of an Ed25519 key in PKCS#8: https://www.rfc-editor.org/rfc/rfc8410#section-7 */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param seed a byte */
export function memoryCleanUpKey(seed = 1): CleanUpKey {
  const der = Buffer.concat([PKCS8, Buffer.alloc(32, seed)]);
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  });
  const [key] = parseCleanUpKeys(pem.toString());
  if (!key) throw new Error('no key was read');
  return key;
}

/** Made once: a simulation makes Hubs by the thousand. */
export const MEMORY_CLEAN_UP_KEYS: readonly CleanUpKey[] = [memoryCleanUpKey()];
