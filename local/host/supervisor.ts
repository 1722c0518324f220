/** Starts the functions' host and starts it again whenever it dies, on the same ports. */
import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../functions/log.ts';
import type { HostOptions, HostReady } from './protocol.ts';

export interface FunctionsHost {
  /** Port of each function. */
  readonly ports: Record<string, number>;
  /** How often it was started again. */
  readonly restarts: number;
  /** Ends it like a machine that fails; it is started again. */
  kill(): void;
  close(): Promise<void>;
}

/** A host that dies this often without ever having answered has a fault that starting again does not mend. */
const MAX_FAILED_STARTS = 3;
/** A polite end must be over by then; Hub promises 5 s in all. */
const GRACE_MS = 2000;

/**
 * @param heard is given each line that the functions log, which is printed all the same
 * @throws Error if the host cannot be started
 */
export async function startHost(
  env: Record<string, string>,
  options: HostOptions,
  log: Log,
  heard?: (line: string) => void,
): Promise<FunctionsHost> {
  let child: ChildProcess | undefined;
  let ports = options.ports;
  let restarts = 0;
  let failedStarts = 0;
  let closing = false;

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const started = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), [], {
        env: { ...process.env, ...env, HUB_HOST: JSON.stringify({ ...options, ports }) },
        stdio: ['ignore', heard ? 'pipe' : 'inherit', 'inherit', 'ipc'],
        // Young objects die young here; a small nursery keeps the memory of a laptop free.
        execArgv: ['--max-semi-space-size=4', '--disable-warning=ExperimentalWarning'],
      });
      child = started;
      if (heard && started.stdout)
        createInterface({ input: started.stdout }).on('line', (line) => {
          process.stdout.write(`${line}\n`);
          heard(line);
        });
      let ready = false;
      started.once('message', (message: HostReady) => {
        ready = true;
        failedStarts = 0;
        ports = message.ports;
        resolve();
      });
      started.once('exit', (code, signal) => {
        if (closing) return resolve();
        if (!ready && ++failedStarts >= MAX_FAILED_STARTS) {
          const detail = `the functions' host cannot start (exit code ${code}); see the lines above`;
          // Later than at the start nobody waits for this promise.
          log.error('functions host stays away', { detail });
          reject(new Error(detail));
          return;
        }
        restarts++;
        log.warn('functions host ended; starting it again', {
          detail: signal ?? `exit code ${code}`,
          count: restarts,
        });
        start().then(resolve, reject);
      });
    });
  await start();

  return {
    get ports() {
      return ports;
    },
    get restarts() {
      return restarts;
    },
    kill: () => void child?.kill('SIGKILL'),
    close: () =>
      new Promise((resolve) => {
        closing = true;
        if (!child || child.exitCode !== null || child.signalCode !== null) return resolve();
        const force = setTimeout(() => child?.kill('SIGKILL'), GRACE_MS);
        child.once('exit', () => {
          clearTimeout(force);
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
}
