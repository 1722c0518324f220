/**
 * Builds the console into `web/dist`, as Firebase Hosting gets it, with compressed twins as Hosting makes them, and the command `hub` beside
 * it. Does nothing if what is there was built from the same sources.
 */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildCli, COMMAND, SOURCES as OF_COMMAND } from './build-cli.ts';
import { digestOfSources, filesBelow } from './sources.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(root, 'web/dist');
const STAMP = join(DIST, '.built-from');
/** All that a build depends on. */
export const SOURCES = [
  ...['web/src', 'web/public', 'web/index.html', 'web/vite.config.ts', 'web/tsconfig.json'],
  ...['shared', 'package-lock.json', 'tsconfig.json', 'scripts/build-web.ts', 'scripts/sources.ts'],
  ...OF_COMMAND,
];

/** What is worth it: https://firebase.google.com/docs/hosting/usage-quotas-pricing */
const COMPRESSIBLE = /\.(m?js|css|html|svg|json)$/;

function compress(): void {
  for (const file of filesBelow('web/dist').filter((name) => COMPRESSIBLE.test(name))) {
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
    writeFileSync(`${file}.br`, brotliCompressSync(content));
  }
}

export async function buildWeb(): Promise<void> {
  const digest = digestOfSources(SOURCES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  // Large, and mostly not needed.
  const { build } = await import('vite');
  await build({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' });
  await buildCli();
  copyFileSync(COMMAND, join(DIST, 'hub.mjs'));
  compress();
  writeFileSync(STAMP, digest);
}

if (import.meta.main) await buildWeb();
