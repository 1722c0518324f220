/** Which operation an address means, and who may ask for it. */
import { ServiceError, STATUS } from '../service.ts';
import { createAuthUri, deleteAccount, lookup, update } from './account.ts';
import {
  createSessionCookie,
  createUser,
  deleteUser,
  deleteUsers,
  listUsers,
  lookupUsers,
  queryUsers,
  updateUser,
} from './admin.ts';
import type { Body } from './body.ts';
import { listOobCodes, resetPassword, sendOobCode, sendOobCodeAsServer } from './codes.ts';
import { importUsers } from './import.ts';
import type { AuthModel } from './model.ts';
import { type Operation, switchedOff } from './operation.ts';
import {
  deleteAllAccounts,
  getEmulatorConfig,
  getProjectConfig,
  listVerificationCodes,
  passwordPolicy,
  patchEmulatorConfig,
  patchProjectConfig,
  publicConfig,
  recaptchaConfig,
} from './project.ts';
import { signInWithIdp } from './providers.ts';
import { accessToken, signBlob } from './service-accounts.ts';
import {
  refreshToken,
  signInWithCustomToken,
  signInWithEmailLink,
  signInWithPassword,
  signUp,
} from './sign-in.ts';

export interface Call {
  method: string;
  /** Begins with the host it is meant for: `/identitytoolkit.googleapis.com/v1/…`. */
  path: string;
  /** The body, JSON or form, with what the query holds beside it. */
  body: Body;
  bearer: string | undefined;
  hasKey: boolean;
}

const phone = switchedOff('Signing in by phone');
const secondFactor = switchedOff('A second factor');
const passkey = switchedOff('Signing in by passkey');

/** What browsers and command lines ask for, with an API key. */
const CLIENT: Readonly<Record<string, Operation>> = {
  'POST /v1/accounts:signUp': signUp,
  'POST /v1/accounts:signInWithPassword': signInWithPassword,
  'POST /v1/accounts:signInWithCustomToken': signInWithCustomToken,
  'POST /v1/accounts:signInWithIdp': signInWithIdp,
  'POST /v1/accounts:signInWithEmailLink': signInWithEmailLink,
  'POST /v1/accounts:lookup': lookup,
  'POST /v1/accounts:update': update,
  'POST /v1/accounts:delete': deleteAccount,
  'POST /v1/accounts:sendOobCode': sendOobCode,
  'POST /v1/accounts:resetPassword': resetPassword,
  'POST /v1/accounts:createAuthUri': createAuthUri,
  'GET /v1/projects': publicConfig,
  'GET /v2/passwordPolicy': passwordPolicy,
  'GET /v2/recaptchaConfig': recaptchaConfig,
  'GET /v1/recaptchaParams': phone,
  'POST /v1/accounts:sendVerificationCode': phone,
  'POST /v1/accounts:signInWithPhoneNumber': phone,
  'POST /v2/accounts/mfaEnrollment:start': secondFactor,
  'POST /v2/accounts/mfaEnrollment:finalize': secondFactor,
  'POST /v2/accounts/mfaEnrollment:withdraw': secondFactor,
  'POST /v2/accounts/mfaSignIn:start': secondFactor,
  'POST /v2/accounts/mfaSignIn:finalize': secondFactor,
  'POST /v2/accounts/passkeyEnrollment:start': passkey,
  'POST /v2/accounts/passkeyEnrollment:finalize': passkey,
  'POST /v2/accounts/passkeySignIn:start': passkey,
  'POST /v2/accounts/passkeySignIn:finalize': passkey,
  'POST /v2/accounts:revokeToken': switchedOff('Revoking the tokens of a provider'),
};

/** What servers ask for: `projects/{project}…`. */
const SERVER: Readonly<Record<string, Operation>> = {
  'POST /v1/accounts': createUser,
  'POST /v1/accounts:lookup': lookupUsers,
  'POST /v1/accounts:update': updateUser,
  'POST /v1/accounts:delete': deleteUser,
  'POST /v1/accounts:batchCreate': importUsers,
  'POST /v1/accounts:batchDelete': deleteUsers,
  'GET /v1/accounts:batchGet': listUsers,
  'POST /v1/accounts:query': queryUsers,
  'POST /v1/accounts:sendOobCode': sendOobCodeAsServer,
  'POST /v1:createSessionCookie': createSessionCookie,
  'GET /v2/config': getProjectConfig,
  'PATCH /v2/config': patchProjectConfig,
};

