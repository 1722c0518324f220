/**
 * The engine: one message in, at most one transition out. It reads the document, drops the message if the document has moved on,
 * runs the step, computes the pure transition and commits it only onto the document it read. There is no lease: the commit's
 * precondition is the lock.
 */

import type { Cluster, ClusterFields } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { rowOf, SHORT_WAIT_MS, type StepName } from '../../shared/lifecycle/table.ts';
import { type Transition, transition } from '../../shared/lifecycle/transition.ts';
import type { StepMessage } from '../../shared/messages.ts';
import { seconds } from '../../shared/units.ts';
import { CommitError } from '../cloud.ts';
import { circumstances } from '../clusters/circumstances.ts';
import { publishStep } from '../clusters/publish-step.ts';
import { type Read, readCluster } from '../clusters/read.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { failedBy, type Step, type StepResult } from '../steps/step.ts';
import { announce, changes, commitOnce, writesOf } from './commit.ts';

/** Tries at one commit. Each loses only to a commit that won, so the number bounds work under contention, not correctness. */
const COMMIT_TRIES = 30;
/** Real time between tries, times chance and the number of the try. */
const CONTENTION_MS = 15;
/** Cloud time from the message until a handler's last look begins: a look takes up to 40 s, and after 55 the platform answers in its place. */
const LOOKS_MS = seconds(15);

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
  const sitOut = patience(ports);
  let read = await current();
  if (!read) return;
  let result = await run(ports, steps[step], read, step);
  while (bringsNothing(ports, read, result) && (await sitOut(result.forMs))) {
    read = await current();
    if (!read) return;
    result = await run(ports, steps[step], read, step);
  }
  for (let attempt = 1; attempt <= COMMIT_TRIES; attempt++) {
    const next = transition(read.cluster, result, circumstances(ports));
    if (!next) return;
    if (
      await commitOnce(ports, writesOf(read, next, result, ports), message.id, next.event).catch(
        unknownOutcome,
      )
    ) {
      report(ports, read, next, step);
      await announce(ports, read.cluster, next, result.frees);
      if (next.wakeInMs !== undefined) {
        await sitOut(next.wakeInMs);
        // A handler for each duplicate of a message would else have successors for as long as the state lasts, and those duplicates again.
        if (await wroteLast(current, next)) await lookAgain(ports, read.cluster.id, next, step);
      }
      return;
    }
    await ports.clock.sleepUntil(ports.clock.now() + ports.random.fraction() * CONTENTION_MS * attempt);
    const now = await current();
    if (!now) return;
    const isOutdated = restsOnMore(result) || restsOnWhatChanged(result, read.cluster, now.cluster);
    read = now;
    // Any other is still true and only needs to be written.
    if (isOutdated) result = await run(ports, steps[step], read, step);
  }
  throw new AppError('CONFLICT', `cluster ${message.id} changes too fast`);
}

/** Whether no other handler has written since when to look again, and so goes on. In doubt this one does. */
async function wroteLast(current: () => Promise<Read | undefined>, { fields }: Transition): Promise<boolean> {
  try {
    const now = await current();
    return now !== undefined && now.cluster.dueAt?.getTime() === fields.dueAt?.getTime();
  } catch {
    return true;
  }
}

/** On other documents than the cluster's. */
const restsOnMore = ({ guarded, proof }: StepResult): boolean => guarded !== undefined || proof !== undefined;

/** What is decided is decided of a place; and no longer that it is to be made if another handler has begun to give its room back. */
const PREMISES: readonly (keyof ClusterFields)[] = ['location', 'exhausted', 'holdUntilAt'];

/** Whether another handler has changed meanwhile what this one decided by, or what it is about to write. */
function restsOnWhatChanged({ patch = {} }: StepResult, then: Cluster, now: Cluster): boolean {
  const changed = changes(then, now);
  return [...PREMISES, ...Object.keys(patch)].some((field) => field in changed);
}

/**
 * Whether there is nothing to write down: a short wait that changes nothing in the document. Should the handler die in it, the document's
 * own `dueAt` is behind it, which must not come meanwhile; nor must the deadline, which only a commit sees to.
 */
