/** Signing the command `hub` in with a real browser, under the policy that is deployed. */
import { chromium, type Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { minutes } from '../../shared/units.ts';
import { CHROMIUM_MISSING, findChromium } from '../browser/chromium.ts';
import { aHub } from '../journeys/hub.ts';
import { aShell, pageOf } from './program.ts';

/** The machine may be shared. */
const PATIENCE_MS = minutes(2);

const executablePath = findChromium();
if (executablePath === undefined)
  process.stderr.write(`signing in to the command line: ${CHROMIUM_MISSING}\n`);

/** Both are gone with the test. */
async function aHubAndBrowser() {
  const driver = await aHub({ spares: 0, speed: 60 });
  onTestFinished(() => driver.close());
  const browser = await chromium.launch({
    executablePath: executablePath ?? '',
    chromiumSandbox: process.getuid?.() !== 0,
  });
  onTestFinished(() => browser.close());
  return { driver, browser };
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('hub-local');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

describe.skipIf(executablePath === undefined)('the page that hands a session over', () => {
  test('shows who, what and the code, posts to the loopback alone, and leaves no form behind', async () => {
    const { driver, browser } = await aHubAndBrowser();
    // By a name that is not the loopback's address, as a Hub has one: the policy must not let in more because it is the same host.
    const hub = driver.hub.url.replace('127.0.0.1', 'localhost');
    const shell = aShell(hub);
    const login = shell.start('login', '--no-browser');
    onTestFinished(() => void login.child.kill());
    const [, code = ''] = await login.says(/shows this code: {2}(\S+)/);
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) refused.push(message.text());
    });
    const answer = await page.goto((await pageOf(login)).href);
    expect(answer?.headers()['content-security-policy']).toContain('form-action http://127.0.0.1:*;');
    await signIn(page);
    const go = page.getByRole('button', { name: 'Continue as ada@example.com' });
    await go.waitFor();
    await page.getByText(code, { exact: true }).waitFor();
    await go.click();
    await page.getByRole('heading', { name: 'Back to your terminal' }).waitFor();
    expect(await login.ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('as ada@example.com.'),
    });
    expect((await shell.hub('whoami')).out).toContain('ada@example.com');
    // Going back does not lead to where the form went.
    await page.goBack();
    await expect.poll(() => new URL(page.url()).pathname).toBe('/command-line');
    expect(refused).toEqual([]);
    // No other page of the console may send a form anywhere.
    const home = await page.goto(hub);
    expect(home?.headers()['content-security-policy']).toContain("form-action 'none'");
    await page.goto(`${hub}/command-line?port=22&state=abc`);
    await page.getByText('This address is not complete.').waitFor();
  });

  test('has whoever signed in a while ago sign in again, if that is asked for', async () => {
    const { driver, browser } = await aHubAndBrowser();
    const shell = aShell(driver.hub.url);
    const login = shell.start('login', '--no-browser', '--anew');
    onTestFinished(() => void login.child.kill());
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(driver.hub.url);
    await signIn(page);
    await page.getByRole('button', { name: 'Account of ada@example.com' }).waitFor();
    await page.clock.setSystemTime(Date.now() + minutes(6));
    const asked = await pageOf(login);
    await page.goto(asked.href);
    const again = page.getByRole('button', { name: 'Sign in again' });
    const go = page.getByRole('button', { name: 'Continue as ada@example.com' });
    await again.waitFor();
    expect(await go.count()).toBe(0);
    // Who does not ask for it hands over what there is.
    await page.goto(asked.href.replace('&anew=yes', ''));
    await go.waitFor();
    await page.goto(asked.href);
    await again.click();
    await page.clock.setSystemTime(Date.now());
    await page.getByText('Sign in again to go on in the terminal.').waitFor();
    await signIn(page);
    await go.click();
    expect(await login.ended).toMatchObject({ code: 0 });
  });
});
