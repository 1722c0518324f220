/** Mailed codes by the web SDK and by the pages that their links open. Nothing is mailed: the list of codes stands for the mailbox. */
import {
  ActionCodeURL,
  applyActionCode,
  checkActionCode,
  confirmPasswordReset,
  EmailAuthProvider,
  isSignInWithEmailLink,
  linkWithCredential,
  sendEmailVerification,
  sendPasswordResetEmail,
  sendSignInLinkToEmail,
  signInAnonymously,
  signInWithEmailAndPassword,
  signInWithEmailLink,
  type User,
  updateEmail,
  verifyBeforeUpdateEmail,
  verifyPasswordResetCode,
} from 'firebase/auth';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../functions/log.ts';
import { hours, seconds } from '../../shared/units.ts';
import { memoryStore } from '../store.ts';
import { type AnAuth, anAuth, codeOf, PASSWORD } from './an-auth.ts';

const ADA = 'ada@example.com';
const PAGE = 'http://localhost:5000/after?tab=1';

let service: AnAuth;
let logged: string[];
beforeEach(async () => {
  logged = [];
  const log = createLog((_severity, event, fields) => logged.push(`${event} ${fields.detail}`));
  service = await anAuth(memoryStore(), { log });
});
afterEach(() => service.close());

const signInAda = async (): Promise<User> =>
  (await signInWithEmailAndPassword(service.sdk(), ADA, PASSWORD)).user;

/** Follows a link as a browser (or, without HTML, a test) does, one step. */
const open = (link: string, init: RequestInit = {}, accept = 'text/html'): Promise<Response> =>
  fetch(link, { redirect: 'manual', ...init, headers: { accept } });

