/** The page's own code and the browser build of the `firebase` SDK, as one file and without a trace on the disk. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ENTRY = fileURLToPath(new URL('page/index.ts', import.meta.url));

/** @returns text of a module */
export async function bundlePage(): Promise<string> {
  const built = await build({
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { write: false, minify: false, target: 'esnext', lib: { entry: ENTRY, formats: ['es'] } },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunks = outputs.flatMap((one) => ('output' in one ? one.output : []));
  const [chunk, ...others] = chunks.flatMap((one) => (one.type === 'chunk' ? [one.code] : []));
  if (chunk === undefined || others.length > 0) throw new Error('the page did not become one file');
  return chunk;
}
