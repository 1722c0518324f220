/**
 * What servers ask for: `projects/{project}/accounts*`. The caller has shown `Bearer owner` or a service account's access token.
 * https://cloud.google.com/identity-platform/docs/reference/rest/v1/projects.accounts
 */
import {
  type Body,
  flag,
  integer,
  records,
  requireEmail,
  requireStrongPassword,
  requireText,
  text,
  texts,
  userInfo,
} from './body.ts';
import { applyProfile, makeOobCode, type Operation } from './client.ts';
import { type AuthModel, invalid, type User } from './model.ts';
import { hashPassword } from './passwords.ts';

/** https://firebase.google.com/docs/auth/admin/custom-claims#set_and_validate_custom_user_claims_via_the_admin_sdk */
const RESERVED_CLAIMS =
  'acr amr at_hash aud auth_time azp cnf c_hash exp firebase iat iss jti nbf nonce sub user_id'.split(' ');
const LONGEST_CLAIMS = 1000;
const LARGEST_PAGE = 1000;

const createUser: Operation = async (model, body) => {
  const localId = text(body, 'localId');
  const email = body.email === undefined ? undefined : requireEmail(body);
  const phoneNumber = text(body, 'phoneNumber');
  const password = text(body, 'password');
  const hash = password === undefined ? undefined : await hashPassword(requireStrongPassword(password));
  if (localId && model.findUser(localId)) throw invalid('DUPLICATE_LOCAL_ID');
  if (email && model.findByEmail(email)) throw invalid('EMAIL_EXISTS');
  if (phoneNumber && model.findByPhone(phoneNumber)) throw invalid('PHONE_NUMBER_EXISTS');
  const user = model.newUser({
    ...(localId && { localId }),
    ...(email && { email }),
    ...(phoneNumber && { phoneNumber }),
    emailVerified: flag(body, 'emailVerified') ?? false,
    disabled: flag(body, 'disabled') ?? false,
  });
  applyProfile(user, body);
  setClaims(user, body);
  if (hash) model.setPassword(user, hash);
  else model.saveUser(user);
  return { kind: 'identitytoolkit#SignupNewUserResponse', localId: user.localId, email };
};

const updateUser: Operation = async (model, body) => {
  const localId = requireText(body, 'localId', 'MISSING_LOCAL_ID');
  const email = body.email === undefined ? undefined : requireEmail(body);
  const phoneNumber = text(body, 'phoneNumber');
  const password = text(body, 'password');
  const hash = password === undefined ? undefined : await hashPassword(requireStrongPassword(password));
  const known = model.findUser(localId);
  if (!known) throw invalid('USER_NOT_FOUND');
  if (email && (model.findByEmail(email) ?? known) !== known) throw invalid('EMAIL_EXISTS');
  if (phoneNumber && (model.findByPhone(phoneNumber) ?? known) !== known)
    throw invalid('PHONE_NUMBER_EXISTS');

  const user = structuredClone(known);
  if (email) user.email = email;
  if (phoneNumber) user.phoneNumber = phoneNumber;
  user.emailVerified = flag(body, 'emailVerified') ?? user.emailVerified;
  user.disabled = flag(body, 'disableUser') ?? user.disabled;
  user.validSinceS = integer(body, 'validSince') ?? user.validSinceS;
  applyProfile(user, body);
  setClaims(user, body);
  linkProvider(model, user, body);
  if (hash) model.setPassword(user, hash);
  else model.saveUser(user);
  return { kind: 'identitytoolkit#SetAccountInfoResponse', ...userInfo(user) };
};

function setClaims(user: User, body: Body): void {
  const claims = text(body, 'customAttributes');
  if (claims === undefined) return;
  if (claims.length > LONGEST_CLAIMS) throw invalid('CLAIMS_TOO_LARGE');
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
  const [link] = records({ link: [body.linkProviderUserInfo] }, 'link');
  if (!link) return;
  const providerId = requireText(link, 'providerId', 'INVALID_PROVIDER_ID');
  const rawId = requireText(link, 'rawId', 'INVALID_PROVIDER_UID');
  const holder = model.findByProvider(providerId, rawId);
  if (holder && holder.localId !== user.localId) throw invalid('FEDERATED_USER_ID_ALREADY_LINKED');
  user.providers = [
    ...user.providers.filter((other) => other.providerId !== providerId),
    { providerId, rawId },
  ];
}

