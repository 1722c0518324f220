/**
 * One invocation of a function, as a process that may be slow, hang, hear nothing back, or be killed between any two of its calls. Who is
 * killed never goes on: its promises do not settle, so that no `catch` and no `finally` of the product's runs, as after SIGKILL.
 */

import type { Random } from '../../functions/cloud.ts';
import { type Clock, CommitError } from '../../functions/cloud.ts';
import { CloudRefusal } from '../../functions/google/refusal.ts';
import type { LocalClock } from '../../local/clock.ts';
import type { Door } from '../../local/memory/doors.ts';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { between } from './chance.ts';
import type { Strike } from './weather.ts';

export interface Process {
  readonly id: number;
  /** The function that runs in it. */
  readonly name: string;
  readonly alive: boolean;
  kill(): void;
  door: Door;
  clock: Clock;
}

export interface Fate {
  clock: LocalClock;
  net: Random;
  /** Nothing goes wrong, nothing takes time. */
  calm(): boolean;
  /** What strikes this call, if anything. */
  strike(process: Process, site: string, args: readonly unknown[]): Strike | undefined;
  /** Whether this call, whose answer is lost, is made again by the client itself, which tells how that one ended. */
  sendsAgain(process: Process, site: string): boolean;
  /** It reached the other side. */
  entered(process: Process, site: string, args: readonly unknown[]): void;
  /** The other side said no. */
  refused(process: Process, site: string, error: unknown): void;
  killed(process: Process): void;
}

/** A call of a healthy handler. */
const MIN_MS = 5;
const MAX_MS = 45;
const SLOW_MS = minutes(3);
/**
 * As long as an event-driven function may be given at most (https://cloud.google.com/functions/quotas), and so longer than ours go on after the
 * platform has answered in their place.
 */
const LIFE_MS = seconds(540);
/** A call that hangs may still be carried out as long as its handler lives. */
const STALL_MS = LIFE_MS;

/** A fresh one for each: reactions on a promise that is kept for ever would be kept with it. */
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/**
 * @param skewMs by which its clock is ahead of the world's
 * @param lasts it is no single invocation, and goes on for as long as nobody kills it
 */
export function startProcess(
  id: number,
  name: string,
  fate: Fate,
  { skewMs, lasts }: { skewMs: number; lasts: boolean },
): Process {
  const { clock: world, net } = fate;
  const endMs = lasts ? Number.POSITIVE_INFINITY : world.now() + LIFE_MS;
  const sleep = (ms: number): Promise<void> => world.sleepUntil(world.now() + ms);
  const process: Process & { alive: boolean } = {
    id,
    name,
    alive: true,
    kill() {
      process.alive = false;
    },
    async door<T>(site: string, call: () => Promise<T>, args: readonly unknown[] = []): Promise<T> {
      if (!process.alive) return never();
      if (fate.calm()) return call();
      const strike = fate.strike(process, site, args);
      await sleep(between(net, MIN_MS, MAX_MS));
      if (strike === 'slow') await sleep(net.fraction() * SLOW_MS);
      if (strike === 'stall') await sleep(minutes(1) + net.fraction() * (STALL_MS - minutes(1)));
      if (!process.alive) return never();
      if (strike === 'crash before' || world.now() >= endMs) return die();
      if (strike === 'error before') throw silenceAt(site);
      if (strike === 'refused') throw refusalAt(site);
      fate.entered(process, site, args);
      let answer: T;
      try {
        answer = await call();
      } catch (error) {
        if (!process.alive) return never();
        fate.refused(process, site, error);
        throw error;
      }
      if (!process.alive) return never();
      if (strike === 'crash after') return die();
      if (strike !== 'reply lost') return answer;
      if (!fate.sendsAgain(process, site)) throw silenceAt(site);
      await sleep(between(net, MIN_MS, MAX_MS));
      return process.alive ? call() : never();
    },
    clock: {
      now: () => world.now() + skewMs,
      monotonic: () => world.now(),
      after: (durationMs) => world.now() + skewMs + durationMs,
      afterWork: (durationMs) => world.now() + skewMs + durationMs,
      elapsed: (sinceMs) => world.now() + skewMs - sinceMs,
      async sleepUntil(atMs) {
        await world.sleepUntil(atMs - skewMs);
        return process.alive ? undefined : never();
      },
    },
  };
  function die<T>(): Promise<T> {
    process.alive = false;
    fate.killed(process);
    return never<T>();
  }
  return process;
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  messages: 'UNAVAILABLE',
  people: 'UNAVAILABLE',
  leaf: 'LEAF_UNAVAILABLE',
  pachyderm: 'LEAF_UNAVAILABLE',
  web: 'LEAF_UNAVAILABLE',
  buckets: 'PROVIDER_UNAVAILABLE',
  dns: 'PROVIDER_UNAVAILABLE',
  charts: 'PROVIDER_UNAVAILABLE',
  certificates: 'CERTIFICATE_AUTHORITY_UNAVAILABLE',
};

/** What the adapter of that port throws where nobody answers, or not in time. */
function silenceAt(site: string): Error {
  const port = site.slice(0, site.indexOf('.'));
  if (port === 'documents') return new CommitError('unavailable', `${site} had no answer`);
  if (port === 'gke') return new CloudRefusal('UNAVAILABLE', `${site} had no answer`);
  const code = CODES[port];
  if (!code) throw new Error(`nobody knows what ${site} throws`);
  return new AppError(code, `${site} had no answer`);
}

/** What it throws where Hub may not do that. */
function refusalAt(site: string): Error {
  return site.startsWith('gke.')
    ? new CloudRefusal('PERMISSION_DENIED', `${site} is not allowed`)
    : new AppError('PERMISSION_DENIED', `${site} is not allowed`);
}
