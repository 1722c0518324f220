/** All that has no order, side by side: the Kubernetes cluster, its bucket, and meanwhile the proof of its name for the certificate. */

import type { PlaceFailure } from '../../shared/documents/breaker.ts';
import type {
  CertificateState,
  Cluster,
  ClusterError,
  ClusterPatch,
} from '../../shared/documents/cluster.ts';
import { ledgerKey } from '../../shared/documents/ledger.ts';
import type { AppError } from '../../shared/errors.ts';
import { stepRowOf, TOMBSTONE_HOLD_MS } from '../../shared/lifecycle/table.ts';
import { describe } from '../../shared/lifecycle/transition.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { ensureProven } from '../access/certificate.ts';
import { chooseLocation, isTroubled, noteFailure, noteSuccess, readBreaker } from '../breaker/breaker.ts';
import { LATE_MS } from '../breaker/plan.ts';
import { clusterPrincipals } from '../bucket-access.ts';
import { CommitError, type Write } from '../cloud.ts';
import { isOvertaken } from '../clusters/read.ts';
import { bucketName, clusterEntries, readEntries, targetOf, whereaboutsOf } from '../clusters/target.ts';
import { asAppError, tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import type { Observed } from '../providers/provider.ts';
import { deadlineAnew, untilNextLook } from './pace.ts';
import { untilHeld } from './prove.ts';
import { subnetworkGone } from './removal.ts';
import { done, fail, failedBy, requeue, type Step, type StepResult, wait } from './step.ts';

const GIVING_BACK = 'Giving the reserved room back.';

/** While half-made clusters go. */
const LOOK_AGAIN_MS = seconds(20);
/** A quota of the cloud's is raised by people, or freed by one of our own deletions, which wakes the queue. */
const QUOTA_MS = minutes(5);
const QUEUE_MS = seconds(10);
/** Orders that the cloud does not take are repeated that long. */
const BUSY_MS = minutes(10);
/** A place that gives no answer is left for another: after that long the other would have made the cluster, or nearly. */
const SILENT_MS = minutes(5);

/** @throws AppError NAME_TAKEN, PERMISSION_DENIED, PROVIDER_UNAVAILABLE, OPERATION_IN_PROGRESS */
export const provision: Step = async (cluster, ports) => {
  const { code } = cluster.error ?? {};
  if (code === 'CLOUD_QUOTA' || code === 'REGION_EXHAUSTED') return makeRoom(cluster, code, ports);
  const result = await make(cluster, ports);
  // Afterwards, for what is thrown there takes nothing along: each try would order another certificate.
  const certificate = await orderCertificate(cluster, ports);
  return certificate ? { ...result, patch: { ...result.patch, certificate } } : result;
};

/**
 * From now on nothing is asked for any more; but what another handler asked for a moment ago may take as long to appear. And removing may
 * take here what it may take where a failure is cleaned up: it is known why there is no cluster, and that is no failure.
 */
const givingBack = (error: ClusterError, { state }: Cluster, clock: Ports['clock']): ClusterPatch => ({
  error,
  holdUntilAt: new Date(clock.after(TOMBSTONE_HOLD_MS)),
  deadlineAt: deadlineAnew(stepRowOf(state).failure, clock),
});

/**
 * Nobody waits for the certificate before the cluster is to be exposed, so whatever is wrong with it is left to that step, which begins
 * where this one got to.
 */
async function orderCertificate(cluster: Cluster, ports: Ports): Promise<CertificateState | undefined> {
  try {
    return (await ensureProven(cluster, ports)).certificate;
  } catch (thrown) {
    tellFailure(ports.log, 'certificate not ordered', thrown, { cluster: cluster.id });
    return undefined;
  }
}

async function make(cluster: Cluster, ports: Ports): Promise<StepResult> {
  const target = targetOf(cluster);
  const bucket = { name: bucketName(cluster), region: target.region, clusterId: cluster.id };
  // Settled, not raced: an error of one must not hide what the other has begun.
  const [made, stored] = await Promise.allSettled([
    ensure(cluster, ports),
    ports.buckets.ensureBucket(bucket),
    clearExhausted(cluster, ports),
  ]);
  if (made.status === 'rejected') throw made.reason;
  const seen = made.value;
  if (seen.status === 'unanswered') return whileUnanswered(cluster, seen.error, ports);
  const goOn = async (): Promise<StepResult> => {
    if (seen.status === 'busy') return whileBusy(cluster, seen.error, ports);
    if (seen.status === 'broken') return afterBreaking(cluster, seen, ports);
    if (stored.status === 'rejected') throw stored.reason;
    // In what is being changed nothing is begun that could as well begin later.
    if (seen.status === 'ready' && !seen.changing) {
      const [noted] = await Promise.all([
        noteSuccess(ports, cluster),
        ports.buckets.ensureAccess(bucket, principalsOf(cluster, ports)),
        ports.provider.ensureWebhookAccess(target),
      ]);
      return done(undefined, noted);
    }
    const detail = seen.status === 'pending' ? seen.detail : WAITS[seen.status];
    const waiting = wait(untilNextLook(cluster, ports), detail, {
      ...(seen.status === 'ready' && { patch: timeForTheRest(cluster, ports) }),
    });
    return seen.status === 'pending' && (await isLate(cluster, ports))
      ? elsewhere(cluster, { lacks: 'takes too long', detail }, waiting, ports)
      : waiting;
  };
  return cluster.unansweredSince ? answered(goOn(), cluster, ports) : goOn();
}

/**
 * Usually another operation, which ends. But GKE says FAILED_PRECONDITION also of what only people can mend in that place, and does not tell
 * the two apart: after the time that no creation needs the next place is tried.
 */
async function whileBusy(cluster: Cluster, error: AppError, ports: Ports): Promise<StepResult> {
  if (!(await isLate(cluster, ports))) throw error;
  const why = { lacks: 'takes no orders', detail: error.detail ?? '' };
  return elsewhere(cluster, why, failedBy(error, cluster, ports), ports);
}

/** Of what is left to do there: a few calls, and some tries of each. */
const REST_MS = minutes(10);

/**
 * What Google does to a cluster by itself, an upgrade of its nodes say, may begin as soon as it is made and take most of the state's time; what is
 * left to do then has some, too. Not without end: one that is never done is given up.
 */
function timeForTheRest({ state, since, deadlineAt }: Cluster, { clock }: Ports): ClusterPatch {
  const isEndless = clock.elapsed(since.getTime()) > 2 * stepRowOf(state).timeoutMs;
  const restUntilAt = new Date(clock.afterWork(REST_MS));
  return !isEndless && deadlineAt && deadlineAt < restUntilAt ? { deadlineAt: restUntilAt } : {};
}

const WAITS = {
  absent: 'The cloud has accepted the request.',
  deleting: 'The cloud has accepted the request.',
  ready: 'The cloud is changing the cluster.',
} as const;

/** Every workload of this very cluster, and of no other. */
const principalsOf = (cluster: Cluster, { provider, settings }: Ports): string =>
  clusterPrincipals({
    projectId: settings.projectId,
    projectNumber: settings.projectNumber,
    location: whereaboutsOf(cluster).location,
    cluster: provider.clusterName(cluster),
  });

/** `unanswered`: nothing was learnt of the cluster. `busy`: another operation is under way, as the cloud says. */
type Seen = Observed | { status: 'unanswered'; error: AppError } | { status: 'busy'; error: AppError };

/** Refusals at the call are the same facts as failures later on. */
async function ensure(cluster: Cluster, ports: Ports): Promise<Seen> {
  try {
    return await ports.provider.ensureCluster(targetOf(cluster));
  } catch (thrown) {
    const error = asAppError(thrown);
    switch (error.code) {
      case 'ZONE_EXHAUSTED':
      case 'CLOUD_QUOTA':
        return { status: 'broken', code: error.code, detail: error.detail ?? '' };
      case 'PROVIDER_UNAVAILABLE':
      case 'CLOUD_BUSY':
        return { status: 'unanswered', error };
      case 'OPERATION_IN_PROGRESS':
        return { status: 'busy', error };
      default:
        throw error;
    }
  }
}

/**
 * Asked again, and for how long so far is written down: a step remembers nothing. A place that stays silent is left. That the cloud takes no
 * more orders is the same everywhere and no failure: who has asked for long enough waits in the queue, and takes nobody's place.
 */
async function whileUnanswered(cluster: Cluster, error: AppError, ports: Ports): Promise<StepResult> {
  const { clock } = ports;
  const { code, detail } = error;
  const unansweredSince = cluster.unansweredSince ?? new Date(clock.now());
  const silentMs = clock.elapsed(unansweredSince.getTime());
  if (code === 'CLOUD_BUSY' && silentMs >= BUSY_MS)
    return wait(0, GIVING_BACK, { patch: givingBack(describe('CLOUD_QUOTA', detail), cluster, clock) });
  const again = failedBy(error, cluster, ports, { unansweredSince });
  if (code === 'CLOUD_BUSY' || silentMs < SILENT_MS) return again;
  return elsewhere(cluster, { lacks: 'does not answer', detail: detail ?? '' }, again, ports);
}

/** What is thrown takes nothing along, and that there was an answer must be written down also where the rest fails. */
async function answered(result: Promise<StepResult>, cluster: Cluster, ports: Ports): Promise<StepResult> {
  const next = await result.catch((thrown: unknown) => {
    if (thrown instanceof CommitError) throw thrown;
    return failedBy(thrown, cluster, ports);
  });
  return { ...next, patch: { unansweredSince: undefined, ...next.patch } };
}

/** Whether it has been asked for in this place for longer than any creation lasts that ends well. */
async function isLate(cluster: Cluster, ports: Ports): Promise<boolean> {
  const isOver = (from: Date): boolean => ports.clock.elapsed(from.getTime()) >= LATE_MS;
  // Nobody has come to a place before they came into the state: most looks need not ask when that was.
  if (!isOver(cluster.since)) return false;
  const { id, generation, location } = whereaboutsOf(cluster);
  const name = ports.provider.clusterName({ id, generation });
  const entry = (await readEntries(cluster, ports))[ledgerKey({ kind: 'cluster', name, location })];
  return isOver(entry && entry.plannedAt > cluster.since ? entry.plannedAt : cluster.since);
}

/**
 * The next zone, if there is one: machines run out zone by zone, and so does the quota of clusters. With none left, want of quota means
 * waiting, for it is raised by people or freed by a deletion; and so does a region in which others failed before. Otherwise it is a failure.
 */
async function afterBreaking(
  cluster: Cluster,
  broken: Observed & { status: 'broken' },
  ports: Ports,
): Promise<StepResult> {
  const { code, detail } = broken;
  // The same in every zone, and nothing against any of them.
  if (code === 'CLOUD_SETUP') return fail(code, detail);
  const { next, exhausted, also } = await leave(cluster, { code, lacks: LACKS[code], detail }, ports);
  return next ?? { ...fail(code, `${detail} Tried ${exhausted.join(', ')}.`.trim()), also };
}

/**
 * The same for a place that has not said no, and may never: if there is no other, it is waited for until the deadline. It has counted against the
 * place by then, so a timeout does, too.
 */
async function elsewhere(
  cluster: Cluster,
  why: Pick<Shortcoming, 'lacks' | 'detail'>,
  otherwise: StepResult,
  ports: Ports,
): Promise<StepResult> {
  const { next, also } = await leave(cluster, { code: 'CLUSTER_CREATE_FAILED', ...why }, ports);
  return next ?? { ...otherwise, also };
}

/** What speaks against a place. */
interface Shortcoming {
  code: PlaceFailure;
  /** In words, said of the place. */
  lacks: string;
  detail: string;
}

/** @returns `next`: absent if there is no other place, and nothing to wait for; `also`: what is to be written down then */
async function leave(
  cluster: Cluster,
  { code, lacks, detail }: Shortcoming,
  ports: Ports,
): Promise<{ next?: StepResult; exhausted: readonly string[]; also: readonly Write[] }> {
  const { region } = cluster.spec;
  const { breaker, also } = noteFailure(ports, await readBreaker(ports, region), cluster, code);
  const exhausted = [...cluster.exhausted, whereaboutsOf(cluster).location];
  const { choice, also: claim } = chooseLocation(ports, breaker, cluster, exhausted);
  if (choice && 'location' in choice) {
    const { location } = choice;
    const next = wait(0, `${cluster.location} ${lacks}; trying ${location}.`, {
      // It may take most of the state's time until a place is left: the next one has its own.
      patch: {
        exhausted,
        location,
        unansweredSince: undefined,
        deadlineAt: deadlineAnew(cluster.state, ports.clock),
      },
      ledger: { plan: clusterEntries(cluster, location, ports) },
      also: [...also, ...claim],
    });
    return { next, exhausted, also };
  }
  const isKnown = choice !== undefined || isTroubled(breaker, cluster, ports);
  if (code !== 'CLOUD_QUOTA' && !isKnown) return { exhausted, also };
  // What the cloud made of it must go before others can use its share; the next look does that.
  const error = describe(isKnown ? 'REGION_EXHAUSTED' : 'CLOUD_QUOTA', detail);
  const next = wait(0, GIVING_BACK, { patch: givingBack(error, cluster, ports.clock), also });
  return { next, exhausted, also };
}

/** Said of a zone. */
const LACKS = {
  ZONE_EXHAUSTED: 'has no machines left',
  CLOUD_QUOTA: 'has no quota left',
  CLUSTER_CREATE_FAILED: 'could not make it',
} as const;

/**
 * Half-made clusters in places that were left cost money and quota: they go while the next place is tried. Whatever keeps one from going is
 * no reason against a cluster elsewhere: it is asked again with the next look, the sweep of orphans takes it away afterwards, and the ledger keeps
 * its line until it is proven gone.
 */
async function clearExhausted(cluster: Cluster, ports: Ports): Promise<void> {
  const { id, generation } = cluster;
  const results = await Promise.allSettled(
    cluster.exhausted.map((location) =>
      ports.provider.ensureGone({ id, generation, location }, () => isOvertaken(cluster, ports)),
    ),
  );
  for (const [at, result] of results.entries()) {
    // Busy is no trouble.
    if (result.status === 'fulfilled' || asAppError(result.reason).code === 'OPERATION_IN_PROGRESS') continue;
    const resource = cluster.exhausted[at] ?? '';
    tellFailure(ports.log, 'place not cleared', result.reason, { cluster: id, resource });
  }
}

/** Who waits in the queue is counted nowhere, so nothing of it may be left, and nothing of it appear any more. */
async function makeRoom(
  cluster: Cluster,
  code: 'CLOUD_QUOTA' | 'REGION_EXHAUSTED',
  ports: Ports,
): Promise<StepResult> {
  const { id, generation } = cluster;
  const locations = [...cluster.exhausted, whereaboutsOf(cluster).location];
  const left = await Promise.all(
    locations.map((location) =>
      // The try after the queue has the same names: a handler that was held up for minutes must not take what that one made.
      ports.provider.ensureGone({ id, generation, location }, () => isOvertaken(cluster, ports)),
    ),
  );
  if (left.includes('pending')) return wait(LOOK_AGAIN_MS, GIVING_BACK);
  // One that stayed behind has the name that the next try asks for.
  const subnetworks = await Promise.all(
    locations.map((location) => subnetworkGone(cluster, location, ports)),
  );
  if (subnetworks.includes('pending')) return wait(LOOK_AGAIN_MS, GIVING_BACK);
  // The queue knows when a region is tried again.
  return untilHeld(cluster, ports) ?? requeue(code, code === 'CLOUD_QUOTA' ? QUOTA_MS : QUEUE_MS);
}