function bringsNothing(
  { clock }: Ports,
  { cluster }: Read,
  result: StepResult,
): result is StepResult & { kind: 'wait' } {
  if (result.kind !== 'wait' || result.forMs === 0 || result.forMs > SHORT_WAIT_MS) return false;
  if (result.ledger || result.guarded || result.also?.length || cluster.parked) return false;
  const soon = clock.after(SHORT_WAIT_MS);
  const isAhead = (instant: Date | undefined): boolean => instant !== undefined && instant.getTime() > soon;
  if (!isAhead(cluster.dueAt) || (cluster.deadlineAt && !isAhead(cluster.deadlineAt))) return false;
  return Object.keys(changes(cluster, { ...cluster, ...result.patch })).length === 0;
}

/**
 * What one handler sits out: waits of so much cloud time together, which is little where the cloud runs fast, and none that ends too late
 * for a last look.
 * @returns a function that waits, and says whether it did
 */
function patience({ clock }: Ports): (forMs: number) => Promise<boolean> {
  const lastLookAtMs = clock.afterWork(LOOKS_MS);
  let leftMs = LOOKS_MS;
  return async (forMs) => {
    const untilAtMs = clock.after(forMs);
    if (forMs > leftMs || untilAtMs > lastLookAtMs) return false;
    leftMs -= forMs;
    await clock.sleepUntil(untilAtMs);
    return true;
  };
}

/** The next look is another handler's, with time of its own. Should this one die before, `dueAt` is behind it. */
async function lookAgain(ports: Ports, id: string, { fields }: Transition, step: StepName): Promise<void> {
  await publishStep(ports, step, id, fields.epoch).catch((error: unknown) =>
    tellFailure(ports.log, 'message not sent', error, { cluster: id, step }),
  );
}

/** One look, counted. */
async function run(ports: Ports, step: Step, read: Read, name: StepName): Promise<StepResult> {
  const startMs = ports.clock.monotonic();
  const result = await look(ports, step, read);
  const durationMs = ports.clock.monotonic() - startMs;
  ports.metrics.record('steps', durationMs / 1000, { step: name, outcome: result.kind });
  if (result.kind === 'failed') ports.metrics.record('stepFailures', 1, { step: name, code: result.code });
  return result;
}

async function look(ports: Ports, step: Step, { cluster }: Read): Promise<StepResult> {
  try {
    return await step(cluster, ports);
  } catch (thrown) {
    // A database that is away is no fault of the step's, and the failure could hardly be written down.
    if (thrown instanceof CommitError && thrown.fault === 'unavailable') throw thrown;
    return failedBy(thrown, cluster, ports);
  }
}

function report(ports: Ports, { cluster }: Read, { event, fields }: Transition, step: StepName): void {
  const { state, epoch, error, detail } = fields;
  const line = { cluster: cluster.id, step, state, epoch };
  if (!event) {
    ports.log.info('step waits', { ...line, ...(detail !== undefined && { detail }) });
    return;
  }
  ports.log.info('transition', { ...line, durationMs: event.durationMs, ...(error && { code: error.code }) });
  const isForSomebody =
    fields.owner !== undefined && fields.readyAt?.getTime() !== cluster.readyAt?.getTime();
  if (isForSomebody) countReady(ports, fields);
}

/** How long somebody waited for a cluster, and how far that was from what they were told. */
function countReady({ clock, metrics }: Ports, { createdAt, promisedAt, claimedFrom }: ClusterFields): void {
  const way = claimedFrom === undefined ? 'cold' : 'claim';
  metrics.record('toReady', Math.max(0, clock.elapsed(createdAt.getTime())) / 1000, { way });
  if (!promisedAt) return;
  const lateMs = clock.elapsed(promisedAt.getTime());
  const direction = lateMs > 0 ? 'late' : 'early';
  metrics.record('etaError', Math.abs(lateMs) / 1000, { way, direction });
}

/** Reading again tells what an unanswered commit did. */
function unknownOutcome(error: unknown): false {
  if (error instanceof CommitError) return false;
  throw error;
}
