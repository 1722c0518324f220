/** The console's door for clusters in a real Chromium, under the policy that is deployed: from a cluster, through it, back to the cluster. */
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDocuments } from '../../functions/google/documents.ts';
import type { ClientCredentials } from '../../functions/oidc/clients.ts';
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
    driver = await aHub({}, {}, bugs.heard);
    const documents = createDocuments(driver.firestore);
    await documents.commit([
      writeOf(aCluster({ id, owner: 'ada', location: 'europe-west1-b' })),
      writeOfLedger(id),
    ]);
    credentials = await driver.register(id);
  });
  afterAll(() => driver?.close());
  afterEach(() => expect(bugs.taken()).toEqual([]));

  test('tells a stranger why not, and sends a member back with a code', async () => {
    const chromiumSandbox = process.getuid?.() !== 0;
    const browser = await chromium.launch({ executablePath: executablePath ?? '', chromiumSandbox });
    try {
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
    } finally {
      await browser.close();
    }
  });
});
