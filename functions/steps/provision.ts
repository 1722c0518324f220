/** All that has no order, side by side: the Kubernetes cluster, its bucket, and meanwhile the proof of its name for the certificate. */

import type {
  CertificateState,
  Cluster,
  ClusterError,
  ClusterPatch,
} from '../../shared/documents/cluster.ts';
import { stepRowOf, TOMBSTONE_HOLD_MS } from '../../shared/lifecycle/table.ts';
import { describe } from '../../shared/lifecycle/transition.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { ensureProven } from '../access/certificate.ts';
import { chooseLocation, isTroubled, noteFailure, noteSuccess, readBreaker } from '../breaker/breaker.ts';
import { clusterPrincipals } from '../bucket-access.ts';
import { isOvertaken } from '../clusters/read.ts';
import { bucketName, clusterEntries, targetOf, whereaboutsOf } from '../clusters/target.ts';
import { asAppError, tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import type { Observed } from '../providers/provider.ts';
import { deadlineAnew, untilNextLook } from './pace.ts';
import { untilHeld } from './prove.ts';
import { subnetworkGone } from './removal.ts';
import { done, fail, requeue, type Step, type StepResult, wait } from './step.ts';

const GIVING_BACK = 'Giving the reserved room back.';

/** While half-made clusters go. */
const LOOK_AGAIN_MS = seconds(20);
/** A quota of the cloud's is raised by people, or freed by one of our own deletions, which wakes the queue. */
const QUOTA_MS = minutes(5);
const QUEUE_MS = seconds(10);
/** Orders that the cloud does not take are repeated that long. */
const BUSY_MS = minutes(10);

/** @throws AppError NAME_TAKEN, PERMISSION_DENIED, PROVIDER_UNAVAILABLE, OPERATION_IN_PROGRESS */
export const provision: Step = async (cluster, ports) => {
  const { code } = cluster.error ?? {};
  if (code === 'CLOUD_QUOTA' || code === 'REGION_EXHAUSTED') return makeRoom(cluster, code, ports);
  const result = await make(cluster, ports).catch((thrown: unknown) =>
    unlessBusyForLong(thrown, cluster, ports),
  );
  // Afterwards, for what is thrown there takes nothing along: each try would order another certificate.
  const certificate = await orderCertificate(cluster, ports);
  return certificate ? { ...result, patch: { ...result.patch, certificate } } : result;
};

/** That the cloud takes no more orders is no failure: who has asked for long enough waits in the queue, and takes nobody's place. */
function unlessBusyForLong(thrown: unknown, cluster: Cluster, { clock }: Ports): StepResult {
  const { code, detail } = asAppError(thrown);
  if (code !== 'CLOUD_BUSY' || clock.elapsed(cluster.since.getTime()) < BUSY_MS) throw thrown;
  return wait(0, GIVING_BACK, { patch: givingBack(describe('CLOUD_QUOTA', detail), cluster, clock) });
}

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
  const [made, stored, cleared] = await Promise.allSettled([
    ensure(cluster, ports),
    ports.buckets.ensureBucket(bucket),
    clearExhausted(cluster, ports),
  ]);
  if (made.status === 'rejected') throw made.reason;
  if (made.value.status === 'broken') return afterBreaking(cluster, made.value, ports);
  if (stored.status === 'rejected') throw stored.reason;
  if (cleared.status === 'rejected') throw cleared.reason;
  // In what is being changed nothing is begun that could as well begin later.
  if (made.value.status === 'ready' && !made.value.changing) {
    const [noted] = await Promise.all([
      noteSuccess(ports, cluster),
      ports.buckets.ensureAccess(bucket, principalsOf(cluster, ports)),
      ports.provider.ensureWebhookAccess(target),
    ]);
    return done(undefined, noted);
  }
  const detail = made.value.status === 'pending' ? made.value.detail : WAITS[made.value.status];
  return wait(untilNextLook(cluster, ports), detail);
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

/** Refusals at the call are the same facts as failures later on. */
async function ensure(cluster: Cluster, ports: Ports): Promise<Observed> {
  try {
    return await ports.provider.ensureCluster(targetOf(cluster));
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code !== 'ZONE_EXHAUSTED' && error.code !== 'CLOUD_QUOTA') throw error;
    return { status: 'broken', code: error.code, detail: error.detail ?? '' };
  }
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
  const { region } = cluster.spec;
  const { breaker, also } = noteFailure(ports, await readBreaker(ports, region), cluster, code);
  const exhausted = [...cluster.exhausted, whereaboutsOf(cluster).location];
  const { choice, also: claim } = chooseLocation(ports, breaker, cluster, exhausted);
  if (choice && 'location' in choice) {
    const { location } = choice;
    return wait(0, `${cluster.location} ${LACKS[code]}; trying ${location}.`, {
      // One failure in five takes most of the state's time to show: the next zone has its own.
      patch: { exhausted, location, deadlineAt: deadlineAnew(cluster.state, ports.clock) },
      ledger: { plan: clusterEntries(cluster, location, ports) },
      also: [...also, ...claim],
    });
  }
  const isKnown = choice !== undefined || isTroubled(breaker, cluster, ports);
  if (code !== 'CLOUD_QUOTA' && !isKnown) {
    return { ...fail(code, `${detail} Tried ${exhausted.join(', ')}.`.trim()), also };
  }
  // What the cloud made of it must go before others can use its share; the next look does that.
  const error = describe(isKnown ? 'REGION_EXHAUSTED' : 'CLOUD_QUOTA', detail);
  return wait(0, GIVING_BACK, { patch: givingBack(error, cluster, ports.clock), also });
}

/** Said of a zone. */
const LACKS = {
  ZONE_EXHAUSTED: 'has no machines left',
  CLOUD_QUOTA: 'has no quota left',
  CLUSTER_CREATE_FAILED: 'could not make it',
} as const;

/** Half-made clusters in zones that had no machines cost money and quota: they go while the next zone is tried. */
async function clearExhausted(cluster: Cluster, ports: Ports): Promise<void> {
  const { id, generation } = cluster;
  const results = await Promise.allSettled(
    cluster.exhausted.map((location) =>
      ports.provider.ensureGone({ id, generation, location }, () => isOvertaken(cluster, ports)),
    ),
  );
  for (const result of results) {
    // Busy is no trouble: it is asked again with the next look, and once more when the cluster goes.
    if (result.status === 'rejected' && asAppError(result.reason).code !== 'OPERATION_IN_PROGRESS')
      throw result.reason;
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
