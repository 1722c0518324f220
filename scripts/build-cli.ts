/**
 * Builds the command `hub` into one file, `dist/hub.mjs`, that any Node from 20 on runs without anything installed. The same sources give
 * the same bytes. The console's files have it beside them, so that each Hub offers the one that fits it.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inProduction } from './in-production.ts';
import { digestOfSources } from './sources.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
export const COMMAND = join(root, 'dist/hub.mjs');
const STAMP = join(root, 'dist/.hub-built-from');
/** All that a build depends on. */
export const SOURCES = [
  ...['cli', 'shared', 'package-lock.json', 'tsconfig.json'],
  ...['scripts/build-cli.ts', 'scripts/in-production.ts', 'scripts/sources.ts'],
];

interface Built {
  code: string;
  /** Every module that went in, from the root of the repository, in their order. */
  modules: readonly string[];
}

/** @throws Error if there is more than one file, or something in it that does not belong there */
export async function bundleCli(): Promise<Built> {
  const { build } = await import('vite');
  const result = await inProduction(() =>
    build({
      configFile: false,
      root,
      logLevel: 'error',
      mode: 'production',
      // Packages written for CommonJS ask where they are.
      define: {
        'process.env.NODE_ENV': '"production"',
        __dirname: 'import.meta.dirname',
        __filename: 'import.meta.filename',
      },
      ssr: { noExternal: true, target: 'node' },
      build: {
        ssr: 'cli/main.ts',
        write: false,
        minify: true,
        target: 'node20',
        rolldownOptions: {
          output: { format: 'es', entryFileNames: 'hub.mjs', codeSplitting: false },
        },
      },
    }),
  );
  const output = 'output' in result ? result.output : [];
  const [file, ...more] = output;
  if (file?.type !== 'chunk' || more.length > 0)
    throw new Error(`hub.mjs is not one file: ${output.map(({ fileName }) => fileName).join(', ')}`);
  const modules = Object.keys(file.modules)
    .map((id) => id.replace(root, '').replace(/^.*\/node_modules\//, 'node_modules/'))
    .sort();
  const foreign = foreignIn(modules);
  if (foreign.length > 0)
    throw new Error(`hub.mjs has in it what does not belong there: ${foreign.join(', ')}`);
  return { code: file.code, modules };
}

/** Of modules, those that do not belong in it. */
export const foreignIn = (modules: readonly string[]): string[] =>
  modules.filter((id) => !/^(cli|shared|node_modules)\/|^\0|^rolldown|^vite|^__/.test(id));

/** Does nothing if what is there was built from the same sources. */
export async function buildCli(): Promise<void> {
  const digest = digestOfSources(SOURCES);
  if (existsSync(COMMAND) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  const { code } = await bundleCli();
  mkdirSync(dirname(COMMAND), { recursive: true });
  writeFileSync(COMMAND, code);
  chmodSync(COMMAND, 0o755);
  writeFileSync(STAMP, digest);
}

if (import.meta.main) await buildCli();
