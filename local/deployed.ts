/** The files that `firebase deploy` takes: what holds in production holds here. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type IndexConfig, parseIndexConfig } from './firestore/index-config.ts';

const inRepository = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

export const RULES_FILE = inRepository('firestore.rules');
const INDEXES_FILE = inRepository('firestore.indexes.json');

/** @throws UsageError */
export const deployedIndexes = (): IndexConfig =>
  parseIndexConfig(readFileSync(INDEXES_FILE, 'utf8'), 'firestore.indexes.json');

/** What Hosting passes on to a function. */
export interface Rewrite {
  /** Whether it is meant for that path, which has no query. */
  matches(path: string): boolean;
  /** Of the function. */
  name: string;
}

const hostingConfig = z.object({
  hosting: z.object({
    rewrites: z.array(
      z.object({
        source: z.string().regex(/^(\/([-\w.]+|\*|\*\*))+$/, 'only names, * and ** are known here'),
        function: z.object({ functionId: z.string() }),
      }),
    ),
  }),
});

/** In the order in which they are tried. @throws ZodError for a rewrite of another kind */
export const deployedRewrites = (): readonly Rewrite[] =>
  rewritesIn(JSON.parse(readFileSync(inRepository('firebase.json'), 'utf8')));

/** @throws ZodError */
export function rewritesIn(config: unknown): readonly Rewrite[] {
  const { hosting } = hostingConfig.parse(config);
  return hosting.rewrites.map(({ source, function: { functionId } }) => {
    const pattern = patternOf(source);
    return { matches: (path) => pattern.test(path), name: functionId };
  });
}

/**
 * `*` is one part of a path, `**` any number of them, none included.
 * https://firebase.google.com/docs/hosting/full-config#glob_pattern_matching
 */
function patternOf(source: string): RegExp {
  const parts = source
    .slice(1)
    .split('/')
    .map((part) =>
      part === '**' ? '(?:/.*)?' : part === '*' ? '/[^/]+' : `/${part.replaceAll('.', '\\.')}`,
    );
  return new RegExp(`^${parts.join('')}$`);
}
