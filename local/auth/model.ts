/**
 * The state of the Auth stand-in: users, their sign-ins (refresh tokens), mailed codes and service accounts' access tokens.
 * What each request may do is in the files by subject: `sign-in.ts`, `providers.ts`, `account.ts`, `codes.ts`, `admin.ts`.
 */
import { createHash, randomBytes } from 'node:crypto';
import { hours } from '../../shared/units.ts';
import { ServiceError, STATUS, type World } from '../service.ts';
import type { ImportedHash } from './hashes.ts';
import { hashPassword, type PasswordHash } from './passwords.ts';
import { createTokens, ID_TOKEN_LIFE_S, type IdClaims, type Tokens } from './tokens.ts';

export interface ProviderLink {
  providerId: string;
  rawId: string;
  email?: string;
  /** As the handle of GitHub. */
  screenName?: string;
  displayName?: string;
  photoUrl?: string;
}

export interface User {
  localId: string;
  /** Lower case. */
  email?: string;
  emailVerified: boolean;
  password?: (PasswordHash | ImportedHash) & { updatedAtMs: number };
  /** Has signed in by a mailed link. */
  emailLink?: boolean;
  displayName?: string;
  photoUrl?: string;
  phoneNumber?: string;
  disabled: boolean;
  /** Federated sign-ins; the password is not among them. */
  providers: ProviderLink[];
  /** Custom claims, as JSON text. */
  customAttributes?: string;
  /** Sign-ins from before this second are revoked. */
  validSinceS: number;
  createdAtMs: number;
  lastLoginAtMs?: number;
  lastRefreshAtMs?: number;
}

/** One sign-in: what a refresh token stands for. */
export interface SignIn {
  localId: string;
  authTimeS: number;
  /** As the claim `firebase.sign_in_provider` says it. */
  provider: string;
  /** Claims of the custom token that began it. */
  claims?: Record<string, unknown>;
  /** By a change of the password or address, or with the account. */
  ended?: true;
}

export type OobType =
  | 'PASSWORD_RESET'
  | 'VERIFY_EMAIL'
  | 'EMAIL_SIGNIN'
  | 'VERIFY_AND_CHANGE_EMAIL'
  | 'RECOVER_EMAIL';

/** A code that the real service would send by e-mail. */
export interface OobCode {
  oobCode: string;
  requestType: OobType;
  email: string;
  newEmail?: string;
  /** What stands in the mail. */
  oobLink: string;
  /** Whose address a RECOVER_EMAIL gives back: the account has another one by then. */
  localId?: string;
  expiresAtMs: number;
}

/** The project's settings: https://cloud.google.com/identity-platform/docs/reference/rest/v2/Config */
export interface ProjectSettings {
  /** Several accounts may come with the same address from different providers. */
  allowDuplicateEmails: boolean;
  /** E-mail enumeration protection. */
  improvedEmailPrivacy: boolean;
  /** Hosts that pages and links may lead to. */
  authorizedDomains: string[];
  /** Servers alone make accounts. */
  disabledUserSignup: boolean;
}

/** What a client gets for signing in. */
export interface Credentials {
  idToken: string;
  refreshToken: string;
  expiresIn: string;
}

export interface AuthModel {
  readonly projectId: string;
  readonly tokens: Tokens;
  now(): number;
  users(): User[];
  findUser(localId: string): User | undefined;
  findByEmail(email: string): User | undefined;
  findByPhone(phoneNumber: string): User | undefined;
  findByProvider(providerId: string, rawId: string): User | undefined;
  /** A record with a new id, not saved yet. */
  newUser(fields?: Partial<User>): User;
  saveUser(user: User): void;
  /** Its sign-ins end with it. */
  deleteUser(localId: string): boolean;
  /** The mailed codes stay, as with the official emulator. */
  deleteAllUsers(): void;
  /**
   * Also ends every sign-in made with the old password. Takes the hash, which costs a wait, so that a request can look a user up
   * and change it with nothing in between.
   */
  setPassword(user: User, hash: PasswordHash): void;
  /** Revokes every sign-in of the user, and saves it. */
  endSignIns(user: User): void;
  /** @throws ServiceError USER_DISABLED */
  signIn(user: User, provider: string, claims?: Record<string, unknown>): Promise<Credentials>;
  /** @throws ServiceError INVALID_REFRESH_TOKEN, USER_NOT_FOUND, USER_DISABLED, TOKEN_EXPIRED */
  refresh(refreshToken: string): Promise<Credentials & { localId: string }>;
  /** Whose ID token it is. @throws ServiceError INVALID_ID_TOKEN, USER_NOT_FOUND, USER_DISABLED, TOKEN_EXPIRED */
  requireUser(idToken: string): Promise<{ user: User; claims: IdClaims }>;
  /** @param linkOf the link that carries such a code */
  createOobCode(
    code: Pick<OobCode, 'requestType' | 'email' | 'newEmail' | 'localId'>,
    linkOf: (oobCode: string) => string,
  ): OobCode;
  /** @throws ServiceError INVALID_OOB_CODE, EXPIRED_OOB_CODE */
  requireOobCode(code: string): OobCode;
  /** A code works once. */
  spendOobCode(code: string): void;
  oobCodes(): OobCode[];
  settings(): ProjectSettings;
  changeSettings(changes: Partial<ProjectSettings>): void;
  /** An opaque access token for a service account, good for an hour. */
  issueAccessToken(email: string): string;
  isAccessToken(token: string): boolean;
}

