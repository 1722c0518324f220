/**
 * The closed list of what the embedded cloud can do wrong, as `HUB_FAULTS=stockout=0.02,duplicate=0.1` says it.
 * Each stand-in asks `hit(name)` where the real service could misbehave in that way.
 */
import type { Random } from '../functions/cloud.ts';

/** Name → what happens. The README of each stand-in says where. */
export const FAULTS = {
  stockout: 'container: a zone has no machines left (the operation fails with GCE_STOCKOUT)',
  'stockout-in-part':
    'container: a zone has machines for some nodes only (the cluster runs, its node pool RUNNING_WITH_ERROR)',
  quota: 'container: a create is refused with RESOURCE_EXHAUSTED',
  'too-many-operations':
    'container: a create is refused with 429, for as many operations are under way as may be',
  'account-deleted': 'container: a create fails with GKE_SERVICE_ACCOUNT_DELETED',
  'key-error': 'container: a create fails with CLOUD_KMS_KEY_ERROR',
  'operation-fails': 'container: an operation ends in an error that is nobody’s fault',
  'slow-operation': 'container: an operation takes five times as long',
  'stuck-operation': 'container: an operation never ends',
  leak: 'container: deleting a cluster leaves its disks, addresses, forwarding rules and firewalls behind',
  'range-untold': 'container: of the range of a cluster’s nodes GKE tells only how large it was asked for',
  'lost-audit': 'container: the audit-log entry of an operation’s end never arrives',
  'reply-lost':
    'firestore, container, compute, kubernetes, storage, dns, acme: the call is carried out, then answered with an error',
  unavailable:
    'firestore, pubsub, container, compute, kubernetes, storage, dns, acme: the call is refused with UNAVAILABLE and not carried out',
  unreachable:
    'container, compute, storage: a location is away, so that lists of the whole project leave out what is there, and say so',
  contention: 'firestore: a transaction is aborted',
  'index-building':
    'firestore: a query that needs a composite index is refused, because that index is still being built',
  lost: 'pubsub: a published message is never delivered',
  duplicate: 'pubsub: a message is delivered twice',
  late: 'pubsub: a message is delivered up to ten minutes late',
  'double-fire': 'scheduler: a job runs twice',
  'missed-fire': 'scheduler: a job does not run',
  'no-address': 'kubernetes: a Service of type LoadBalancer never gets an address',
  'job-fails': 'kubernetes: a Job’s pod exits with an error',
  'slow-pull': 'kubernetes: pulling an image takes five times as long',
  'pull-fails': 'kubernetes: an image cannot be pulled; the kubelet tries again',
  'pod-crash': 'kubernetes: a workload’s pods crash at start and never become ready',
  'pod-hangs': 'kubernetes: a workload’s pods run and never become ready',
  unlocked: 'pachd: it starts without authentication, whatever its values say',
  'open-project':
    'pachd: it says that it took the default project away from everybody, and leaves it to them',
  crash: 'functions: the host of the functions is killed while it handles a message',
} as const;

export type FaultName = keyof typeof FAULTS;
export type FaultRates = Partial<Record<FaultName, number>>;

/** @throws Error with one clear line for an unknown name or a rate outside [0, 1]. */
export function parseFaults(text: string | undefined): FaultRates {
  const rates: FaultRates = {};
  for (const part of (text ?? '')
    .split(',')
    .map((p) => p.trim())
    .filter(Boolean)) {
    const [name = '', value = ''] = part.split('=').map((p) => p.trim());
    if (!Object.hasOwn(FAULTS, name)) {
      throw new Error(`HUB_FAULTS: unknown fault "${name}"; known are ${Object.keys(FAULTS).join(', ')}`);
    }
    const rate = Number(value);
    if (value === '' || !(rate >= 0 && rate <= 1)) {
      throw new Error(`HUB_FAULTS: "${part}" needs a rate from 0 to 1, as in ${name}=0.05`);
    }
    rates[name as FaultName] = rate;
  }
  return rates;
}

export interface Faults {
  /** Whether the fault strikes now. `subject` (a zone, a method, a topic …) is what `force` may be limited to. */
  hit(name: FaultName, subject?: string): boolean;
  /** For tests: strikes the next `times` times it is asked for (where the subject contains `subject`, if given). */
  force(name: FaultName, options?: ForceOptions): Forced;
  /** Takes back what `force` asked for. */
  clear(name?: FaultName): void;
}

interface ForceOptions {
  times?: number;
  subject?: string;
  /** Whether it strikes is left to what the test is about; else one that never does fails the test (test/forced-faults.ts). */
  mayMiss?: boolean;
}

/** What was asked for, and how often it has struck so far. */
export interface Forced extends Pick<ForceOptions, 'subject' | 'mayMiss'> {
  readonly name: FaultName;
  readonly struck: number;
  /** Takes back this one alone. */
  end(): void;
}

let tellForced: (forced: Forced) => void = () => undefined;

/** For tests: who is told of each fault that is forced from now on, in place of whoever was told before. */
export function onForced(listener: (forced: Forced) => void): void {
  tellForced = listener;
}

export function createFaults(rates: FaultRates, random: Random): Faults {
  let forced: (Forced & { left: number; struck: number })[] = [];
  return {
    hit(name, subject) {
      const match = forced.find(
        (f) => f.name === name && f.left > 0 && (f.subject === undefined || subject?.includes(f.subject)),
      );
      if (match) {
        match.left--;
        match.struck++;
        return true;
      }
      const rate = rates[name] ?? 0;
      return rate > 0 && random.fraction() < rate;
    },
    force(name, { times = Number.POSITIVE_INFINITY, ...options } = {}) {
      const one = {
        name,
        left: times,
        struck: 0,
        ...options,
        end() {
          one.left = 0;
        },
      };
      forced.push(one);
      tellForced(one);
      return one;
    },
    clear(name) {
      forced = name ? forced.filter((f) => f.name !== name) : [];
    },
  };
}
