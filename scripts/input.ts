/** Files that people name to a command. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Unusable } from '../local/command.ts';

/** npm runs its scripts in the folder of the package, and says where it was called. */
export const pathOf = (file: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), file);

/** @throws Unusable if it cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(pathOf(file), 'utf8');
  } catch (error) {
    throw new Unusable(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** @param what it should be, for who named another one @throws Unusable if it cannot be read, or is not JSON */
export function readJson(file: string, what: string): unknown {
  const text = readText(file);
  try {
    return JSON.parse(text);
  } catch {
    throw new Unusable(`${file} is not JSON; is it ${what}?`);
  }
}