const OOB_LIFE_MS = hours(1);
const ACCESS_TOKEN_LIFE_MS = hours(1);

const DEFAULT_SETTINGS: ProjectSettings = {
  allowDuplicateEmails: false,
  improvedEmailPrivacy: false,
  authorizedDomains: ['localhost', '127.0.0.1'],
  disabledUserSignup: false,
};

const SEEDS = [
  { localId: 'ada', email: 'ada@example.com', displayName: 'Ada' },
  { localId: 'grace', email: 'grace@example.com', displayName: 'Grace' },
  {
    localId: 'operator',
    email: 'operator@example.com',
    displayName: 'Operator',
    customAttributes: '{"operator":true}',
  },
];
const SEED_PASSWORD = 'hub-local';
/** For pages on which one signs in locally: they are no secrets. */
export const FIRST_ACCOUNTS = SEEDS.map(({ email, displayName }) => ({
  email,
  password: SEED_PASSWORD,
  note: displayName,
}));

/** Secrets are kept only as digests: the journal is a file like any other. */
const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const newSecret = (): string => randomBytes(48).toString('base64url');

export const invalid = (message: string): ServiceError => new ServiceError(STATUS.INVALID_ARGUMENT, message);

/**
 * Whoever is nobody yet may become somebody by themselves.
 * @throws ServiceError ADMIN_ONLY_OPERATION
 */
export function requireOpenSignUp(model: AuthModel): void {
  if (model.settings().disabledUserSignup) throw invalid('ADMIN_ONLY_OPERATION');
}

