/** What every test in a browser begins with: a Chromium for the file, and for each test servers and pages of its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM_MISSING, findChromium } from '../chromium.ts';
import { type Backend, startBackend } from './backend.ts';
import { type Profile, type RunningBrowser, startBrowser, type Tab } from './browser.ts';
import type { ClientOptions } from './page/client.ts';

export interface Setting {
  backend: Backend;
  /** A new page, with a client that knows the servers. */
  open(options?: Partial<ClientOptions>, profile?: Profile): Promise<Tab>;
  /** Another user's browser. */
  profile(): Promise<Profile>;
}

type SettingTest = (
  name: string,
  run: (setting: Setting) => Promise<void>,
  options?: { rules?: string },
) => void;

/** Tests that are skipped, with a word why, where there is no Chromium. */
export function describeInChromium(name: string, define: (inChromium: SettingTest) => void): void {
  const executable = findChromium();
  if (executable === undefined) process.stderr.write(`${name}: ${CHROMIUM_MISSING}\n`);
  describe.skipIf(executable === undefined)(executable ? name : `${name} (${CHROMIUM_MISSING})`, () => {
    let browser: RunningBrowser;
    beforeAll(async () => {
      browser = await startBrowser(executable ?? '');
    });
    afterAll(() => browser?.close());
    define((title, run, options) => test(title, () => withSetting(browser, run, options?.rules)));
  });
}

async function withSetting(
  browser: RunningBrowser,
  run: (setting: Setting) => Promise<void>,
  rules?: string,
): Promise<void> {
  const tabs: Tab[] = [];
  const profiles: Profile[] = [];
  const backend = await startBackend(rules);
  const profile = async (): Promise<Profile> => {
    const made = await browser.profile();
    profiles.push(made);
    return made;
  };
  try {
    await run({
      backend,
      profile,
      async open(options, shared) {
        const tab = await (shared ?? (await profile())).open();
        tabs.push(tab);
        await tab.run('open', { firestorePort: backend.port, ...options });
        return tab;
      },
    });
    expect(tabs.flatMap(({ uncaught }) => uncaught)).toEqual([]);
    expect(tabs.flatMap(({ log }) => log.filter((line) => BROKEN.test(line)))).toEqual([]);
  } catch (error) {
    for (const tab of tabs) await tellAbout(tab);
    throw error;
  } finally {
    await Promise.all(profiles.map((made) => made.close()));
    await backend.close();
  }
}

/** The SDK has given itself up. */
const BROKEN = /INTERNAL ASSERTION FAILED|Uncaught Error/;
/** Lines of each kind that are shown of a failed test. */
const SHOWN = 60;

/** For whoever looks for the fault. */
async function tellAbout(tab: Tab): Promise<void> {
  const recent = await tab.run('recentLog').catch(() => ['the page does not answer']);
  const lines = [...tab.uncaught, ...tab.log.slice(-SHOWN), ...recent.slice(-SHOWN)];
  process.stderr.write(`from the page of the failed test:\n  ${lines.join('\n  ')}\n`);
}

/** Waits until it is so; says what is different if it never is. */
export const eventually = <T>(look: () => T | Promise<T>) =>
  expect.poll(look, { timeout: 30_000, interval: 20 });

/** What a listener holds, by id, once the server has confirmed it. */
export const confirmed = (tab: Tab, listener: string) =>
  eventually(async () => {
    const { documents, fromCache, pending, error } = await tab.run('seen', listener);
    if (error) return error;
    return fromCache || pending ? 'not confirmed yet' : documents;
  });
