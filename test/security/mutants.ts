/**
 * The test of a test: the product with one place changed, put through the same checks. A check that finds nothing in what is broken would be
 * no check. Each changed product is loaded anew beside the real one, in a thread of its own.
 */
import { Worker } from 'node:worker_threads';
import type { Change, Job, Verdict } from './mutant-worker.ts';

const WORKER = new URL('./mutant-worker.ts', import.meta.url);

/**
 * @param checks file name in `checks/`
 * @param name of the check: an export that returns what it finds, in words
 * @returns what the check finds in the product that is changed so
 * @throws Error if the place is not there, or is there twice: the product has changed since
 */
export function findingsIn(change: Change, checks: string, name: string): Promise<readonly string[]> {
  const job: Job = { change, checks, name };
  worker ??= new Worker(WORKER);
  const own = worker;
  own.ref();
  return new Promise((resolve, reject) => {
    const done = (): void => {
      own.off('message', take);
      own.off('error', fail);
      own.unref();
    };
    const take = (verdict: Verdict): void => {
      done();
      if ('failed' in verdict) reject(new Error(verdict.failed));
      else resolve(verdict.findings);
    };
    const fail = (error: Error): void => {
      done();
      worker = undefined;
      reject(error);
    };
    own.on('message', take);
    own.on('error', fail);
    own.postMessage(job);
  });
}

let worker: Worker | undefined;
