/** What a command has around it: the terminal, the environment, and the person at the keyboard. */
import { createInterface } from 'node:readline';
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
  /**
   * One line of theirs; an empty one if they end it by Ctrl-D, which is no answer.
   * @param farewell what is said if they press Ctrl-C instead
   * @throws Stopped
   */
  ask(question: string, farewell: string): Promise<string>;
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
    ask: (question, farewell) => askLine(stdin, err, question, farewell),
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

/** As `Io.ask`. By events, and not by the promises of Node: some of its versions never settle one that is broken off, and others say of it what nobody understands. */
export function askLine(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  question: string,
  farewell: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input, output });
    let isAnswered = false;
    lines.once('SIGINT', () => {
      reject(new Stopped(farewell));
      lines.close();
    });
    lines.once('close', () => {
      // What is said next begins a line.
      if (!isAnswered) output.write('\n');
      resolve('');
    });
    lines.question(question, (answer) => {
      isAnswered = true;
      resolve(answer);
      lines.close();
    });
  });
}
