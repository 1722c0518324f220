/**
 * THE list of what wakes somebody or waits for them in the morning, and of what is promised. Terraform makes alert policies of it,
 * docs/alerts.md is drawn from it, and docs/operations.md has one runbook for each. Wherever a threshold follows from the lifecycle or
 * from the code it watches, it is taken from there.
 */
import { RETRY } from '../shared/lifecycle/table.ts';
import { TOPICS } from '../shared/messages.ts';
import { hours, minutes } from '../shared/units.ts';
import { GOES_ON } from './accounts/signal.ts';
import { DEAD_LETTER } from './dead-letters/record.ts';
import { MANIFEST, MAX_DELIVERY_ATTEMPTS } from './manifest.ts';
import type { AttributeValues, Instrument } from './metrics.ts';
import { SCHEDULES } from './schedules.ts';
import { SLOS } from './slos.ts';

type Where = Partial<AttributeValues>;

/** When somebody is told. Values are in the instrument's unit, times are real. */
export type Condition =
  /** A gauge stays above. */
  | { kind: 'above'; instrument: Instrument; where?: Where; value: number; forMs: number }
  /** A counter, or a histogram's count, grew by more than that within the time; told apart by `by`. */
  | { kind: 'increase'; instrument: Instrument; by?: keyof AttributeValues; value: number; withinMs: number }
  /** A gauge that says when something was last done says that it was long ago, or nothing. */
  | { kind: 'silent'; instrument: Instrument; where: Where; forMs: number }
  /** The share of what is `where`, among all, is above. */
  | {
      kind: 'share';
      instrument: Instrument;
      /** What is too much of: where there is none of it, nothing is said of it either, and nobody is told. */
      where: Where;
      value: number;
      /** Of fewer in all nothing follows. */
      fewest: number;
      withinMs: number;
    }
  /** The share of values that are `where`, and beyond the end of a bucket, is above; among all that are `among`. */
  | {
      kind: 'beyond';
      instrument: Instrument;
      where: Where;
      among?: Where;
      /** The end of one of the instrument's buckets: within a bucket nothing is known. */
      end: number;
      value: number;
      /** Of fewer in all nothing follows. */
      fewest: number;
      withinMs: number;
    }
  /** The share of requests that these functions answer with 5xx is above, as Cloud Run counts them: also where no code of Hub's ran. */
  | {
      kind: 'failing';
      functions: readonly string[];
      value: number;
      /** Fewer faults than these, within the first of the times, are told to nobody. */
      fewest: number;
      /** Over all of these at once: a long one so that it matters, a short one so that it is not over already. */
      withinMs: readonly number[];
    }
  /** Nothing answers there, asked from several places of the world. */
  | { kind: 'unreachable'; path: string; forMs: number }
  /** Messages of a topic wait for its function, as Pub/Sub counts. */
  | { kind: 'undelivered'; topic: string; waitMs: number; forMs: number }
  /** A line of the log. No event: any line that is an error and has no alert of its own. */
  | { kind: 'log'; event?: string }
  /** What the platform says of a function, or the framework prints, where the function itself said nothing. */
  | { kind: 'crash' }
  /** A job of the Scheduler that starts no function was refused, or had no answer. */
  | { kind: 'job'; job: string };

export interface Alert {
  /** Name of the policy, and heading of its runbook. */
  id: string;
  title: string;
  /** `page`: somebody gets up. `ticket`: it can wait for the morning. */
  severity: 'page' | 'ticket';
  /** Not before the first cluster was made: until then it would be true, and no trouble. */
  later?: true;
  when: Condition;
}

/** At this rate 28 days' budget of errors is spent in two: https://sre.google/workbook/alerting-on-slos/ */
const BURN = 14.4;

/** One of fewer is much of them: a lone failure wakes nobody, and is in the log. */
const FEWEST = 5;

/** Functions that answer people. */
export const ANSWERING: readonly string[] = MANIFEST.filter(({ trigger }) => trigger.kind === 'http').map(
  ({ name }) => name,
);

/** From the last look for drift until two in a row are missing; each may take its time. */
const TWO_LOOKS_MS = 2 * SCHEDULES.drift.everyMs + hours(1);

/** As terraform/modules/firestore calls it. */
export const EXPORT_JOB = 'firestore-export';

/** One turn is easily lost: a deployment, an answer that did not come. */
const TURNS = 3;

const alerts = <const T extends readonly Alert[]>(list: T): T => list;

