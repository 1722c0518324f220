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

/** What Hosting passes on to a function: everything at and below the prefix. */
export interface Rewrite {
  prefix: string;
  /** Of the function. */
  name: string;
}

const hostingConfig = z.object({
  hosting: z.object({
    rewrites: z.array(
      z.object({
        source: z.string().endsWith('/**'),
        function: z.object({ functionId: z.string() }),
      }),
    ),
  }),
});

/** @throws ZodError for a rewrite of another kind */
export function deployedRewrites(): readonly Rewrite[] {
  const { hosting } = hostingConfig.parse(JSON.parse(readFileSync(inRepository('firebase.json'), 'utf8')));
  return hosting.rewrites.map(({ source, function: { functionId } }) => ({
    prefix: source.slice(0, -'/**'.length),
    name: functionId,
  }));
}
