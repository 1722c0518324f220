/** Loads the product with one place changed and runs one check on it; see `mutants.ts`. */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';

const ROOT = new URL('../../', import.meta.url);

/** One place of one file, and what is there instead. */
export interface Change {
  file: string;
  from: string;
  to: string;
}

export interface Job {
  change: Change;
  checks: string;
  name: string;
}

export type Verdict = { findings: readonly string[] } | { failed: string };

type Check = () => readonly string[] | Promise<readonly string[]>;

/** Every file of ours is loaded anew for each job: its address ends with the number of the job. */
let round = 0;
let changed = { url: '', source: '' };

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const isOurs = found.url.startsWith(ROOT.href) && !found.url.includes('/node_modules/');
    return isOurs && round > 0 ? { ...found, url: `${found.url.split('?')[0]}?${round}` } : found;
  },
  load(url, context, next) {
    if (url !== changed.url) return next(url, context);
    return { format: 'module-typescript', source: changed.source, shortCircuit: true };
  },
});

async function run({ change: { file, from, to }, checks, name }: Job): Promise<readonly string[]> {
  const url = new URL(file, ROOT);
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const times = text.split(from).length - 1;
  if (times !== 1) throw new Error(`${file} has ${times} places "${from}"`);
  round += 1;
  changed = { url: `${url.href}?${round}`, source: text.replace(from, () => to) };
  const loaded = (await import(new URL(`./checks/${checks}`, import.meta.url).href)) as Record<string, Check>;
  const check = loaded[name];
  if (!check) throw new Error(`checks/${checks} has no ${name}`);
  return check();
}

parentPort?.on('message', (job: Job) => {
  run(job).then(
    (findings) => parentPort?.postMessage({ findings } satisfies Verdict),
    (error: unknown) =>
      parentPort?.postMessage({
        failed: error instanceof Error ? (error.stack ?? '') : String(error),
      } satisfies Verdict),
  );
});
