/**
 * Takes the README's picture of the console from a Hub that runs: `npm run picture`. Three clusters of Ada's, each somewhere else on its
 * way, and the page of one that is being made.
 */
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { silentLog } from '../functions/log.ts';
import { runCommand, takeNothing, Unusable } from '../local/command.ts';
import { startHub } from '../local/hub.ts';
import { CHROMIUM_MISSING, findChromium } from '../test/browser/chromium.ts';
import { SETTLED } from '../test/browser/console/axe.ts';
import { buildWeb } from './build-web.ts';

const FILE = fileURLToPath(new URL('../docs/console.png', import.meta.url));

/** Creates a cluster as a person does. */
async function create(page: Page, name: string, region?: string): Promise<void> {
  await page.getByRole('link', { name: 'Hub, your clusters' }).click();
  await page.getByRole('button', { name: 'Create cluster' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  if (region !== undefined) await dialog.getByLabel('Region', { exact: true }).selectOption(region);
  await dialog.getByRole('button', { name: /^Create/ }).click();
  await page.getByRole('heading', { name }).waitFor();
}

async function main(args: readonly string[]): Promise<void> {
  takeNothing(args, 'picture');
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Unusable(CHROMIUM_MISSING);
  await buildWeb();
  const hub = await startHub({ port: 0, speed: 60, faults: {}, seed: 1 }, silentLog);
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
  try {
    const page = await browser.newPage({ viewport: { width: 1180, height: 800 }, colorScheme: 'light' });
    await page.goto(hub.url);
    await page.getByRole('button', { name: 'Continue as Ada' }).click();
    await create(page, 'genomes');
    await page.getByText('Use it').waitFor();
    await create(page, 'weather-models', 'us-central1');
    const step = page.locator('.track .now');
    await step.getByText('Installing').waitFor();
    // The bar moves to its place.
    await page.evaluate(SETTLED);
    await page.screenshot({ path: FILE });
    process.stdout.write(`${FILE}\n`);
  } finally {
    await browser.close();
    await hub.close();
  }
}

await runCommand(main);
