/** firebase-admin, unmodified: against the TLS face as in production, and against the plain one as against the emulator. */
import { createHmac, pbkdf2Sync, scryptSync } from 'node:crypto';
import {
  GoogleAuthProvider,
  signInWithCredential,
  signInWithCustomToken,
  signInWithEmailAndPassword,
} from 'firebase/auth';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { type Auth, getAuth, type UserImportRecord } from 'firebase-admin/auth';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { type AnAuth, anAuth, codeOf, PASSWORD, PROJECT } from './an-auth.ts';

let service: AnAuth;
let admin: Auth;
let close: () => Promise<void>;
let apps = 0;
beforeEach(async () => {
  service = await anAuth();
  const app = initializeApp(service.adminOptions(), `admin-${++apps}`);
  admin = getAuth(app);
  close = () => deleteApp(app);
});
afterEach(async () => {
  await close();
  await service.close();
});

const ADA = 'ada@example.com';
const idTokenOf = async (email: string, password = PASSWORD): Promise<string> => {
  const { user } = await signInWithEmailAndPassword(service.sdk(), email, password);
  return user.getIdToken();
};

describe('accounts', () => {
  test('are created with all their fields and found by every identifier', async () => {
    const made = await admin.createUser({
      uid: 'lin',
      email: 'Lin@example.com',
      emailVerified: true,
      phoneNumber: '+4930123456',
      password: 'long enough',
      displayName: 'Lin',
      photoURL: 'https://x.example/lin.png',
    });
    expect(made).toMatchObject({
      uid: 'lin',
      email: 'lin@example.com',
      emailVerified: true,
      phoneNumber: '+4930123456',
      displayName: 'Lin',
      photoURL: 'https://x.example/lin.png',
      disabled: false,
    });
    expect(made.passwordHash).toBeUndefined();
    expect(made.providerData.map(({ providerId }) => providerId).sort()).toEqual(['password', 'phone']);
    expect(Date.parse(made.metadata.creationTime)).toBeGreaterThan(0);
    const provider = { providerId: 'google.com', providerUid: 'g-1' };
    await signInWithCredential(
      service.sdk(),
      GoogleAuthProvider.credential(
        JSON.stringify({ sub: 'g-1', email: 'lin@example.com', email_verified: true }),
      ),
    );
    for (const found of [
      admin.getUser('lin'),
      admin.getUserByEmail('LIN@example.com'),
      admin.getUserByPhoneNumber('+4930123456'),
      admin.getUserByProviderUid('google.com', 'g-1'),
    ]) {
      expect((await found).uid).toBe('lin');
    }
    const many = await admin.getUsers([
      { uid: 'ada' },
      { email: 'lin@example.com' },
      provider,
      { uid: 'nobody' },
    ]);
    expect(many.users.map(({ uid }) => uid).sort()).toEqual(['ada', 'lin']);
    expect(many.notFound).toEqual([{ uid: 'nobody' }]);
  });

  test('what is taken, unknown or malformed is told by the SDK’s own codes', async () => {
    for (const [call, code] of [
      [() => admin.createUser({ uid: 'ada' }), 'auth/uid-already-exists'],
      [() => admin.createUser({ email: ADA }), 'auth/email-already-exists'],
      [() => admin.createUser({ email: 'x@example.com', password: '12345' }), 'auth/invalid-password'],
      [() => admin.getUser('nobody'), 'auth/user-not-found'],
      [() => admin.updateUser('nobody', { disabled: true }), 'auth/user-not-found'],
      [() => admin.deleteUser('nobody'), 'auth/user-not-found'],
      [() => admin.updateUser('ada', { email: 'grace@example.com' }), 'auth/email-already-exists'],
      [() => admin.setCustomUserClaims('ada', { sub: 'x' }), 'auth/reserved-claim'],
      [() => admin.setCustomUserClaims('ada', { long: 'x'.repeat(1000) }), 'auth/claims-too-large'],
      [() => admin.generatePasswordResetLink('nobody@example.com'), 'auth/email-not-found'],
      [
        () => admin.generatePasswordResetLink(ADA, { url: 'https://evil.example/' }),
        'auth/unauthorized-continue-uri',
      ],
    ] as const) {
      expect(await codeOf(call())).toBe(code);
    }
  });

  test('every field can be changed and taken away', async () => {
    const changed = await admin.updateUser('ada', {
      email: 'countess@example.com',
      phoneNumber: '+4930999999',
      displayName: 'Countess',
      photoURL: 'https://x.example/a.png',
      disabled: true,
      providerToLink: { providerId: 'github.com', uid: '7', displayName: 'ada-at-github' },
    });
    expect(changed).toMatchObject({
      email: 'countess@example.com',
      emailVerified: false,
      phoneNumber: '+4930999999',
      displayName: 'Countess',
      disabled: true,
    });
    expect(changed.providerData.map(({ providerId }) => providerId).sort()).toEqual([
      'github.com',
      'password',
      'phone',
    ]);
    const emptied = await admin.updateUser('ada', {
      phoneNumber: null,
      displayName: null,
      photoURL: null,
      disabled: false,
      emailVerified: true,
      multiFactor: { enrolledFactors: null },
      providersToUnlink: ['github.com'],
    });
    expect(emptied).toMatchObject({ emailVerified: true, disabled: false });
    expect([emptied.phoneNumber, emptied.displayName, emptied.photoURL].every((it) => it === undefined)).toBe(
      true,
    );
    expect(emptied.providerData.map(({ providerId }) => providerId)).toEqual(['password']);
    await admin.updateUser('ada', { password: 'another one' });
    await idTokenOf('countess@example.com', 'another one');
  });

  test('are listed in pages, each once, and deleted together', async () => {
    for (let i = 0; i < 5; i++) await admin.createUser({ uid: `user-${i}` });
    const uids: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await admin.listUsers(3, pageToken);
      uids.push(...page.users.map(({ uid }) => uid));
      pageToken = page.pageToken;
    } while (pageToken);
    expect(uids).toEqual(['ada', 'grace', 'operator', 'user-0', 'user-1', 'user-2', 'user-3', 'user-4']);
    const gone = await admin.deleteUsers(['user-0', 'user-1', 'nobody']);
    expect(gone).toMatchObject({ successCount: 3, failureCount: 0 });
    expect((await admin.listUsers()).users).toHaveLength(6);
  });

  test('claims reach the next token, and can be taken away', async () => {
    const { user } = await signInWithEmailAndPassword(service.sdk(), ADA, PASSWORD);
    await admin.setCustomUserClaims('ada', { operator: true, level: 3 });
    expect((await admin.verifyIdToken(await user.getIdToken(true))).operator).toBe(true);
    await admin.setCustomUserClaims('ada', null);
    expect((await admin.verifyIdToken(await user.getIdToken(true))).operator).toBeUndefined();
  });
});

