/** Seeds on all cores: each worker takes the next one as soon as it is done with one. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Run } from './simulate.ts';
import type { Task } from './worker.ts';

interface CrewOptions {
  workers?: number | undefined;
  /** Of the product; see `mutants.ts`. */
  mutant?: string | undefined;
}

/**
 * @param tasks taken in order
 * @param onRun told of each, in the order in which they end; false ends all
 * @throws Error if a worker dies
 */
export async function runAll(
  tasks: Iterable<Task>,
  onRun: (run: Run, task: Task) => boolean | undefined,
  { workers = availableParallelism(), mutant }: CrewOptions = {},
): Promise<void> {
  const queue = tasks[Symbol.iterator]();
  let over = false;
  await Promise.all(
    Array.from({ length: workers }, () => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { mutant } });
      return new Promise<void>((resolve, reject) => {
        const end = (): void => void worker.terminate().then(() => resolve(), reject);
        let task: Task | undefined;
        const next = (): void => {
          const { value, done } = queue.next();
          if (done || over) end();
          else {
            task = value;
            worker.postMessage(value);
          }
        };
        worker.on('error', reject);
        worker.on('message', (run: Run | 'ready') => {
          if (run !== 'ready' && task && onRun(run, task) === false) over = true;
          next();
        });
      });
    }),
  );
}
