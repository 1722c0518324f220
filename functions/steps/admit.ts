/**
 * Whether there is room for one more cluster: in its account and in the cell, among those in the making, and in the cloud's region. Blocked
 * means waiting, not failing.
 */
import { findRegion, LOWEST_PRICE, priceOf } from '../../shared/catalog/catalog.ts';
import { type Allowance, accountPath, cellPath } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { describe } from '../../shared/lifecycle/transition.ts';
import { refusalOf } from '../../shared/standing.ts';
import { hours, inDollars, minutes, seconds } from '../../shared/units.ts';
import { chooseLocation, readBreaker } from '../breaker/breaker.ts';
import type { Choice } from '../breaker/plan.ts';
import type { Snapshot } from '../cloud.ts';
import { doPeopleWait, placeInQueue } from '../dispatch/queue.ts';
import type { Ports } from '../ports.ts';
import { done, type Extras, type Step, type StepResult, wait } from './step.ts';
import { bucketName, clusterEntries, recordLabel, recordsOf } from './target.ts';

/** Room is announced by the commit that makes it; looking again by itself is for the day on which that word gets lost. */
const LOOK_AGAIN_MS = minutes(5);

/** What is too large for a limit waits for an operator, whose word about an account wakes it; other limits and prices come with a deployment. */
const LOOK_RARELY_MS = hours(1);

/** A place among those in the making becomes free soon: one is held for some minutes. */
const BUSY_MS = seconds(30);
/** Those who wait for the same moment come one after the other: only the first of them finds what they wait for. */
const SPREAD_MS = seconds(20);
/** Spares leave this share of the places in the making to people, who may come any moment. */
const FOR_PEOPLE = 0.25;

export interface Limits {
  clusters: number;
  hourlyMicros: number;
}

/** Why a cluster must wait. */
export interface Blocked {
  blocked: ErrorCode;
  detail?: string;
  /** It would not fit if there were nothing else: waiting does not help. */
  never?: true;
  /** Cloud time until it is worth looking again, if somebody knows. */
  forMs?: number;
}

export const admit: Step = async (cluster, ports) => {
  const room = await findRoom(cluster, ports);
  if (!('blocked' in room)) return room;
  const forMs = room.never ? LOOK_RARELY_MS : Math.min(LOOK_AGAIN_MS, room.forMs ?? LOOK_AGAIN_MS);
  const error = describe(room.blocked, room.detail);
  return wait(forMs, await whereInQueue(cluster, room, ports), { patch: { error } });
};

/** In words. Who waits for an operator's word waits in no line. */
const whereInQueue = async (
  { createdAt }: Cluster,
  { blocked, never }: Blocked,
  ports: Ports,
): Promise<string> =>
  never || blocked === 'OWNER_HELD'
    ? 'Until then it has no place in the queue.'
    : `Number ${await placeInQueue(ports, createdAt)} in the queue.`;

/**
 * Where a waiting cluster may be made, with all that taking the room writes down; or why it must wait.
 * @param asker the account of who asks for it in the same commit, as it was found to be allowed to: what it asks for is counted
 * @throws CommitError `unavailable`
 */
export async function findRoom(
  cluster: Cluster,
  ports: Ports,
  asker?: Snapshot<Allowance>,
): Promise<StepResult | Blocked> {
  const { limits, cell } = ports.settings;
  const region = findRegion(cluster.spec.region);
  if (!region) throw new Error(`the catalog has no region ${cluster.spec.region}`);
  const price = priceOf(cluster.spec).hourlyMicros;
  const read = (path: string) => ports.documents.get<Allowance>(path);
  const isSpare = cluster.owner === undefined;
  const [ofAccount, ofCell, breaker, yields] = await Promise.all([
    asker ?? (cluster.owner === undefined ? undefined : read(accountPath(cluster.owner))),
    read(cellPath(cell)),
    readBreaker(ports, region.id),
    isSpare && doPeopleWait(ports, region.id),
  ]);
  // By the document that is guarded below: who is suspended at this moment is judged anew.
  if (ofAccount && refusalOf(ofAccount.data, 'make')) return { blocked: 'OWNER_HELD' };
  const accountLimits = { clusters: limits.accountClusters, hourlyMicros: limits.accountHourlyMicros };
  const cellLimits = { clusters: limits.cellClusters, hourlyMicros: limits.cellHourlyMicros };
  const blocked = hardest(
    cluster.owner === undefined ? undefined : planAdmission(ofAccount?.data, accountLimits, price, 'account'),
    planAdmission(ofCell?.data, cellLimits, price, 'cell'),
  );
  if (blocked) return blocked;
  if (yields || isBusy(ofCell?.data, limits.cellMaking, isSpare))
    return { blocked: 'CELL_BUSY', forMs: BUSY_MS + ports.random.fraction() * BUSY_MS };
  const { choice, also } = chooseLocation(ports, breaker, cluster);
  if (!choice) throw new Error(`region ${region.id} has no zones`);
  if (!('location' in choice)) return exhausted(choice, ports);
  const { location } = choice;
  const askedAt = asker && new Date(ports.clock.now());
  const guarded: NonNullable<Extras['guarded']> = [
    ...(cluster.owner === undefined
      ? []
      : [taken(accountPath(cluster.owner), ofAccount, price, undefined, askedAt)]),
    taken(cellPath(cell), ofCell, price, 1),
  ];
  return done(
    { location, exhausted: [], liability: { clusters: 1, hourlyMicros: price, making: 1 } },
    { guarded, also, ledger: { plan: planned(cluster, location, ports) } },
  );
}

