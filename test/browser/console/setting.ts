/**
 * What every test of the console begins with: one Hub and one Chromium for the file, and for each who looks a browser of their own.
 * A test fails too if a page of it broke (an error nobody caught, or something that the Content-Security-Policy refused), or if Hub met a bug.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type Cluster, clusterPath, type Role } from '../../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../../shared/documents/fields.ts';
import { ledgerPath } from '../../../shared/documents/ledger.ts';
import { TOPICS } from '../../../shared/messages.ts';
import { aHub, type Driver } from '../../journeys/hub.ts';
import { watchForBugs } from '../bugs.ts';
import { CHROMIUM_MISSING, findChromium } from '../chromium.ts';

/** Cloud time per real time. Slower than journeys without a browser: what the installer may take must be more than a full machine takes. */
export const SPEED = 200;
export const PASSWORD = 'hub-local';
const BUILT = fileURLToPath(new URL('../../../web/dist/index.html', import.meta.url));
/** A state may take the cloud some seconds, and the machine is shared. */
const PATIENCE_MS = 60_000;

interface Console {
  readonly driver: Driver;
  /** Somebody new, who can sign in and has no cluster: `name@example.com`, uid `name`. */
  newcomer(name: string): Promise<string>;
  /** A browser of its own, on the console's page of this path. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>;
  /** The same, signed in. */
  openAs(email: string, path?: string, options?: BrowserContextOptions): Promise<Page>;
  /**
   * Clusters as Hub leaves them, of which the cloud has nothing: what happens to them is what the test writes, for Hub does
   * not look by itself whether what is ready still stands. What a step does to a cluster needs a real one.
   */
  store(...clusters: Cluster[]): Promise<void>;
  /**
   * A real cluster, ready.
   * @param members uids of people that there are; who is named first has made it, and pays for it
   * @returns its id
   */
  make(name: string, members: Readonly<Record<string, Role>>): Promise<string>;
}

/** Tests that are skipped, with a word why, where there is no Chromium. */
export function describeConsole(name: string, define: (setting: Console) => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined) process.stderr.write(`${name}: ${CHROMIUM_MISSING}\n`);
  describe.skipIf(executablePath === undefined)(
    executablePath ? name : `${name} (${CHROMIUM_MISSING})`,
    () => {
      let driver: Driver;
      let browser: Browser;
      let contexts: BrowserContext[] = [];
      let faults: string[] = [];
      const bugs = watchForBugs();
      beforeAll(async () => {
        if (!existsSync(BUILT)) throw new Error('the console is not built: npm run build');
        // Chromium's sandbox refuses to run as root.
        const chromiumSandbox = process.getuid?.() !== 0;
        [driver, browser] = await Promise.all([
          aHub({ spares: 0, speed: SPEED }, {}, bugs.heard),
          chromium.launch({ executablePath: executablePath ?? '', chromiumSandbox }),
        ]);
        stopLooks(driver);
      });
      afterAll(async () => {
        await browser?.close();
        await driver?.close();
      });
      afterEach(async ({ task }) => {
        if (task.result?.state === 'fail') for (const context of contexts) await tellAbout(context);
        await Promise.all(contexts.map(leave));
        const told = [...faults, ...bugs.taken()];
        [contexts, faults] = [[], []];
        expect(told).toEqual([]);
      });

      const open: Console['open'] = async (path = '/', options = {}) => {
        // What moves is in between two looks; nothing here is about how it moves.
        const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
        contexts.push(context);
        context.setDefaultTimeout(PATIENCE_MS);
        context.on('page', (page) => watchFaults(page, faults));
        const page = await context.newPage();
        await page.goto(`${driver.hub.url}${path}`);
        return page;
      };
      define({
        get driver() {
          return driver;
        },
        newcomer: (uid) => addAccount(driver, uid),
        open,
        async openAs(email, path, options) {
          const page = await open(path, options);
          await signIn(page, email);
          return page;
        },
        store: (...clusters) => store(driver, clusters),
        make: (name, members) => make(driver, name, members),
      });
    },
  );
}

/** The pages of a pop-up are not the console's, and are watched all the same. */
function watchFaults(page: Page, faults: string[]): void {
  // Rejections that nobody handled are among them.
  page.on('pageerror', ({ message, stack = message }) => {
    if (!(message.includes('auth/internal-error') && OF_POP_UPS.test(stack))) faults.push(stack);
  });
  page.on('console', (message) => {
    const text = message.text();
    if (/Content.Security.Policy/i.test(text) && !PROBE.test(text)) faults.push(text);
  });
}

/** The SDK throws once its frame has said what it can, whatever it said: `_isIframeWebStorageSupported` in its popup_redirect.ts. */
const OF_POP_UPS = /\/emulator\/auth\/gapi\.js/;