describe('by the SDK', () => {
  test('a link signs in whoever reads the mail, with the address it was sent to', async () => {
    const auth = service.sdk();
    await sendSignInLinkToEmail(auth, 'New@example.com', { url: PAGE, handleCodeInApp: true });
    const { oobLink } = await service.mailed('EMAIL_SIGNIN');
    const { headers, status } = await open(oobLink);
    const arrived = headers.get('location') ?? '';
    expect(status).toBe(303);
    expect(arrived).toMatch(/^http:\/\/localhost:5000\/after\?tab=1&/);
    expect(isSignInWithEmailLink(auth, arrived)).toBe(true);
    expect(isSignInWithEmailLink(auth, PAGE)).toBe(false);
    expect(await codeOf(signInWithEmailLink(auth, ADA, arrived))).toBe('auth/invalid-email');
    const { user } = await signInWithEmailLink(auth, 'new@example.com', arrived);
    expect(user).toMatchObject({ email: 'new@example.com', emailVerified: true });
    expect(user.providerData.map(({ providerId }) => providerId)).toEqual(['password']);
    expect(await codeOf(signInWithEmailLink(auth, 'new@example.com', arrived))).toBe(
      'auth/invalid-action-code',
    );
  });

  test('an anonymous user takes an address by link', async () => {
    const auth = service.sdk();
    const { user } = await signInAnonymously(auth);
    await sendSignInLinkToEmail(auth, 'new@example.com', { url: PAGE, handleCodeInApp: true });
    const link = (await open((await service.mailed('EMAIL_SIGNIN')).oobLink)).headers.get('location') ?? '';
    await linkWithCredential(user, EmailAuthProvider.credentialWithLink('new@example.com', link));
    expect(user).toMatchObject({ email: 'new@example.com', isAnonymous: false });
  });

  test('a link removes the password that nobody had proved to be of the same person', async () => {
    const auth = service.sdk();
    const stranger = await service.client('signUp', { email: 'mine@example.com', password: 'squatting' });
    await sendSignInLinkToEmail(auth, 'mine@example.com', { url: PAGE, handleCodeInApp: true });
    const link = (await open((await service.mailed('EMAIL_SIGNIN')).oobLink)).headers.get('location') ?? '';
    expect((await signInWithEmailLink(auth, 'mine@example.com', link)).user.uid).toBe(stranger.body.localId);
    const squatter = signInWithEmailAndPassword(service.sdk(), 'mine@example.com', 'squatting');
    expect(await codeOf(squatter)).toBe('auth/wrong-password');
    expect((await service.refresh(stranger.body.refreshToken)).body.error.message).toBe('TOKEN_EXPIRED');
  });

  test('an address is verified', async () => {
    const auth = service.sdk();
    await service.admin('/accounts:update', { localId: 'ada', emailVerified: false });
    const { user } = await signInWithEmailAndPassword(auth, ADA, PASSWORD);
    expect(user.emailVerified).toBe(false);
    await sendEmailVerification(user, { url: PAGE });
    const { oobCode, oobLink } = await service.mailed('VERIFY_EMAIL');
    expect(ActionCodeURL.parseLink(oobLink)).toMatchObject({
      operation: 'VERIFY_EMAIL',
      code: oobCode,
      continueUrl: PAGE,
    });
    expect(await checkActionCode(auth, oobCode)).toMatchObject({
      operation: 'VERIFY_EMAIL',
      data: { email: ADA },
    });
    await applyActionCode(auth, oobCode);
    await user.reload();
    expect(user.emailVerified).toBe(true);
    expect(await codeOf(applyActionCode(auth, oobCode))).toBe('auth/invalid-action-code');
  });

  test('a forgotten password is set anew, and all sign-ins end', async () => {
    const auth = service.sdk();
    const before = await signInAda();
    service.forward(seconds(2));
    await sendPasswordResetEmail(auth, ADA);
    const { oobCode } = await service.mailed('PASSWORD_RESET');
    expect(await verifyPasswordResetCode(auth, oobCode)).toBe(ADA);
    expect(await codeOf(confirmPasswordReset(auth, oobCode, 'short'))).toBe('auth/weak-password');
    await confirmPasswordReset(auth, oobCode, 'brand new');
    expect(await codeOf(confirmPasswordReset(auth, oobCode, 'brand new'))).toBe('auth/invalid-action-code');
    expect(await codeOf(before.getIdToken(true))).toBe('auth/user-token-expired');
    await signInWithEmailAndPassword(auth, ADA, 'brand new');
  });

  test('an address is changed once its new owner proved it, and given back to the old one', async () => {
    const auth = service.sdk();
    const ada = await signInAda();
    expect(await codeOf(verifyBeforeUpdateEmail(ada, 'grace@example.com'))).toBe('auth/email-already-in-use');
    await verifyBeforeUpdateEmail(ada, 'countess@example.com');
    const change = await service.mailed('VERIFY_AND_CHANGE_EMAIL');
    expect(await checkActionCode(auth, change.oobCode)).toMatchObject({
      data: { email: 'countess@example.com', previousEmail: ADA },
    });
    await applyActionCode(auth, change.oobCode);
    const again = (await signInWithEmailAndPassword(auth, 'countess@example.com', PASSWORD)).user;
    expect(again).toMatchObject({ uid: 'ada', emailVerified: true });

    await updateEmail(again, 'thief@example.com');
    const { oobCode } = await service.mailed('RECOVER_EMAIL');
    expect(await checkActionCode(auth, oobCode)).toMatchObject({
      operation: 'RECOVER_EMAIL',
      data: { email: 'countess@example.com', previousEmail: 'thief@example.com' },
    });
    service.forward(seconds(2));
    await applyActionCode(auth, oobCode);
    expect(await codeOf(again.reload())).toBe('auth/user-token-expired');
    await signInWithEmailAndPassword(auth, 'countess@example.com', PASSWORD);
  });

  test('codes grow old, and none is sent to nobody or to a page elsewhere', async () => {
    const auth = service.sdk();
    expect(await codeOf(sendPasswordResetEmail(auth, 'nobody@example.com'))).toBe('auth/user-not-found');
    await sendPasswordResetEmail(auth, ADA);
    const { oobCode } = await service.mailed('PASSWORD_RESET');
    service.forward(hours(1));
    expect(await codeOf(verifyPasswordResetCode(auth, oobCode))).toBe('auth/expired-action-code');
    for (const [url, code] of [
      ['https://evil.example/', 'auth/unauthorized-continue-uri'],
      ['http://localhost.evil.example/', 'auth/unauthorized-continue-uri'],
      ['javascript:alert(1)', 'auth/invalid-continue-uri'],
    ] as const) {
      expect(await codeOf(sendPasswordResetEmail(auth, ADA, { url }))).toBe(code);
    }
    await service.configure({ emailPrivacyConfig: { enableImprovedEmailPrivacy: true } });
    await sendPasswordResetEmail(auth, 'nobody@example.com');
    expect((await service.mailed('PASSWORD_RESET')).email).toBe(ADA);
  });
});