/** Addresses of browsers that mean the same for a server which says who it is. */
const SERVER_OF_CLIENT: Readonly<Record<string, Operation>> = {
  'POST /v1/accounts:signUp': createUser,
  'POST /v1/accounts:lookup': lookupUsers,
  'POST /v1/accounts:update': updateUser,
  'POST /v1/accounts:delete': deleteUser,
  'POST /v1/accounts:sendOobCode': sendOobCodeAsServer,
};

/** What the official emulator adds, for tests: it asks nobody who they are. */
const EMULATOR: Readonly<Record<string, Operation>> = {
  'GET /oobCodes': listOobCodes,
  'GET /verificationCodes': listVerificationCodes,
  'GET /config': getEmulatorConfig,
  'PATCH /config': patchEmulatorConfig,
  'DELETE /accounts': deleteAllAccounts,
};

const IDENTITY = '/identitytoolkit.googleapis.com';
const NOT_HERE = /^(tenants|oauthIdpConfigs|inboundSamlConfigs|defaultSupportedIdpConfigs)\b/;

/** @throws ServiceError for an unknown address or a caller who may not */
export function operationOf(call: Call, model: AuthModel): Operation {
  const { method, path } = call;
  const found = path.startsWith(`${IDENTITY}/`)
    ? identityOperation(call, path.slice(IDENTITY.length), model)
    : otherOperation(call, model);
  if (!found) throw new ServiceError(STATUS.NOT_FOUND, `Not here: ${method} ${path}`);
  return found;
}

function identityOperation(call: Call, path: string, model: AuthModel): Operation | undefined {
  const name = `${call.method} ${path}`;
  const asServer = isServer(call, model) ? at(SERVER_OF_CLIENT, name) : undefined;
  if (asServer && (asServer === sendOobCodeAsServer || signedIn(call) === undefined)) return asServer;
  const client = at(CLIENT, name);
  if (client) return withKey(call, client);
  const [, version, project, rest = ''] = /^\/(v[12])\/projects\/([^/:]+)([/:].*)$/.exec(path) ?? [];
  if (project === undefined) return undefined;
  requireServer(call, model);
  requireProject(project, model);
  if (NOT_HERE.test(rest.slice(1))) return switchedOff('Having tenants or providers of one’s own');
  return at(SERVER, `${call.method} /${version}${rest}`);
}

/** The signed-in user in whose name a browser calls, if any. */
const signedIn = (call: Call): unknown => call.body.idToken ?? call.body.oobCode;

function otherOperation(call: Call, model: AuthModel): Operation | undefined {
  const name = `${call.method} ${call.path}`;
  if (name === 'POST /securetoken.googleapis.com/v1/token') return withKey(call, refreshToken);
  if (name === 'POST /oauth2.googleapis.com/token') return accessToken;
  const [, project, rest = ''] = /^\/emulator\/v1\/projects\/([^/:]+)(.*)$/.exec(call.path) ?? [];
  if (project !== undefined) {
    requireProject(project, model);
    return at(EMULATOR, `${call.method} ${rest}`);
  }
  if (
    /^POST \/iamcredentials\.googleapis\.com\/v1\/projects\/-\/serviceAccounts\/[^/]+:signBlob$/.test(name)
  ) {
    requireServer(call, model);
    return signBlob;
  }
  return undefined;
}

const at = (table: Readonly<Record<string, Operation>>, name: string): Operation | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

function withKey(call: Call, operation: Operation): Operation {
  if (call.hasKey || call.bearer) return operation;
  throw new ServiceError(STATUS.PERMISSION_DENIED, 'The request is missing a valid API key.');
}

function requireProject(project: string, model: AuthModel): void {
  if (project !== model.projectId) throw new ServiceError(STATUS.NOT_FOUND, 'PROJECT_NOT_FOUND');
}

const isServer = ({ bearer }: Call, model: AuthModel): boolean =>
  bearer === 'owner' || (bearer !== undefined && model.isAccessToken(bearer));

function requireServer(call: Call, model: AuthModel): void {
  if (isServer(call, model)) return;
  throw new ServiceError(STATUS.UNAUTHENTICATED, 'Request had invalid authentication credentials.');
}
