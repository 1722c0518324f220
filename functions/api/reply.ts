/** Documents as their readers may see them. Every field is named here: what is not, stays inside. */
import type { MeReply } from '../../shared/api/account.ts';
import type { ClusterReply, EventReply } from '../../shared/api/clusters.ts';
import type { Money } from '../../shared/api/fields.ts';
import type { PoolReply } from '../../shared/api/pools.ts';
import type { Allowance, RequestedLimits } from '../../shared/documents/account.ts';
import {
  type Cluster,
  type ClusterError,
  type ClusterSpec,
  shapeOf,
} from '../../shared/documents/cluster.ts';
import type { ClusterEvent } from '../../shared/documents/event.ts';
import { DEFAULT_LOSSES, type Pool } from '../../shared/documents/pool.ts';
import { costAt } from '../../shared/lifecycle/cost.ts';
import { ENDING } from '../../shared/lifecycle/derive.ts';
import { rowOf } from '../../shared/lifecycle/table.ts';
import { dollarsOf } from '../../shared/money.ts';
import { type Limits, limitsOf } from '../accounts/admission.ts';
import type { Clock } from '../cloud.ts';

/**
 * @param updateTime when the document was last written; after a command of ours that is the moment in which its state was entered
 */
export function toReply(
  cluster: Cluster,
  clock: Pick<Clock, 'elapsed'>,
  updateTime: Date = cluster.since,
): ClusterReply {
  const { ttlHours } = cluster.spec;
  return {
    id: cluster.id,
    name: cluster.name,
    ...toSpecReply(cluster.spec),
    ...(ttlHours === undefined ? {} : { ttlHours }),
    state: cluster.state,
    label: rowOf(cluster.state).label,
    ...(cluster.detail === undefined ? {} : { detail: cluster.detail }),
    progress: cluster.progress,
    etaAt: cluster.etaAt?.toISOString() ?? null,
    endpoints: cluster.endpoints,
    conditions: cluster.conditions.map(({ type, status, message, since }) => ({
      type,
      status,
      message,
      since: since.toISOString(),
    })),
    error: cluster.error ? toErrorReply(cluster.error) : null,
    ...(cluster.parked && { parked: toParkedReply(cluster.parked) }),
    members: cluster.members,
    ...(cluster.owner === undefined ? {} : { owner: cluster.owner }),
    ...toOffer(cluster),
    cost: {
      soFar: toMoney(costAt(cluster.cost, clock.elapsed), true),
      hourly: cluster.liability === undefined ? null : toMoney(cluster.liability.hourlyMicros, true),
    },
    createTime: cluster.createdAt.toISOString(),
    updateTime: updateTime.toISOString(),
    ...(cluster.expiresAt === undefined ? {} : { expiresAt: cluster.expiresAt.toISOString() }),
    etag: etagOf(cluster),
  };
}

export const toErrorReply = ({ code, message, remedy, fault }: ClusterError) => ({
  code,
  message,
  remedy,
  fault,
});

/** What other owners may take over, as long as they may. */
export function toOffer({
  state,
  offeredTo,
  handOverUntilAt,
}: Pick<Cluster, 'state' | 'offeredTo' | 'handOverUntilAt'>): Pick<
  ClusterReply,
  'offeredTo' | 'handOverUntilAt'
> {
  if (ENDING.has(state)) return {};
  return {
    ...(offeredTo !== undefined && { offeredTo }),
    ...(handOverUntilAt && { handOverUntilAt: handOverUntilAt.toISOString() }),
  };
}

/** Without the lifetime, which only a cluster of somebody's has. */
export const toSpecReply = ({ product, version, size, region, availability, isolation }: ClusterSpec) => ({
  product,
  version,
  size,
  region,
  availability,
  isolation,
});

/** Of the spec only: a cluster on its way changes all the time, and `If-Match` guards what was asked for. */
export const etagOf = (cluster: Cluster): string => `"${cluster.specVersion}"`;

export function toEventReply(event: ClusterEvent): EventReply {
  const { epoch, at, from, to, cause, message, durationMs, error, actor } = event;
  return {
    epoch,
    at: at.toISOString(),
    ...(from === undefined ? {} : { from }),
    to,
    cause,
    message,
    durationMs,
    ...(error === undefined ? {} : { error: toErrorReply(error) }),
    ...(actor === undefined ? {} : { actor }),
  };
}

const toParkedReply = ({
  at,
  reason,
  deadLetter,
}: NonNullable<Cluster['parked']>): NonNullable<ClusterReply['parked']> => ({
  at: at.toISOString(),
  reason,
  deadLetter,
});

export function toPoolReply({ id, spec, wanted, losses, pause, lastPlan }: Pool): PoolReply {
  const { perHour, microsPerDay } = losses ?? DEFAULT_LOSSES;
  const isPaused = pause?.shape === shapeOf(spec);
  return {
    id,
    ...toSpecReply(spec),
    wanted,
    maxLossesPerHour: perHour,
    maxLossPerDay: toMoney(microsPerDay, false),
    ...(pause && isPaused && { pause: { reason: pause.reason, untilAt: pause.untilAt.toISOString() } }),
    ...(lastPlan && { lastPlan: toPlanReply(lastPlan) }),
  };
}

const toPlanReply = ({
  at,
  warm,
  inTheMaking,
  held,
  actions,
}: NonNullable<Pool['lastPlan']>): NonNullable<PoolReply['lastPlan']> => ({
  at: at.toISOString(),
  warm,
  inTheMaking,
  ...(held !== undefined && { held }),
  actions: actions.map(({ action, reason, cluster }) => ({ action, reason, cluster })),
});

/** @param about whether the sum is an estimate */
export const toMoney = (micros: number, about: boolean): Money => ({
  amount: dollarsOf(micros),
  currency: 'USD',
  about,
});

/** @param now undefined: nothing was ever counted */
export function toAllowance(now: Allowance | undefined, defaults: Limits): MeReply['allowance'] {
  const most = limitsOf(now, defaults);
  return {
    clusters: now?.clusters ?? 0,
    maxClusters: most.clusters,
    hourlyPrice: toMoney(now?.hourlyMicros ?? 0, true),
    maxHourlyPrice: toMoney(most.hourlyMicros, false),
  };
}

const toRequested = ({
  maxClusters,
  maxHourlyMicros,
}: RequestedLimits): { maxClusters: number; maxHourlyDollars?: number } => ({
  maxClusters,
  ...(maxHourlyMicros !== undefined && { maxHourlyDollars: dollarsOf(maxHourlyMicros) }),
});

/** The fields of a reply that tell what is said of an account, each where there is something to tell. */
export function toRemarks(
  account: Allowance | undefined,
): Pick<MeReply, 'quotaRequest' | 'declinedRequest' | 'standing' | 'closing'> {
  const { request, declined, standing, closing } = account ?? {};
  return {
    ...(request && {
      quotaRequest: {
        ...toRequested(request),
        reason: request.reason,
        at: request.at.toISOString(),
      },
    }),
    ...(declined && {
      declinedRequest: { ...toRequested(declined), at: declined.at.toISOString() },
    }),
    ...(standing && {
      standing: { state: standing.state, reason: standing.reason, since: standing.since.toISOString() },
    }),
    ...(closing && { closing: { since: closing.since.toISOString() } }),
  };
}
