/** What a page is to those who cannot see it well, or cannot see it: axe-core's serious and critical findings, and whether it is wider than it should be. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary?: string }[];
}

interface Look {
  width: number;
  colorScheme: 'light' | 'dark';
  /** What the pages say is the same in each colour: there the colours alone are looked at. */
  coloursOnly?: boolean;
}

const LOOKS: readonly Look[] = [
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark', coloursOnly: true },
  { width: 360, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light', coloursOnly: true },
];

/** Looks at the page as it is now, in each way. @returns one line for each finding */
export async function findingsOf(page: Page, where: string): Promise<string[]> {
  const found: string[] = [];
  // The policy lets no script in; what the debugger evaluates is none.
  await page.evaluate(AXE);
  for (const { width, colorScheme, coloursOnly = false } of LOOKS) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    // Colours that are on their way are neither the old nor the new.
    await page.evaluate(SETTLED);
    const look = `${where}, ${width} px, ${colorScheme}`;
    for (const { id, impact, nodes } of await page.evaluate<Violation[]>(runOf(coloursOnly))) {
      for (const { html, failureSummary = '' } of nodes)
        found.push(
          `${look}: ${impact} ${id}: ${html.slice(0, 160)} ${failureSummary.replaceAll(/\s+/g, ' ')}`,
        );
    }
    const overhang = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    if (overhang > 0) found.push(`${look}: ${overhang} px wider than the window`);
  }
  return found;
}

/** Resolves when nothing moves any more, or changes its colour. */
export const SETTLED = `
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))).then(() => {
    // What goes round for ever is never finished.
    const moving = document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity);
    return Promise.all(moving.map(({ finished }) => finished.catch(() => undefined))).then(() => undefined);
  })
`;

/** Guards of a menu hand the focus on as soon as they get it. axe accepts them where it takes a modal for open, which it guesses from points. */
const EXCLUDED = "[['[data-base-ui-focus-guard]']]";

const runOf = (coloursOnly: boolean): string => `
  axe.run({ include: [document], exclude: ${EXCLUDED} }, { resultTypes: ['violations'], iframes: false${coloursOnly ? ", runOnly: ['color-contrast']" : ''} })
    .then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical'))
`;
