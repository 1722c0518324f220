/**
 * Metrics of one function, sent while it still has a processor: between requests it has none. Whoever is the last to end on this instance
 * sends, and under load somebody does every few seconds. Nobody waits long for it, and nobody fails by it.
 */
import { seconds } from '../../shared/units.ts';
import { type Log, silentLog } from '../log.ts';
import type { Instrument, Metrics } from '../metrics.ts';
import type { Counting, Otlp } from './otlp.ts';

export interface OtlpMetricsOptions extends Counting {
  /** Base address of the receiver. */
  endpoint: string;
  /** How the function proves who it is there; must not fail. */
  headers?: () => Promise<Record<string, string>>;
  /** Somebody waits for its answers: the SDK, which takes a moment of the processor, is loaded after the first one. */
  isWaitedFor?: boolean;
  /** The longest that an invocation waits at its end. */
  waitMs?: number;
  log?: Log;
}

const WAIT_MS = 300;
/** While invocations overlap all the time, so often. */
const EVERY_MS = seconds(10);
/** After a receiver did not answer, nobody waits for it again so long. */
const PAUSE_MS = seconds(30);
/** Recorded before the SDK is there; more are dropped. */
const MOST_EARLY = 1000;

type Early = [instrument: Instrument, value: number, attributes: Record<string, string>];

/** Loads nothing before there is something to send. */
export function createOtlpMetrics({
  endpoint,
  headers,
  isWaitedFor = false,
  waitMs = WAIT_MS,
  log = silentLog,
  ...who
}: OtlpMetricsOptions): Metrics {
  let otlp: Otlp | undefined;
  const early: Early[] = [];
  let unsent = false;
  let underWay = 0;
  let sentAtMs = 0;
  let pausedUntilMs = 0;
  let sending: Promise<void> | undefined;

  const record: Metrics['record'] = (instrument, value, attributes) => {
    unsent = true;
    if (otlp) otlp.record(instrument, value, attributes);
    else if (early.length < MOST_EARLY) early.push([instrument, value, attributes]);
  };

  let loading: Promise<Otlp> | undefined;
  const load = (): Promise<Otlp> => {
    loading ??= import('./otlp.ts').then(({ createOtlp }) => {
      otlp = createOtlp(endpoint, headers, who, log);
      for (const one of early.splice(0)) otlp.record(...(one as Parameters<Metrics['record']>));
      return otlp;
    });
    return loading;
  };

  const send = async (): Promise<void> => {
    let taken = false;
    try {
      const loaded = await load();
      unsent = false;
      taken = await loaded.send();
    } catch {
      // A receiver that is away, or an SDK that cannot be loaded, is nothing to the work at hand.
    }
    sentAtMs = Date.now();
    if (!taken) {
      unsent = true;
      pausedUntilMs = sentAtMs + PAUSE_MS;
    }
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

  const end = async (): Promise<void> => {
    const now = Date.now();
    if (!unsent || now < pausedUntilMs) return;
    if (underWay > 0 && now - sentAtMs < EVERY_MS) return;
    if (isWaitedFor && !otlp) {
      setImmediate(() => void load().catch(() => undefined));
      return;
    }
    if (!(await inTime(sendAll(), waitMs))) pausedUntilMs = Date.now() + PAUSE_MS;
  };

  return {
    record,
    async during(work) {
      underWay++;
      try {
        return await work();
      } finally {
        underWay--;
        await end();
      }
    },
  };
}

/** @returns whether it ended by then; it may go on all the same */
function inTime(work: Promise<void>, forMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), forMs);
  });
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer));
}
