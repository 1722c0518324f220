/** What a command has around it: the terminal, the environment, and the person at the keyboard. */
import { createInterface } from 'node:readline/promises';
import { Stopped } from './failure.ts';

export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Io {
  env: Readonly<Record<string, string | undefined>>;
  /** What was asked for. */
  out: Output;
  /** What is said beside it. */
  err: Output;
  /** Whether somebody can be asked. */
  isInteractive: boolean;
  ask(question: string): Promise<string>;
  /**
   * Work that a person may end by Ctrl-C without ending what it waits for.
   * @param farewell what goes on
   * @throws Stopped
   */
  untilStopped<T>(farewell: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** How the command is called, by its absolute path: who calls it back may be in another folder, with another PATH. */
  self: readonly [program: string, ...args: string[]];
  platform: NodeJS.Platform;
}

/** @param main file of the command */
export function processIo(main: string): Io {
  const { env, stdin, stdout: out, stderr: err, execPath, platform } = process;
  // Whoever reads us may have read enough: `hub list | head -1`.
  for (const stream of [out, err])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  return {
    env,
    out,
    err,
    isInteractive: Boolean(stdin.isTTY && err.isTTY),
    async ask(question) {
      const lines = createInterface({ input: stdin, output: err });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
    async untilStopped(farewell, work) {
      const stop = new AbortController();
      const free = (): void => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      const onSignal = (): void => {
        stop.abort();
        // Whoever asks a second time does not want to wait for what is being put away.
        free();
      };
      process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
      try {
        return await work(stop.signal);
      } catch (error) {
        if (stop.signal.aborted) throw new Stopped(farewell);
        throw error;
      } finally {
        free();
      }
    },
    self: [execPath, main],
    platform,
  };
}