export const ALERTS = alerts([
  {
    id: 'overdue',
    title: 'Clusters are overdue',
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
    title: 'The status of Hub is not updated',
    severity: 'page',
    when: { kind: 'silent', instrument: 'sweptAt', where: { sweep: 'status' }, forMs: minutes(5) },
  },
  {
    id: 'drift-silent',
    title: 'Clusters are not checked for drift',
    severity: 'ticket',
    // Its first turn may be hours after it was deployed.
    later: true,
    when: { kind: 'silent', instrument: 'sweptAt', where: { sweep: 'drift' }, forMs: TWO_LOOKS_MS },
  },
  {
    id: 'orphans-silent',
    title: 'Nobody looks for what belongs to no cluster',
    severity: 'ticket',
    // As for drift: until its first turn it has said nothing.
    later: true,
    when: {
      kind: 'silent',
      instrument: 'sweptAt',
      where: { sweep: 'orphans' },
      forMs: TURNS * SCHEDULES.orphans.everyMs,
    },
  },
  {
    id: 'closing-silent',
    title: 'Accounts that should be deleted are not looked at',
    severity: 'ticket',
    later: true,
    when: {
      kind: 'silent',
      instrument: 'sweptAt',
      where: { sweep: 'closing' },
      forMs: TURNS * SCHEDULES.closing.everyMs,
    },
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
    title: 'Dead letters have waited too long',
    severity: 'ticket',
    when: { kind: 'above', instrument: 'deadLetters', value: 0, forMs: hours(1) },
  },
  {
    id: 'dead-letters-wait',
    title: 'Dead letters are not recorded',
    severity: 'ticket',
    // Its own function is away, so nobody else can say it.
    when: { kind: 'undelivered', topic: TOPICS.deadLetter, waitMs: hours(1), forMs: minutes(5) },
  },
  {
    id: 'orphan-found',
    title: 'Something in the cloud belongs to no cluster',
    severity: 'ticket',
    when: { kind: 'log', event: 'orphan found' },
  },
  {
    id: 'orphan-stays',
    title: 'Something that belongs to no cluster is still there',
    severity: 'page',
    when: { kind: 'above', instrument: 'orphans', value: 0, forMs: hours(1) },
  },
  {
    id: 'spare-in-use',
    title: 'A spare is in use by somebody',
    severity: 'page',
    when: { kind: 'log', event: 'spare in use' },
  },
  {
    id: 'export-failed',
    title: 'The daily copy of the database was not begun',
    severity: 'ticket',
    when: { kind: 'job', job: EXPORT_JOB },
  },
  {
    id: 'place-failing',
    title: 'The cloud fails to create clusters in one place',
    severity: 'ticket',
    when: { kind: 'log', event: 'place opened' },
  },
  {
    id: 'account-stays',
    title: 'An account that should be deleted is still there',
    severity: 'ticket',
    when: { kind: 'log', event: 'account stays' },
  },
  {
    id: 'doubted-goes-on',
    title: 'A doubted account goes on, and Hub does not suspend it by itself',
    severity: 'ticket',
    when: { kind: 'log', event: GOES_ON },
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
      kind: 'beyond',
      instrument: 'toReady',
      where: { way: 'cold' },
      among: { way: 'cold' },
      end: SLOS.readyS,
      value: 1 - SLOS.inTime,
      fewest: FEWEST,
      withinMs: hours(1),
    },
  },
  {
    id: 'eta-wrong',
    title: 'Clusters are ready later than people were told',
    severity: 'ticket',
    when: {
      kind: 'beyond',
      instrument: 'etaError',
      // Who was early is among all, and is no trouble.
      where: { direction: 'late' },
      end: SLOS.etaErrorS,
      value: 1 - SLOS.inTime,
      fewest: FEWEST,
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
      // Of hits there would be nothing to ask where there are none.
      where: { result: 'miss' },
      value: 1 - SLOS.poolHits,
      fewest: FEWEST,
      withinMs: hours(1),
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
      kind: 'failing',
      functions: ANSWERING,
      value: (1 - SLOS.apiAvailability) * BURN,
      fewest: FEWEST,
      withinMs: [hours(1), minutes(5)],
    },
  },
  {
    id: 'api-down',
    title: 'The API does not answer',
    severity: 'page',
    // Before there is neither a name nor a certificate to ask for.
    later: true,
    when: { kind: 'unreachable', path: '/v1/health', forMs: minutes(3) },
  },
  {
    id: 'certificate-late',
    title: 'A certificate was not renewed',
    severity: 'ticket',
    when: { kind: 'above', instrument: 'certificatesLate', value: 0, forMs: minutes(30) },
  },
  {
    id: 'unseen',
    title: 'Clusters cannot be looked at',
    severity: 'ticket',
    when: { kind: 'above', instrument: 'unseen', value: 0, forMs: minutes(30) },
  },
  {
    id: 'flawed',
    title: 'Clusters are not usable, and Hub has not repaired them',
    severity: 'ticket',
    when: { kind: 'above', instrument: 'flawed', value: 0, forMs: minutes(5) },
  },
  {
    id: 'bug',
    title: 'A function met an unexpected error',
    severity: 'ticket',
    when: { kind: 'log' },
  },
  {
    id: 'crash',
    title: 'A function does not start, or crashed',
    severity: 'ticket',
    when: { kind: 'crash' },
  },
  {
    id: 'budget',
    title: 'The cell has nearly reached its spending limit',
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
    title: 'The cell is nearly full',
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
