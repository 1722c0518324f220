/**
 * What browsers and command lines ask for, with an API key: `accounts:*` and the refresh of tokens.
 * https://cloud.google.com/identity-platform/docs/reference/rest/v1/accounts
 */
import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import {
  type Body,
  flag,
  identity,
  requireEmail,
  requireStrongPassword,
  requireText,
  text,
  texts,
  userInfo,
} from './body.ts';
import {
  type AuthModel,
  invalid,
  type OobCode,
  type OobType,
  type ProviderLink,
  type User,
} from './model.ts';
import { hashPassword, isPassword } from './passwords.ts';

export type Operation = (model: AuthModel, body: Body) => Promise<Body> | Body;

const kind = (name: string): Body => ({ kind: `identitytoolkit#${name}` });

/** With an ID token it adds a password to that account; with neither token nor e-mail it makes an anonymous one. */
const signUp: Operation = async (model, body) => {
  if (body.email === undefined && body.password === undefined && body.idToken === undefined) {
    const user = model.newUser();
    model.saveUser(user);
    return { ...kind('SignupNewUserResponse'), ...identity(user, await model.signIn(user, 'anonymous')) };
  }
  const email = requireEmail(body);
  const hash = await hashPassword(requireStrongPassword(requireText(body, 'password', 'MISSING_PASSWORD')));
  const idToken = text(body, 'idToken');
  const linked = idToken ? (await model.requireUser(idToken)).user : undefined;
  const holder = model.findByEmail(email);
  if (holder && holder !== linked) throw invalid('EMAIL_EXISTS');
  const user = linked ?? model.newUser();
  const displayName = text(body, 'displayName');
  if (user.email !== email) user.emailVerified = false;
  user.email = email;
  if (displayName) user.displayName = displayName;
  model.setPassword(user, hash);
  return { ...kind('SignupNewUserResponse'), ...identity(user, await model.signIn(user, 'password')) };
};

const signInWithPassword: Operation = async (model, body) => {
  const email = requireEmail(body);
  const password = requireText(body, 'password', 'MISSING_PASSWORD');
  const found = model.findByEmail(email);
  if (!found) throw invalid('EMAIL_NOT_FOUND');
  const { localId, password: stored } = found;
  if (!stored || !(await isPassword(password, stored))) throw invalid('INVALID_PASSWORD');
  // Checking took a moment, in which the account or its password may have changed.
  const user = model.findUser(localId);
  if (user?.password?.hash !== stored.hash) throw invalid('INVALID_PASSWORD');
  const credentials = await model.signIn(user, 'password');
  return { ...kind('VerifyPasswordResponse'), registered: true, ...identity(user, credentials) };
};

const signInWithCustomToken: Operation = async (model, body) => {
  const token = requireText(body, 'token', 'MISSING_CUSTOM_TOKEN');
  const { uid, claims } = await model.tokens.verifyCustomToken(token);
  const known = model.findUser(uid);
  const user = known ?? model.newUser({ localId: uid });
  if (!known) model.saveUser(user);
  const credentials = await model.signIn(user, 'custom', claims);
  return { ...kind('VerifyCustomTokenResponse'), isNewUser: !known, ...credentials };
};

/** Takes the provider's ID token as plain JSON or as any JWT: there is no provider here to check it against. */
const signInWithIdp: Operation = async (model, body) => {
  requireText(body, 'requestUri', 'MISSING_REQUEST_URI');
  const post = new URLSearchParams(requireText(body, 'postBody', 'INVALID_CREDENTIAL_OR_PROVIDER_ID'));
  const providerId = post.get('providerId');
  const providerToken = post.get('id_token');
  if (!providerId || !providerToken) throw invalid('INVALID_CREDENTIAL_OR_PROVIDER_ID');
  const claims = readProviderToken(providerToken);
  const link = providerLink(providerId, claims);
  const verified = claims.email_verified === true;
  const idToken = text(body, 'idToken');
  const current = idToken ? (await model.requireUser(idToken)).user : undefined;

  const linked = model.findByProvider(providerId, link.rawId);
  if (current && linked && linked !== current) throw invalid('FEDERATED_USER_ID_ALREADY_LINKED');
  const sameEmail = link.email ? model.findByEmail(link.email) : undefined;
  if (current && sameEmail && sameEmail !== current) throw invalid('EMAIL_EXISTS');
  const known = linked ?? current ?? sameEmail;
  if (known && !linked && known === sameEmail && !current && !verified) {
    return { ...kind('VerifyAssertionResponse'), needConfirmation: true, providerId, email: link.email };
  }
  const user = known ?? model.newUser();
  if (!linked) {
    if (verified && !current) dropUnproved(user, link);
    addLink(user, link, verified);
  }
  model.saveUser(user);
  const credentials = await model.signIn(user, providerId);
  return {
    ...kind('VerifyAssertionResponse'),
    providerId,
    federatedId: link.rawId,
    rawUserInfo: JSON.stringify(claims),
    emailVerified: user.emailVerified,
    oauthIdToken: providerToken,
    isNewUser: !known,
    ...identity(user, credentials),
  };
};

