/** Signing up and in by password, custom token and mailed link, anonymously, and the refresh of tokens. */
import { identity, kind } from './answers.ts';
import { type Body, requireEmail, requireStrongPassword, requireText, text } from './body.ts';
import { type AuthModel, invalid, requireOpenSignUp, type User } from './model.ts';
import type { Operation } from './operation.ts';
import { hashPassword, isPassword } from './passwords.ts';

/** With an ID token it adds a password to that account; with neither token nor e-mail it makes an anonymous one. */
export const signUp: Operation = async (model, body) => {
  if (body.localId !== undefined) throw invalid('UNEXPECTED_PARAMETER : User ID');
  if (body.idToken === undefined) requireOpenSignUp(model);
  if (body.email === undefined && !body.password && body.idToken === undefined) {
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

export const signInWithPassword: Operation = async (model, body) => {
  const email = requireEmail(body);
  const password = requireText(body, 'password', 'MISSING_PASSWORD');
  const hidden = model.settings().improvedEmailPrivacy ? 'INVALID_LOGIN_CREDENTIALS' : undefined;
  const found = model.findByEmail(email);
  if (!found) throw invalid(hidden ?? 'EMAIL_NOT_FOUND');
  const { localId, password: stored } = found;
  if (!stored || !(await isPassword(password, stored))) throw invalid(hidden ?? 'INVALID_PASSWORD');
  const ours = 'algorithm' in stored ? await hashPassword(password) : undefined;
  // Checking took a moment, in which the account or its password may have changed.
  const user = model.findUser(localId);
  if (user?.password?.hash !== stored.hash) throw invalid(hidden ?? 'INVALID_PASSWORD');
  if (ours) user.password = { ...ours, updatedAtMs: user.password.updatedAtMs };
  const credentials = await model.signIn(user, 'password');
  return { ...kind('VerifyPasswordResponse'), registered: true, ...identity(user, credentials) };
};

export const signInWithCustomToken: Operation = async (model, body) => {
  const token = requireText(body, 'token', 'MISSING_CUSTOM_TOKEN');
  const { uid, claims } = await model.tokens.verifyCustomToken(token);
  const known = model.findUser(uid);
  const user = known ?? model.newUser({ localId: uid });
  if (!known) model.saveUser(user);
  const credentials = await model.signIn(user, 'custom', claims);
  return { ...kind('VerifyCustomTokenResponse'), isNewUser: !known, ...credentials };
};

/** With an ID token it adds the address to that account. */
export const signInWithEmailLink: Operation = async (model, body) => {
  const idToken = text(body, 'idToken');
  const current = idToken ? (await model.requireUser(idToken)).user : undefined;
  const email = requireEmail(body);
  const code = model.requireOobCode(requireText(body, 'oobCode', 'MISSING_OOB_CODE'));
  if (code.requestType !== 'EMAIL_SIGNIN') throw invalid('INVALID_OOB_CODE');
  if (code.email !== email) {
    throw invalid('INVALID_EMAIL : The email provided does not match the sign-in email address.');
  }
  const holder = model.findByEmail(email);
  if (current && holder && holder !== current) throw invalid('EMAIL_EXISTS');
  const known = current ?? holder;
  if (!known) requireOpenSignUp(model);
  const user = known ?? model.newUser();
  if (user.disabled) throw invalid('USER_DISABLED');
  model.spendOobCode(code.oobCode);
  proveByLink(model, user, email);
  const credentials = await model.signIn(user, 'password');
  return { ...kind('EmailLinkSigninResponse'), isNewUser: !known, ...identity(user, credentials) };
};

/** Whoever reads the mails of an address may keep nothing of a stranger who signed up with it and never proved it. */
function proveByLink(model: AuthModel, user: User, email: string): void {
  const stranger = user.email === email && !user.emailVerified && user.password !== undefined;
  user.email = email;
  user.emailVerified = true;
  user.emailLink = true;
  if (stranger) {
    delete user.password;
    model.endSignIns(user);
  } else model.saveUser(user);
}

/** `securetoken.googleapis.com/v1/token`: https://firebase.google.com/docs/reference/rest/auth#section-refresh-token */
export const refreshToken: Operation = async (model, body) => {
  const given = (snake: string, camel: string): string | undefined => text(body, snake) ?? text(body, camel);
  const grantType = given('grant_type', 'grantType');
  if (!grantType) throw invalid('MISSING_GRANT_TYPE');
  if (grantType !== 'refresh_token') throw invalid('INVALID_GRANT_TYPE');
  const token = given('refresh_token', 'refreshToken');
  if (!token) throw invalid('MISSING_REFRESH_TOKEN');
  const fresh = await model.refresh(token);
  const answer: Body = {
    access_token: fresh.idToken,
    id_token: fresh.idToken,
    refresh_token: fresh.refreshToken,
    expires_in: fresh.expiresIn,
    token_type: 'Bearer',
    user_id: fresh.localId,
    project_id: model.projectId,
  };
  return answer;
};
