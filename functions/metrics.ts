/**
 * What Hub counts and measures, by name: the instruments, and the closed list of what they may be told apart by. Nothing in it grows with
 * the number of clusters or people, and nothing says which one it was; that is what the log is for.
 */
import type { Meter } from '@opentelemetry/api';
import type { ErrorCode } from '../shared/errors.ts';
import type { StepName } from '../shared/lifecycle/table.ts';
import { SLOS } from './slos.ts';

/** Every attribute there is, and its values. */
export interface AttributeValues {
  step: StepName;
  /** What a look at a cluster ended with. */
  outcome: 'done' | 'wait' | 'failed' | 'requeue';
  code: ErrorCode;
  /** The path of an endpoint as the API names it, with no value in it; `none`: there is no such endpoint. */
  route: string;
  /** Whose doing an answer is: `2xx`, `4xx`, `5xx`. */
  status: string;
  /** Made from nothing, or handed over from a pool. */
  way: 'cold' | 'claim';
  direction: 'early' | 'late';
  result: 'hit' | 'miss';
  sweep: 'overdue' | 'drift' | 'status' | 'closing' | 'orphans';
  limit: 'clusters' | 'money';
}
type Attribute = keyof AttributeValues;

export interface InstrumentSpec {
  kind: 'counter' | 'histogram' | 'gauge';
  /** Of a gauge: its value is a time, and what is asked of it is how long ago that was. */
  isInstant?: true;
  name: string;
  unit: string;
  description: string;
  attributes: readonly Attribute[];
  /** Upper ends of a histogram's buckets. */
  buckets?: readonly number[];
}

const define = <const T extends Record<string, InstrumentSpec>>(instruments: T): T => instruments;

/** Up to the minute in which a step or a request must have ended. */
const COMPUTING_S = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60];
const WAITING_S = [1, 3, 10, 30, 60, 120, 300, 480, 600, 900, 1800, 3600];
/** How many were later than promised is known only where a bucket ends. */
const waitingS = (promisedS: number): readonly number[] =>
  [...new Set([...WAITING_S, promisedS])].sort((a, b) => a - b);

export const INSTRUMENTS = define({
  steps: {
    kind: 'histogram',
    name: 'hub.step.duration',
    unit: 's',
    description: 'How long one look of a step took, in real time. Its count is that of the looks.',
    attributes: ['step', 'outcome'],
    buckets: COMPUTING_S,
  },
  stepFailures: {
    kind: 'counter',
    name: 'hub.step.failures',
    unit: '{failure}',
    description: 'Looks that failed, whether they are tried again or not.',
    attributes: ['step', 'code'],
  },
  requests: {
    kind: 'histogram',
    name: 'hub.request.duration',
    unit: 's',
    description: 'How long an HTTP request took. Its count is that of the requests.',
    attributes: ['route', 'status'],
    buckets: COMPUTING_S,
  },
  toReady: {
    kind: 'histogram',
    name: 'hub.ready.duration',
    unit: 's',
    description: 'From the moment a cluster was asked for until its owner could use it, in cloud time.',
    attributes: ['way'],
    buckets: waitingS(SLOS.readyS),
  },
  etaError: {
    kind: 'histogram',
    name: 'hub.ready.eta_error',
    unit: 's',
    description: 'How far from the promised time a cluster became ready, in cloud time.',
    attributes: ['way', 'direction'],
    buckets: waitingS(SLOS.etaErrorS),
  },
  claims: {
    kind: 'counter',
    name: 'hub.pool.claims',
    unit: '{cluster}',
    description:
      'Clusters that were asked for and for which there was room: taken from a pool (hit), or newly created (miss).',
    attributes: ['result'],
  },
  orphans: {
    kind: 'gauge',
    name: 'hub.orphans.open',
    unit: '{object}',
    description: 'Objects in the cloud that no cluster of Hub owns and that are not gone yet.',
    attributes: [],
  },
  deadLetters: {
    kind: 'gauge',
    name: 'hub.dead_letters.open',
    unit: '{message}',
    description: 'Messages that were given up and not sent again.',
    attributes: [],
  },
  stuck: {
    kind: 'gauge',
    name: 'hub.clusters.stuck',
    unit: '{cluster}',
    description: 'Clusters that need an operator.',
    attributes: [],
  },
  overdue: {
    kind: 'gauge',
    name: 'hub.overdue.oldest',
    unit: 's',
    description: 'How long the oldest overdue cluster has been due, in cloud time.',
    attributes: [],
  },
  certificatesLate: {
    kind: 'gauge',
    name: 'hub.certificates.late',
    unit: '{cluster}',
    description: 'Clusters whose certificate should have been renewed and was not.',
    attributes: [],
  },
  unseen: {
    kind: 'gauge',
    name: 'hub.clusters.unseen',
    unit: '{cluster}',
    description: 'Clusters that Hub has not been able to look at for a while.',
    attributes: [],
  },
  flawed: {
    kind: 'gauge',
    name: 'hub.clusters.flawed',
    unit: '{cluster}',
    description:
      'Clusters that are not usable though nothing is being done to them, for a while, and not gone for good.',
    attributes: [],
  },
  allowance: {
    kind: 'gauge',
    name: 'hub.cell.allowance_used',
    unit: '1',
    description: 'The share of the cell’s limit that is in use.',
    attributes: ['limit'],
  },
  // Not a count of runs: each instance counts anew from one, and one that runs once and goes leaves nothing that grows.
  sweptAt: {
    kind: 'gauge',
    isInstant: true,
    name: 'hub.sweep.last_end',
    unit: 's',
    description: 'When a run last came to its end, in seconds since 1970.',
    attributes: ['sweep'],
  },
  unhandled: {
    kind: 'counter',
    name: 'hub.message.failures',
    unit: '{message}',
    description: 'Deliveries of a message whose handling failed; it is delivered again.',
    attributes: ['code'],
  },
});

export type Instrument = keyof typeof INSTRUMENTS;
type AttributesOf<I extends Instrument> = {
  [A in (typeof INSTRUMENTS)[I]['attributes'][number]]: AttributeValues[A];
};

export interface Metrics {
  /** Adds to a counter, or takes down a value. Costs no I/O and never fails. */
  record<I extends Instrument>(instrument: I, value: number, attributes: AttributesOf<I>): void;
  /** Runs one invocation of a function. What it recorded is sent before it ends, for its processor may stand still afterwards. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** For tests and simulations, and where nobody asked for metrics. */
export const silentMetrics: Metrics = { record: () => undefined, during: (work) => work() };

/** Makes the instruments on the API of OpenTelemetry. */
export function recorderOn(meter: Meter): Metrics['record'] {
  const made = new Map<Instrument, (value: number, attributes: Record<string, string>) => void>();
  for (const [key, spec] of Object.entries(INSTRUMENTS) as [Instrument, InstrumentSpec][]) {
    const { name, kind, unit, description, buckets } = spec;
    const options = {
      unit,
      description,
      ...(buckets && { advice: { explicitBucketBoundaries: [...buckets] } }),
    };
    if (kind === 'counter') {
      const counter = meter.createCounter(name, options);
      made.set(key, (value, attributes) => counter.add(value, attributes));
    } else {
      const instrument =
        kind === 'histogram' ? meter.createHistogram(name, options) : meter.createGauge(name, options);
      made.set(key, (value, attributes) => instrument.record(value, attributes));
    }
  }
  return (instrument, value, attributes) => made.get(instrument)?.(value, attributes);
}
