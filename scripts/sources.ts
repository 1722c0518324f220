/** What a build is made of, and whether what is there was made of the same. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param path of a file or a folder, from the root of the repository @returns whole paths; none if it is not there */
export function filesBelow(path: string): string[] {
  const whole = join(root, path);
  if (/\.\w+$/.test(path)) return [whole];
  if (!existsSync(whole)) return [];
  const entries = readdirSync(whole, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Of names and contents, but for tests. @param sources files and folders, from the root of the repository */
export function digestOfSources(sources: readonly string[]): string {
  const hash = createHash('sha256');
  const files = sources.flatMap(filesBelow).filter((file) => !/\.test\.tsx?$/.test(file));
  for (const file of files.sort()) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}
