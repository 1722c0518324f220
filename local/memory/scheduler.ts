/** The Scheduler in memory: the jobs of the manifest, each with the period of its schedule. */
import { Cron } from 'croner';
import { MANIFEST } from '../../functions/manifest.ts';
import type { VirtualClock } from '../clock.ts';

/**
 * Starts the jobs. Returns what stops them.
 * @param times how often a job runs when its time comes
 */
export function startJobs(
  clock: VirtualClock,
  send: (topic: string, body: object) => void,
  times: (topic: string) => number,
): () => void {
  let stopped = false;
  for (const { trigger } of MANIFEST) {
    if (trigger.kind !== 'topic' || trigger.schedule === undefined) continue;
    const { topic, schedule } = trigger;
    const everyMs = periodOf(schedule);
    const fire = (): void => {
      if (stopped) return;
      for (let left = times(topic); left > 0; left--) send(topic, { schema: 1 });
      clock.schedule(clock.after(everyMs), fire);
    };
    clock.schedule(clock.after(everyMs), fire);
  }
  return () => {
    stopped = true;
  };
}

/** Every line of the manifest comes again after one and the same time. */
function periodOf(schedule: string): number {
  const known = PERIODS.get(schedule);
  if (known !== undefined) return known;
  const [first, second] = new Cron(schedule).nextRuns(2);
  const periodMs = (second?.getTime() ?? 0) - (first?.getTime() ?? 0);
  PERIODS.set(schedule, periodMs);
  return periodMs;
}

const PERIODS = new Map<string, number>();
