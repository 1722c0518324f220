/** THE list of functions: what starts each, how long it may take and as whom it runs. Terraform and the local host read it. */
import { type StepName, stepNames } from '../shared/lifecycle/table.ts';
import { stepTopic, TOPICS } from '../shared/messages.ts';
import { SCHEDULES } from './schedules.ts';

export interface FunctionSpec {
  /** Name of the deployed function, of its export in `index.ts` (in camelCase) and of its service account. */
  name: string;
  trigger: { kind: 'http' } | { kind: 'topic'; topic: string; schedule?: string };
  /**
   * Then the platform answers in its place, with a 504. It does not end the function: the instance lives on, and so may the handler.
   * https://cloud.google.com/run/docs/configuring/request-timeout
   */
  timeoutSeconds: number;
  /** Requests that one instance handles at once. */
  concurrency: number;
  /**
   * The valve in front of the cloud's quotas. Cloud Run refuses more than the region's quota of CPU has room for, function by function, and
   * new projects may have as little as ten: https://cloud.google.com/run/docs/configuring/max-instances-limits
   */
  maxInstances: number;
  memoryMiB: number;
  /**
   * vCPUs of an instance. Less than one only with 512 MiB at most and one request at a time:
   * https://cloud.google.com/run/docs/configuring/cpu
   */
  cpu: number;
}

/** For who mostly waits for others: a listing, a few reads and writes. */
const LITTLE_CPU = 0.5;

const event = (
  name: string,
  topic: string,
  more: Partial<FunctionSpec> & { schedule?: string } = {},
): FunctionSpec => {
  const { schedule, ...rest } = more;
  return {
    name,
    trigger: { kind: 'topic', topic, ...(schedule ? { schedule } : {}) },
    // A step ends within 40 s, and may sit out a short wait before. Whoever dies is missed after a minute: see HANDLER_LIMIT_MS.
    timeoutSeconds: 55,
    concurrency: 20,
    maxInstances: 10,
    memoryMiB: 512,
    cpu: 1,
    ...rest,
  };
};

/** Longer than whoever is asked for an answer is waited for, so that the answer is a problem of ours; a test adds it up. */
const HTTP_SECONDS = 40;

export const MANIFEST: readonly FunctionSpec[] = [
  {
    name: 'api',
    trigger: { kind: 'http' },
    timeoutSeconds: HTTP_SECONDS,
    concurrency: 80,
    maxInstances: 10,
    memoryMiB: 512,
    cpu: 1,
  },
  // Anybody may begin a sign-in, which is a write: so many of each cluster for an instance, and the few instances, are the valve.
  {
    name: 'oidc',
    trigger: { kind: 'http' },
    timeoutSeconds: HTTP_SECONDS,
    concurrency: 80,
    maxInstances: 5,
    memoryMiB: 512,
    cpu: 1,
  },
  // Hands out what opens clusters, as an identity of its own that may do nothing else in them.
  {
    name: 'credentials',
    trigger: { kind: 'http' },
    // It calls the cluster as well.
    timeoutSeconds: 50,
    concurrency: 20,
    maxInstances: 5,
    memoryMiB: 512,
    cpu: 1,
  },
  ...stepNames.map((step) => event(stepTopic(step), stepTopic(step))),
  event(TOPICS.hint, TOPICS.hint),
  // Alerts of Cloud Monitoring on clusters that are busy to the brim, or send very much, publish to its topic.
  event(TOPICS.signal, TOPICS.signal),
  // It stays for up to its minute; the margin is for the last sends.
  event(TOPICS.sweep, TOPICS.sweep, {
    schedule: SCHEDULES.sweep.cron,
    timeoutSeconds: 90,
    concurrency: 1,
    maxInstances: 3,
  }),
  // One message starts it; the look at each cluster has a message, and a minute, of its own.
  event(TOPICS.drift, TOPICS.drift, { schedule: SCHEDULES.drift.cron }),
  event(TOPICS.durations, TOPICS.durations, {
    schedule: SCHEDULES.durations.cron,
    concurrency: 1,
    maxInstances: 1,
    cpu: LITTLE_CPU,
  }),
  // Its identity lists all there is of Hub's in the project (clusters, disks, parts of load balancers, firewalls, subnetworks, buckets, the
  // zone's records) and may delete it, as the identities of the steps that take away may; it makes nothing, and does not enter clusters.
  event(TOPICS.orphans, TOPICS.orphans, {
    schedule: SCHEDULES.orphans.cron,
    timeoutSeconds: 300,
    concurrency: 1,
    maxInstances: 1,
    cpu: LITTLE_CPU,
  }),
  // Who asks for the deletion of an account starts it; what takes longer, and what was interrupted, is the Scheduler's.
  event(TOPICS.closing, TOPICS.closing, {
    schedule: SCHEDULES.closing.cron,
    timeoutSeconds: 300,
    concurrency: 1,
    maxInstances: 1,
    cpu: LITTLE_CPU,
  }),
  event(TOPICS.status, TOPICS.status, {
    schedule: SCHEDULES.status.cron,
    concurrency: 1,
    maxInstances: 1,
    cpu: LITTLE_CPU,
  }),
  event(TOPICS.topUp, TOPICS.topUp, {
    schedule: SCHEDULES.topUp.cron,
    concurrency: 1,
    maxInstances: 3,
    cpu: LITTLE_CPU,
  }),
  event(TOPICS.deadLetter, TOPICS.deadLetter),
];

/** The step that a function runs, for documentation and alerts; undefined if it runs none. */
export const stepOfFunction = (name: string): StepName | undefined =>
  stepNames.find((step) => stepTopic(step) === name);

/** Topics that must exist. */
export const ALL_TOPICS: readonly string[] = MANIFEST.flatMap(({ trigger }) =>
  trigger.kind === 'topic' ? [trigger.topic] : [],
);

/**
 * Deliveries before a message goes to the dead letters; `dueAt` sends a fresh one regardless. 5–100:
 * https://cloud.google.com/pubsub/docs/dead-letter-topics. Pub/Sub's own service agent forwards it, so Terraform lets that publish to
 * the topic `dead-letter` and subscribe to each subscription that has the policy.
 */
export const MAX_DELIVERY_ATTEMPTS = 10;

/**
 * Whether messages of this topic become dead letters. Dead letters themselves do not: their subscription has no such policy, and so they are
 * delivered until they are written down, for the seven days that Pub/Sub keeps them. An outage of the database loses none, and none goes
 * round in a circle.
 */
export const isGivenUp = (topic: string): boolean => topic !== TOPICS.deadLetter;