describe('by the page of the link', () => {
  const resetLink = async (url?: string): Promise<string> => {
    await sendPasswordResetEmail(service.sdk(), ADA, url ? { url } : undefined);
    return (await service.mailed('PASSWORD_RESET')).oobLink;
  };

  test('a password is asked for and set', async () => {
    const link = await resetLink();
    const asked = await open(link);
    expect(asked.status).toBe(200);
    expect(await asked.text()).toContain('name="newPassword"');
    const form = (newPassword: string): RequestInit => ({
      method: 'POST',
      body: new URLSearchParams({ newPassword }),
    });
    const weak = await open(link, form('short'));
    expect([weak.status, await weak.text()]).toEqual([400, expect.stringContaining('six characters')]);
    const done = await open(link, form('brand new'));
    expect(await done.text()).toContain('Password changed');
    await signInWithEmailAndPassword(service.sdk(), ADA, 'brand new');
    expect((await open(link)).status).toBe(400);
  });

  test('a test sets it by the address alone and is answered in JSON', async () => {
    const link = await resetLink();
    const asked = await open(link, {}, '*/*');
    expect([asked.status, await asked.json()]).toEqual([
      400,
      { authEmulator: expect.objectContaining({ error: 'missing newPassword query parameter' }) },
    ]);
    const done = await open(`${link}&newPassword=brand%20new`, {}, '*/*');
    expect(await done.json()).toEqual({ authEmulator: { success: expect.any(String), email: ADA } });
    await signInWithEmailAndPassword(service.sdk(), ADA, 'brand new');
  });

  test('it goes on to the page that was asked for, if it is one of the project’s', async () => {
    const to = async (link: string) => (await open(`${link}&newPassword=brand-new`)).headers.get('location');
    expect(await to(await resetLink(PAGE))).toBe(PAGE);
    const link = await resetLink();
    expect(await to(`${link}&continueUrl=${encodeURIComponent('https://evil.example/')}`)).toBeNull();
    await service.client('sendOobCode', { requestType: 'EMAIL_SIGNIN', email: ADA, continueUrl: PAGE });
    const signIn = new URL((await service.mailed('EMAIL_SIGNIN')).oobLink);
    signIn.searchParams.set('continueUrl', 'https://evil.example/');
    expect((await open(signIn.href)).status).toBe(400);
  });

  test.each(['verifyEmail', 'verifyAndChangeEmail', 'recoverEmail'])('%s is carried out', async (mode) => {
    const ada = await signInAda();
    if (mode === 'verifyEmail') await sendEmailVerification(ada);
    else if (mode === 'recoverEmail') await updateEmail(ada, 'else@example.com');
    else await verifyBeforeUpdateEmail(ada, 'else@example.com');
    const { body } = await service.send('/emulator/v1/projects/hub-test/oobCodes');
    expect(body.oobCodes).toHaveLength(1);
    const link: string = body.oobCodes[0].oobLink;
    expect(new URL(link).searchParams.get('mode')).toBe(mode);
    expect(await (await open(link)).text()).toMatch(/Address (verified|changed|restored)/);
    expect((await open(link)).status).toBe(400);
    const email = mode === 'verifyAndChangeEmail' ? 'else@example.com' : ADA;
    expect((await service.admin('/accounts:lookup', { email: [email] })).body.users[0].localId).toBe('ada');
  });

  test('what is no link is refused, and nothing of it becomes markup', async () => {
    const hostile = '"><script>alert(1)</script>';
    for (const path of [
      '/emulator/action',
      '/emulator/action?mode=resetPassword&oobCode=none',
      `/emulator/action?mode=${encodeURIComponent(hostile)}&oobCode=${encodeURIComponent(hostile)}`,
    ]) {
      const answer = await open(service.origin + path);
      expect(answer.status).toBe(400);
      expect(await answer.text()).not.toContain('<script>alert');
    }
    const link = await resetLink();
    const asked = await open(`${link}&lang=${encodeURIComponent(hostile)}`);
    expect(await asked.text()).not.toContain('<script>alert');
    expect(asked.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('the link stands in the log once, and no password or address does', async () => {
    const link = await resetLink(PAGE);
    await open(`${link}&newPassword=very-secret`);
    const mails = logged.filter((line) => line.startsWith('auth.mail'));
    expect(mails).toHaveLength(1);
    const shown = /http:\S+/.exec(mails[0] ?? '')?.[0] ?? '';
    expect(new URL(shown).searchParams.get('oobCode')).toBe(new URL(link).searchParams.get('oobCode'));
    expect(logged.join()).not.toMatch(/very-secret|ada@/);
  });

  test('the link of the log works as the mailed one does', async () => {
    await sendSignInLinkToEmail(service.sdk(), ADA, { url: PAGE, handleCodeInApp: true });
    const shown = /http:\S+/.exec(logged[0] ?? '')?.[0] ?? '';
    const arrived = (await open(shown)).headers.get('location') ?? '';
    expect(arrived).toMatch(/^http:\/\/localhost:5000\/after/);
    expect((await signInWithEmailLink(service.sdk(), ADA, arrived)).user.uid).toBe('ada');
  });
});
