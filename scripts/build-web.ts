/**
 * Builds the console into `web/dist`, as Firebase Hosting gets it, with compressed twins as Hosting makes them. Does nothing if what is
 * there was built from the same sources.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(root, 'web/dist');
const STAMP = join(DIST, '.built-from');
/** All that a build depends on. */
const SOURCES = [
  'web/src',
  'web/public',
  'web/index.html',
  'web/vite.config.ts',
  'shared',
  'package-lock.json',
];

function filesBelow(path: string): string[] {
  const whole = join(root, path);
  if (!existsSync(whole)) return [];
  const entries = readdirSync(whole, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((source) =>
    /\.\w+$/.test(source) ? [join(root, source)] : filesBelow(source),
  );
  for (const file of files.sort()) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}

/** What is worth it: https://firebase.google.com/docs/hosting/usage-quotas-pricing */
const COMPRESSIBLE = /\.(js|css|html|svg|json)$/;

function compress(): void {
  for (const file of filesBelow('web/dist').filter((name) => COMPRESSIBLE.test(name))) {
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
    writeFileSync(`${file}.br`, brotliCompressSync(content));
  }
}

export async function buildWeb(): Promise<void> {
  const digest = digestOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  // Large, and mostly not needed.
  const { build } = await import('vite');
  await build({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' });
  compress();
  writeFileSync(STAMP, digest);
}

if (import.meta.main) await buildWeb();
