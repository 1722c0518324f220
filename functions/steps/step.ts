/** What a step is: it looks, does at most one idempotent thing, and reports. It names no state, writes no document, sends no message. */
import type { Cluster, ClusterPatch } from '../../shared/documents/cluster.ts';
import type { LedgerEntry } from '../../shared/documents/ledger.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { stepRowOf } from '../../shared/lifecycle/table.ts';
import type { Outcome } from '../../shared/lifecycle/transition.ts';
import { seconds } from '../../shared/units.ts';
import type { Proof } from '../clean-up/proof.ts';
import type { DocumentData, Write } from '../cloud.ts';
import { asAppError, tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';

/** Written in the same commit as the outcome. */
export interface Extras {
  /** Objects that the next call may create. */
  ledger?: { plan: readonly Omit<LedgerEntry, 'plannedAt'>[] };
  /**
   * That nothing is left: it closes the ledger, and where it is the end of the cluster it is signed. If the ledger has changed meanwhile,
   * nothing is committed and the step runs again.
   */
  proof?: Proof;
  /**
   * Documents that the step judged by and changes. If one has changed meanwhile, nothing is committed and the step runs again.
   * No `version`: the document did not exist.
   */
  guarded?: readonly { path: string; version?: string; data: DocumentData }[];
  /** Further writes that hang on nothing. */
  also?: readonly Write[];
  /** What clusters in the queue may wait for, and what this makes an end of: they are told after the commit. */
  frees?: readonly ErrorCode[];
}

export type StepResult = Extract<Outcome, { kind: 'done' | 'wait' | 'failed' | 'requeue' }> & Extras;

/** @throws AppError; the error table says whether the engine tries again */
export type Step = (cluster: Cluster, ports: Ports) => Promise<StepResult>;

export const done = (patch?: ClusterPatch, extras: Extras & { note?: string } = {}): StepResult => ({
  kind: 'done',
  ...(patch ? { patch } : {}),
  ...extras,
});

/** @param forMs cloud time until the next look; 0: at once */
export const wait = (
  forMs: number,
  detail: string,
  more: { within?: number; patch?: ClusterPatch } & Extras = {},
): StepResult => ({
  kind: 'wait',
  forMs,
  detail,
  ...more,
});

/** It will not work, however often it is tried. */
export const fail = (code: ErrorCode, detail?: string, patch?: ClusterPatch): StepResult => ({
  kind: 'failed',
  code,
  final: true,
  ...(detail === undefined ? {} : { detail }),
  ...(patch ? { patch } : {}),
});

/** What was thrown, as the step's result, and as a line of the log. */
export function failedBy(
  thrown: unknown,
  { id, state, epoch, attempts }: Cluster,
  { log }: Pick<Ports, 'log'>,
  patch?: ClusterPatch,
): StepResult & { kind: 'failed' } {
  const { code, detail, retryAfterMs } = asAppError(thrown);
  const { step } = stepRowOf(state);
  tellFailure(log, 'step failed', thrown, { cluster: id, state, epoch, step, attempt: attempts + 1 });
  return {
    kind: 'failed',
    code,
    ...(detail && { detail }),
    ...(retryAfterMs && { retryAfterMs }),
    ...(patch && { patch }),
  };
}

/** A pod starts within seconds, and an old one is given thirty to end. */
const RENEWAL_MS = seconds(5);

/** After an owner left; see `applyMembers`. */
export const untilRenewed = (): StepResult =>
  wait(RENEWAL_MS, 'It restarts, so that a former owner can no longer get in.');

export const requeue = (code: ErrorCode, forMs: number, detail?: string): StepResult => ({
  kind: 'requeue',
  code,
  forMs,
  ...(detail === undefined ? {} : { detail }),
});
