/**
 * THE list of what wakes somebody or waits for them in the morning, and of what is promised. Terraform makes alert policies of it,
 * docs/alerts.md is drawn from it, and docs/operations.md has one runbook for each. Wherever a threshold follows from the lifecycle or
 * from the code it watches, it is taken from there.
 */
import { COLD_WAY } from '../shared/lifecycle/derive.ts';
import { RETRY, rowOf, type StepRow } from '../shared/lifecycle/table.ts';
import { hours, minutes } from '../shared/units.ts';
import { DEAD_LETTER } from './dead-letters/record.ts';
import { MAX_DELIVERY_ATTEMPTS } from './manifest.ts';
import type { AttributeValues, Instrument } from './metrics.ts';
import { OVERDUE_MS } from './status/plan.ts';

type Where = Partial<AttributeValues>;

/** When somebody is told. Values are in the instrument's unit, times are real. */
export type Condition =
  /** A gauge stays above. */
  | { kind: 'above'; instrument: Instrument; where?: Where; value: number; forMs: number }
  /** A counter, or a histogram's count, grew by more than that within the time; told apart by `by`. */
  | { kind: 'increase'; instrument: Instrument; by?: keyof AttributeValues; value: number; withinMs: number }
  /** A gauge that says when something was last done says that it was long ago, or nothing. */
  | { kind: 'silent'; instrument: Instrument; where: Where; forMs: number }
  /** 95 of 100 values were below, and now are not. */
  | { kind: 'p95'; instrument: Instrument; where: Where; value: number; withinMs: number }
  /** The share of what is `where` among all is on the wrong side. */
  | {
      kind: 'share';
      instrument: Instrument;
      where: Where;
      side: 'above' | 'below';
      value: number;
      /** Over all of these at once: a long one so that it matters, a short one so that it is not over already. */
      withinMs: readonly number[];
    }
  /** A line of the log. No event: any line that is an error. */
  | { kind: 'log'; event?: string };

export interface Alert {
  /** Name of the policy, and heading of its runbook. */
  id: string;
  title: string;
  /** `page`: somebody gets up. `ticket`: it can wait for the morning. */
  severity: 'page' | 'ticket';
  when: Condition;
}

/** Cloud time in which a cluster made from nothing usually is ready. */
const COLD_MS = COLD_WAY.reduce((sum, state) => sum + (rowOf(state) as StepRow).expectedMs, 0);
const inSeconds = (ms: number): number => Math.round(ms / 1000);

/** What is promised to people. */
export const SLOS = {
  /** Of requests to the API that are not answered by a fault of Hub's, in 28 days. */
  apiAvailability: 0.999,
  /** Of clusters made from nothing 95 % are ready by then. */
  readyS: inSeconds(2 * COLD_MS),
  /** Of clusters asked for as many are handed over from a pool. */
  poolHits: 0.8,
  /** Nothing that is due waits longer. */
  overdueS: inSeconds(OVERDUE_MS.degraded),
  /** How wrong the time may be that was promised, for 95 % of clusters. */
  etaErrorS: inSeconds(COLD_MS / 2),
  /** Found in a week. Each is a fault of ours. */
  orphansPerWeek: 0,
} as const;

/** At this rate 28 days' budget of errors is spent in two: https://sre.google/workbook/alerting-on-slos/ */
const BURN = 14.4;

const alerts = <const T extends readonly Alert[]>(list: T): T => list;

