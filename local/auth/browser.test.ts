/** The web SDK in a real browser with no internet: pop-ups and redirects through the account chooser, and what hostile names do to it. */
import { createServer } from 'node:http';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { seconds } from '../../shared/units.ts';
import { CHROMIUM_MISSING, findChromium } from '../../test/browser/chromium.ts';
import { listen } from '../http.ts';
import type { Face } from '../service.ts';
import { type AnAuth, anAuth, PASSWORD } from './an-auth.ts';

const executablePath = findChromium();
if (!executablePath) console.warn(`pop-ups and redirects: ${CHROMIUM_MISSING}`);

/** A page that hands the whole SDK to the test, set up as an app does it. */
const PAGE_SCRIPT = `
import { initializeApp } from 'firebase/app';
import * as sdk from 'firebase/auth';
const { port } = document.body.dataset;
const app = initializeApp({ apiKey: 'local', authDomain: 'localhost', projectId: 'hub-test' });
const auth = sdk.getAuth(app);
sdk.connectAuthEmulator(auth, 'http://127.0.0.1:' + port, { disableWarnings: true });
const shown = ({ user, operationType }) => ({
  uid: user.uid, email: user.email, name: user.displayName, verified: user.emailVerified, operationType,
  providers: user.providerData.map((info) => info.providerId).sort(),
});
/** What a call gave, or the code of its error and the address of the credential to link later. */
const told = (call) => call.then(
  (result) => result && shown(result),
  (error) => ({ code: error.code, email: error.customData?.email, error }),
);
globalThis.app = { sdk, auth, told };
`;

interface Told {
  uid?: string;
  email?: string;
  name?: string;
  verified?: boolean;
  operationType?: string;
  providers?: string[];
  code?: string;
}

