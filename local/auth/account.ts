/** What a signed-in user does with their own account, and how an address may sign in. */
import { randomUUID } from 'node:crypto';
import { identity, kind, linksOf, userInfo } from './answers.ts';
import { type Body, requireEmail, requireStrongPassword, requireText, text, texts } from './body.ts';
import { applyCode, mailRecovery } from './codes.ts';
import { type AuthModel, invalid, type User } from './model.ts';
import type { Operation } from './operation.ts';
import { hashPassword } from './passwords.ts';
import { requireRecentSignIn } from './recent.ts';
import type { IdClaims } from './tokens.ts';

export const lookup: Operation = async (model, body) => {
  const { user } = await model.requireUser(requireText(body, 'idToken', 'MISSING_ID_TOKEN'));
  return { ...kind('GetAccountInfoResponse'), users: [userInfo(user)] };
};

/** Fields that only a server may set, and what a browser hears that tries. */
const SERVER_FIELDS = {
  customAttributes: 'INSUFFICIENT_PERMISSION',
  disableUser: 'OPERATION_NOT_ALLOWED',
  localId: 'UNEXPECTED_PARAMETER : User ID',
  // It would be a link to somebody else's account at the provider, for the asking.
  linkProviderUserInfo: 'INSUFFICIENT_PERMISSION',
};

/** A user changes their own account, or redeems a mailed code. A changed address is unproved again. */
export const update: Operation = async (model, body, caller) => {
  const oobCode = text(body, 'oobCode');
  if (oobCode) return applyCode(model, oobCode);
  const idToken = requireText(body, 'idToken', 'INVALID_REQ_TYPE : Unsupported request parameters.');
  for (const [field, refusal] of Object.entries(SERVER_FIELDS)) {
    if (body[field] !== undefined && body[field] !== null) throw invalid(refusal);
  }
  const password = text(body, 'password');
  const hash = password ? await hashPassword(requireStrongPassword(password)) : undefined;
  const { user: current, claims } = await model.requireUser(idToken);
  // A copy, so that a field refused half-way leaves nothing changed.
  const user = structuredClone(current);
  const email = body.email ? requireEmail(body) : undefined;
  const moves = email !== undefined && email !== user.email;
  if (moves || hash) requireRecentSignIn(model, claims);
  if (moves) changeEmail(model, user, email);
  applyProfile(user, body);

  const revokes = body.validSince !== undefined && body.validSince !== null;
  if (hash) model.setPassword(user, hash);
  else if (moves || revokes) model.endSignIns(user);
  else model.saveUser(user);
  if (moves && current.email) mailRecovery(model, user, current.email, caller);
  // Only what ended the other sign-ins begins a new one: a changed name must not pass for having signed in a moment ago.
  const renewed = hash !== undefined || moves || revokes;
  const credentials = renewed ? await model.signIn(user, hash ? 'password' : providerOf(claims)) : undefined;
  return { ...kind('SetAccountInfoResponse'), ...userInfo(user), ...identity(user, credentials) };
};

/** @throws ServiceError EMAIL_EXISTS, OPERATION_NOT_ALLOWED where an address has to be proved first */
function changeEmail(model: AuthModel, user: User, email: string): void {
  if (user.email && model.settings().improvedEmailPrivacy) {
    throw invalid('OPERATION_NOT_ALLOWED : Please verify the new email before changing email.');
  }
  if (model.findByEmail(email)) throw invalid('EMAIL_EXISTS');
  user.email = email;
  user.emailVerified = false;
}

const providerOf = ({ firebase }: IdClaims): string =>
  (firebase as { sign_in_provider: string }).sign_in_provider;

/** The fields that a user and an administrator change alike. Not saved yet. */
export function applyProfile(user: User, body: Body): void {
  const displayName = text(body, 'displayName');
  if (displayName) user.displayName = displayName;
  const photoUrl = text(body, 'photoUrl');
  if (photoUrl) user.photoUrl = photoUrl;
  const deleted = texts(body, 'deleteAttribute');
  if (displayName === '' || deleted.includes('DISPLAY_NAME')) delete user.displayName;
  if (photoUrl === '' || deleted.includes('PHOTO_URL')) delete user.photoUrl;
  if (deleted.includes('PASSWORD')) delete user.password;
  if (deleted.includes('EMAIL')) dropEmail(user);
  unlink(user, texts(body, 'deleteProvider'));
}

function unlink(user: User, providerIds: readonly string[]): void {
  user.providers = user.providers.filter((link) => !providerIds.includes(link.providerId));
  if (providerIds.includes('phone')) delete user.phoneNumber;
  if (!providerIds.includes('password')) return;
  delete user.password;
  delete user.emailLink;
  // The address was that of the password. Where a provider vouches for it too, it stays.
  if (!user.providers.some((link) => link.email === user.email)) dropEmail(user);
}

function dropEmail(user: User): void {
  delete user.email;
  delete user.emailLink;
  user.emailVerified = false;
}

export const deleteAccount: Operation = async (model, body) => {
  const { user, claims } = await model.requireUser(requireText(body, 'idToken', 'MISSING_ID_TOKEN'));
  requireRecentSignIn(model, claims);
  model.deleteUser(user.localId);
  return kind('DeleteAccountResponse');
};

/** How an address signs in: `fetchSignInMethodsForEmail`. Says nothing while the project protects addresses from being guessed. */
export const createAuthUri: Operation = (model, body) => {
  if (text(body, 'providerId')) throw invalid('OPERATION_NOT_ALLOWED : Use the pages that the SDK opens.');
  const identifier = requireText(body, 'identifier', 'MISSING_IDENTIFIER');
  const continueUri = requireText(body, 'continueUri', 'MISSING_CONTINUE_URI');
  if (!/^[^@\s]+@[^@\s]+$/.test(identifier)) throw invalid('INVALID_IDENTIFIER');
  if (!URL.canParse(continueUri)) throw invalid('INVALID_CONTINUE_URI');
  const answer = { ...kind('CreateAuthUriResponse'), sessionId: text(body, 'sessionId') ?? randomUUID() };
  if (model.settings().improvedEmailPrivacy) return answer;
  const { allowDuplicateEmails } = model.settings();
  const byProvider = allowDuplicateEmails ? undefined : holderByProvider(model, identifier.toLowerCase());
  const user = model.findByEmail(identifier) ?? byProvider;
  // With several accounts per address, nobody can say which of their providers is meant.
  const methods = user ? methodsOf(allowDuplicateEmails ? { ...user, providers: [] } : user) : noMethods();
  return { ...answer, registered: user !== undefined, ...methods };
};

const holderByProvider = (model: AuthModel, email: string): User | undefined =>
  model.users().find((user) => user.providers.some((link) => link.email === email));

const noMethods = (): Body => ({ allProviders: [], signinMethods: [] });

function methodsOf(user: User): Body {
  const allProviders = linksOf(user)
    .map(({ providerId }) => providerId)
    .filter((id) => id !== 'phone');
  const signinMethods = allProviders.filter((id) => id !== 'password' || user.password);
  if (user.emailLink) signinMethods.push('emailLink');
  return { allProviders, signinMethods };
}
