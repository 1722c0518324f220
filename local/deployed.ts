/** The files that `firebase deploy` takes: what holds in production holds here. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type IndexConfig, parseIndexConfig } from './firestore/index-config.ts';

const inRepository = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

export const RULES_FILE = inRepository('firestore.rules');
const INDEXES_FILE = inRepository('firestore.indexes.json');

/** @throws Unusable */
export const deployedIndexes = (): IndexConfig =>
  parseIndexConfig(readFileSync(INDEXES_FILE, 'utf8'), 'firestore.indexes.json');

/** What Hosting passes on to a function. */
interface Rewrite {
  /** Whether it is meant for that path, which has no query. */
  matches(path: string): boolean;
  /** Of the function. */
  name: string;
}

/** How Hosting serves what no function does. */
interface StaticSite {
  /** Path of the folder that is deployed. */
  folder: string;
  /** Whether a path that is no file is answered with the page, which finds out by itself what is asked for. */
  isPage(path: string): boolean;
  /** Those that a path is served with; of two with the same name the later one. */
  headersFor(path: string): ReadonlyMap<string, string>;
}

const source = z.string().regex(/^(\*\*|(\/([-\w.]+|\*|\*\*))+)$/, 'only names, * and ** are known here');
/** Whatever the source after the mark is not. */
const rest = z
  .string()
  .startsWith('!')
  .transform((glob) => glob.slice(1))
  .pipe(source);

const hostingConfig = z.object({
  hosting: z.object({
    public: z.string().default('web/dist'),
    rewrites: z.array(
      z.union([
        z.object({ source, function: z.object({ functionId: z.string() }) }),
        // One page for whatever is left but files, which are there or not.
        z.object({ source: rest, destination: z.literal('/index.html') }),
      ]),
    ),
    headers: z
      .array(z.object({ source, headers: z.array(z.object({ key: z.string(), value: z.string() })) }))
      .default([]),
  }),
});

const deployedHosting = (): unknown => JSON.parse(readFileSync(inRepository('firebase.json'), 'utf8'));

/** In the order in which they are tried. @throws ZodError for a rewrite of another kind */
export const deployedRewrites = (): readonly Rewrite[] => rewritesIn(deployedHosting());

/** @throws ZodError for headers of another kind */
export const deployedSite = (): StaticSite => siteIn(deployedHosting());

/** @throws ZodError */
export function rewritesIn(config: unknown): readonly Rewrite[] {
  const { hosting } = hostingConfig.parse(config);
  return hosting.rewrites.flatMap((rewrite) => {
    if (!('function' in rewrite)) return [];
    const pattern = patternOf(rewrite.source);
    return [{ matches: (path: string) => pattern.test(path), name: rewrite.function.functionId }];
  });
}

/** @throws ZodError */
export function siteIn(config: unknown): StaticSite {
  const { hosting } = hostingConfig.parse(config);
  const files = hosting.rewrites.flatMap((rewrite) =>
    'destination' in rewrite ? [patternOf(rewrite.source)] : [],
  );
  const rules = hosting.headers.map((rule) => ({ pattern: patternOf(rule.source), headers: rule.headers }));
  return {
    folder: inRepository(hosting.public),
    isPage: (path) => files.some((pattern) => !pattern.test(path)),
    headersFor: (path) =>
      new Map(
        rules
          .filter(({ pattern }) => pattern.test(path))
          .flatMap(({ headers }) => headers.map(({ key, value }) => [key.toLowerCase(), value] as const)),
      ),
  };
}

/**
 * `*` is one part of a path, `**` any number of them, none included.
 * https://firebase.google.com/docs/hosting/full-config#glob_pattern_matching
 */
function patternOf(glob: string): RegExp {
  if (glob === '**') return /^/;
  const parts = glob
    .slice(1)
    .split('/')
    .map((part) =>
      part === '**' ? '(?:/.*)?' : part === '*' ? '/[^/]+' : `/${part.replaceAll('.', '\\.')}`,
    );
  return new RegExp(`^${parts.join('')}$`);
}
