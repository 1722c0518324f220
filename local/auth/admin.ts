/**
 * What servers ask for: `projects/{project}/accounts*`. The caller has shown `Bearer owner` or a service account's access token.
 * https://cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts
 */
import { applyProfile } from './account.ts';
import { kind, userInfo } from './answers.ts';
import {
  type Body,
  flag,
  integer,
  phoneNumber,
  record,
  records,
  requireEmail,
  requireStrongPassword,
  requireText,
  text,
  texts,
} from './body.ts';
import { type AuthModel, invalid, type User } from './model.ts';
import type { Operation } from './operation.ts';
import { hashPassword } from './passwords.ts';
import { RESERVED_CLAIMS } from './tokens.ts';

const MAX_CLAIMS_LENGTH = 1000;
const LARGEST_PAGE = 1000;
/** https://firebase.google.com/docs/auth/admin/manage-users#create_a_user */
const MAX_ID_LENGTH = 128;

/** What both creating and updating read before anything changes. */
async function readChanges(body: Body) {
  refuseSecondFactors(body);
  const email = body.email === undefined || body.email === null ? undefined : requireEmail(body);
  const phone = phoneNumber(body);
  const password = text(body, 'password') || undefined;
  const hash = password === undefined ? undefined : await hashPassword(requireStrongPassword(password));
  return { email, phone, hash };
}

function refuseSecondFactors(body: Body): void {
  const enrolled = [...records(body, 'mfaInfo'), ...records(record(body, 'mfa') ?? {}, 'enrollments')];
  if (enrolled.length > 0) {
    throw invalid('OPERATION_NOT_ALLOWED : Second factors are not part of the local Auth service.');
  }
}

export const createUser: Operation = async (model, body) => {
  const localId = text(body, 'localId');
  if (localId && localId.length > MAX_ID_LENGTH) throw invalid('INVALID_LOCAL_ID');
  const { email, phone, hash } = await readChanges(body);
  if (localId && model.findUser(localId)) throw invalid('DUPLICATE_LOCAL_ID');
  if (email && model.findByEmail(email)) throw invalid('EMAIL_EXISTS');
  if (phone && model.findByPhone(phone)) throw invalid('PHONE_NUMBER_EXISTS');
  const user = model.newUser({
    ...(localId && { localId }),
    ...(email && { email }),
    ...(phone && { phoneNumber: phone }),
    emailVerified: flag(body, 'emailVerified') ?? false,
    disabled: flag(body, 'disabled') ?? false,
  });
  applyProfile(user, body);
  setClaims(user, body);
  if (hash) model.setPassword(user, hash);
  else model.saveUser(user);
  const { displayName } = user;
  return { ...kind('SignupNewUserResponse'), localId: user.localId, email, displayName };
};

export const updateUser: Operation = async (model, body) => {
  const localId = requireText(body, 'localId', 'MISSING_LOCAL_ID');
  const { email, phone, hash } = await readChanges(body);
  const known = model.findUser(localId);
  if (!known) throw invalid('USER_NOT_FOUND');
  if (email && (model.findByEmail(email) ?? known) !== known) throw invalid('EMAIL_EXISTS');
  if (phone && (model.findByPhone(phone) ?? known) !== known) throw invalid('PHONE_NUMBER_EXISTS');

  // A copy, so that a field refused half-way leaves nothing changed.
  const user = structuredClone(known);
  const moved = email !== undefined && email !== user.email;
  if (moved) user.emailVerified = false;
  if (email) user.email = email;
  if (phone) user.phoneNumber = phone;
  user.emailVerified = flag(body, 'emailVerified') ?? user.emailVerified;
  user.disabled = flag(body, 'disableUser') ?? user.disabled;
  applyProfile(user, body);
  setClaims(user, body);
  linkProvider(model, user, body);
  if (hash) model.setPassword(user, hash);
  else if (moved) model.endSignIns(user);
  user.validSinceS = integer(body, 'validSince') ?? user.validSinceS;
  user.createdAtMs = integer(body, 'createdAt') ?? user.createdAtMs;
  const lastLoginAtMs = integer(body, 'lastLoginAt');
  if (lastLoginAtMs !== undefined) user.lastLoginAtMs = lastLoginAtMs;
  model.saveUser(user);
  return { ...kind('SetAccountInfoResponse'), ...userInfo(user) };
};

export function setClaims(user: User, body: Body): void {
  const claims = text(body, 'customAttributes');
  if (claims === undefined) return;
  if (claims.length > MAX_CLAIMS_LENGTH) throw invalid('CLAIMS_TOO_LARGE');
  const reserved = Object.keys(parseClaims(claims)).find((name) => RESERVED_CLAIMS.includes(name));
  if (reserved) throw invalid(`FORBIDDEN_CLAIM : ${reserved}`);
  user.customAttributes = claims;
}