/** Whoever is not found is left out; if nobody is found, so is the list. */
const lookupUsers: Operation = (model, body) => {
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
    kind: 'identitytoolkit#GetAccountInfoResponse',
    ...(users.length > 0 && { users: users.map(userInfo) }),
  };
};

const deleteUser: Operation = (model, body) => {
  if (!model.deleteUser(requireText(body, 'localId', 'MISSING_LOCAL_ID'))) throw invalid('USER_NOT_FOUND');
  return { kind: 'identitytoolkit#DeleteAccountResponse' };
};

/** Without `force` only disabled users can go. */
const deleteUsers: Operation = (model, body) => {
  const errors: Body[] = [];
  for (const [index, localId] of texts(body, 'localIds').entries()) {
    const user = model.findUser(localId);
    if (user && !user.disabled && !flag(body, 'force')) {
      errors.push({ index, localId, message: 'NOT_DISABLED : Disable the account before batch deletion.' });
    } else model.deleteUser(localId);
  }
  return errors.length > 0 ? { errors } : {};
};

const byId = (a: User, b: User): number => (a.localId < b.localId ? -1 : 1);

/** The page token is the last id of the page before. */
const listUsers: Operation = (model, body) => {
  const size = Math.min(integer(body, 'maxResults') || 20, LARGEST_PAGE);
  const after = text(body, 'nextPageToken') ?? '';
  const rest = model
    .users()
    .filter((user) => user.localId > after)
    .sort(byId);
  const page = rest.slice(0, size);
  return {
    kind: 'identitytoolkit#DownloadAccountResponse',
    users: page.map(userInfo),
    ...(rest.length > size && { nextPageToken: page.at(-1)?.localId }),
  };
};

/** Of the expressions, `email` and `userId` are understood. */
const queryUsers: Operation = (model, body) => {
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

/** With `returnOobLink` the code comes back instead of being mailed. */
const sendCode: Operation = async (model, body) => {
  const code = await makeOobCode(model, body);
  const sent = { kind: 'identitytoolkit#GetOobConfirmationCodeResponse', email: code.email };
  if (!flag(body, 'returnOobLink')) return sent;
  const link = new URL(`https://${model.projectId}.firebaseapp.com/__/auth/action`);
  link.searchParams.set('mode', MODES[code.requestType]);
  link.searchParams.set('oobCode', code.oobCode);
  link.searchParams.set('continueUrl', text(body, 'continueUrl') ?? 'http://localhost/');
  return { ...sent, oobCode: code.oobCode, oobLink: link.href };
};
const MODES = {
  PASSWORD_RESET: 'resetPassword',
  VERIFY_EMAIL: 'verifyEmail',
  EMAIL_SIGNIN: 'signIn',
  VERIFY_AND_CHANGE_EMAIL: 'verifyAndChangeEmail',
};

/** Five minutes to two weeks: https://firebase.google.com/docs/auth/admin/manage-cookies */
const createSessionCookie: Operation = async (model, body) => {
  const lifeS = integer(body, 'validDuration') ?? 0;
  if (lifeS < 300 || lifeS > 14 * 86_400) throw invalid('INVALID_DURATION');
  const { claims } = await model.requireUser(requireText(body, 'idToken', 'INVALID_ID_TOKEN'));
  return { sessionCookie: await model.tokens.mintSessionCookie(claims, lifeS) };
};

/** For people and tests: what would have been mailed. */
const listOobCodes: Operation = (model) => ({ oobCodes: model.oobCodes() });

/** By method and what follows `projects/{project}`. */
export const ADMIN_OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /accounts': createUser,
  'POST /accounts:lookup': lookupUsers,
  'POST /accounts:update': updateUser,
  'POST /accounts:delete': deleteUser,
  'POST /accounts:batchDelete': deleteUsers,
  'GET /accounts:batchGet': listUsers,
  'POST /accounts:query': queryUsers,
  'POST /accounts:sendOobCode': sendCode,
  'POST :createSessionCookie': createSessionCookie,
  'GET /oobCodes': listOobCodes,
};
