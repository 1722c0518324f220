/** The web SDK in Node, unmodified: what it does against this service, and the codes of its errors. */
import {
  AuthErrorCodes,
  createUserWithEmailAndPassword,
  deleteUser,
  EmailAuthProvider,
  fetchSignInMethodsForEmail,
  GithubAuthProvider,
  GoogleAuthProvider,
  getAdditionalUserInfo,
  linkWithCredential,
  OAuthProvider,
  onIdTokenChanged,
  reauthenticateWithCredential,
  signInAnonymously,
  signInWithCredential,
  signInWithCustomToken,
  signInWithEmailAndPassword,
  type User,
  unlink,
  updateEmail,
  updatePassword,
  updateProfile,
  validatePassword,
  verifyBeforeUpdateEmail,
} from 'firebase/auth';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { type AnAuth, anAuth, codeOf, PASSWORD } from './an-auth.ts';

let service: AnAuth;
beforeEach(async () => {
  service = await anAuth();
});
afterEach(() => service.close());

const ADA = 'ada@example.com';
const signInAda = async (): Promise<User> =>
  (await signInWithEmailAndPassword(service.sdk(), ADA, PASSWORD)).user;

const google = (claims: object) =>
  GoogleAuthProvider.credential(JSON.stringify({ sub: 'g-1', email_verified: true, ...claims }));
const providersOf = (user: User): string[] => user.providerData.map(({ providerId }) => providerId).sort();

describe('passwords', () => {
  test('signing up, signing out and in again give the same user', async () => {
    const auth = service.sdk();
    const { user } = await createUserWithEmailAndPassword(auth, 'New@Example.com', 'long enough');
    expect(user).toMatchObject({ email: 'new@example.com', emailVerified: false, isAnonymous: false });
    await auth.signOut();
    expect(auth.currentUser).toBeNull();
    const again = await signInWithEmailAndPassword(auth, 'new@example.com', 'long enough');
    expect(again.user.uid).toBe(user.uid);
    expect(getAdditionalUserInfo(again)?.isNewUser).toBe(false);
    expect((await again.user.getIdTokenResult()).signInProvider).toBe('password');
  });

  test.each([
    ['a wrong password', ADA, 'wrong!', 'auth/wrong-password'],
    ['an unknown address', 'nobody@example.com', PASSWORD, 'auth/user-not-found'],
    ['no address', 'ada', PASSWORD, 'auth/invalid-email'],
    ['no password', ADA, '', 'auth/missing-password'],
  ])('%s is told as such', async (_name, email, password, code) => {
    expect(await codeOf(signInWithEmailAndPassword(service.sdk(), email, password))).toBe(code);
  });

  test('weak passwords and taken addresses are refused', async () => {
    const auth = service.sdk();
    expect(await codeOf(createUserWithEmailAndPassword(auth, 'x@example.com', 'short'))).toBe(
      AuthErrorCodes.WEAK_PASSWORD,
    );
    expect(await codeOf(createUserWithEmailAndPassword(auth, ADA, 'long enough'))).toBe(
      AuthErrorCodes.EMAIL_EXISTS,
    );
    expect(await validatePassword(auth, 'short')).toMatchObject({ isValid: false });
    expect(await validatePassword(auth, 'long enough')).toMatchObject({ isValid: true });
  });

  test('where addresses are protected, nobody learns which of them has an account', async () => {
    await service.configure({ emailPrivacyConfig: { enableImprovedEmailPrivacy: true } });
    const auth = service.sdk();
    for (const [email, password] of [
      [ADA, 'wrong!'],
      ['nobody@example.com', PASSWORD],
    ] as const) {
      expect(await codeOf(signInWithEmailAndPassword(auth, email, password))).toBe('auth/invalid-credential');
    }
    expect(await fetchSignInMethodsForEmail(auth, ADA).catch((error) => error.code)).toEqual(
      await fetchSignInMethodsForEmail(auth, 'nobody@example.com').catch((error) => error.code),
    );
    const ada = (await signInWithEmailAndPassword(auth, ADA, PASSWORD)).user;
    expect(await codeOf(updateEmail(ada, 'else@example.com'))).toBe('auth/operation-not-allowed');
  });

  test('an address tells how it signs in', async () => {
    const auth = service.sdk();
    expect(await fetchSignInMethodsForEmail(auth, ADA)).toEqual(['password']);
    expect(await fetchSignInMethodsForEmail(auth, 'nobody@example.com')).toEqual([]);
    await signInWithCredential(auth, google({ email: ADA }));
    expect(await fetchSignInMethodsForEmail(auth, ADA)).toEqual(['google.com', 'password']);
  });
});

