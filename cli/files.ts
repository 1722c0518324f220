/**
 * What is kept on this computer, in `$XDG_CONFIG_HOME/hub` or `~/.config/hub` (https://specifications.freedesktop.org/basedir-spec/latest/):
 * which Hub was signed in to last, and for each Hub a folder with the session and what was made from it. Nobody but the user may read it.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failed } from './failure.ts';
import type { Io } from './io.ts';

const PRIVATE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** The files of one Hub, which end with its session. */
export interface HubFiles {
  /** @returns undefined if it is not there, or is not what was written */
  read<T>(name: string): T | undefined;
  write(name: string, content: object): void;
  removeAll(): void;
}

export interface Files {
  /** Of the Hub that was signed in to last. */
  hub(): string | undefined;
  setHub(address: string | undefined): void;
  of(address: string): HubFiles;
}

export function filesIn({ env }: Pick<Io, 'env'>): Files {
  const root = join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'hub');
  const config = join(root, 'config.json');
  return {
    hub: () => readJson<{ hub?: string }>(config)?.hub,
    setHub: (hub) => writePrivate(config, asText({ hub })),
    of(address) {
      const folder = join(root, 'hubs', encodeURIComponent(address));
      return {
        read: (name) => readJson(join(folder, name)),
        write: (name, content) => writePrivate(join(folder, name), asText(content)),
        removeAll: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  };
}

const asText = (content: object): string => `${JSON.stringify(content, null, 2)}\n`;

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/**
 * At once, whoever reads it meanwhile, and from the beginning for nobody else.
 * @throws Failed
 */
function writePrivate(path: string, text: string): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
    writeFileSync(draft, text, { mode: PRIVATE, flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new Failed(`${path} cannot be written: ${(error as Error).message}`);
  }
}

/**
 * Where a person wants it: a link stays one, and what is no file (`/dev/stdout`) is written to as it is.
 * @throws Failed
 */
export function writeWanted(path: string, text: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isFile()) writeFileSync(path, text);
  else writePrivate(there ? realpathSync(path) : path, text);
}