/** Whether as many are in the making as may be; a spare finds fewer places than people do. */
export function isBusy(cell: Allowance | undefined, cellMaking: number, isSpare: boolean): boolean {
  const places = isSpare ? Math.max(1, Math.floor(cellMaking * (1 - FOR_PEOPLE))) : cellMaking;
  return (cell?.making ?? 0) >= places;
}

/** Every place of the region fails: one cluster at a time tries whether that is still so, and everybody else waits for it. */
export function exhausted(
  { nextTryMs, probing }: Exclude<Choice, { location: string }>,
  ports: Ports,
): Blocked {
  const at = new Date(nextTryMs).toISOString().slice(11, 16);
  const spreadMs = ports.random.fraction() * SPREAD_MS;
  return {
    blocked: 'REGION_EXHAUSTED',
    detail: probing ? 'Hub is trying it now.' : `Hub tries again at ${at} UTC.`,
    forMs: Math.max(0, -ports.clock.elapsed(nextTryMs)) + seconds(1) + spreadMs,
  };
}

/** What is said of several: first that it never fits. */
export const hardest = (...blocked: readonly (Blocked | undefined)[]): Blocked | undefined =>
  blocked.find((one) => one?.never) ?? blocked.find((one) => one);

/**
 * Whether one more cluster of this price fits.
 * @returns why not, or undefined
 */
export function planAdmission(
  now: Allowance | undefined,
  defaults: Limits,
  hourlyMicros: number,
  scope: 'account' | 'cell',
): Blocked | undefined {
  const isOfAccount = scope === 'account';
  const most = now?.maxHourlyMicros ?? defaults.hourlyMicros;
  // A cell that may cost less than anything does is switched off for a while.
  const isOff = !isOfAccount && most < LOWEST_PRICE.hourlyMicros;
  if (hourlyMicros > most && !isOff) {
    const price = inDollars(hourlyMicros, 'up');
    // What all of Hub may cost is its operators' business.
    return isOfAccount
      ? {
          ...NEVER,
          blocked: 'SIZE_OVER_BUDGET',
          detail: `It costs ${price}, and ${inDollars(most, 'down')} is allowed.`,
        }
      : { ...NEVER, blocked: 'SIZE_OVER_CAPACITY', detail: `It costs ${price}.` };
  }
  const clusters = (now?.clusters ?? 0) + 1;
  const sum = (now?.hourlyMicros ?? 0) + hourlyMicros;
  if (clusters > (now?.maxClusters ?? defaults.clusters))
    return { blocked: isOfAccount ? 'ACCOUNT_QUOTA' : 'CELL_FULL' };
  if (sum > most) return { blocked: isOfAccount ? 'ACCOUNT_BUDGET' : 'CELL_FULL' };
  return undefined;
}

const NEVER = { never: true } as const;

/** One more that is asked for. */
export const hourAfter = (hour: Allowance['hour'], at: Date): NonNullable<Allowance['hour']> =>
  hour && isSameHour(hour, at.getTime()) ? { ...hour, made: hour.made + 1 } : { since: at, made: 1 };

/** Real time, for people press buttons by their own clock. */
export const isSameHour = ({ since }: NonNullable<Allowance['hour']>, now: number): boolean =>
  now - since.getTime() < hours(1);

/**
 * The write that takes room, on the condition that nobody else took any since it was counted.
 * @param making places among those in the making
 * @param at now, if it is asked for in the same commit
 */
export function taken(
  path: string,
  now: Snapshot<Allowance> | undefined,
  hourlyMicros: number,
  making?: number,
  at?: Date,
): NonNullable<Extras['guarded']>[number] {
  const clusters = (now?.data.clusters ?? 0) + 1;
  const sum = (now?.data.hourlyMicros ?? 0) + hourlyMicros;
  return {
    path,
    data: {
      schema: DOCUMENT_SCHEMA,
      clusters,
      hourlyMicros: sum,
      ...(at && { hour: hourAfter(now?.data.hour, at) }),
      ...(making && { making: (now?.data.making ?? 0) + making }),
    },
    ...(now ? { version: now.version } : {}),
  };
}

/** What the next state will ask for; names only, so that all of it can be written down before any of it is there. */
const planned = (cluster: Cluster, location: string, ports: Ports) => {
  const { generation } = cluster;
  return [
    ...clusterEntries(cluster, location, ports),
    { kind: 'bucket' as const, name: bucketName(cluster), location: cluster.spec.region, generation },
    { kind: 'firewall' as const, name: ports.provider.webhookRule(cluster), location: 'global', generation },
    ...recordsOf(cluster, ports).map((record) => ({
      kind: 'dns-record' as const,
      name: recordLabel(record),
      location: 'global',
      generation,
    })),
  ];
};