describe('imports', () => {
  const options = (hash: object) => ({ hash }) as Parameters<Auth['importUsers']>[1];
  const key = Buffer.from('a key of the old system');
  const salt = Buffer.from('salted');
  const secret = 'carried over';

  // The example of https://github.com/firebase/scrypt, made by Firebase itself.
  const firebaseKey = Buffer.from(
    'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
    'base64',
  );
  const firebaseHash =
    'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==';

  test.each([
    [
      'HMAC_SHA256',
      { algorithm: 'HMAC_SHA256', key },
      createHmac('sha256', key)
        .update(Buffer.concat([salt, Buffer.from(secret)]))
        .digest(),
      salt,
      secret,
    ],
    [
      'PBKDF2_SHA256',
      { algorithm: 'PBKDF2_SHA256', rounds: 1000 },
      pbkdf2Sync(secret, salt, 1000, 32, 'sha256'),
      salt,
      secret,
    ],
    [
      'STANDARD_SCRYPT',
      {
        algorithm: 'STANDARD_SCRYPT',
        memoryCost: 1024,
        parallelization: 2,
        blockSize: 8,
        derivedKeyLength: 64,
      },
      scryptSync(secret, salt, 64, { N: 1024, r: 8, p: 2 }),
      salt,
      secret,
    ],
    [
      'SCRYPT as Firebase exports it',
      {
        algorithm: 'SCRYPT',
        key: firebaseKey,
        saltSeparator: Buffer.from('Bw==', 'base64'),
        rounds: 8,
        memoryCost: 14,
      },
      Buffer.from(firebaseHash, 'base64'),
      Buffer.from('42xEC+ixf3L2lw==', 'base64'),
      'user1password',
    ],
  ])(
    'a password hashed with %s signs in, and only that',
    async (_name, hash, passwordHash, passwordSalt, password) => {
      const user = { uid: 'old', email: 'old@example.com', passwordHash, passwordSalt };
      expect(await admin.importUsers([user], options(hash))).toMatchObject({
        successCount: 1,
        failureCount: 0,
      });
      expect(await codeOf(idTokenOf('old@example.com', 'not it'))).toBe('auth/wrong-password');
      await idTokenOf('old@example.com', password);
      // From now on the hash is ours.
      await idTokenOf('old@example.com', password);
      expect(await codeOf(idTokenOf('old@example.com', 'not it'))).toBe('auth/wrong-password');
    },
  );

  test('a faulty user keeps no other from being imported', async () => {
    const users: UserImportRecord[] = [
      { uid: 'one', email: 'one@example.com', customClaims: { level: 1 }, disabled: true },
      { uid: 'two', email: ADA },
      { uid: 'three', providerData: [{ uid: 'g-3', providerId: 'google.com', email: 'three@example.com' }] },
    ];
    const { successCount, errors } = await admin.importUsers(users);
    expect(successCount).toBe(2);
    expect(errors.map(({ index }) => index)).toEqual([1]);
    expect(await admin.getUser('one')).toMatchObject({ customClaims: { level: 1 }, disabled: true });
    expect((await admin.getUserByProviderUid('google.com', 'g-3')).uid).toBe('three');
  });

  test('a hash that cannot be checked here is refused rather than kept', async () => {
    const user = { uid: 'old', email: 'old@example.com', passwordHash: Buffer.from('x') };
    expect(await codeOf(admin.importUsers([user], options({ algorithm: 'BCRYPT' })))).toBeDefined();
    expect(await codeOf(admin.getUser('old'))).toBe('auth/user-not-found');
  });
});

