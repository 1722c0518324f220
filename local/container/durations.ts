/**
 * How long GKE's operations take, in cloud time: log-normal, by median and 95th percentile. The medians agree with what was
 * published (a zonal cluster in 3.2 min, https://ahmet.im; a regional one in 3 min 6 s before its node pools,
 * https://github.com/hashicorp/terraform-provider-google/issues/1643); the tails are estimates.
 */
import type { Random } from '../../functions/cloud.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { logNormal } from '../random.ts';

export type OperationType =
  | 'CREATE_CLUSTER'
  | 'DELETE_CLUSTER'
  | 'UPDATE_CLUSTER'
  | 'UPGRADE_MASTER'
  | 'UPGRADE_NODES'
  | 'SET_NODE_POOL_SIZE';

const LATENCY: Record<OperationType, { median: number; p95: number }> = {
  CREATE_CLUSTER: { median: seconds(190), p95: minutes(5) },
  DELETE_CLUSTER: { median: seconds(165), p95: minutes(4) },
  UPDATE_CLUSTER: { median: seconds(60), p95: minutes(3) },
  UPGRADE_MASTER: { median: minutes(5), p95: minutes(12) },
  // By surge, some four minutes a node.
  UPGRADE_NODES: { median: minutes(12), p95: minutes(40) },
  SET_NODE_POOL_SIZE: { median: seconds(70), p95: minutes(3) },
};

/** A regional control plane has three replicas to start. */
const REGIONAL_EXTRA_MS = seconds(90);

export function operationMs(random: Random, type: OperationType, regional: boolean): number {
  const { median, p95 } = LATENCY[type];
  const extra = regional && type === 'CREATE_CLUSTER' ? REGIONAL_EXTRA_MS : 0;
  return logNormal(random, median, p95) + extra;
}

/** From the call to the first work. */
export const pendingMs = (random: Random): number => logNormal(random, 800, 2500);

/**
 * How long GKE takes to notice that it gets no machines: mostly about as long as a create, but one in five waits the whole time-out
 * of the instance group. 13 of 64 did: https://github.com/cilium/cilium/issues/48184
 */
export const shortageMs = (random: Random): number =>
  random.fraction() < 0.2
    ? minutes(35) + seconds(5) * random.fraction()
    : logNormal(random, minutes(2), minutes(6));

/** How long a slow operation takes, against an ordinary one. */
export const SLOW_FACTOR = 5;

export const cancelMs = (random: Random): number => logNormal(random, seconds(15), seconds(40));

/** From an event to its audit-log entry at the sink's topic. Not documented; seconds in practice. */
export const auditMs = (random: Random): number => logNormal(random, seconds(1), seconds(4));