export const ALERTS = alerts([
  {
    id: 'overdue',
    title: 'Clusters are looked at too late',
    severity: 'page',
    when: { kind: 'above', instrument: 'overdue', value: SLOS.overdueS, forMs: minutes(2) },
  },
  {
    id: 'sweep-silent',
    title: 'The sweep does not run',
    severity: 'page',
    when: { kind: 'silent', instrument: 'sweptAt', where: { sweep: 'overdue' }, forMs: minutes(5) },
  },
  {
    id: 'status-silent',
    title: 'Nobody finds out how Hub is',
    severity: 'page',
    when: { kind: 'silent', instrument: 'sweptAt', where: { sweep: 'status' }, forMs: minutes(5) },
  },
  {
    id: 'drift-silent',
    title: 'Nobody looks whether clusters are as they were left',
    severity: 'ticket',
    when: { kind: 'silent', instrument: 'sweptAt', where: { sweep: 'drift' }, forMs: hours(13) },
  },
  {
    id: 'stuck',
    title: 'A cluster is stuck',
    severity: 'page',
    when: { kind: 'above', instrument: 'stuck', value: 0, forMs: minutes(2) },
  },
  {
    id: 'dead-letter',
    title: 'A message was given up',
    severity: 'ticket',
    // Of the log, not of the gauge: it is said even while the database is away.
    when: { kind: 'log', event: DEAD_LETTER },
  },
  {
    id: 'dead-letters-stay',
    title: 'Messages that were given up lie about',
    severity: 'ticket',
    when: { kind: 'above', instrument: 'deadLetters', value: 0, forMs: hours(1) },
  },
  {
    id: 'orphan-found',
    title: 'Something in the cloud belongs to no cluster',
    severity: 'ticket',
    when: { kind: 'log', event: 'orphan found' },
  },
  {
    id: 'orphan-stays',
    title: 'What belongs to no cluster does not go away',
    severity: 'page',
    when: { kind: 'above', instrument: 'orphans', value: 0, forMs: hours(1) },
  },
  {
    id: 'place-failing',
    title: 'The cloud makes no clusters in some place',
    severity: 'ticket',
    when: { kind: 'log', event: 'place opened' },
  },
  {
    id: 'account-stays',
    title: 'An account is not deleted that should be',
    severity: 'ticket',
    when: { kind: 'log', event: 'account stays' },
  },
  {
    id: 'step-failures',
    title: 'A step fails again and again',
    severity: 'ticket',
    // As often as one cluster's step fails before it gives up.
    when: {
      kind: 'increase',
      instrument: 'stepFailures',
      by: 'code',
      value: RETRY.cloud.attempts,
      withinMs: minutes(10),
    },
  },
  {
    id: 'message-failures',
    title: 'Messages cannot be handled',
    severity: 'ticket',
    // As often as one message is delivered before it is given up.
    when: {
      kind: 'increase',
      instrument: 'unhandled',
      by: 'code',
      value: MAX_DELIVERY_ATTEMPTS,
      withinMs: minutes(10),
    },
  },
  {
    id: 'slow-ready',
    title: 'Clusters take too long to become ready',
    severity: 'ticket',
    when: {
      kind: 'p95',
      instrument: 'toReady',
      where: { way: 'cold' },
      value: SLOS.readyS,
      withinMs: hours(1),
    },
  },
  {
    id: 'eta-wrong',
    title: 'What is promised is not what happens',
    severity: 'ticket',
    when: {
      kind: 'p95',
      instrument: 'etaError',
      where: { direction: 'late' },
      value: SLOS.etaErrorS,
      withinMs: hours(6),
    },
  },
  {
    id: 'pool-misses',
    title: 'Too few clusters come from a pool',
    severity: 'ticket',
    when: {
      kind: 'share',
      instrument: 'claims',
      where: { result: 'hit' },
      side: 'below',
      value: SLOS.poolHits,
      withinMs: [hours(1)],
    },
  },
  {
    id: 'pool-paused',
    title: 'A pool has stopped making spares',
    severity: 'ticket',
    when: { kind: 'log', event: 'pool paused' },
  },
  {
    id: 'api-errors',
    title: 'The API fails too many requests',
    severity: 'page',
    when: {
      kind: 'share',
      instrument: 'requests',
      where: { status: '5xx' },
      side: 'above',
      value: (1 - SLOS.apiAvailability) * BURN,
      withinMs: [hours(1), minutes(5)],
    },
  },
  {
    id: 'certificate-late',
    title: 'A certificate was not renewed',
    severity: 'ticket',
    when: { kind: 'above', instrument: 'certificatesLate', value: 0, forMs: minutes(30) },
  },
  {
    id: 'bug',
    title: 'A function met what it does not expect',
    severity: 'ticket',
    when: { kind: 'log' },
  },
  {
    id: 'budget',
    title: 'The cell spends nearly all that it may',
    severity: 'ticket',
    when: {
      kind: 'above',
      instrument: 'allowance',
      where: { limit: 'money' },
      value: 0.8,
      forMs: minutes(10),
    },
  },
  {
    id: 'room',
    title: 'The cell has hardly any room left',
    severity: 'ticket',
    when: {
      kind: 'above',
      instrument: 'allowance',
      where: { limit: 'clusters' },
      value: 0.9,
      forMs: minutes(10),
    },
  },
]);
