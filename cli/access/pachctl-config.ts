/**
 * The file of pachctl: of the clusters in it only ours is replaced, and whatever else is in it stays.
 * https://github.com/pachyderm/pachyderm/blob/master/src/internal/config/config.proto
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failed } from '../failure.ts';
import { writeWanted } from '../files.ts';
import type { Io } from '../io.ts';

export interface PachctlConfig {
  v2: { active_context: string; contexts: Record<string, object> };
}

/** What pachctl writes itself, and people by hand. */
interface Found {
  v2?: { contexts?: Record<string, object> | null } | null;
}

/** `$PACH_CONFIG`; else pachctl's own. */
export const pachctlPath = ({ env }: Pick<Io, 'env'>): string =>
  env.PACH_CONFIG || join(env.HOME || homedir(), '.pachyderm', 'config.json');

/**
 * Adds to a file, or replaces what is called the same in it, and makes it the one that pachctl uses.
 * @throws Failed if the file is not one of pachctl's
 */
export function mergePachctl(path: string, config: PachctlConfig): void {
  const there = existsSync(path) ? readPachctl(path) : {};
  const contexts = { ...there.v2?.contexts, ...config.v2.contexts };
  writeWanted(
    path,
    asJson({
      ...there,
      v2: { ...config.v2, ...there.v2, active_context: config.v2.active_context, contexts },
    }),
  );
}

/**
 * Before a file is written anew.
 * @param called as who asks calls the cluster
 * @throws Failed if it has other contexts in it, which would be lost
 */
export function requireNoOtherContexts(path: string, config: PachctlConfig, called: string): void {
  let there: Found = {};
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) there = readPachctl(path);
  } catch {
    // What is no file of pachctl's has no contexts in it.
  }
  const lost = Object.keys(there.v2?.contexts ?? {}).filter(
    (name) => !Object.hasOwn(config.v2.contexts, name),
  );
  if (lost.length > 0)
    throw new Failed(`${path} has other contexts in it, which would be lost. Nothing was changed.`, {
      remedy: `Add this one to them: hub pachctl ${called} --file ${path} --merge. Or say another file.`,
    });
}

export const asJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

function readPachctl(path: string): Found {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.trim() === '') return {};
    const config: unknown = JSON.parse(text);
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
    throw new Error('it is no object');
  } catch (error) {
    throw new Failed(
      `${path} cannot be read as a configuration of pachctl: ${(error as Error).message.split('\n')[0]}`,
      {
        remedy: 'Nothing was changed. Use another file: hub pachctl <cluster> --file <path>.',
      },
    );
  }
}
