/**
 * Codes that the real service sends by e-mail: making them, and what they carry out. Nothing is mailed; the link is logged, and
 * `GET /emulator/v1/projects/{project}/oobCodes` lists all that are open.
 */
import { kind, userInfo } from './answers.ts';
import { type Body, flag, requireEmail, requireStrongPassword, requireText, text } from './body.ts';
import { type AuthModel, invalid, type OobCode, type OobType, type User } from './model.ts';
import type { Caller, Operation } from './operation.ts';
import { hashPassword } from './passwords.ts';
import { requireRecentSignIn } from './recent.ts';

/** As the links name what a code is for. */
export const MODES = {
  PASSWORD_RESET: 'resetPassword',
  VERIFY_EMAIL: 'verifyEmail',
  EMAIL_SIGNIN: 'signIn',
  VERIFY_AND_CHANGE_EMAIL: 'verifyAndChangeEmail',
  RECOVER_EMAIL: 'recoverEmail',
} as const satisfies Record<OobType, string>;

/** Who the code is for, and what it is to do. */
type Order = Pick<OobCode, 'requestType' | 'email' | 'newEmail' | 'localId'>;

/** @throws ServiceError INVALID_CONTINUE_URI, UNAUTHORIZED_DOMAIN */
function requireContinueUrl(model: AuthModel, body: Body): string | undefined {
  const continueUrl = text(body, 'continueUrl');
  if (!continueUrl) return undefined;
  const url = URL.canParse(continueUrl) ? new URL(continueUrl) : undefined;
  if (!url?.hostname || !/^https?:$/.test(url.protocol)) {
    throw invalid('INVALID_CONTINUE_URI : ((expected an absolute URI with valid scheme and host))');
  }
  if (!isAuthorizedUrl(model, continueUrl)) {
    throw invalid('UNAUTHORIZED_DOMAIN : Domain not allowlisted by project');
  }
  return continueUrl;
}

/** Whether pages and links of this service may lead there. */
export function isAuthorizedUrl(model: AuthModel, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  const { authorizedDomains } = model.settings();
  return /^https?:$/.test(protocol) && authorizedDomains.some((host) => isWithin(hostname, host));
}

/** The same as sources of a Content-Security-Policy. */
export const authorizedSources = (model: AuthModel): string[] =>
  model.settings().authorizedDomains.flatMap((host) => [`http://${host}:*`, `https://${host}:*`]);

const isWithin = (hostname: string, domain: string): boolean =>
  hostname === domain || (!/^[\d.]+$/.test(domain) && hostname.endsWith(`.${domain}`));

/** A code with its link. Whoever asks for the link gets the code; everybody else has to read the mail. */
function make(model: AuthModel, order: Order, continueUrl: string | undefined, caller: Caller): OobCode {
  return model.createOobCode(order, (oobCode) => {
    const link = new URL('/emulator/action', caller.origin);
    link.searchParams.set('mode', MODES[order.requestType]);
    link.searchParams.set('lang', 'en');
    link.searchParams.set('oobCode', oobCode);
    link.searchParams.set('apiKey', 'fake-api-key');
    if (continueUrl) link.searchParams.set('continueUrl', continueUrl);
    return link.href;
  });
}

/** Stands for the mail. The log masks addresses, so the link alone is shown, without the key and the address to go on to. */
function mail({ requestType, oobCode }: OobCode, caller: Caller): void {
  const link = new URL('/emulator/action', caller.origin);
  link.search = new URLSearchParams({ mode: MODES[requestType], oobCode }).toString();
  caller.log.info('auth.mail', { service: 'auth', detail: `${requestType}: open ${link.href}` });
}

const sentAnswer = (email: string): Body => ({ ...kind('GetOobConfirmationCodeResponse'), email });

/** What a browser may ask for: for the signed-in user, or for an address. */
export const sendOobCode: Operation = async (model, body, caller) => {
  if (flag(body, 'returnOobLink')) throw invalid('INSUFFICIENT_PERMISSION');
  const requestType = requireType(body);
  const continueUrl = requireContinueUrl(model, body);
  const order = await clientOrder(model, requestType, body);
  if (order.requestType === 'PASSWORD_RESET' && !model.findByEmail(order.email)) {
    if (model.settings().improvedEmailPrivacy) return sentAnswer(order.email);
    throw invalid('EMAIL_NOT_FOUND');
  }
  mail(make(model, order, continueUrl, caller), caller);
  return sentAnswer(order.email);
};

function requireType(body: Body): Exclude<OobType, 'RECOVER_EMAIL'> {
  const requestType = text(body, 'requestType');
  if (!requestType || requestType === 'OOB_REQ_TYPE_UNSPECIFIED') throw invalid('MISSING_REQ_TYPE');
  const types = ['PASSWORD_RESET', 'VERIFY_EMAIL', 'EMAIL_SIGNIN', 'VERIFY_AND_CHANGE_EMAIL'] as const;
  const known = types.find((type) => type === requestType);
  if (!known) throw invalid('INVALID_REQ_TYPE');
  return known;
}

