/** The security rules that are deployed, as a file: read at start, and read again when they change. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { relative } from 'node:path';
import type { Log } from '../functions/log.ts';
import { Unusable } from './command.ts';
import { type Access, type AccessOptions, createAccess } from './firestore/access.ts';
import { RulesError } from './firestore/rules/rules.ts';

/** A person saves, then looks at the browser. */
const LOOK_EVERY_MS = 300;

interface WatchedAccess extends Access {
  close(): void;
}

/**
 * @param options of the access, but for the rules
 * @throws Unusable with file, line and column
 */
export function accessFromFile(
  path: string,
  options: Omit<AccessOptions, 'rules'> & { log: Log },
): WatchedAccess {
  let text = read(path);
  const access = orExplain(path, () => createAccess({ ...options, rules: text }));
  const look = (): void => {
    try {
      const now = read(path);
      if (now === text) return;
      text = now;
      orExplain(path, () => access.load(text));
      options.log.info('rules reloaded', { resource: shown(path) });
    } catch (error) {
      // Half-written or wrong: the rules in force stay, and the next save is looked at again.
      options.log.error('rules not reloaded', { resource: shown(path), detail: (error as Error).message });
    }
  };
  watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look);
  return { ...access, close: () => unwatchFile(path, look) };
}

const shown = (path: string): string => relative(process.cwd(), path) || path;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Unusable(`${shown(path)} cannot be read: security rules must be there`, { cause });
  }
}

function orExplain<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof RulesError)) throw error;
    const { line, column, message } = error;
    throw new Unusable(`${shown(path)}:${line}:${column}: ${message}`, { cause: error });
  }
}
