/**
 * Builds the console into `web/dist`, as Firebase Hosting gets it, with compressed twins as Hosting makes them, and the command `hub` beside
 * it. Does nothing if what is there was built from the same sources.
 */
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildCli, COMMAND, SOURCES as OF_COMMAND } from './build-cli.ts';
import { moduleOf, noteOf, notePackages } from './bundled.ts';
import { inProduction } from './in-production.ts';
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

/** @param write into `web/dist` @returns every module that went in, from the root of the repository */
export async function bundleConsole({ write = true } = {}): Promise<string[]> {
  // Large, and mostly not needed.
  const { build } = await import('vite');
  const configFile = join(root, 'web/vite.config.ts');
  const result = await inProduction(() => build({ configFile, logLevel: 'warn', build: { write } }));
  if (!('output' in result)) throw new Error('one build was asked for');
  return result.output
    .flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []))
    .map(moduleOf);
}

/** @param commit that the command `hub` must say that it was built from; any or none will do if absent */
export async function buildWeb(commit?: string): Promise<void> {
  const digest = digestOfSources(SOURCES);
  const isThere = [STAMP, noteOf('console')].every((file) => existsSync(file));
  const [builtFrom, said] = isThere ? readFileSync(STAMP, 'utf8').split('\n') : [];
  if (builtFrom === digest && (commit === undefined || said === commit)) return;
  notePackages('console', await bundleConsole());
  await buildCli(commit);
  copyFileSync(COMMAND, join(DIST, 'hub.mjs'));
  compress();
  writeFileSync(STAMP, `${digest}\n${commit ?? ''}`);
}

if (import.meta.main) await buildWeb();