describe('tokens', () => {
  test('a custom token signs in, with its claims', async () => {
    const custom = await admin.createCustomToken('robot', { level: 3 });
    const { user } = await signInWithCustomToken(service.sdk(), custom);
    expect(await admin.verifyIdToken(await user.getIdToken(), true)).toMatchObject({
      uid: 'robot',
      level: 3,
      firebase: { sign_in_provider: 'custom' },
    });
  });

  test('a session cookie lives as long as it was asked to, and ends when the user is signed out', async () => {
    const idToken = await idTokenOf(ADA);
    const cookie = await admin.createSessionCookie(idToken, { expiresIn: hours(1) });
    const claims = await admin.verifySessionCookie(cookie, true);
    expect([claims.uid, claims.exp - claims.iat]).toEqual(['ada', 3600]);
    expect(await codeOf(admin.verifyIdToken(cookie))).toBe('auth/argument-error');
    expect(await codeOf(admin.verifySessionCookie(idToken))).toBe('auth/argument-error');
    await expect(service.face.verifyIdToken(cookie)).rejects.toMatchObject({ code: 16 });
    for (const [expiresIn, expected] of [
      [minutes(4), 'auth/invalid-session-cookie-duration'],
      [hours(24 * 15), 'auth/invalid-session-cookie-duration'],
    ] as const) {
      expect(await codeOf(admin.createSessionCookie(idToken, { expiresIn }))).toBe(expected);
    }
    expect(await codeOf(admin.createSessionCookie('x.y.z', { expiresIn: hours(1) }))).toBe(
      'auth/invalid-id-token',
    );
    await service.admin('/accounts:update', {
      localId: 'ada',
      validSince: Math.floor(Date.now() / 1000) + 2,
    });
    expect(await codeOf(admin.verifySessionCookie(cookie, true))).toBe('auth/session-cookie-revoked');
    expect((await admin.verifySessionCookie(cookie)).uid).toBe('ada');
    expect(await codeOf(admin.createSessionCookie(idToken, { expiresIn: hours(1) }))).toBe(
      'auth/id-token-expired',
    );
  });

  test('revoked, disabled and deleted users are told where they are asked for', async () => {
    const [ada, grace, operator] = await Promise.all(
      [ADA, 'grace@example.com', 'operator@example.com'].map((email) => idTokenOf(email)),
    );
    await service.admin('/accounts:update', {
      localId: 'ada',
      validSince: Math.floor(Date.now() / 1000) + 2,
    });
    await admin.updateUser('grace', { disabled: true });
    await admin.deleteUser('operator');
    expect(await codeOf(admin.verifyIdToken(ada ?? '', true))).toBe('auth/id-token-revoked');
    expect(await codeOf(admin.verifyIdToken(grace ?? '', true))).toBe('auth/user-disabled');
    expect(await codeOf(admin.verifyIdToken(operator ?? '', true))).toBe('auth/user-not-found');
    expect((await admin.verifyIdToken(ada ?? '')).uid).toBe('ada');
    service.forward(seconds(2));
  });
});

