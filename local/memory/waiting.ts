/** Lets virtual time pass, for as long as a test or a simulation waits for something. */

import { minutes } from '../../shared/units.ts';
import type { VirtualClock } from '../clock.ts';

/** What was waited for on the virtual clock did not come. */
export class NotInTimeError extends Error {}

type Condition = () => boolean | Promise<boolean>;

interface Waiting {
  /** Lets virtual time pass until the condition holds. @throws NotInTimeError after `limitMs` of it */
  until(holds: Condition, limitMs?: number, stepMs?: number): Promise<void>;
  /** Runs something that takes virtual time to its end. */
  run<T>(work: Promise<T>): Promise<T>;
}

const MAX_STEP_MS = 1000;

export function waitingOn(clock: VirtualClock): Waiting {
  /** Reading may take virtual time of its own. */
  async function settled(holds: Condition): Promise<boolean> {
    let answer: boolean | undefined;
    let failure: { error: unknown } | undefined;
    Promise.resolve(holds()).then(
      (value) => {
        answer = value;
      },
      (error: unknown) => {
        failure = { error };
      },
    );
    while (answer === undefined && !failure) await clock.runFor(1);
    if (failure) throw failure.error;
    return answer ?? false;
  }

  return {
    async until(holds, limitMs = minutes(120), stepMs = 1000) {
      for (const endMs = clock.now() + limitMs; clock.now() < endMs; ) {
        if (await settled(holds)) return;
        // What does not hold now does not hold before something happens. But signatures take real time, in which hours must not pass here.
        const soonMs = clock.now() + stepMs;
        const calmMs = Math.min(clock.nextAtMs ?? soonMs, clock.now() + MAX_STEP_MS);
        await clock.runUntil(Math.max(soonMs, calmMs));
      }
      throw new NotInTimeError('the condition did not come to hold in time');
    },
    async run(work) {
      let over = false;
      const ended = work.finally(() => {
        over = true;
      });
      ended.catch(() => undefined);
      while (!over) await clock.runFor(1);
      return ended;
    },
  };
}