describe('providers', () => {
  test('a new account of Google has its profile, and signs in again as the same user', async () => {
    const auth = service.sdk();
    const credential = google({ email: 'lin@example.com', name: 'Lin', picture: 'https://x.example/p.png' });
    const first = await signInWithCredential(auth, credential);
    expect(first.user).toMatchObject({
      email: 'lin@example.com',
      emailVerified: true,
      displayName: 'Lin',
      photoURL: 'https://x.example/p.png',
    });
    expect(getAdditionalUserInfo(first)).toMatchObject({
      isNewUser: true,
      providerId: 'google.com',
      profile: { id: 'g-1', verified_email: true, name: 'Lin' },
    });
    const { token } = await first.user.getIdTokenResult().then(({ token }) => ({ token }));
    expect(decodeJwt(token)).toMatchObject({
      firebase: { sign_in_provider: 'google.com', identities: { 'google.com': ['g-1'] } },
    });
    const second = await signInWithCredential(auth, credential);
    expect(second.user.uid).toBe(first.user.uid);
    expect(getAdditionalUserInfo(second)?.isNewUser).toBe(false);
  });

  test('an unproved address of somebody else asks to confirm; the pending credential is linked afterwards', async () => {
    const auth = service.sdk();
    const claims = { sub: '7', email: ADA, email_verified: false, screen_name: 'ada-at-github' };
    const pending = GithubAuthProvider.credential(JSON.stringify(claims));
    const error = await signInWithCredential(auth, pending).catch((refused) => refused);
    expect(error).toMatchObject({
      code: 'auth/account-exists-with-different-credential',
      customData: { email: ADA },
    });
    const credential = GithubAuthProvider.credentialFromError(error);
    expect(credential).not.toBeNull();
    const { user } = await signInWithEmailAndPassword(auth, ADA, PASSWORD);
    if (credential) await linkWithCredential(user, credential);
    expect(providersOf(user)).toEqual(['github.com', 'password']);
    if (credential) expect((await signInWithCredential(auth, credential)).user.uid).toBe('ada');
  });

  test('GitHub tells the handle', async () => {
    const token = JSON.stringify({
      sub: '7',
      email: 'x@example.com',
      screen_name: 'octo',
      email_verified: false,
    });
    const result = await signInWithCredential(service.sdk(), GithubAuthProvider.credential(token));
    expect(getAdditionalUserInfo(result)).toMatchObject({ username: 'octo', providerId: 'github.com' });
    expect(result.user.emailVerified).toBe(false);
  });

  test('a credential or address that another account has is told', async () => {
    const auth = service.sdk();
    await signInWithCredential(auth, google({ email: 'lin@example.com' }));
    const ada = await signInAda();
    const used = linkWithCredential(ada, google({ email: 'lin@example.com' }));
    expect(await codeOf(used)).toBe('auth/credential-already-in-use');
    const taken = linkWithCredential(ada, google({ sub: 'g-2', email: 'grace@example.com' }));
    expect(await codeOf(taken)).toBe('auth/email-already-in-use');
  });

  test('links come and go', async () => {
    const ada = await signInAda();
    await linkWithCredential(ada, google({ email: ADA }));
    expect(providersOf(ada)).toEqual(['google.com', 'password']);
    expect(await codeOf(linkWithCredential(ada, google({ email: ADA })))).toBe(
      'auth/provider-already-linked',
    );
    await unlink(ada, 'google.com');
    expect(providersOf(ada)).toEqual(['password']);
    expect(await codeOf(unlink(ada, 'google.com'))).toBe('auth/no-such-provider');
  });

  test('whoever proves an address ends the sign-ins of the stranger who had signed up with it', async () => {
    const stranger = (await createUserWithEmailAndPassword(service.sdk(), 'mine@example.com', 'squatting'))
      .user;
    service.forward(seconds(2));
    const { user } = await signInWithCredential(service.sdk(), google({ email: 'mine@example.com' }));
    expect(user.uid).toBe(stranger.uid);
    expect(providersOf(user)).toEqual(['google.com']);
    expect(await codeOf(stranger.getIdToken(true))).toBe('auth/user-token-expired');
  });

  test('any OIDC provider works; a token that says nothing does not', async () => {
    const provider = new OAuthProvider('oidc.acme');
    const idToken = JSON.stringify({ sub: 'o', email: 'o@example.com' });
    const { user } = await signInWithCredential(service.sdk(), provider.credential({ idToken }));
    expect(providersOf(user)).toEqual(['oidc.acme']);
    for (const bad of ['{', '{}', 'x.y.z', '{"sub":1}']) {
      const call = signInWithCredential(service.sdk(), provider.credential({ idToken: bad }));
      expect(await codeOf(call)).toMatch(/^auth\/(invalid-credential|invalid-value)/);
    }
  });

  test('with several accounts per address allowed, providers share no account', async () => {
    await service.configure({ signIn: { allowDuplicateEmails: true } });
    const { user } = await signInWithCredential(service.sdk(), google({ email: ADA }));
    expect(user.uid).not.toBe('ada');
    expect(user.email).toBeNull();
    expect(user.providerData[0]?.email).toBe(ADA);
  });

  test('to show again who one is, it has to be the same', async () => {
    const ada = await signInAda();
    await reauthenticateWithCredential(ada, EmailAuthProvider.credential(ADA, PASSWORD));
    const wrong = reauthenticateWithCredential(ada, EmailAuthProvider.credential(ADA, 'wrong!'));
    expect(await codeOf(wrong)).toBe('auth/wrong-password');
    const grace = EmailAuthProvider.credential('grace@example.com', PASSWORD);
    expect(await codeOf(reauthenticateWithCredential(ada, grace))).toBe('auth/user-mismatch');
    const unknown = reauthenticateWithCredential(ada, google({ email: 'other@example.com' }));
    expect(await codeOf(unknown)).toBe('auth/user-mismatch');
  });
});

