/**
 * Passwords that were hashed elsewhere and imported: checked by the rules of their algorithm at the first sign-in, and kept as our
 * own hash from then on. https://firebase.google.com/docs/auth/admin/import-users
 */
import {
  createCipheriv,
  createHash,
  createHmac,
  pbkdf2,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { promisify } from 'node:util';
import { type Body, integer, text } from './body.ts';
import { invalid } from './model.ts';

/** All bytes are base64. */
export interface ImportedHash {
  algorithm: Algorithm;
  hash: string;
  salt: string;
  signerKey: string;
  saltSeparator: string;
  rounds: number;
  memoryCost: number;
  parallelization: number;
  blockSize: number;
}

type Check = (password: Buffer, imported: ImportedHash) => Promise<Buffer[]> | Buffer[];

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
const derive = promisify<Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt);
const stretch = promisify(pbkdf2);
/** Node's own limit of 32 MiB is too small for the parameters that people import. */
const SCRYPT_MEMORY_BYTES = 256 * 1024 * 1024;

/** The import may say which comes first; where it does not, either is taken. */
const eitherOrder = (password: Buffer, salt: Buffer): Buffer[] => [
  Buffer.concat([salt, password]),
  Buffer.concat([password, salt]),
];

const hmac =
  (digest: string): Check =>
  (password, { salt, signerKey }) =>
    eitherOrder(password, bytes(salt)).map((input) =>
      createHmac(digest, bytes(signerKey)).update(input).digest(),
    );

const repeated =
  (digest: string): Check =>
  (password, { salt, rounds }) =>
    eitherOrder(password, bytes(salt)).map((input) => {
      let value = createHash(digest).update(input).digest();
      for (let round = 1; round < rounds; round++) value = createHash(digest).update(value).digest();
      return value;
    });

const stretched =
  (digest: string): Check =>
  async (password, { salt, rounds, hash }) => [
    await stretch(password, bytes(salt), Math.max(rounds, 1), bytes(hash).length, digest),
  ];

const standardScrypt: Check = async (password, { salt, hash, memoryCost, blockSize, parallelization }) => [
  await derive(password, bytes(salt), bytes(hash).length, {
    N: memoryCost,
    r: blockSize,
    p: parallelization,
    maxmem: SCRYPT_MEMORY_BYTES,
  }),
];

/** Firebase's own variant: the derived key encrypts the project's signer key. https://github.com/firebase/scrypt */
const firebaseScrypt: Check = async (password, { salt, saltSeparator, signerKey, rounds, memoryCost }) => {
  const salted = Buffer.concat([bytes(salt), bytes(saltSeparator)]);
  const key = await derive(password, salted, 32, {
    N: 2 ** memoryCost,
    r: rounds,
    p: 1,
    maxmem: SCRYPT_MEMORY_BYTES,
  });
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return [Buffer.concat([cipher.update(bytes(signerKey)), cipher.final()])];
};

const CHECKS = {
  HMAC_SHA512: hmac('sha512'),
  HMAC_SHA256: hmac('sha256'),
  HMAC_SHA1: hmac('sha1'),
  HMAC_MD5: hmac('md5'),
  MD5: repeated('md5'),
  SHA1: repeated('sha1'),
  SHA256: repeated('sha256'),
  SHA512: repeated('sha512'),
  PBKDF_SHA1: stretched('sha1'),
  PBKDF2_SHA256: stretched('sha256'),
  STANDARD_SCRYPT: standardScrypt,
  SCRYPT: firebaseScrypt,
} satisfies Record<string, Check>;
type Algorithm = keyof typeof CHECKS;

/** The most that each number may be, as the real service limits them: a check must not take the machine down. */
const LIMITS = { rounds: 120_000, memoryCost: 131_072, parallelization: 16, blockSize: 32 };

/**
 * The algorithm of an import with its numbers, without hash and salt.
 * @throws ServiceError INVALID_HASH_ALGORITHM, INVALID_HASH_PARAMETERS
 */
export function parseHashing(body: Body): Omit<ImportedHash, 'hash' | 'salt'> {
  const name = text(body, 'hashAlgorithm');
  if (!name || !Object.hasOwn(CHECKS, name)) {
    throw invalid(`INVALID_HASH_ALGORITHM : ${name} is not one that the local Auth service can check.`);
  }
  const algorithm = name as Algorithm;
  const numbers = {
    rounds: integer(body, 'rounds') ?? 1,
    memoryCost: integer(body, algorithm === 'STANDARD_SCRYPT' ? 'cpuMemCost' : 'memoryCost') ?? 1,
    parallelization: integer(body, 'parallelization') ?? 1,
    blockSize: integer(body, 'blockSize') ?? 8,
  };
  for (const [field, limit] of Object.entries(LIMITS)) {
    const value = numbers[field as keyof typeof LIMITS];
    if (value < 0 || value > limit) throw invalid(`INVALID_HASH_PARAMETERS : ${field} is out of range.`);
  }
  if (algorithm === 'SCRYPT' && numbers.memoryCost > 14) {
    throw invalid('INVALID_HASH_PARAMETERS : memoryCost is out of range.');
  }
  const [signerKey = '', saltSeparator = ''] = [text(body, 'signerKey'), text(body, 'saltSeparator')];
  return { algorithm, signerKey, saltSeparator, ...numbers };
}

export async function isImportedPassword(password: string, imported: ImportedHash): Promise<boolean> {
  const stored = bytes(imported.hash);
  try {
    const found = await CHECKS[imported.algorithm](Buffer.from(password), imported);
    return found.some((hash) => hash.length === stored.length && timingSafeEqual(hash, stored));
  } catch {
    // Numbers that the algorithm itself refuses, as a cost that is no power of two: no password fits.
    return false;
  }
}