async function clientOrder(
  model: AuthModel,
  requestType: Exclude<OobType, 'RECOVER_EMAIL'>,
  body: Body,
): Promise<Order> {
  if (requestType === 'EMAIL_SIGNIN' || requestType === 'PASSWORD_RESET') {
    return { requestType, email: requireEmail(body) };
  }
  const newEmail = requestType === 'VERIFY_AND_CHANGE_EMAIL' ? requireNewEmail(body) : undefined;
  const missing = newEmail === undefined ? 'INVALID_ID_TOKEN' : 'MISSING_ID_TOKEN';
  const { user, claims } = await model.requireUser(requireText(body, 'idToken', missing));
  if (!user.email) throw invalid('MISSING_EMAIL');
  if (newEmail === undefined) return { requestType, email: user.email };
  requireRecentSignIn(model, claims);
  if (model.findByEmail(newEmail)) throw invalid('EMAIL_EXISTS');
  return { requestType, email: user.email, newEmail };
}

const requireNewEmail = (body: Body): string => requireEmail(body, 'newEmail', 'MISSING_NEW_EMAIL');

/** What a server may ask for: for any address, and with `returnOobLink` the link itself instead of a mail. */
export const sendOobCodeAsServer: Operation = async (model, body, caller) => {
  const requestType = requireType(body);
  const continueUrl = requireContinueUrl(model, body);
  const order = text(body, 'idToken')
    ? await clientOrder(model, requestType, body)
    : serverOrder(model, requestType, body);
  const code = make(model, order, continueUrl, caller);
  if (flag(body, 'returnOobLink')) {
    return { ...sentAnswer(order.email), oobCode: code.oobCode, oobLink: code.oobLink };
  }
  mail(code, caller);
  return sentAnswer(order.email);
};

function serverOrder(model: AuthModel, requestType: Exclude<OobType, 'RECOVER_EMAIL'>, body: Body): Order {
  const email = requireEmail(body);
  if (requestType !== 'EMAIL_SIGNIN' && !model.findByEmail(email)) {
    throw invalid(requestType === 'PASSWORD_RESET' ? 'EMAIL_NOT_FOUND' : 'USER_NOT_FOUND');
  }
  if (requestType !== 'VERIFY_AND_CHANGE_EMAIL') return { requestType, email };
  const newEmail = requireNewEmail(body);
  if (model.findByEmail(newEmail)) throw invalid('EMAIL_EXISTS');
  return { requestType, email, newEmail };
}

/** The old address hears of the change, and can undo it. https://firebase.google.com/docs/auth/custom-email-handler */
export function mailRecovery(model: AuthModel, user: User, oldEmail: string, caller: Caller): void {
  const { localId, email: newEmail } = user;
  const order: Order = {
    requestType: 'RECOVER_EMAIL',
    email: oldEmail,
    localId,
    ...(newEmail && { newEmail }),
  };
  mail(make(model, order, undefined, caller), caller);
}

/** Without a new password it only says what the code is for. */
export const resetPassword: Operation = async (model, body) => {
  const oobCode = requireText(body, 'oobCode', 'MISSING_OOB_CODE');
  const password = text(body, 'newPassword');
  const shown = model.requireOobCode(oobCode);
  if (password && shown.requestType !== 'PASSWORD_RESET') throw invalid('INVALID_OOB_CODE');
  const hash = password ? await hashPassword(requireStrongPassword(password)) : undefined;
  // Hashing took a moment, in which the code may have been spent.
  const code = model.requireOobCode(oobCode);
  // Whoever found a sign-in link must know whose it is.
  const email = code.requestType === 'EMAIL_SIGNIN' ? {} : { email: code.email };
  const { requestType, newEmail } = code;
  const answer = { ...kind('ResetPasswordResponse'), requestType, ...email, ...(newEmail && { newEmail }) };
  if (!hash) return answer;
  const user = model.findByEmail(code.email);
  if (!user) throw invalid('INVALID_OOB_CODE');
  model.spendOobCode(oobCode);
  // Until now nobody had proved the address: what is linked to the account may be a stranger's.
  if (!user.emailVerified) user.providers = [];
  user.emailVerified = true;
  model.setPassword(user, hash);
  return answer;
};

/** Carries out a code that verifies, changes or gives back an address: `applyActionCode`. */
export function applyCode(model: AuthModel, oobCode: string): Body {
  const code = model.requireOobCode(oobCode);
  const user = model.findUser(code.localId ?? '') ?? model.findByEmail(code.email);
  const email = addressAfter(code);
  if (!user || !email) throw invalid('INVALID_OOB_CODE');
  if ((model.findByEmail(email) ?? user) !== user) throw invalid('EMAIL_EXISTS');
  model.spendOobCode(oobCode);
  const moved = user.email !== email;
  user.email = email;
  user.emailVerified = true;
  if (moved) model.endSignIns(user);
  else model.saveUser(user);
  return { ...kind('SetAccountInfoResponse'), ...userInfo(user), newEmail: code.newEmail };
}

/** Undefined for codes that are redeemed elsewhere. */
function addressAfter({ requestType, email, newEmail }: OobCode): string | undefined {
  if (requestType === 'VERIFY_AND_CHANGE_EMAIL') return newEmail;
  return requestType === 'VERIFY_EMAIL' || requestType === 'RECOVER_EMAIL' ? email : undefined;
}

/** For people and tests: what would have been mailed, and still holds. */
export const listOobCodes: Operation = (model) => ({
  oobCodes: model.oobCodes().map(({ oobCode, oobLink, requestType, email, newEmail }) => ({
    email,
    newEmail,
    requestType,
    oobCode,
    oobLink,
  })),
});
