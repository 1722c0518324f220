/** The last moment of an instance, which Cloud Run announces: https://cloud.google.com/run/docs/container-contract#instance-shutdown */

/**
 * Puts `work` before whatever listens already: the functions framework ends the process at once when it is told to, and Cloud Run gives an
 * instance ten seconds, with its processor, in which nothing else is to be done.
 * @param work ends within them by itself, and does not fail
 */
export function beforeExit(work: () => Promise<void>): void {
  const before = process.listeners('SIGTERM');
  process.removeAllListeners('SIGTERM');
  process.once('SIGTERM', () => {
    void work().then(() => {
      for (const listener of before) process.once('SIGTERM', listener);
      process.kill(process.pid, 'SIGTERM');
    });
  });
}
