/** Hub as a process of its own, in a test. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, watch } from 'node:fs';
import { afterAll, onTestFinished } from 'vitest';
import { aFolder as anyFolder, type HubProcess, launch, startHubProcess } from '../hub-process.ts';

export type { HubProcess } from '../hub-process.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** There until all tests of the file are over. */
export function aFolder(): string {
  const folder = anyFolder();
  folders.push(folder);
  return folder;
}

/** A test that failed half-way leaves no Hub behind, be it one that never became ready. */
function launched(env: Record<string, string>): ChildProcess {
  const child = launch(env);
  const gone = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  return child;
}

/** Kills Hub when a file of that name appears in its folder; resolves when it and all that it started are gone. */
export async function killedAt(folder: string, file: string): Promise<void> {
  const child = launched({ HUB_DATA: folder });
  const watcher = watch(folder, (_, name) => {
    if (name === file) child.kill('SIGKILL');
  });
  // Nobody reads it; it must not fill up either.
  child.stdout?.resume();
  child.stderr?.resume();
  await once(child, 'close');
  watcher.close();
}

/** Resolves when Hub says that it is ready. */
export const startProcess = (folder: string, env: Record<string, string> = {}): Promise<HubProcess> =>
  startHubProcess(folder, env, launched);

/** Starts Hub with settings that it must refuse. */
export async function refusedStart(
  env: Record<string, string>,
): Promise<{ code: number | null; stderr: string }> {
  const child = launched(env);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await once(child, 'close');
  return { code: child.exitCode, stderr };
}
