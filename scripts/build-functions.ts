/**
 * Builds what is deployed of the functions: `dist/functions.zip`, one archive with every function of the manifest in it, bundled and
 * minified, with source maps. The same sources give the same bytes, so that Terraform deploys only what has changed. Does nothing if
 * what is there was built from the same sources.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { entryPointOf } from '../functions/entry-point.ts';
import { MANIFEST } from '../functions/manifest.ts';
import { moduleOf, noteOf, notePackages } from './bundled.ts';
import { inProduction } from './in-production.ts';
import { type LockFile, lockOf } from './lock.ts';
import { digestOfSources } from './sources.ts';
import { zipOf } from './zip.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
export const ARCHIVE = join(root, 'dist/functions.zip');
const STAMP = join(root, 'dist/.functions-built-from');
/** All that a build depends on. */
export const SOURCES = [
  ...['functions', 'shared', 'package-lock.json', 'tsconfig.json'],
  ...['build-functions', 'bundled', 'in-production', 'lock', 'sources', 'zip'].map(
    (name) => `scripts/${name}.ts`,
  ),
];

/**
 * What starts the functions. It stays outside: the platform runs its command, and both must speak of the same registry of functions.
 * https://cloud.google.com/functions/docs/functions-framework
 */
const FRAMEWORK = '@google-cloud/functions-framework';

interface Built {
  /** Files of the archive by their path in it. */
  files: Record<string, Uint8Array>;
  /** What the archive offers to the platform. */
  exports: readonly string[];
  /** Every module that went in, from the root of the repository, in their order. */
  modules: readonly string[];
}

/** @throws Error if a fault is found in what came out: see `faultsOf` */
export async function buildFunctions(): Promise<Built> {
  const output = await inProduction(bundleForProduction);
  const entry = output.find((file) => file.type === 'chunk' && file.isEntry);
  const modules = output.flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
  const built: Built = {
    files: {
      ...Object.fromEntries(output.map((file) => [file.fileName, contentOf(file)])),
      ...packageFiles(),
    },
    exports: entry?.type === 'chunk' ? entry.exports : [],
    modules: modules.map(moduleOf).sort(),
  };
  const faults = faultsOf(built);
  if (faults.length > 0) throw new Error(`the archive of the functions is not right: ${faults.join('; ')}`);
  return built;
}

/** What must hold of whatever is deployed: all functions and no others, and nothing of the embedded cloud or of tests. */
export function faultsOf({ exports, modules }: Pick<Built, 'exports' | 'modules'>): string[] {
  const wanted = MANIFEST.map(({ name }) => entryPointOf(name));
  return [
    ...wanted.filter((name) => !exports.includes(name)).map((name) => `${name} is missing`),
    ...exports.filter((name) => !wanted.includes(name)).map((name) => `${name} is not in the manifest`),
    ...modules
      .filter((id) => !/^(functions|shared|node_modules)\/|^\0|^rolldown|^vite|^__/.test(id))
      .map((id) => `${id} does not belong in it`),
  ];
}

async function bundleForProduction(): Promise<(Rolldown.OutputChunk | Rolldown.OutputAsset)[]> {
  const result = await build({
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
    ssr: { noExternal: true, external: [FRAMEWORK], target: 'node' },
    build: {
      ssr: 'functions/index.ts',
      write: false,
      minify: true,
      sourcemap: true,
      target: 'node24',
      rolldownOptions: {
        external: [FRAMEWORK],
        // Left to itself, the entry also exports what its chunks share.
        preserveEntrySignatures: 'strict',
        output: {
          format: 'es',
          entryFileNames: 'index.js',
          chunkFileNames: '[name]-[hash].js',
          // The sources are in the repository; in the archive they would be four fifths of it.
          sourcemapExcludeSources: true,
          // Wherever the repository is, and whatever folder this is called from.
          sourcemapPathTransform: (path) =>
            path.replace(/^.*?(?=(?:node_modules|functions|shared)\/|__vite)/, ''),
        },
      },
    },
  });
  if (!('output' in result)) throw new Error('one build was asked for');
  return result.output;
}

const contentOf = (file: Rolldown.OutputChunk | Rolldown.OutputAsset): Uint8Array =>
  typeof (file.type === 'chunk' ? file.code : file.source) === 'string'
    ? Buffer.from(file.type === 'chunk' ? file.code : (file.source as string))
    : (file as { source: Uint8Array }).source;

/** What the platform installs: the framework, with the versions and hashes of this repository's own lock file. */
function packageFiles(): Record<string, Uint8Array> {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as LockFile;
  const version = lock.packages[`node_modules/${FRAMEWORK}`]?.version;
  if (version === undefined) throw new Error(`the lock file does not know ${FRAMEWORK}`);
  const manifest = {
    name: 'hub-functions',
    version: '0.0.0',
    private: true,
    type: 'module',
    main: 'index.js',
    engines: { node: '24' },
    dependencies: { [FRAMEWORK]: version },
  };
  const asFile = (content: object): Buffer => Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
  return {
    // Nothing that is fetched may run while it is installed.
    '.npmrc': Buffer.from('ignore-scripts=true\n'),
    'package.json': asFile(manifest),
    'package-lock.json': asFile(lockOf(manifest, lock)),
  };
}

async function writeArchive(): Promise<void> {
  const digest = digestOfSources(SOURCES);
  const isThere = [ARCHIVE, STAMP, noteOf('functions')].every((file) => existsSync(file));
  if (isThere && readFileSync(STAMP, 'utf8') === digest) return;
  const { files, modules } = await buildFunctions();
  mkdirSync(dirname(ARCHIVE), { recursive: true });
  writeFileSync(ARCHIVE, zipOf(files));
  notePackages('functions', modules);
  writeFileSync(STAMP, digest);
}

if (import.meta.main) await writeArchive();
