/**
 * Builds the command `hub` into one file, `dist/hub.mjs`, that any Node from 20 on runs without anything installed. The same sources give
 * the same bytes. The console's files have it beside them, so that each Hub offers the one that fits it.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleOf, noteOf, notePackages } from './bundled.ts';
import { inProduction } from './in-production.ts';
import { digestOfSources } from './sources.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
export const COMMAND = join(root, 'dist/hub.mjs');
const STAMP = join(root, 'dist/.hub-built-from');
/** All that a build depends on. */
export const SOURCES = [
  ...['cli', 'shared', 'package.json', 'package-lock.json', 'tsconfig.json'],
  ...['build-cli', 'bundled', 'in-production', 'sources'].map((name) => `scripts/${name}.ts`),
];

interface Built {
  code: string;
  /** Every module that went in, from the root of the repository, in their order. */
  modules: readonly string[];
}

/**
 * @param commit which the command is to say that it was built from; empty if nobody knows
 * @throws Error if there is more than one file, or something in it that does not belong there
 */
export async function bundleCli(commit = ''): Promise<Built> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
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
        // cli/version.ts
        HUB_VERSION: JSON.stringify(version),
        HUB_COMMIT: JSON.stringify(commit),
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
  const modules = Object.keys(file.modules).map(moduleOf).sort();
  const foreign = foreignIn(modules);
  if (foreign.length > 0)
    throw new Error(`hub.mjs has in it what does not belong there: ${foreign.join(', ')}`);
  return { code: file.code, modules };
}

/** Of modules, those that do not belong in it. */
export const foreignIn = (modules: readonly string[]): string[] =>
  modules.filter((id) => !/^(cli|shared|node_modules)\/|^\0|^rolldown|^vite|^__/.test(id));

/**
 * Does nothing if what is there was built from the same sources.
 * @param commit that it must say that it was built from; any or none will do if absent
 */
export async function buildCli(commit?: string): Promise<void> {
  const digest = digestOfSources(SOURCES);
  const isThere = [COMMAND, STAMP, noteOf('hub')].every((file) => existsSync(file));
  const [builtFrom, said] = isThere ? readFileSync(STAMP, 'utf8').split('\n') : [];
  if (builtFrom === digest && (commit === undefined || said === commit)) return;
  const { code, modules } = await bundleCli(commit);
  mkdirSync(dirname(COMMAND), { recursive: true });
  writeFileSync(COMMAND, code);
  chmodSync(COMMAND, 0o755);
  notePackages('hub', modules);
  writeFileSync(STAMP, `${digest}\n${commit ?? ''}`);
}

if (import.meta.main) await buildCli();
