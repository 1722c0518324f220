/**
 * Metrics of one function, sent while it has a processor: between requests it has none. A function for whose end nobody waits stays until its
 * numbers have arrived; one that answers people sends beside the next request what the one before has left. What is left when an instance
 * ends is sent then. Nobody who waits for an answer waits for this, and nobody fails by it.
 */
import { seconds } from '../../shared/units.ts';
import type { Clock } from '../cloud.ts';
import { type Log, silentLog } from '../log.ts';
import type { Instrument, Metrics } from '../metrics.ts';
import { systemClock } from './clock.ts';
import type { Counting, Otlp } from './otlp.ts';

export interface OtlpMetricsOptions extends Counting {
  /** Base address of the receiver. */
  endpoint: string;
  /** How the function proves who it is there; must not fail. */
  headers?: () => Promise<Record<string, string>>;
  /** Somebody waits for its answers: it never stays, and the SDK, which takes a moment of the processor, is loaded after the first one. */
  isWaitedFor?: boolean;
  /** An invocation does not stay beyond, counted from its beginning: the platform would end it. */
  invocationMs?: number;
  log?: Log;
  clock?: Pick<Clock, 'now' | 'sleepUntil'>;
}

export interface OtlpMetrics extends Metrics {
  /** For when the instance ends: sends what is left, and gives up in time. Never fails. */
  sendRest(): Promise<void>;
}

/**
 * Points of a series that are closer than five seconds are refused, and so the last value of a burst would be lost
 * (https://cloud.google.com/monitoring/quotas#custom_metrics_quotas). A little more, for clocks are set now and then.
 */
export const SPACING_MS = seconds(6);
/** A sending that takes longer goes on by itself, if it is let. */
const ANSWER_MS = seconds(3);
/** Less than the ten seconds that an instance has when it is told to end: https://cloud.google.com/run/docs/container-contract#instance-shutdown */
const STAY_MS = SPACING_MS + ANSWER_MS;
/** After a receiver refused it is left alone so long. One that is slow did not: where there is no processor, nothing is quick. */
const PAUSE_MS = seconds(30);
/** Recorded before the SDK is there; more are dropped. */
const MAX_EARLY = 1000;

type Early = [instrument: Instrument, value: number, attributes: Record<string, string>, atMs: number];

/** Loads nothing before there is somebody whom it does not keep waiting. */
export function createOtlpMetrics({
  endpoint,
  headers,
  isWaitedFor = false,
  invocationMs = Number.POSITIVE_INFINITY,
  log = silentLog,
  clock = systemClock(1),
  ...who
}: OtlpMetricsOptions): OtlpMetrics {
  let otlp: Otlp | undefined;
  const early: Early[] = [];
  let unsent = false;
  let underWay = 0;
  let dueAtMs = 0;
  let pausedUntilAtMs = 0;
  let sending: Promise<void> | undefined;

  const record: Metrics['record'] = (instrument, value, attributes) => {
    unsent = true;
    const one: Early = [instrument, value, attributes, clock.now()];
    if (otlp) otlp.record(...(one as Parameters<Otlp['record']>));
    else if (early.length < MAX_EARLY) early.push(one);
  };

  let loading: Promise<Otlp> | undefined;
  const load = (): Promise<Otlp> => {
    // The token takes a moment as well, and is kept by who gives it.
    if (!loading) void headers?.();
    loading ??= import('./otlp.ts').then(({ createOtlp }) => {
      otlp = createOtlp(endpoint, headers, who, log);
      for (const one of early.splice(0)) otlp.record(...(one as Parameters<Otlp['record']>));
      return otlp;
    });
    return loading;
  };
  const loadAhead = (): void => void load().catch(() => undefined);

  const send = async (): Promise<void> => {
    let outcome: Awaited<ReturnType<Otlp['send']>> = 'unanswered';
    try {
      const loaded = await load();
      if (dueAtMs > clock.now()) await clock.sleepUntil(dueAtMs);
      unsent = false;
      dueAtMs = clock.now() + SPACING_MS;
      outcome = await loaded.send(clock.now());
    } catch {
      // A receiver that is away, or an SDK that cannot be loaded, is nothing to the work at hand.
    }
    if (outcome !== 'taken') unsent = true;
    if (outcome === 'refused') pausedUntilAtMs = clock.now() + PAUSE_MS;
  };

  const sendAll = async (): Promise<void> => {
    // What is under way may have been collected before the last values were there.
    await sending;
    if (!unsent) return;
    sending ??= send().finally(() => {
      sending = undefined;
    });
    await sending;
  };

  const isPaused = (): boolean => clock.now() < pausedUntilAtMs;
  const sendUntil = (atMs: number): Promise<void> => {
    const sent = sendAll();
    return atMs > clock.now() ? Promise.race([sent, clock.sleepUntil(atMs)]) : Promise.resolve();
  };

  const begin = (): void => {
    if (!isWaitedFor) loadAhead();
    else if (otlp && unsent && !isPaused() && clock.now() >= dueAtMs) void sendAll();
  };

  const end = async (beganMs: number): Promise<void> => {
    if (isWaitedFor) {
      if (unsent && !otlp) setImmediate(loadAhead);
      return;
    }
    const now = clock.now();
    // Whoever is under way still has to end, and sends this too; while somebody always is, it is sent as often as it may be.
    if (!unsent || isPaused() || (underWay > 0 && now < dueAtMs)) return;
    await sendUntil(Math.min(now + STAY_MS, beganMs + invocationMs));
  };

  return {
    record,
    async during(work) {
      const beganMs = clock.now();
      underWay++;
      begin();
      try {
        return await work();
      } finally {
        underWay--;
        await end(beganMs);
      }
    },
    async sendRest() {
      if (unsent) await sendUntil(clock.now() + STAY_MS);
    },
  };
}
