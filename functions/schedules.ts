/** When the Scheduler starts what, and how often that is: whoever counts its turns takes their length from here. */
import { hours, minutes } from '../shared/units.ts';

interface Schedule {
  /** In UTC. Its grain is a minute: https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules */
  cron: string;
  /** From one turn to the next, which the Scheduler does not keep to the second. */
  everyMs: number;
}

export const SCHEDULES = {
  sweep: { cron: '* * * * *', everyMs: minutes(1) },
  drift: { cron: '17 */6 * * *', everyMs: hours(6) },
  durations: { cron: '*/10 * * * *', everyMs: minutes(10) },
  orphans: { cron: '*/15 * * * *', everyMs: minutes(15) },
  closing: { cron: '*/5 * * * *', everyMs: minutes(5) },
  status: { cron: '* * * * *', everyMs: minutes(1) },
  topUp: { cron: '*/5 * * * *', everyMs: minutes(5) },
} as const satisfies Record<string, Schedule>;
