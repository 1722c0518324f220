/**
 * The engine: one message in, at most one transition out. It reads the document, drops the message if the document has moved on,
 * runs the step, computes the pure transition and commits it only onto the document it read. There is no lease: the commit's
 * precondition is the lock.
 */
import { AppError, asAppError } from '../../shared/errors.ts';
import { rowOf, type StepName } from '../../shared/lifecycle/table.ts';
import { type Transition, transition } from '../../shared/lifecycle/transition.ts';
import type { StepMessage } from '../../shared/messages.ts';
import { CommitError } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import type { Step, StepResult } from '../steps/step.ts';
import {
  announce,
  circumstances,
  commitOnce,
  publishStep,
  type Read,
  readCluster,
  writesOf,
} from './commit.ts';

/** Tries at one commit. Each loses only to a commit that won, so the number bounds work under contention, not correctness. */
const COMMIT_TRIES = 30;
/** Real time between tries, times chance and the number of the try. */
const CONTENTION_MS = 15;

/**
 * Handles "look at this cluster again".
 * @throws AppError, CommitError `unavailable` if nothing could be decided; the bus delivers the message again, and `dueAt` stands
 * behind that
 */
export async function dispatch(
  ports: Ports,
  steps: Record<StepName, Step>,
  step: StepName,
  message: StepMessage,
): Promise<void> {
  const current = async (): Promise<Read | undefined> => {
    const read = await readCluster(ports, message.id);
    const isCurrent = read?.cluster.epoch === message.epoch && rowOf(read.cluster.state).step === step;
    return isCurrent ? read : undefined;
  };
  let read = await current();
  if (!read) return;
  let result = await run(ports, steps[step], read, step);
  for (let attempt = 1; attempt <= COMMIT_TRIES; attempt++) {
    const next = transition(read.cluster, result, circumstances(ports));
    if (!next) return;
    if (
      await commitOnce(ports, writesOf(read, next, result, ports), message.id, next.event).catch(
        unknownOutcome,
      )
    ) {
      log(ports, read, next, step);
      await announce(ports, read.cluster, next);
      await sitOut(ports, read.cluster.id, next, step);
      return;
    }
    await ports.clock.sleepUntil(ports.clock.now() + ports.random.fraction() * CONTENTION_MS * attempt);
    read = await current();
    if (!read) return;
    // A result that rests on other documents must be found anew; any other is still true and only needs to be written.
    if (result.guarded) result = await run(ports, steps[step], read, step);
  }
  throw new AppError('CONFLICT', `cluster ${message.id} changes too fast`);
}

/** A short wait is over before a sweep may begin. Should the handler die in it, `dueAt` is behind it. */
async function sitOut(
  ports: Ports,
  id: string,
  { wakeInMs, fields }: Transition,
  step: StepName,
): Promise<void> {
  if (wakeInMs === undefined) return;
  await ports.clock.sleepUntil(ports.clock.after(wakeInMs));
  await publishStep(ports, step, id, fields.epoch).catch((error: unknown) =>
    ports.log.warn('message not sent', { cluster: id, step, code: asAppError(error).code }),
  );
}

async function run(ports: Ports, step: Step, read: Read, name: StepName): Promise<StepResult> {
  const { cluster } = read;
  try {
    return await step(cluster, ports);
  } catch (thrown) {
    // A database that is away is no fault of the step's, and the failure could hardly be written down.
    if (thrown instanceof CommitError && thrown.fault === 'unavailable') throw thrown;
    const error = asAppError(thrown);
    const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : undefined;
    ports.log[error.code === 'BUG' ? 'error' : 'warn']('step failed', {
      cluster: cluster.id,
      state: cluster.state,
      epoch: cluster.epoch,
      step: name,
      attempt: cluster.attempts + 1,
      code: error.code,
      ...(cause ? { detail: cause } : error.detail ? { detail: error.detail } : {}),
    });
    return { kind: 'failed', code: error.code, ...(error.detail ? { detail: error.detail } : {}) };
  }
}

function log(ports: Ports, read: Read, next: Transition, step: StepName): void {
  if (!next.event) return;
  ports.log.info('transition', {
    cluster: read.cluster.id,
    step,
    state: next.fields.state,
    epoch: next.fields.epoch,
    durationMs: next.event.durationMs,
    ...(next.fields.error ? { code: next.fields.error.code } : {}),
  });
}

/** Reading again tells what an unanswered commit did. */
function unknownOutcome(error: unknown): false {
  if (error instanceof CommitError) return false;
  throw error;
}