function parseClaims(json: string): object {
  try {
    const claims: unknown = JSON.parse(json || '{}');
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims;
  } catch {
    // Told below, as for any other text that is no object.
  }
  throw invalid('INVALID_CLAIMS');
}

function linkProvider(model: AuthModel, user: User, body: Body): void {
  const link = record(body, 'linkProviderUserInfo');
  if (!link) return;
  const providerId = requireText(link, 'providerId', 'MISSING_PROVIDER_ID');
  const rawId = requireText(link, 'rawId', 'MISSING_RAW_ID');
  const holder = model.findByProvider(providerId, rawId);
  if (holder && holder.localId !== user.localId) throw invalid('FEDERATED_USER_ID_ALREADY_LINKED');
  user.providers = [
    ...user.providers.filter((other) => other.providerId !== providerId),
    { providerId, rawId, ...linkProfile(link) },
  ];
}

/** What is known of a user at a provider. */
export function linkProfile(link: Body): Partial<User['providers'][number]> {
  const [email, displayName, photoUrl] = ['email', 'displayName', 'photoUrl'].map((field) =>
    text(link, field),
  );
  return {
    ...(email && { email: email.toLowerCase() }),
    ...(displayName && { displayName }),
    ...(photoUrl && { photoUrl }),
  };
}

/** Whoever is not found is left out; if nobody is found, so is the list. */
export const lookupUsers: Operation = (model, body) => {
  const found = [
    ...texts(body, 'localId').map(model.findUser),
    ...texts(body, 'email').map(model.findByEmail),
    ...texts(body, 'phoneNumber').map(model.findByPhone),
    ...records(body, 'federatedUserId').map((id) =>
      model.findByProvider(text(id, 'providerId') ?? '', text(id, 'rawId') ?? ''),
    ),
  ];
  const users = [...new Set(found.filter((user) => user !== undefined))];
  return {
    ...kind('GetAccountInfoResponse'),
    ...(users.length > 0 && { users: users.map(userInfo) }),
  };
};

export const deleteUser: Operation = (model, body) => {
  if (!model.deleteUser(requireText(body, 'localId', 'MISSING_LOCAL_ID'))) throw invalid('USER_NOT_FOUND');
  return kind('DeleteAccountResponse');
};

/** Without `force` only disabled users can go. */
export const deleteUsers: Operation = (model, body) => {
  const localIds = texts(body, 'localIds');
  if (localIds.length === 0 || localIds.length > LARGEST_PAGE) throw invalid('LOCAL_ID_LIST_EXCEEDS_LIMIT');
  const errors: Body[] = [];
  for (const [index, localId] of localIds.entries()) {
    const user = model.findUser(localId);
    if (user && !user.disabled && !flag(body, 'force')) {
      errors.push({ index, localId, message: 'NOT_DISABLED : Disable the account before batch deletion.' });
    } else model.deleteUser(localId);
  }
  return errors.length > 0 ? { errors } : {};
};

const byId = (a: User, b: User): number => (a.localId < b.localId ? -1 : 1);

/** The page token is the last id of the page before. */
export const listUsers: Operation = (model, body) => {
  const size = Math.min(integer(body, 'maxResults') || 20, LARGEST_PAGE);
  const after = text(body, 'nextPageToken') ?? '';
  const rest = model
    .users()
    .filter((user) => user.localId > after)
    .sort(byId);
  const page = rest.slice(0, size);
  return {
    ...kind('DownloadAccountResponse'),
    users: page.map(userInfo),
    // A full page may be the last: the next one is empty then.
    ...(page.length === size && { nextPageToken: page.at(-1)?.localId }),
  };
};

/** Of the expressions, `email` and `userId` are understood. */
export const queryUsers: Operation = (model, body) => {
  const expressions = records(body, 'expression');
  const matches = (user: User): boolean =>
    expressions.length === 0 ||
    expressions.some(({ email, userId }) => user.email === email || user.localId === userId);
  const offset = integer(body, 'offset') ?? 0;
  const found = model.users().filter(matches).sort(byId);
  if (flag(body, 'returnUserInfo') === false) return { recordsCount: String(found.length) };
  const page = found.slice(offset, offset + (integer(body, 'limit') || 500));
  return { recordsCount: String(page.length), userInfo: page.map(userInfo) };
};

/** https://firebase.google.com/docs/auth/admin/manage-cookies */
const MIN_SESSION_S = 300;
const MAX_SESSION_S = 14 * 86_400;

export const createSessionCookie: Operation = async (model, body) => {
  const lifeS = integer(body, 'validDuration') ?? MAX_SESSION_S;
  if (lifeS < MIN_SESSION_S || lifeS > MAX_SESSION_S) throw invalid('INVALID_DURATION');
  const { claims } = await model.requireUser(requireText(body, 'idToken', 'MISSING_ID_TOKEN'));
  return { sessionCookie: await model.tokens.mintSessionCookie(claims, lifeS) };
};
