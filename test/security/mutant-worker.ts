/** Loads the product with one place changed and runs one check on it; see `mutants.ts`. */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { stopAtFirst } from './checks/findings.ts';

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

/** What imports the changed file, and what imports that, is loaded anew for each job: its address ends with the number of the job. */
let round = 0;
let anew: ReadonlySet<string> = new Set();
let changed = { url: '', source: '' };
const stripped = new Map<string, string>();

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return anew.has(found.url) ? { ...found, url: `${found.url}?${round}` } : found;
  },
  load(url, context, next) {
    const [file = ''] = url.split('?');
    if (url === file) return next(url, context);
    return {
      format: 'module',
      source: url === changed.url ? changed.source : plain(file),
      shortCircuit: true,
    };
  },
});

function plain(url: string): string {
  const known = stripped.get(url) ?? stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
  stripped.set(url, known);
  return known;
}

/** By file: those that import it. */
function importers(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const files = globSync(['{functions,shared,local}/**/*.ts', 'test/*.ts', 'test/security/checks/*.ts'], {
    cwd: fileURLToPath(ROOT),
  });
  for (const file of files) {
    const url = new URL(file, ROOT);
    const text = readFileSync(fileURLToPath(url), 'utf8');
    for (const [, target = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const to = new URL(target, url).href;
      found.set(to, [...(found.get(to) ?? []), url.href]);
    }
  }
  return found;
}

const graph = importers();

function allThatImport(url: string): Set<string> {
  const all = new Set([url]);
  for (const one of all) for (const importer of graph.get(one) ?? []) all.add(importer);
  return all;
}

async function run({ change: { file, from, to }, checks, name }: Job): Promise<readonly string[]> {
  const url = new URL(file, ROOT);
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const times = text.split(from).length - 1;
  if (times !== 1) throw new Error(`${file} has ${times} places "${from}"`);
  round += 1;
  anew = allThatImport(url.href);
  changed = { url: `${url.href}?${round}`, source: stripTypeScriptTypes(text.replace(from, () => to)) };
  const place = new URL(`./checks/${checks}`, import.meta.url);
  if (!anew.has(place.href)) throw new Error(`checks/${checks} does not import ${file}`);
  const loaded = (await import(place.href)) as Record<string, Check>;
  const check = loaded[name];
  if (!check) throw new Error(`checks/${checks} has no ${name}`);
  try {
    return await check();
  } catch (error) {
    if (error instanceof Error && error.name === 'Found') return [error.message];
    throw error;
  }
}

stopAtFirst();
parentPort?.on('message', (job: Job) => {
  run(job).then(
    (findings) => parentPort?.postMessage({ findings } satisfies Verdict),
    (error: unknown) => {
      const failed = error instanceof Error ? (error.stack ?? error.message) : String(error);
      parentPort?.postMessage({ failed } satisfies Verdict);
    },
  );
});
