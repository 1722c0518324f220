/** What everything that is built has in common: it is made of the same sources once, and to the same bytes wherever. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param path from the root of the repository, of a file or a folder */
export function filesBelow(path: string): string[] {
  const whole = join(root, path);
  if (!existsSync(whole)) return [];
  if (/\.\w+$/.test(path)) return [whole];
  const entries = readdirSync(whole, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** By which a build knows whether it has been done. Tests are in no build. */
export function digestOfSources(sources: readonly string[]): string {
  const hash = createHash('sha256');
  const files = sources.flatMap(filesBelow).filter((file) => !file.endsWith('.test.ts'));
  for (const file of files.sort()) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** Whoever builds, and in whatever environment: vite chooses between the faces of packages by this variable. */
export async function inProduction<T>(work: () => Promise<T>): Promise<T> {
  const { NODE_ENV: before } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}