/** By which Firestore's web channel would see whether there is a network once a request has failed. To be refused is an answer too. */
const PROBE = /https:\/\/www\.google\.com\/images\/cleardot\.gif/;

/** For whoever looks for the fault. */
async function tellAbout(context: BrowserContext): Promise<void> {
  for (const page of context.pages()) {
    const text = await page
      .locator('body')
      .innerText({ timeout: 1000 })
      .catch(() => 'it does not answer');
    process.stderr.write(`a page of the failed test, ${page.url()}:\n${text.replaceAll(/^/gm, '  | ')}\n`);
  }
}

/** A request may still be held up by the test, or under way to Hub, when all has been seen. */
async function leave(context: BrowserContext): Promise<void> {
  const pages = context.pages();
  await Promise.all(pages.map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })));
  await context.close();
}

async function addAccount({ hub }: Driver, uid: string): Promise<string> {
  const email = `${uid}@example.com`;
  const url = `http://${hub.addresses.auth}/identitytoolkit.googleapis.com/v1/projects/${hub.cloud.projectId}/accounts`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: 'Bearer owner', 'content-type': 'application/json' },
    body: JSON.stringify({ localId: uid, email, password: PASSWORD, emailVerified: true }),
  });
  if (!answer.ok) throw new Error(`${email} cannot be added: ${await answer.text()}`);
  return email;
}

/** Before anything is stored: a look that was under way would find that nothing of it is there, and each page would say so. */
function stopLooks({ hub }: Driver): void {
  const { scheduler } = hub.cloud;
  for (const { name, state } of scheduler.model.jobs())
    if (name.endsWith(`/${TOPICS.drift}`) && state === 'ENABLED') scheduler.model.pauseJob(name);
}

async function store({ firestore }: Driver, clusters: readonly Cluster[]): Promise<void> {
  const batch = firestore.batch();
  for (const { id, ...data } of clusters) {
    // Whoever waits for room has no place in the cloud yet; all others had one once.
    const location = data.state === 'queued' ? undefined : `${data.spec.region}-b`;
    batch.set(firestore.doc(clusterPath(id)), { ...(location && { location }), ...data });
    batch.set(firestore.doc(ledgerPath(id)), { schema: DOCUMENT_SCHEMA, entries: {} });
  }
  await batch.commit();
}

async function make(driver: Driver, name: string, members: Readonly<Record<string, Role>>): Promise<string> {
  const emailOf = (uid: string): string => `${uid}@example.com`;
  const [owner = '', ...others] = Object.keys(members);
  const host = await driver.person(emailOf(owner));
  const { body } = await host('POST', '/v1/clusters', { name, product: 'hello' });
  await driver.until(body.id, 'ready');
  for (const uid of others) {
    const path = `/v1/clusters/${body.id}/members/${emailOf(uid)}`;
    expect((await host('PUT', path, { role: members[uid] })).status).toBe(202);
    // Whoever is invited becomes a member by coming.
    const guest = await driver.person(emailOf(uid));
    expect((await guest('GET', '/v1/clusters')).status).toBe(200);
  }
  const isWhole = ({ state, members: there }: Cluster): boolean =>
    state === 'ready' && Object.keys(there).length === others.length + 1;
  await driver.until(body.id, isWhole);
  return body.id;
}

export async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await accountMenu(page).waitFor();
}

export const accountMenu = (page: Page): Locator => page.getByRole('button', { name: /^Account of / });

/** From wherever one is, to the dialog, once it says what is to be said before the button is pressed. */
export async function openCreateDialog(page: Page): Promise<Locator> {
  await page.getByRole('link', { name: 'Hub, your clusters' }).click();
  await page.getByRole('button', { name: 'Create cluster' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('[role=status]:not([aria-busy=true])').filter({ hasText: 'per hour' }).waitFor();
  return dialog;
}

export const createButton = (dialog: Locator): Locator => dialog.getByRole('button', { name: /^Create/ });

/** By the dialog, as a person does it; ends on the cluster's page. @returns its id */
export async function create(page: Page, name: string): Promise<string> {
  const dialog = await openCreateDialog(page);
  await dialog.getByLabel('Name').fill(name);
  await createButton(dialog).click();
  return idOnPage(page, name);
}

export async function idOnPage(page: Page, name: string): Promise<string> {
  await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
  return new URL(page.url()).pathname.replace('/clusters/', '');
}

export const isReady = (page: Page): Promise<void> => page.getByRole('heading', { name: 'Use it' }).waitFor();

/** The page is loaded once: whatever it shows later came to it by itself. */
export async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(globalThis, { marked: true }));
  return () => page.evaluate(() => 'marked' in globalThis);
}
