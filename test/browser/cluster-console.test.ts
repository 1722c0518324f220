/** The console of somebody's own cluster in a real Chromium: the address that Hub shows, Pachyderm's log-in, Hub's, and back. */
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { aHub, type Driver, type Person } from '../journeys/hub.ts';
import { watchForBugs } from './bugs.ts';
import { CHROMIUM_MISSING, findChromium } from './chromium.ts';

const executablePath = findChromium();
if (executablePath === undefined) process.stderr.write(`the console of a cluster: ${CHROMIUM_MISSING}\n`);

describe.skipIf(executablePath === undefined)('the console of a cluster', () => {
  const bugs = watchForBugs();
  let driver: Driver;
  let ada: Person;
  let id: string;
  let address: string;
  beforeAll(async () => {
    driver = await aHub({ spares: 0 }, {}, bugs.heard);
    ada = await driver.person('ada@example.com');
    id = (await ada('POST', '/v1/clusters', { name: 'mine' })).body.id;
    address = (await driver.until(id, 'ready')).endpoints.console ?? '';
  });
  afterAll(() => driver?.close());
  afterEach(() => expect(bugs.taken()).toEqual([]));

  const inBrowser = async (work: (context: BrowserContext) => Promise<void>): Promise<void> => {
    const chromiumSandbox = process.getuid?.() !== 0;
    const browser = await chromium.launch({ executablePath: executablePath ?? '', chromiumSandbox });
    try {
      // The authority is a stand-in; that the certificate is good by its root is a journey of its own.
      await work(await browser.newContext({ ignoreHTTPSErrors: true }));
    } finally {
      await browser.close();
    }
  };
  /** From the console's first page to Hub's sign-in. */
  const openAs = async (page: Page, email: string): Promise<void> => {
    await page.goto(address);
    await page.getByRole('heading', { name: 'Sign in to your cluster' }).waitFor();
    // Whoever is signed in to Hub already is somebody else.
    const other = page.getByRole('button', { name: 'Use another account' });
    await other.or(page.getByLabel('E-mail')).first().waitFor();
    if (await other.isVisible()) await other.click();
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill('hub-local');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText(new URL(address).host).waitFor();
    await page.getByRole('button', { name: `Continue as ${email}` }).click();
  };

  test('takes its owner for who they are, and nobody else', () =>
    inBrowser(async (context) => {
      const page = await context.newPage();
      await openAs(page, 'grace@example.com');
      await page.getByText('You are not a member of this cluster.').waitFor();
      await openAs(page, 'ada@example.com');
      await page.getByText('user:ada@example.com').waitFor();
      expect(new URL(page.url()).origin).toBe(new URL(address).origin);
      await page.reload();
      await page.getByText('user:ada@example.com').waitFor();
    }));

  test('ends the session of a member who is removed', () =>
    inBrowser(async (context) => {
      const member = `/v1/clusters/${id}/members/grace@example.com`;
      await ada('PUT', member, { role: 'viewer' });
      const grace = await driver.person('grace@example.com');
      await grace('GET', '/v1/clusters');
      await driver.until(id, 'ready');
      const page = await context.newPage();
      await openAs(page, 'grace@example.com');
      await page.getByText('user:grace@example.com').waitFor();
      await ada('DELETE', member);
      await driver.until(id, 'ready');
      // Back at the door, which is Hub's: they are still themselves there, and it lets them in no more.
      await page.goto(address);
      await page.getByRole('button', { name: 'Continue as grace@example.com' }).click();
      await page.getByText('You are not a member of this cluster.').waitFor();
    }));
});
