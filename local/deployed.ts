/** The files that `firebase deploy` takes: what holds in production holds here. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type IndexConfig, parseIndexConfig } from './firestore/index-config.ts';

const inRepository = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

export const RULES_FILE = inRepository('firestore.rules');
const INDEXES_FILE = inRepository('firestore.indexes.json');

/** @throws UsageError */
export const deployedIndexes = (): IndexConfig =>
  parseIndexConfig(readFileSync(INDEXES_FILE, 'utf8'), 'firestore.indexes.json');