describe('links', () => {
  const after = { url: 'http://localhost:5000/after' };
  test.each([
    ['PASSWORD_RESET', () => admin.generatePasswordResetLink(ADA, after)],
    ['VERIFY_EMAIL', () => admin.generateEmailVerificationLink(ADA, after)],
    [
      'EMAIL_SIGNIN',
      () => admin.generateSignInWithEmailLink('new@example.com', { ...after, handleCodeInApp: true }),
    ],
    ['VERIFY_AND_CHANGE_EMAIL', () => admin.generateVerifyAndChangeEmailLink(ADA, 'else@example.com', after)],
  ] as const)('%s leads to the page of this service', async (requestType, generate) => {
    const link = await generate();
    expect(link).toBe((await service.mailed(requestType)).oobLink);
    expect(link.startsWith(`${service.origin}/emulator/action?`)).toBe(true);
    expect(new URL(link).searchParams.get('continueUrl')).toBe(after.url);
  });
});

describe('the project', () => {
  test('its settings are read and changed; those that are not here are refused', async () => {
    const manager = admin.projectConfigManager();
    expect((await manager.getProjectConfig()).emailPrivacyConfig).toEqual({
      enableImprovedEmailPrivacy: false,
    });
    const privacy = { emailPrivacyConfig: { enableImprovedEmailPrivacy: true } };
    expect((await manager.updateProjectConfig(privacy)).emailPrivacyConfig).toEqual(
      privacy.emailPrivacyConfig,
    );
    expect(service.face.model.settings().improvedEmailPrivacy).toBe(true);
    const sms = { smsRegionConfig: { allowByDefault: { disallowedRegions: [] } } };
    expect(await codeOf(manager.updateProjectConfig(sms))).toBe('auth/operation-not-allowed');
  });

  test('tenants, own providers and second factors say that they are not here', async () => {
    for (const call of [
      () => admin.tenantManager().listTenants(),
      () => admin.tenantManager().createTenant({ displayName: 'x-tenant' }),
      () => admin.tenantManager().authForTenant('t').getUser('ada'),
      () => admin.getProviderConfig('oidc.x'),
      () =>
        admin.createUser({
          email: 'x@example.com',
          emailVerified: true,
          multiFactor: { enrolledFactors: [{ phoneNumber: '+16505550001', factorId: 'phone' }] },
        }),
    ]) {
      expect(await codeOf(call())).toBe('auth/operation-not-allowed');
    }
  });
});

describe('in emulator mode', () => {
  test('accounts can be managed; tokens are not taken, as they are signed and this mode expects none that is', async () => {
    vi.stubEnv('FIREBASE_AUTH_EMULATOR_HOST', `127.0.0.1:${service.face.port}`);
    const app = initializeApp({ projectId: PROJECT }, 'emulator');
    try {
      const emulated = getAuth(app);
      const { uid } = await emulated.createUser({ email: 'seed@example.com', password: 'long enough' });
      await emulated.setCustomUserClaims(uid, { operator: true });
      expect((await emulated.getUserByEmail('seed@example.com')).customClaims).toEqual({ operator: true });
      const custom = await emulated.createCustomToken('robot');
      const { user } = await signInWithCustomToken(service.sdk(), custom);
      expect(user.uid).toBe('robot');
      expect(await codeOf(emulated.verifyIdToken(await user.getIdToken()))).toBe('auth/argument-error');
    } finally {
      vi.unstubAllEnvs();
      await deleteApp(app);
    }
  });
});
