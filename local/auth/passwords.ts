/** Passwords are kept as salted scrypt hashes, also here: a habit that ends at the development server is not a habit. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { type ImportedHash, isImportedPassword } from './hashes.ts';

export interface PasswordHash {
  /** base64 */
  salt: string;
  /** base64 */
  hash: string;
}

/** A quarter of Node's default work: about 10 ms, so that tests with many accounts stay quick. */
const COST = { N: 4096, r: 8, p: 1 };
const LENGTH = 32;

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password, salt, LENGTH, COST, (error, key) => (error ? reject(error) : resolve(key))),
  );

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  return { salt: salt.toString('base64'), hash: (await derive(password, salt)).toString('base64') };
}

export async function isPassword(password: string, stored: PasswordHash | ImportedHash): Promise<boolean> {
  if ('algorithm' in stored) return isImportedPassword(password, stored);
  const hash = await derive(password, Buffer.from(stored.salt, 'base64'));
  return timingSafeEqual(hash, Buffer.from(stored.hash, 'base64'));
}
