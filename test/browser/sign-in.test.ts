/** The console's door for clusters in a real Chromium, under the policy that is deployed: from a cluster, through it, back to the cluster. */
import { FieldValue } from '@google-cloud/firestore';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDocuments } from '../../functions/google/documents.ts';
import type { ClientCredentials } from '../../functions/oidc/clients.ts';
import { statusPath } from '../../shared/documents/status.ts';
import { TOPICS } from '../../shared/messages.ts';
import { aCluster, clusterIdOf, writeOf, writeOfLedger } from '../builders.ts';
import { aHub, type Driver } from '../journeys/hub.ts';
import { watchForBugs } from './bugs.ts';
import { CHROMIUM_MISSING, findChromium } from './chromium.ts';

const executablePath = findChromium();
if (executablePath === undefined) process.stderr.write(`the sign-in page: ${CHROMIUM_MISSING}\n`);

describe.skipIf(executablePath === undefined)('the sign-in page', () => {
  const id = clusterIdOf(7);
  const bugs = watchForBugs();
  let driver: Driver;
  let credentials: ClientCredentials;
  beforeAll(async () => {
    driver = await aHub({}, { HUB_SIGN_IN_WAYS: 'google,password', HUB_OPEN_SIGN_UP: 'false' }, bugs.heard);
    const documents = createDocuments(driver.firestore);
    await documents.commit([
      writeOf(aCluster({ id, owner: 'ada', location: 'europe-west1-b' })),
      writeOfLedger(id),
    ]);
    credentials = await driver.register(id);
  });
  afterAll(() => driver?.close());
  afterEach(() => expect(bugs.taken()).toEqual([]));

  const inBrowser = async (work: (browser: Browser) => Promise<void>): Promise<void> => {
    const chromiumSandbox = process.getuid?.() !== 0;
    const browser = await chromium.launch({ executablePath: executablePath ?? '', chromiumSandbox });
    await work(browser).finally(() => browser.close());
  };

  test('offers what the operator has set up, says how else one gets in, and offers all where Hub does not say', async () => {
    const { firestore, hub } = driver;
    const status = firestore.doc(statusPath('default'));
    await expect.poll(async () => (await status.get()).exists, { timeout: 30_000 }).toBe(true);
    await inBrowser(async (browser) => {
      const page = await browser.newPage();
      await page.goto(hub.url);
      const google = page.getByRole('button', { name: 'Continue with Google' });
      const others = [
        page.getByRole('button', { name: 'Continue with GitHub' }),
        page.getByRole('button', { name: 'Create an account' }),
      ];
      const closed = page.getByText('Only people whom the operator of this Hub has added are let in.');
      await google.waitFor();
      await closed.waitFor();
      await page.getByLabel('Password').waitFor();
      for (const one of others) expect(await one.count()).toBe(0);

      // As a version leaves it that says nothing of it, and does not run meanwhile.
      const { scheduler } = hub.cloud;
      for (const { name } of scheduler.model.jobs())
        if (name.endsWith(`/${TOPICS.status}`)) scheduler.model.pauseJob(name);
      await status.update({ signIn: FieldValue.delete() });
      for (const one of [google, ...others]) await one.waitFor();
      await closed.waitFor({ state: 'detached' });

      // What was asked for is not offered any more while somebody is about it.
      await page.getByRole('button', { name: 'Create an account' }).click();
      await page.getByRole('heading', { name: 'Create an account' }).waitFor();
      await status.update({ signIn: { ways: ['github', 'passkey'], open: false } });
      await google.waitFor({ state: 'detached' });
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await page.getByRole('button', { name: 'Continue with GitHub' }).waitFor();
      expect(await page.getByLabel('Password').count()).toBe(0);

      await page.route('**/google.firestore.v1.Firestore/**', (route) => route.abort());
      await page.reload();
      await google.waitFor();
      await page.getByRole('button', { name: 'Create an account' }).waitFor();
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    });
    await status.update({ signIn: FieldValue.delete() });
  });

  test('tells a stranger why not, and sends a member back with a code', async () => {
    await inBrowser(async (browser) => {
      const page = await browser.newPage();
      const violations: string[] = [];
      page.on('console', (message) => {
        if (/Content Security Policy/i.test(message.text())) violations.push(message.text());
      });
      // The cluster itself is not there.
      await page.route(`${credentials.redirectUri}**`, (route) => route.fulfill({ body: 'the cluster' }));
      const { clientId, redirectUri } = credentials;
      const request = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid email profile',
        state: 'from the cluster',
      });
      await page.goto(`${driver.hub.url}/oidc/authorize?${request}`);
      const signIn = async (email: string): Promise<void> => {
        await page.getByLabel('E-mail').fill(email);
        await page.getByLabel('Password').fill('hub-local');
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();
        await page.getByRole('button', { name: `Continue as ${email}` }).click();
      };
      await signIn('grace@example.com');
      await page.getByText('You are not a member of this cluster.').waitFor();
      await page.getByRole('button', { name: 'Use another account' }).click();
      await signIn('ada@example.com');
      await page.getByText('the cluster', { exact: true }).waitFor();
      const answer = new URL(page.url());
      expect(answer.origin + answer.pathname).toBe(redirectUri);
      expect(answer.searchParams.get('state')).toBe('from the cluster');
      expect(answer.searchParams.get('code')).toMatch(/^[a-z2-7]{52}$/);
      expect(violations).toEqual([]);
    });
  });
});
