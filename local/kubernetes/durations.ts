/** How long things inside a cluster take, in cloud time: estimates from experience, which the sketch in `../sketch` shares. */
import type { Random } from '../../functions/cloud.ts';
import { logNormal } from '../random.ts';
import type { World } from '../service.ts';
import { drawOf } from './identifiers.ts';
import type { Fields } from './objects.ts';

/** Until the scheduler has bound a pod: 1–2 s. */
export const scheduleMs = (random: Random): number => 1_000 * (1 + random.fraction());
/** Until volumes are attached and the sandbox stands. */
export const SANDBOX_MS = 1_500;
/** Between two looks for a volume that is not there yet, and from the start of a container to its crash. */
export const RETRY_MS = 2_000;

/** Images of a few hundred MB from a registry in the same region. */
const PULL_MEDIAN_MS = 12_000;
const PULL_P95_MS = 40_000;
const SLOWER = 5;
/** The tail of the distribution has no end of its own; pulls have one. */
const PULL_MOST_MS = 600_000;
/** An image that is there: creating and starting the container only. */
export const PRESENT_MS = 700;
/** The least time until a container starts. */
export const MIN_START_MS = 500;

/** An image that the node has not got yet. */
export function freshPullMs({ faults, random }: Pick<World, 'faults' | 'random'>, image: string): number {
  const slow = faults.hit('slow-pull', image) ? SLOWER : 1;
  return Math.min(PULL_MOST_MS, slow * logNormal(random, PULL_MEDIAN_MS, PULL_P95_MS));
}

/** 10 s, doubled with each try, five minutes at most, as for crashes. https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff */
export const pullAgainMs = (tries: number): number => Math.min(10_000 * 2 ** tries, 300_000);

/** From the start of the process to the first successful readiness probe, by what the image is. */
const READY_MS: ReadonlyArray<readonly [image: RegExp, least: number, most: number]> = [
  [/\/pachd(:|$)/, 25_000, 55_000],
  [/postgres/, 12_000, 28_000],
  [/etcd/, 8_000, 20_000],
  [/./, 5_000, 15_000],
];

/** @param uid of the pod */
export function readyMs(uid: string, containers: readonly Fields[]): number {
  const draw = drawOf(`${uid}ready`);
  const waits = containers.map(({ image }) => {
    const [, least = 0, most = 0] = READY_MS.find(([pattern]) => pattern.test(image)) ?? [];
    return least + draw * (most - least);
  });
  return Math.max(0, ...waits, ...containers.map(probeDelayMs));
}

/** No probe asks before its time. */
const probeDelayMs = ({ readinessProbe, startupProbe }: Fields): number =>
  1000 * ((readinessProbe?.initialDelaySeconds ?? 0) + (startupProbe?.initialDelaySeconds ?? 0));

/** From the word to a pod that it is to end until it is gone. */
export const stopMs = (uid: string, graceMs: number): number =>
  Math.min(graceMs, 1_000 + 3_000 * drawOf(`${uid}stop`));

/** Parts of a load balancer: an address takes some 40 s, taking it down some 30 s. */
export const FIREWALLS_MS = 8_000;
export const addressMs = (random: Random): number =>
  FIREWALLS_MS + logNormal(random, 40_000 - FIREWALLS_MS, 90_000);
export const cleanUpMs = (random: Random): number => logNormal(random, 30_000, 60_000);

/** Persistent disks. */
export const provisionMs = (random: Random): number => logNormal(random, 4_000, 12_000);
export const reclaimMs = (random: Random): number => logNormal(random, 10_000, 25_000);

/** Helm fetches a chart from a registry, and looks at what it waits for. */
export const FETCH_MS = 2_500;
export const POLL_MS = 2_000;
/** `gcloud` starts slowly: it is a large Python program. */
export const GCLOUD_MS = 2_500;

/** A Job waits before its next pod: 10 s, doubled with each failure, six minutes at most. */
export const backoffMs = (failed: number): number => Math.min(10_000 * 2 ** (failed - 1), 360_000);