describe('where operators alone make accounts', () => {
  beforeEach(() => service.configure({ client: { permissions: { disabledUserSignup: true } } }));

  test('nobody makes one by themselves, in whatever way', async () => {
    const auth = service.sdk();
    for (const signUp of [
      () => createUserWithEmailAndPassword(auth, 'new@example.com', 'long enough'),
      () => signInAnonymously(auth),
      () => signInWithCredential(auth, google({ email: 'new@example.com' })),
    ])
      expect(await codeOf(signUp())).toBe(AuthErrorCodes.ADMIN_ONLY_OPERATION);
    const { body } = await service.admin('/accounts:lookup', { email: ['new@example.com'] });
    expect(body.users).toBeUndefined();
  });

  test('who has one is let in, and may add another way', async () => {
    const ada = await signInAda();
    await linkWithCredential(ada, google({ email: ADA }));
    const { user } = await signInWithCredential(service.sdk(), google({ email: ADA }));
    expect(user.uid).toBe('ada');
  });
});

describe('anonymous users', () => {
  test.each([
    ['a password', EmailAuthProvider.credential('later@example.com', 'long enough'), 'password'],
    ['Google', google({ email: 'later@example.com' }), 'google.com'],
  ])('keep their id when they link %s', async (_name, credential, provider) => {
    const { user } = await signInAnonymously(service.sdk());
    expect(user.isAnonymous).toBe(true);
    const linked = await linkWithCredential(user, credential);
    expect(linked.user).toMatchObject({ uid: user.uid, email: 'later@example.com', isAnonymous: false });
    expect((await user.getIdTokenResult(true)).signInProvider).toBe(provider);
  });
});

describe('changing oneself', () => {
  test('the profile', async () => {
    const ada = await signInAda();
    await updateProfile(ada, { displayName: 'Countess', photoURL: 'https://x.example/a.png' });
    expect(ada).toMatchObject({ displayName: 'Countess', photoURL: 'https://x.example/a.png' });
    await ada.reload();
    expect(ada.displayName).toBe('Countess');
    await updateProfile(ada, { displayName: '', photoURL: '' });
    await ada.reload();
    expect([ada.displayName, ada.photoURL]).toEqual([null, null]);
    expect((await ada.getIdTokenResult(true)).claims.name).toBeUndefined();
  });

  test('password and address: this sign-in goes on, all others end', async () => {
    const [ada, elsewhere] = [await signInAda(), await signInAda()];
    service.forward(seconds(2));
    await updatePassword(ada, 'another one');
    expect(await codeOf(ada.getIdToken(true))).toBeUndefined();
    expect(await codeOf(elsewhere.getIdToken(true))).toBe('auth/user-token-expired');
    const other = (await signInWithEmailAndPassword(service.sdk(), ADA, 'another one')).user;
    service.forward(seconds(2));
    await updateEmail(ada, 'countess@example.com');
    expect(ada).toMatchObject({ email: 'countess@example.com', emailVerified: false });
    expect(await codeOf(other.getIdToken(true))).toBe('auth/user-token-expired');
    expect(await codeOf(updateEmail(ada, 'grace@example.com'))).toBe('auth/email-already-in-use');
    expect(await codeOf(updateEmail(ada, 'nothing'))).toBe('auth/invalid-email');
    expect(await codeOf(updatePassword(ada, 'short'))).toBe('auth/weak-password');
  });

  test('what is sensitive asks for a sign-in of the last minutes, and goes on after it', async () => {
    const ada = await signInAda();
    service.forward(minutes(6));
    await updateProfile(ada, { displayName: 'Still me' });
    for (const change of [
      () => updatePassword(ada, 'another one'),
      () => updateEmail(ada, 'countess@example.com'),
      () => verifyBeforeUpdateEmail(ada, 'countess@example.com'),
      () => deleteUser(ada),
    ]) {
      expect(await codeOf(change())).toBe('auth/requires-recent-login');
    }
    await reauthenticateWithCredential(ada, EmailAuthProvider.credential(ADA, PASSWORD));
    await deleteUser(ada);
    expect(await codeOf(signInAda())).toBe('auth/user-not-found');
  });
});