/** A fresh store gets the accounts that `npm start` promises. */
export async function createAuthModel(world: World): Promise<AuthModel> {
  const { store, clock, projectId } = world;
  const userTable = store.table<User>('users');
  const signIns = store.table<SignIn>('sign-ins');
  const codes = store.table<OobCode>('oob-codes');
  const accessTokens = store.table<{ email: string; expiresAtMs: number }>('access-tokens');
  const tokens = await createTokens(world);

  const find = (matches: (user: User) => boolean): User | undefined => [...userTable.values()].find(matches);
  const settings = store.table<ProjectSettings>('settings');
  /** Kept as ended, so that whoever still holds one hears that it expired rather than that it never was. */
  const markEnded = (localId: string): void => {
    for (const [key, signIn] of signIns.entries()) {
      if (signIn.localId === localId && !signIn.ended) signIns.set(key, { ...signIn, ended: true });
    }
  };
  const unusedId = (): string => {
    for (;;) {
      // After a restart with the same seed the stream begins anew, so an id may be taken.
      const localId = world.random.base32(28);
      if (!userTable.has(localId)) return localId;
    }
  };
  const mint = async (user: User, signIn: SignIn, refreshToken: string): Promise<Credentials> => {
    user.lastRefreshAtMs = clock.now();
    userTable.set(user.localId, user);
    return {
      idToken: await tokens.mintIdToken(user, signIn),
      refreshToken,
      expiresIn: String(ID_TOKEN_LIFE_S),
    };
  };
  /** The user behind a sign-in of that time, if it still counts. */
  const requireStanding = (localId: string, authTimeS: number): User => {
    const user = userTable.get(localId);
    if (!user) throw invalid('USER_NOT_FOUND');
    if (user.disabled) throw invalid('USER_DISABLED');
    if (authTimeS < user.validSinceS) throw invalid('TOKEN_EXPIRED');
    return user;
  };

  const model: AuthModel = {
    projectId,
    tokens,
    now: () => clock.now(),
    users: () => [...userTable.values()],
    findUser: (localId) => userTable.get(localId),
    findByEmail: (email) => find((user) => user.email === email.toLowerCase()),
    findByPhone: (phoneNumber) => find((user) => user.phoneNumber === phoneNumber),
    findByProvider: (providerId, rawId) =>
      find((user) => user.providers.some((link) => link.providerId === providerId && link.rawId === rawId)),
    newUser: (fields) => ({
      localId: fields?.localId ?? unusedId(),
      emailVerified: false,
      disabled: false,
      providers: [],
      validSinceS: Math.floor(clock.now() / 1000),
      createdAtMs: clock.now(),
      ...fields,
    }),
    saveUser: (user) => userTable.set(user.localId, user),
    deleteUser(localId) {
      markEnded(localId);
      return userTable.delete(localId);
    },
    deleteAllUsers() {
      for (const localId of [...userTable.keys()]) model.deleteUser(localId);
    },
    setPassword(user, hash) {
      user.password = { ...hash, updatedAtMs: clock.now() };
      model.endSignIns(user);
    },
    endSignIns(user) {
      user.validSinceS = Math.floor(clock.now() / 1000);
      markEnded(user.localId);
      userTable.set(user.localId, user);
    },
    signIn(user, provider, claims) {
      if (user.disabled) throw invalid('USER_DISABLED');
      const refreshToken = newSecret();
      const signIn: SignIn = {
        localId: user.localId,
        authTimeS: Math.floor(clock.now() / 1000),
        provider,
        ...(claims && { claims }),
      };
      user.lastLoginAtMs = clock.now();
      signIns.set(digest(refreshToken), signIn);
      return mint(user, signIn, refreshToken);
    },
    async refresh(refreshToken) {
      const signIn = signIns.get(digest(refreshToken));
      if (!signIn) throw invalid('INVALID_REFRESH_TOKEN');
      const user = requireStanding(signIn.localId, signIn.authTimeS);
      if (signIn.ended) throw invalid('TOKEN_EXPIRED');
      return { ...(await mint(user, signIn, refreshToken)), localId: user.localId };
    },
    async requireUser(idToken) {
      const claims = await tokens.verifyIdToken(idToken);
      return { user: requireStanding(claims.sub, claims.auth_time), claims };
    },
    createOobCode(request, linkOf) {
      const old = [...codes.values()].filter((code) => code.expiresAtMs + OOB_LIFE_MS <= clock.now());
      for (const { oobCode } of old) codes.delete(oobCode);
      const oobCode = newSecret();
      const code = { ...request, oobCode, oobLink: linkOf(oobCode), expiresAtMs: clock.now() + OOB_LIFE_MS };
      codes.set(oobCode, code);
      return code;
    },
    requireOobCode(oobCode) {
      const code = codes.get(oobCode);
      if (!code) throw invalid('INVALID_OOB_CODE');
      if (code.expiresAtMs <= clock.now()) throw invalid('EXPIRED_OOB_CODE');
      return code;
    },
    spendOobCode: (oobCode) => void codes.delete(oobCode),
    oobCodes: () => [...codes.values()],
    // What an earlier version kept does not know all of them.
    settings: () => ({ ...DEFAULT_SETTINGS, ...settings.get('project') }),
    changeSettings: (changes) => settings.set('project', { ...model.settings(), ...changes }),
    issueAccessToken(email) {
      const token = `ya29.${newSecret()}`;
      accessTokens.set(digest(token), { email, expiresAtMs: clock.now() + ACCESS_TOKEN_LIFE_MS });
      return token;
    },
    isAccessToken: (token) => (accessTokens.get(digest(token))?.expiresAtMs ?? 0) > clock.now(),
  };
  await seed(model, world);
  return model;
}

/** The mark is set last: a start that was killed half-way seeds again, and writes the same. */
async function seed(model: AuthModel, { store }: World): Promise<void> {
  const marks = store.table<true>('marks');
  if (marks.has('seeded')) return;
  for (const fields of SEEDS) {
    const user = model.newUser({ ...fields, emailVerified: true });
    model.setPassword(user, await hashPassword(SEED_PASSWORD));
  }
  marks.set('seeded', true);
}
