/** `HUB_DATA`: made if missing, refused if it is somebody else's, locked while a Hub runs on it. */
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Unusable } from './command.ts';

const MARKER = 'hub-data.json';
const LOCK = 'hub.pid';
const FORMAT = 1;

interface DataFolder {
  path: string;
  /** Lets the next Hub in. */
  release(): void;
}

/** @throws Unusable */
export function openDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (cause) {
    throw new Unusable(`HUB_DATA: ${path} cannot be written; choose a folder of yours`, { cause });
  }
  const files = readdirSync(path);
  if (files.includes(MARKER)) requireFormat(path);
  else if (files.length > 0) {
    throw new Unusable(`HUB_DATA: ${path} is not empty and not a data folder of Hub; choose another one`);
  } else write(join(path, MARKER), JSON.stringify({ hub: 'data', format: FORMAT }));
  lock(path);
  return { path, release: () => rmSync(join(path, LOCK), { force: true }) };
}

function requireFormat(path: string): void {
  let marker: { hub?: unknown; format?: unknown };
  try {
    marker = JSON.parse(readFileSync(join(path, MARKER), 'utf8')) as typeof marker;
  } catch (cause) {
    throw new Unusable(`HUB_DATA: ${join(path, MARKER)} is damaged; choose another folder`, { cause });
  }
  if (marker.hub !== 'data' || marker.format !== FORMAT) {
    throw new Unusable(`HUB_DATA: ${path} was written by another version of Hub; choose another folder`);
  }
}

function lock(path: string): void {
  const file = join(path, LOCK);
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new Unusable(`HUB_DATA: ${file} cannot be written`, { cause });
      }
      const holder = Number(readFileSync(file, 'utf8'));
      if (holder !== process.pid && isAlive(holder)) {
        throw new Unusable(
          `HUB_DATA: ${path} is in use by the Hub with process id ${holder}; stop that one first`,
        );
      }
      // Its Hub was killed.
      rmSync(file, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new Unusable(`HUB_DATA: ${file} cannot be written; choose a folder of yours`, { cause });
  }
}
