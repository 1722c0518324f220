import type { SpawnSyncOptions, SpawnSyncReturns } from 'node:child_process';

export const NPM_MISSING: string;
export function runNpm(args: readonly string[], options?: SpawnSyncOptions): SpawnSyncReturns<string>;
