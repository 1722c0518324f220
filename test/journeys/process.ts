/** Hub as a process of its own, for what only a process can suffer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../local/main.ts', import.meta.url));

export const aFolder = (): string => mkdtempSync(join(tmpdir(), 'hub-test-'));

const launch = (env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [MAIN], {
    env: { ...process.env, HUB_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Kills Hub when a file of that name appears in its folder; resolves when it and all that it started are gone. */
export async function killedAt(folder: string, file: string): Promise<void> {
  const child = launch({ HUB_DATA: folder });
  const watcher = watch(folder, (_, name) => {
    if (name === file) child.kill('SIGKILL');
  });
  // Nobody reads it; it must not fill up either.
  child.stdout?.resume();
  child.stderr?.resume();
  await once(child, 'close');
  watcher.close();
}

export interface HubProcess {
  addresses: Record<string, string>;
  /** What the functions and the cloud have logged so far. */
  log(): Record<string, unknown>[];
  /** Ends like a machine that loses power; resolves when it is gone, and all that it started: whoever holds its output. */
  kill(): Promise<void>;
  /** Ends politely; resolves as `kill` does, with the exit code. */
  end(): Promise<number | null>;
}

/** Resolves when Hub says that it is ready. */
export async function startProcess(folder: string, env: Record<string, string> = {}): Promise<HubProcess> {
  const child = launch({ HUB_DATA: folder, HUB_CLOUD_SPEED: '600', ...env });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Hub is ready at')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`Hub ended with ${code}: ${errors}`)));
  });
  const gone = once(child, 'close');
  // A test that failed half-way leaves no Hub behind.
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    addresses: JSON.parse(readFileSync(join(folder, 'local.json'), 'utf8')) as Record<string, string>,
    log: () =>
      text
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async end() {
      child.kill('SIGTERM');
      await gone;
      return child.exitCode;
    },
  };
}

/** Starts Hub with settings that it must refuse. */
export async function refusedStart(
  env: Record<string, string>,
): Promise<{ code: number | null; stderr: string }> {
  const child = launch(env);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, stderr };
}