/** Bundled once, as `vite build` does it for an app, and not written anywhere. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? '\0page' : undefined),
        load: (id) => (id === '\0page' ? PAGE_SCRIPT : undefined),
      },
    ],
    build: { write: false, minify: false, target: 'esnext', rolldownOptions: { input: 'page' } },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunks = outputs.flatMap((one) => ('output' in one ? one.output : []));
  const code = chunks.find((chunk) => chunk.type === 'chunk')?.code;
  if (code === undefined) throw new Error('nothing was bundled');
  return code;
}

describe.skipIf(!executablePath)('in a browser', () => {
  let browser: Browser;
  let script: string;
  beforeAll(async () => {
    script = await bundle();
    // Chromium's sandbox refuses to run as root.
    const chromiumSandbox = process.getuid?.() !== 0;
    browser = await chromium.launch({ ...(executablePath && { executablePath }), chromiumSandbox });
  });
  afterAll(async () => {
    await browser?.close();
  });

  let service: AnAuth;
  let web: Face;
  let context: BrowserContext;
  let page: Page;
  let asked: string[];
  beforeEach(async () => {
    service = await anAuth();
    const server = createServer((request, response) => {
      response.setHeader('content-type', request.url === '/out.js' ? 'text/javascript' : 'text/html');
      if (request.url === '/out.js') response.end(script);
      else {
        const gapi = request.url?.startsWith('/plain')
          ? ''
          : `<script src="${service.origin}/emulator/auth/gapi.js"></script>`;
        response.end(
          `<!doctype html><title>App</title><body data-port="${service.face.port}">${gapi}<script type="module" src="/out.js"></script>`,
        );
      }
    });
    web = await listen(server, 0);
    context = await browser.newContext();
    asked = [];
    // There is no internet: whatever is not on this machine fails at once, and is noted.
    await context.route(
      (url) => !['127.0.0.1', 'localhost'].includes(url.hostname),
      (route) => {
        asked.push(route.request().url());
        return route.abort();
      },
    );
    page = await context.newPage();
    await page.goto(`http://127.0.0.1:${web.port}/`);
  });
  afterEach(async () => {
    await context.close();
    await web.close();
    await service.close();
  });

  /** Runs in the page; `sdk`, `auth` and `told` are there. */
  const run = <T = Told>(expression: string): Promise<T> =>
    page.evaluate(
      `(async () => { const { sdk, auth, told } = globalThis.app; return ${expression}; })()`,
    ) as Promise<T>;

  /** Starts a call that opens a pop-up, and lets `choose` act in it. */
  async function inPopup(expression: string, choose: (popup: Page) => Promise<void>): Promise<Told> {
    const opening = context.waitForEvent('page');
    const result = run(expression);
    const popup = await opening;
    // Its buttons are there before its script is, and would do nothing yet.
    await popup.waitForLoadState();
    await choose(popup);
    return result;
  }

  const google = 'new sdk.GoogleAuthProvider()';
  const github = 'new sdk.GithubAuthProvider()';
  const addAccount = (email: string, name: string) => async (popup: Page) => {
    await popup.getByLabel('E-mail address').fill(email);
    await popup.getByLabel('Name').fill(name);
    await popup.getByRole('button', { name: 'Sign in' }).click();
  };

  test('a new account of Google signs in by pop-up, and is offered the next time', async () => {
    const first = await inPopup(
      `told(sdk.signInWithPopup(auth, ${google}))`,
      addAccount('lin@example.com', 'Lin'),
    );
    expect(first).toMatchObject({
      email: 'lin@example.com',
      name: 'Lin',
      verified: true,
      operationType: 'signIn',
    });
    await run('auth.signOut()');
    const second = await inPopup(`told(sdk.signInWithPopup(auth, ${google}))`, async (popup) => {
      await popup.getByRole('button', { name: /^Lin/ }).click();
    });
    expect(second.uid).toBe(first.uid);
    expect(asked).toEqual([]);
  });

  test('who is known here by e-mail is the same person at Google; the keyboard is enough', async () => {
    const ada = await inPopup(`told(sdk.signInWithPopup(auth, ${google}))`, async (popup) => {
      await popup.getByRole('button', { name: /ada@example\.com/ }).focus();
      await popup.keyboard.press('Enter');
    });
    expect(ada).toMatchObject({ uid: 'ada', providers: ['google.com', 'password'] });
  });

  test('an account can be made up', async () => {
    const made = await inPopup(`told(sdk.signInWithPopup(auth, ${google}))`, async (popup) => {
      await popup.getByRole('button', { name: 'Make one up' }).click();
      await popup.getByRole('button', { name: 'Sign in' }).click();
    });
    expect(made.email).toMatch(/@example\.com$/);
  });

  test('providers are linked by pop-up, and show again who one is', async () => {
    await run(`told(sdk.signInWithEmailAndPassword(auth, 'ada@example.com', '${PASSWORD}'))`);
    const linked = await inPopup(
      `told(sdk.linkWithPopup(auth.currentUser, ${github}))`,
      addAccount('ada@github.example', 'Ada'),
    );
    expect(linked).toMatchObject({
      uid: 'ada',
      operationType: 'link',
      providers: ['github.com', 'password'],
    });
    const same = await inPopup(
      `told(sdk.reauthenticateWithPopup(auth.currentUser, ${github}))`,
      async (popup) => {
        await popup.getByRole('button', { name: /^Ada.*ada@github/s }).click();
      },
    );
    expect(same).toMatchObject({ uid: 'ada', operationType: 'reauthenticate' });
    const other = await inPopup(
      `told(sdk.reauthenticateWithPopup(auth.currentUser, ${github}))`,
      addAccount('eve@example.com', 'Eve'),
    );
    expect(other.code).toBe('auth/user-mismatch');
  });

  test('GitHub does not prove an address that an account has; its credential is linked after the password', async () => {
    const refused = await inPopup(
      `told(sdk.signInWithPopup(auth, ${github})).then((it) => { globalThis.refused = it.error; return it; })`,
      addAccount('ada@example.com', 'Ada'),
    );
    expect(refused).toMatchObject({
      code: 'auth/account-exists-with-different-credential',
      email: 'ada@example.com',
    });
    await run(`told(sdk.signInWithEmailAndPassword(auth, 'ada@example.com', '${PASSWORD}'))`);
    const credential = 'sdk.GithubAuthProvider.credentialFromError(globalThis.refused)';
    const linked = await run(`told(sdk.linkWithCredential(auth.currentUser, ${credential}))`);
    expect(linked).toMatchObject({ uid: 'ada', providers: ['github.com', 'password'] });
  });

  test('an account that another user has is not linked, but can be signed in with', async () => {
    const lin = await inPopup(
      `told(sdk.signInWithPopup(auth, ${google}))`,
      addAccount('lin@example.com', 'Lin'),
    );
    await run(`told(sdk.signInWithEmailAndPassword(auth, 'ada@example.com', '${PASSWORD}'))`);
    const refused = await inPopup(
      `told(sdk.linkWithPopup(auth.currentUser, ${google})).then((it) => { globalThis.refused = it.error; return it; })`,
      async (popup) => popup.getByRole('button', { name: /^Lin/ }).click(),
    );
    expect(refused.code).toBe('auth/credential-already-in-use');
    const credential = 'sdk.GoogleAuthProvider.credentialFromError(globalThis.refused)';
    expect((await run(`told(sdk.signInWithCredential(auth, ${credential}))`)).uid).toBe(lin.uid);
  });

  test('a closed pop-up is told', async () => {
    await page.clock.install();
    const result = await inPopup(`told(sdk.signInWithPopup(auth, ${google}))`, async (popup) => {
      await popup.close();
      // The SDK looks every two seconds, and then waits eight for a sign-in that may be under way.
      await page.clock.runFor(seconds(30));
    });
    expect(result.code).toBe('auth/popup-closed-by-user');
  });

  test.each([
    ['signInWithRedirect', `sdk.signInWithRedirect(auth, ${google})`, 'signIn'],
    ['linkWithRedirect', `sdk.linkWithRedirect(auth.currentUser, ${google})`, 'link'],
  ])('%s goes to the chooser and comes back', async (_name, call, operationType) => {
    if (operationType === 'link') {
      await run(`told(sdk.signInWithEmailAndPassword(auth, 'ada@example.com', '${PASSWORD}'))`);
    }
    page.evaluate(`(() => { const { sdk, auth } = globalThis.app; ${call}; })()`).catch(() => undefined);
    await page.waitForURL(/emulator\/auth\/handler/);
    await addAccount('lin@example.com', 'Lin')(page);
    await page.waitForURL(`http://127.0.0.1:${web.port}/`);
    const result = await run('told(sdk.getRedirectResult(auth))');
    expect(result).toMatchObject({ operationType });
    expect(result.providers).toContain('google.com');
    await page.reload();
    expect(await run('sdk.getRedirectResult(auth)')).toBeNull();
    expect(await run<string>('auth.authStateReady().then(() => auth.currentUser.uid)')).toBe(result.uid);
    expect(asked).toEqual([]);
  });

  test('a page without gapi.js asks Google for it, and says so when there is no internet', async () => {
    await page.goto(`http://127.0.0.1:${web.port}/plain`);
    const result = await run(`told(sdk.signInWithPopup(auth, ${google}))`);
    expect(result.code).toBe('auth/internal-error');
    expect(asked).toEqual([expect.stringMatching(/^https:\/\/apis\.google\.com\/js\/api\.js/)]);
  });

  test('a page without it works where the address of Google’s file leads to ours', async () => {
    const ours = await (await fetch(`${service.origin}/emulator/auth/gapi.js`)).text();
    await context.route('https://apis.google.com/js/api.js*', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: ours }),
    );
    await page.goto(`http://127.0.0.1:${web.port}/plain`);
    const result = await inPopup(
      `told(sdk.signInWithPopup(auth, ${google}))`,
      addAccount('lin@example.com', 'Lin'),
    );
    expect(result.email).toBe('lin@example.com');
  });

  test('hostile names and addresses are shown as what they are', async () => {
    const hostile = `<img src=x onerror="window.harmed=1">"'><script>window.harmed=1</script>`;
    const claims = { sub: hostile, email: '"><script>window.harmed=1</script>@x.example', name: hostile };
    const postBody = new URLSearchParams({ providerId: 'google.com', id_token: JSON.stringify(claims) });
    await service.client('signInWithIdp', { requestUri: 'http://localhost', postBody: postBody.toString() });
    const { user } = await inPopup(`told(sdk.signInWithPopup(auth, ${google}))`, async (popup) => {
      await expect.poll(() => popup.getByText(hostile, { exact: true }).count()).toBe(1);
      expect(await popup.evaluate('window.harmed')).toBeUndefined();
      expect(await popup.locator('img, script:not([src])').count()).toBe(0);
      await popup.getByText(hostile, { exact: true }).click();
    }).then(({ name, ...rest }) => ({ user: { name, ...rest } }));
    expect(user.name).toBe(hostile);
  });

  test('parameters become no markup either, and a sign-in returns to no strange page', async () => {
    const query = (changes: Record<string, string>): string =>
      `${service.origin}/emulator/auth/handler?${new URLSearchParams({ apiKey: 'k', appName: 'a', authType: 'signInViaRedirect', providerId: 'google.com', redirectUrl: 'http://localhost/', ...changes })}`;
    const hostile = `"><script>window.harmed=1</script>`;
    for (const changes of [
      { providerId: hostile },
      { redirectUrl: hostile },
      { appName: hostile },
      { authType: hostile },
    ]) {
      await page.goto(query(changes));
      expect(await page.evaluate('window.harmed')).toBeUndefined();
    }
    for (const redirectUrl of [
      'https://evil.example/',
      'javascript:alert(1)',
      '//evil.example',
      'http://localhost@evil.example/',
    ]) {
      const answer = await page.goto(query({ redirectUrl }));
      expect(answer?.status()).toBe(400);
      expect(await page.locator('script').count()).toBe(0);
    }
    const framed = await fetch(`${service.origin}/emulator/auth/iframe?apiKey=k&appName=a&gapi=local`);
    expect(framed.headers.get('content-security-policy')).toContain('frame-ancestors http://localhost:*');
  });

  test('a new password is set on the page of its link, which goes on to the app', async () => {
    await run(`sdk.sendPasswordResetEmail(auth, 'ada@example.com', { url: location.href })`);
    await page.goto((await service.mailed('PASSWORD_RESET')).oobLink);
    await page.getByLabel('New password').fill('brand new');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(`http://127.0.0.1:${web.port}/`);
    expect(
      await run(`told(sdk.signInWithEmailAndPassword(auth, 'ada@example.com', 'brand new'))`),
    ).toMatchObject({
      uid: 'ada',
    });
  });
});
