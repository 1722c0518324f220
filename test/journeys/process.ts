/** Hub as a process of its own, in a test. */
import { once } from 'node:events';
import { watch } from 'node:fs';
import { onTestFinished } from 'vitest';
import { type HubProcess, launch, startHubProcess } from '../hub-process.ts';

export { aFolder, type HubProcess } from '../hub-process.ts';

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

/** Resolves when Hub says that it is ready. */
export async function startProcess(folder: string, env: Record<string, string> = {}): Promise<HubProcess> {
  const hub = await startHubProcess(folder, env);
  // A test that failed half-way leaves no Hub behind.
  onTestFinished(() => hub.kill());
  return hub;
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
