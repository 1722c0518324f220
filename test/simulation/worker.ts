/** A worker of `crew.ts`: runs what it is sent, over the product as it is or with one change in it. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ExhaustiveOptions } from './exhaustive.ts';
import { mutate } from './mutate.ts';
import type { Options } from './simulate.ts';

export type Task = ({ kind: 'seed' } & Options) | ({ kind: 'strikes' } & ExhaustiveOptions);

const { mutant } = workerData as { mutant?: string };
if (mutant !== undefined) mutate(mutant);
// Where an error comes from costs more to find out than most calls, and is of use only to whoever runs the seed again.
Error.stackTraceLimit = 0;
// Only now: what is loaded before cannot be changed any more.
const [{ simulate }, { exhaust }] = await Promise.all([import('./simulate.ts'), import('./exhaustive.ts')]);

parentPort?.on('message', async (task: Task) => {
  parentPort?.postMessage(task.kind === 'seed' ? await simulate(task) : await exhaust(task));
});
parentPort?.postMessage('ready');
