/** Accounts brought from elsewhere, a thousand at a time. https://firebase.google.com/docs/auth/admin/import-users */

import { ServiceError } from '../service.ts';
import { linkProfile, setClaims } from './admin.ts';
import { kind } from './answers.ts';
import { type Body, flag, integer, phoneNumber, records, requireEmail, requireText, text } from './body.ts';
import { type ImportedHash, parseHashing } from './hashes.ts';
import { type AuthModel, invalid, type ProviderLink, type User } from './model.ts';
import type { Operation } from './operation.ts';
import { hashPassword, type PasswordHash } from './passwords.ts';

const MAX_USERS = 1000;

type Hashing = Omit<ImportedHash, 'hash' | 'salt'>;

/** A user that cannot be imported keeps no other from it; an account of the same id is replaced. */
export const importUsers: Operation = async (model, body) => {
  const users = records(body, 'users');
  if (users.length === 0) throw invalid('MISSING_USER_ACCOUNT');
  if (users.length > MAX_USERS) throw invalid('MAXIMUM_USER_COUNT_EXCEEDED');
  const hashing = body.hashAlgorithm === undefined ? undefined : parseHashing(body);
  const overwrites = flag(body, 'allowOverwrite') ?? false;
  if (!overwrites) requireDistinctIds(users);
  if (flag(body, 'sanityCheck')) requireDistinctPeople(users);
  const error: Body[] = [];
  for (const [index, fields] of users.entries()) {
    try {
      const password = await readPassword(fields, hashing);
      model.saveUser(readUser(model, fields, overwrites, password));
    } catch (refusal) {
      if (!(refusal instanceof ServiceError)) throw refusal;
      error.push({ index, message: WORDS[refusal.message.split(' ')[0] ?? ''] ?? refusal.message });
    }
  }
  return { ...kind('UploadAccountResponse'), ...(error.length > 0 && { error }) };
};

/** As the real service words the faults of single users. */
const WORDS: Readonly<Record<string, string>> = {
  INVALID_CLAIMS: 'Invalid custom claims provided.',
  CLAIMS_TOO_LARGE: 'Custom claims provided are too large.',
  FORBIDDEN_CLAIM: 'Custom claims provided include a reserved claim.',
  INVALID_EMAIL: 'email is invalid',
  INVALID_PHONE_NUMBER: 'phone number format is invalid',
};

function requireDistinctIds(users: readonly Body[]): void {
  const seen = new Set<unknown>();
  for (const { localId } of users) {
    if (seen.has(localId)) throw invalid(`DUPLICATE_LOCAL_ID : ${localId}`);
    seen.add(localId);
  }
}

/** @throws ServiceError DUPLICATE_EMAIL, DUPLICATE_RAW_ID */
function requireDistinctPeople(users: readonly Body[]): void {
  const seen = new Set<string>();
  const requireNew = (key: string, refusal: string): void => {
    if (seen.has(key)) throw invalid(refusal);
    seen.add(key);
  };
  for (const user of users) {
    const email = text(user, 'email');
    if (email) requireNew(`email ${email.toLowerCase()}`, `DUPLICATE_EMAIL : ${email}`);
    for (const { providerId, rawId } of readLinks(user)) {
      requireNew(
        `link ${providerId} ${rawId}`,
        `DUPLICATE_RAW_ID : Provider id(${providerId}), Raw id(${rawId})`,
      );
    }
  }
}

function readUser(
  model: AuthModel,
  fields: Body,
  overwrites: boolean,
  password: PasswordHash | ImportedHash | undefined,
): User {
  const localId = requireText(fields, 'localId', 'localId is missing');
  if (!overwrites && model.findUser(localId)) {
    throw invalid('localId belongs to an existing account - can not overwrite.');
  }
  const taken = (holder: User | undefined): boolean => holder !== undefined && holder.localId !== localId;
  const email = fields.email === undefined ? undefined : requireEmail(fields);
  if (email && taken(model.findByEmail(email))) throw invalid('email exists in other account in database');
  const phone = phoneNumber(fields);
  if (phone && taken(model.findByPhone(phone)))
    throw invalid('phone number exists in other account in database');
  if (records(fields, 'mfaInfo').length > 0) throw invalid('Second factor not supported.');
  const providers = readLinks(fields);
  if (providers.some(({ providerId, rawId }) => taken(model.findByProvider(providerId, rawId)))) {
    throw invalid('raw id exists in other account in database');
  }
  const createdAtMs = integer(fields, 'createdAt');
  const lastLoginAtMs = integer(fields, 'lastLoginAt');
  const displayName = text(fields, 'displayName');
  const photoUrl = text(fields, 'photoUrl');
  const user = model.newUser({
    localId,
    emailVerified: flag(fields, 'emailVerified') ?? false,
    disabled: flag(fields, 'disabled') ?? false,
    providers,
    ...(email && { email }),
    ...(phone && { phoneNumber: phone }),
    ...(displayName && { displayName }),
    ...(photoUrl && { photoUrl }),
    ...(createdAtMs !== undefined && { createdAtMs }),
    ...(lastLoginAtMs !== undefined && { lastLoginAtMs }),
  });
  setClaims(user, fields);
  if (password) user.password = { ...password, updatedAtMs: model.now() };
  return user;
}

/** How the official emulator writes the passwords that it exports. */
const EMULATOR_HASH = /^fakeHash:salt=.*?:password=(.*)$/s;

async function readPassword(
  fields: Body,
  hashing: Hashing | undefined,
): Promise<PasswordHash | ImportedHash | undefined> {
  const hash = text(fields, 'passwordHash');
  const raw = text(fields, 'rawPassword') ?? EMULATOR_HASH.exec(hash ?? '')?.[1];
  if (raw) return hashPassword(raw);
  if (!hash) return undefined;
  if (!hashing) throw invalid('A password hash needs a hash algorithm.');
  return { ...hashing, hash, salt: text(fields, 'salt') ?? '' };
}

/** Address and phone number of an account make their own links. */
function readLinks(fields: Body): ProviderLink[] {
  return records(fields, 'providerUserInfo')
    .filter(({ providerId }) => providerId !== 'password' && providerId !== 'phone')
    .map((link) => ({
      providerId: requireText(link, 'providerId', 'federatedId or (providerId & rawId) is required'),
      rawId: requireText(link, 'rawId', 'federatedId or (providerId & rawId) is required'),
      ...linkProfile(link),
    }));
}