/**
 * Whoever proves an address takes over what was signed up with it unproved: the password and links of the stranger go.
 * https://firebase.google.com/docs/auth/users#verified_email_addresses
 */
function dropUnproved(user: User, link: ProviderLink): void {
  if (user.emailVerified || user.email !== link.email) return;
  delete user.password;
  user.providers = [];
}

function addLink(user: User, link: ProviderLink, verified: boolean): void {
  user.providers.push(link);
  if (user.email === undefined && link.email) user.email = link.email;
  if (user.email === link.email) user.emailVerified ||= verified;
  if (user.displayName === undefined && link.displayName) user.displayName = link.displayName;
  if (user.photoUrl === undefined && link.photoUrl) user.photoUrl = link.photoUrl;
}

function readProviderToken(token: string): Body {
  try {
    return token.startsWith('{') ? (JSON.parse(token) as Body) : decodeJwt(token);
  } catch {
    throw invalid('INVALID_IDP_RESPONSE : the id_token is neither JSON nor a JWT');
  }
}

function providerLink(providerId: string, claims: Body): ProviderLink {
  const displayName = text(claims, 'name');
  const photoUrl = text(claims, 'picture');
  return {
    providerId,
    rawId: requireText(claims, 'sub', 'INVALID_IDP_RESPONSE : the id_token has no sub'),
    ...(text(claims, 'email') && { email: requireEmail(claims) }),
    ...(displayName && { displayName }),
    ...(photoUrl && { photoUrl }),
  };
}

const signInWithEmailLink: Operation = async (model, body) => {
  const email = requireEmail(body);
  const code = model.requireOobCode(requireText(body, 'oobCode', 'MISSING_OOB_CODE'));
  if (code.requestType !== 'EMAIL_SIGNIN') throw invalid('INVALID_OOB_CODE');
  if (code.email !== email) throw invalid('INVALID_EMAIL');
  const known = model.findByEmail(email);
  const user = known ?? model.newUser({ email });
  if (user.disabled) throw invalid('USER_DISABLED');
  model.spendOobCode(code.oobCode);
  user.emailVerified = true;
  model.saveUser(user);
  const credentials = await model.signIn(user, 'password');
  return { ...kind('EmailLinkSigninResponse'), isNewUser: !known, ...identity(user, credentials) };
};

const lookup: Operation = async (model, body) => {
  const { user } = await model.requireUser(requireText(body, 'idToken', 'INVALID_ID_TOKEN'));
  return { ...kind('GetAccountInfoResponse'), users: [userInfo(user)] };
};

/** A user changes their own account, or redeems a mailed code. A changed address is unproved again. */
const update: Operation = async (model, body) => {
  const oobCode = text(body, 'oobCode');
  if (oobCode) return confirmEmail(model, oobCode);
  const password = text(body, 'password');
  const hash = password ? await hashPassword(requireStrongPassword(password)) : undefined;
  const idToken = requireText(body, 'idToken', 'INVALID_ID_TOKEN');
  const { user: current, claims } = await model.requireUser(idToken);
  // A copy, so that a field refused half-way leaves nothing changed.
  const user = structuredClone(current);
  const email = body.email === undefined ? undefined : requireEmail(body);
  if (email && email !== user.email) {
    if (model.findByEmail(email)) throw invalid('EMAIL_EXISTS');
    user.email = email;
    user.emailVerified = false;
  }
  applyProfile(user, body);
  if (hash) model.setPassword(user, hash);
  else model.saveUser(user);
  const { sign_in_provider: provider } = claims.firebase as { sign_in_provider: string };
  const renew = hash || flag(body, 'returnSecureToken');
  const credentials = renew ? await model.signIn(user, hash ? 'password' : provider) : undefined;
  return { ...kind('SetAccountInfoResponse'), ...userInfo(user), ...identity(user, credentials) };
};

/** The fields that a user and an administrator change alike. Not saved yet. */
export function applyProfile(user: User, body: Body): void {
  const displayName = text(body, 'displayName');
  if (displayName !== undefined) user.displayName = displayName;
  const photoUrl = text(body, 'photoUrl');
  if (photoUrl !== undefined) user.photoUrl = photoUrl;
  const deleted = texts(body, 'deleteAttribute');
  if (deleted.includes('DISPLAY_NAME')) delete user.displayName;
  if (deleted.includes('PHOTO_URL')) delete user.photoUrl;
  const unlinked = texts(body, 'deleteProvider');
  user.providers = user.providers.filter((link) => !unlinked.includes(link.providerId));
  if (unlinked.includes('password')) delete user.password;
  if (unlinked.includes('phone')) delete user.phoneNumber;
}

