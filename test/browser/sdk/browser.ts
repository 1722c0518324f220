/** A real Chromium, and pages in it that hold the unmodified `firebase` SDK and what `page/` does with it. */
import { createServer } from 'node:http';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { listen } from '../../../local/http.ts';
import { bundlePage } from './bundle.ts';
import type { Actions } from './page/index.ts';

export interface Tab {
  /** Calls a function of `page/`; arguments and result are copied. */
  run<Name extends keyof Actions>(
    name: Name,
    ...args: Parameters<Actions[Name]>
  ): Promise<Awaited<ReturnType<Actions[Name]>>>;
  /** Loads the page anew: what is not stored is gone. */
  reload(): Promise<void>;
  /** Makes the page's clock one that `skip` can move. */
  holdClock(): Promise<void>;
  /** Whatever the page wanted to wait for so long happens now. */
  skip(ms: number): Promise<void>;
  /** Errors that nobody caught, in the page. */
  readonly uncaught: readonly string[];
  /** What it asked for so far, as `xhr http://…`. */
  readonly requests: readonly string[];
  /** Those that failed or were cut. */
  readonly failures: readonly string[];
  /** What was written on the console. */
  readonly log: readonly string[];
}

/** The tabs of one profile: they share what is stored. */
export interface Profile {
  open(): Promise<Tab>;
  close(): Promise<void>;
}

export interface RunningBrowser {
  profile(): Promise<Profile>;
  close(): Promise<void>;
}

export async function startBrowser(executablePath: string): Promise<RunningBrowser> {
  const site = await servePage(await bundlePage());
  // Chromium's sandbox refuses to run as root.
  const chromiumSandbox = process.getuid?.() !== 0;
  const browser = await chromium.launch({ executablePath, chromiumSandbox }).catch(async (error: unknown) => {
    await site.close();
    throw error;
  });
  return {
    profile: async () => profileOf(await newContext(browser), `http://127.0.0.1:${site.port}/`),
    async close() {
      await browser.close();
      await site.close();
    },
  };
}

const newContext = (browser: Browser): Promise<BrowserContext> =>
  browser.newContext({ viewport: { width: 400, height: 300 } });

const HTML =
  '<!doctype html><meta charset="utf-8"><title>test</title><script type="module" src="/page.js"></script>';

const servePage = (code: string) =>
  listen(
    createServer(({ url }, response) => {
      const isCode = url === '/page.js';
      const type = isCode ? 'text/javascript' : 'text/html';
      // Chromium asks for an icon too; a 404 would stand on the console as an error.
      if (url === '/favicon.ico') response.writeHead(204).end();
      else response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(isCode ? code : HTML);
    }),
    0,
  );

function profileOf(context: BrowserContext, address: string): Profile {
  return {
    async open() {
      const page = await context.newPage();
      const tab = tabOf(page);
      await page.goto(address);
      return tab;
    },
    close: () => context.close(),
  };
}

function tabOf(page: Page): Tab {
  const uncaught: string[] = [];
  const log: string[] = [];
  const requests: string[] = [];
  page.on('request', (request) => requests.push(`${request.resourceType()} ${request.url()}`));
  const failures: string[] = [];
  page.on('requestfailed', (request) => failures.push(request.url()));
  page.on('pageerror', (error) => uncaught.push(error.stack ?? error.message));
  page.on('console', (message) => log.push(`${message.type()}: ${message.text()}`));
  return {
    uncaught,
    requests,
    failures,
    log,
    run: (name, ...args) =>
      page.evaluate(
        ([called, given]) => {
          const { actions } = globalThis as unknown as {
            actions: Record<string, (...all: unknown[]) => unknown>;
          };
          return actions[called]?.(...given);
        },
        [name as string, args as unknown[]] as const,
      ) as Promise<never>,
    async reload() {
      await page.reload();
    },
    holdClock: () => page.clock.install(),
    skip: (ms) => page.clock.fastForward(ms),
  };
}