describe('tokens', () => {
  test('are renewed when they expired, with the claims that were set meanwhile', async () => {
    const auth = service.sdk();
    const seen: unknown[] = [];
    const { user } = await signInWithEmailAndPassword(auth, ADA, PASSWORD);
    const stop = onIdTokenChanged(auth, async (changed) => {
      seen.push((await changed?.getIdTokenResult())?.claims.operator);
    });
    await service.admin('/accounts:update', { localId: 'ada', customAttributes: '{"operator":true}' });
    expect((await user.getIdTokenResult()).claims.operator).toBeUndefined();
    expect((await user.getIdTokenResult(true)).claims.operator).toBe(true);
    await expect.poll(() => seen.at(-1)).toBe(true);
    stop();
    service.forward(hours(2));
    expect(await codeOf(user.reload())).toBe('auth/user-token-expired');
  });

  test.each([
    ['revoked', { validSince: Math.floor(Date.now() / 1000) + 3600 }, 'auth/user-token-expired'],
    ['disabled', { disableUser: true }, 'auth/user-disabled'],
  ])('of a %s user are not renewed, and the SDK signs out', async (_name, change, code) => {
    const auth = service.sdk();
    const { user } = await signInWithEmailAndPassword(auth, ADA, PASSWORD);
    await service.admin('/accounts:update', { localId: 'ada', ...change });
    expect(await codeOf(user.getIdToken(true))).toBe(code);
    await expect.poll(() => auth.currentUser).toBeNull();
  });

  test('of a deleted user neither, nor can they sign in', async () => {
    const user = await signInAda();
    await service.admin('/accounts:delete', { localId: 'ada' });
    expect(await codeOf(user.getIdToken(true))).toBe('auth/user-token-expired');
    await service.admin('/accounts:update', { localId: 'grace', disableUser: true });
    const grace = signInWithEmailAndPassword(service.sdk(), 'grace@example.com', PASSWORD);
    expect(await codeOf(grace)).toBe('auth/user-disabled');
  });

  test('custom ones are exchanged, with their claims; what is none is told', async () => {
    const custom = (payload: object): string => {
      const aud = 'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit';
      const exp = Math.floor(Date.now() / 1000) + 60;
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const iss = 'firebase-auth-emulator@example.com';
      return `${part({ alg: 'none', typ: 'JWT' })}.${part({ aud, exp, iss, ...payload })}.`;
    };
    const auth = service.sdk();
    const { user } = await signInWithCustomToken(auth, custom({ uid: 'robot', claims: { level: 3 } }));
    expect(user.uid).toBe('robot');
    expect((await user.getIdTokenResult()).claims.level).toBe(3);
    expect((await user.getIdTokenResult(true)).claims.level).toBe(3);
    for (const bad of [
      'x',
      custom({}),
      custom({ uid: 'r', exp: 1 }),
      custom({ uid: 'r', claims: { sub: 'x' } }),
    ]) {
      expect(await codeOf(signInWithCustomToken(auth, bad))).toBe('auth/invalid-custom-token');
    }
  });
});

describe('what is not here says so', () => {
  test('phone, second factors and tenants', async () => {
    const auth = service.sdk();
    for (const path of [
      '/v1/accounts:sendVerificationCode',
      '/v1/accounts:signInWithPhoneNumber',
      '/v2/accounts/mfaEnrollment:start',
      '/v2/accounts/mfaSignIn:finalize',
      '/v2/accounts/passkeyEnrollment:start',
    ]) {
      const { status, body } = await service.send(`/identitytoolkit.googleapis.com${path}?key=local`, {});
      expect([status, body.error.message]).toEqual([400, expect.stringMatching(/^OPERATION_NOT_ALLOWED : /)]);
    }
    auth.tenantId = 'a-tenant';
    expect(await codeOf(signInAnonymously(auth))).toBe('auth/unsupported-tenant-operation');
  });
});