function confirmEmail(model: AuthModel, oobCode: string): Body {
  const code = model.requireOobCode(oobCode);
  const user = model.findByEmail(code.email);
  if (!user || !['VERIFY_EMAIL', 'VERIFY_AND_CHANGE_EMAIL'].includes(code.requestType)) {
    throw invalid('INVALID_OOB_CODE');
  }
  if (code.newEmail) {
    if (model.findByEmail(code.newEmail)) throw invalid('EMAIL_EXISTS');
    user.email = code.newEmail;
  }
  model.spendOobCode(oobCode);
  user.emailVerified = true;
  model.saveUser(user);
  return { ...kind('SetAccountInfoResponse'), ...userInfo(user) };
}

const deleteAccount: Operation = async (model, body) => {
  const { user } = await model.requireUser(requireText(body, 'idToken', 'INVALID_ID_TOKEN'));
  model.deleteUser(user.localId);
  return kind('DeleteAccountResponse');
};

const OOB_TYPES: readonly OobType[] = [
  'PASSWORD_RESET',
  'VERIFY_EMAIL',
  'EMAIL_SIGNIN',
  'VERIFY_AND_CHANGE_EMAIL',
];

/** Nothing is mailed: `listOobCodes` shows the codes to whoever runs this. */
export async function makeOobCode(model: AuthModel, body: Body): Promise<OobCode> {
  const requestType = OOB_TYPES.find((type) => type === body.requestType);
  if (!requestType) throw invalid('INVALID_REQ_TYPE');
  const idToken = text(body, 'idToken');
  const email = idToken ? (await model.requireUser(idToken)).user.email : requireEmail(body);
  if (!email) throw invalid('MISSING_EMAIL');
  if (requestType !== 'EMAIL_SIGNIN' && !model.findByEmail(email)) throw invalid('EMAIL_NOT_FOUND');
  const change =
    requestType === 'VERIFY_AND_CHANGE_EMAIL' ? { newEmail: requireEmail(body, 'newEmail') } : {};
  return model.createOobCode({ requestType, email, ...change });
}

const sendOobCode: Operation = async (model, body) => {
  const { email } = await makeOobCode(model, body);
  return { ...kind('GetOobConfirmationCodeResponse'), email };
};

/** Without a new password it only says what the code is for. */
const resetPassword: Operation = async (model, body) => {
  const oobCode = requireText(body, 'oobCode', 'MISSING_OOB_CODE');
  const password = text(body, 'newPassword');
  const hash = password ? await hashPassword(requireStrongPassword(password)) : undefined;
  const code = model.requireOobCode(oobCode);
  const answer = { ...kind('ResetPasswordResponse'), email: code.email, requestType: code.requestType };
  if (!hash) return answer;
  const user = model.findByEmail(code.email);
  if (!user || code.requestType !== 'PASSWORD_RESET') throw invalid('INVALID_OOB_CODE');
  model.spendOobCode(oobCode);
  user.emailVerified = true;
  model.setPassword(user, hash);
  return answer;
};

const createAuthUri: Operation = (model, body) => {
  const user = model.findByEmail(requireText(body, 'identifier', 'MISSING_IDENTIFIER'));
  const methods = user
    ? [...(user.password ? ['password'] : []), ...user.providers.map((p) => p.providerId)]
    : [];
  return {
    ...kind('CreateAuthUriResponse'),
    registered: user !== undefined,
    allProviders: methods,
    signinMethods: methods,
    sessionId: randomUUID(),
  };
};

/** `securetoken.googleapis.com/v1/token`: https://firebase.google.com/docs/reference/rest/auth#section-refresh-token */
export const refreshToken: Operation = async (model, body) => {
  if (requireText(body, 'grant_type', 'MISSING_GRANT_TYPE') !== 'refresh_token')
    throw invalid('INVALID_GRANT_TYPE');
  const fresh = await model.refresh(requireText(body, 'refresh_token', 'MISSING_REFRESH_TOKEN'));
  return {
    access_token: fresh.idToken,
    id_token: fresh.idToken,
    refresh_token: fresh.refreshToken,
    expires_in: fresh.expiresIn,
    token_type: 'Bearer',
    user_id: fresh.localId,
    project_id: model.projectId,
  };
};

/** By the name after `accounts:`. */
export const CLIENT_OPERATIONS: Readonly<Record<string, Operation>> = {
  signUp,
  signInWithPassword,
  signInWithCustomToken,
  signInWithIdp,
  signInWithEmailLink,
  lookup,
  update,
  delete: deleteAccount,
  sendOobCode,
  resetPassword,
  createAuthUri,
};
