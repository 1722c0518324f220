/**
 * What the console costs whoever opens it, in a real Chromium on a Hub of this machine: bytes of JavaScript, how soon one can press its
 * button, and how soon a write of a step handler is seen. Wall-clock figures: browser and Hub share the processors.
 */
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { buildWeb } from '../scripts/build-web.ts';
import { aCluster, writeOf } from '../test/builders.ts';
import { aHub, type Driver } from '../test/journeys/hub.ts';
import type { Figure } from './firestore.ts';

const LOADS = 9;
const WARM_UP = 20;
const WRITES = 200;

/** @param executablePath of Chromium */
export async function benchConsole(executablePath: string): Promise<Figure[]> {
  // Otherwise the client looks for Google's metadata server before its first call.
  process.env.METADATA_SERVER_DETECTION = 'none';
  await buildWeb();
  const driver = await aHub({ spares: 0 });
  // Chromium's sandbox refuses to run as root.
  const chromiumSandbox = process.getuid?.() !== 0;
  const browser = await chromium.launch({ executablePath, chromiumSandbox });
  try {
    const context = await browser.newContext();
    await context.addInitScript(NOTE_BUTTON);
    const page = await signedIn(context, driver);
    return [...(await loads(page, driver)), ...(await pixels(page, driver))];
  } finally {
    await browser.close();
    await driver.close();
  }
}

async function signedIn(context: BrowserContext, { hub }: Driver): Promise<Page> {
  const page = await context.newPage();
  await page.goto(hub.url);
  await page.getByRole('button', { name: 'Continue as Ada' }).click();
  await page.getByRole('heading', { name: 'Your first cluster is one click away' }).waitFor();
  return page;
}

/** Notes when the button is on the screen, in milliseconds since the navigation began. */
const NOTE_BUTTON = `
  const look = () => {
    if (!document.querySelector('.page-head button.primary')) return requestAnimationFrame(look);
    requestAnimationFrame(() => { globalThis.buttonMs = performance.now(); });
  };
  look();
`;

/** First loads of the list by somebody who is signed in, with nothing in the cache and with all of it. */
async function loads(page: Page, { hub }: Driver): Promise<Figure[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const scripts = new Map<string, number>();
  session.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.set(requestId, 0);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) scripts.set(requestId, encodedDataLength);
  });
  const load = async (): Promise<{ buttonMs: number; bytes: number }> => {
    scripts.clear();
    await page.goto(hub.url);
    await page.getByRole('heading', { name: 'Your first cluster is one click away' }).waitFor();
    await page.waitForFunction('globalThis.buttonMs !== undefined');
    const buttonMs = await page.evaluate<number>('buttonMs');
    return { buttonMs, bytes: [...scripts.values()].reduce((sum, one) => sum + one, 0) };
  };
  const cold: Awaited<ReturnType<typeof load>>[] = [];
  const warm: typeof cold = [];
  for (let n = 0; n < LOADS; n++) {
    await session.send('Network.clearBrowserCache');
    cold.push(await load());
    warm.push(await load());
  }
  await session.detach();
  const median = (all: typeof cold): string =>
    percentile(
      all.map(({ buttonMs }) => buttonMs),
      0.5,
    );
  const kilobytes = Math.max(...cold.map(({ bytes }) => bytes)) / 1000;
  return [
    {
      metric: 'JavaScript of a first load of the list, as sent: kB',
      ours: kilobytes.toFixed(1),
      aim: '–',
    },
    {
      metric: `first load, until the button is there: median of ${LOADS}, ms`,
      ours: median(cold),
      aim: '–',
    },
    {
      metric: `further load, until the button is there: median of ${LOADS}, ms`,
      ours: median(warm),
      aim: '–',
    },
  ];
}

/** From before a server's write to the frame after the one that shows it. Both tell the time by the machine's clock. */
async function pixels(page: Page, { hub, firestore }: Driver): Promise<Figure[]> {
  const cluster = aCluster({ owner: 'ada', state: 'installing', progress: 0, detail: 'begun' });
  const { path, data } = writeOf(cluster) as Extract<ReturnType<typeof writeOf>, { op: 'set' }>;
  const document = firestore.doc(path);
  await document.set(data);
  await page.goto(`${hub.url}/clusters/${cluster.id}`);
  await page.getByText('begun', { exact: true }).waitFor();
  await page.evaluate(NOTE_WRITES);
  const seen: number[] = [];
  for (let n = 0; n < WARM_UP + WRITES; n++) {
    // Asked before the write, so that nothing but the page's own work is between the write and the time it notes.
    const shown = page.evaluate<number>(`shown(${n})`);
    const begun = Date.now();
    await document.update({ progress: n / (WARM_UP + WRITES), detail: `write ${n}.` });
    seen.push((await shown) - begun);
  }
  const counted = seen.slice(WARM_UP);
  return [
    { metric: 'write of a server to pixels: p50 ms', ours: percentile(counted, 0.5), aim: '–' },
    { metric: 'write of a server to pixels: p95 ms', ours: percentile(counted, 0.95), aim: '–' },
  ];
}

/** `shown(n)`: the time at which the browser had drawn the text of the nth write. */
const NOTE_WRITES = `
  globalThis.shown = (n) => new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.body.innerText.includes('write ' + n + '.')) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        // After this frame is drawn.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(Date.now());
        port2.postMessage(undefined);
      });
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
`;

const percentile = (all: readonly number[], share: number): string =>
  (all.toSorted((a, b) => a - b)[Math.floor(all.length * share)] ?? 0).toFixed(0);
