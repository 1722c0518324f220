/** Those who wait for room, in the order in which they came to wait; and those whose account is held, past whom the others go. */
import {
  CLUSTERS,
  type Cluster,
  type ClusterError,
  type ClusterSpec,
} from '../../shared/documents/cluster.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { hours, minutes } from '../../shared/units.ts';
import type { Query, Snapshot } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import { publishStep } from './publish-step.ts';
import { readableClusters } from './read.ts';
import type { Elapsed } from './seen.ts';

/** Who waits for these waits for an operator's word, about the account of its owner or about a limit, and not in line. */
const HELD: readonly ErrorCode[] = ['OWNER_HELD', 'SIZE_OVER_BUDGET', 'SIZE_OVER_CAPACITY'];

/** What nobody else's cluster can help with: who waits for these stands in the way of nobody's but the same account's. */
const OF_THE_ACCOUNT: readonly ErrorCode[] = ['ACCOUNT_QUOTA', 'ACCOUNT_BUDGET'];

/** Woken at a time: the oldest may be held back by something else, so the next ones are asked too. */
const WAKE = 5;
/** What a cluster that went may have stood in the way of, whoever's it was. What nobody else's cluster can help has its own word. */
const FREED: readonly ErrorCode[] = ['CELL_FULL', 'CLOUD_QUOTA'];

/**
 * Tells the oldest of those who wait for room of the cell or of the cloud, and of those of this account, that something became free.
 * @param atMost of each: more only where room for more came at once
 */
export async function wakeQueue(ports: Ports, owner: string | undefined, atMost = WAKE): Promise<void> {
  const found = await Promise.all([
    ...FREED.map((code) => oldest(ports, atMost, [['error.code', '==', code]])),
    ...(owner === undefined ? [] : [oldest(ports, atMost, [['owner', '==', owner]])]),
  ]);
  const waiting = new Map(readableClusters(ports, found.flat()).map(({ cluster }) => [cluster.id, cluster]));
  await Promise.all([...waiting.values()].map(({ id, epoch }) => publishStep(ports, 'admit', id, epoch)));
}

const oldest = (
  { documents }: Ports,
  limit: number,
  where: NonNullable<Query['where']>,
): Promise<Snapshot[]> =>
  documents.query({
    collection: CLUSTERS,
    where: [['state', '==', 'queued'], ...where],
    orderBy: [['since', 'asc']],
    limit,
  });

/** Tells the oldest of those who wait for this one thing. */
export async function wakeThoseWith(ports: Ports, code: ErrorCode): Promise<void> {
  const found = await oldest(ports, WAKE, [['error.code', '==', code]]);
  const waiting = readableClusters(ports, found).map(({ cluster }) => cluster);
  await Promise.all(waiting.map(({ id, epoch }) => publishStep(ports, 'admit', id, epoch)));
}

/** What everybody waits for alike, wherever their clusters are to be. */
const OF_THE_CELL: readonly ErrorCode[] = ['CELL_FULL', 'CELL_BUSY'];
const OF_THE_REGION: readonly ErrorCode[] = ['REGION_EXHAUSTED', 'CLOUD_QUOTA'];

/**
 * Who needs less goes past who needs more, for room that does not suffice for one is of use to another; but not for longer than this: then
 * what becomes free is kept until it suffices.
 */
const OWED_MS = minutes(30);
/** Nor is it kept for ever, for it may never suffice: it is the others' turn for as long, and so on. */
const TURN_MS = hours(6);

/** What is kept for it others wait for as well. */
type Owed = Cluster & { error: ClusterError & { code: ErrorCode } };

/** Whether nobody who came later may go past it now. Of one whose looks fail nobody knows what it waits for. */
export const isOwed = (cluster: Cluster, elapsed: Elapsed): cluster is Owed =>
  cluster.state === 'queued' &&
  cluster.owner !== undefined &&
  OF_THE_CELL.some((code) => code === cluster.error?.code) &&
  cluster.attempts === 0 &&
  cluster.parked === undefined &&
  isItsTurn(elapsed(cluster.since.getTime()));

const isItsTurn = (waitedMs: number): boolean =>
  waitedMs >= OWED_MS && Math.floor(waitedMs / TURN_MS) % 2 === 0;

/** Looked at for one that is owed. Mostly it is the first; but older ones may be out of turn, or their looks fail. */
const OLDEST = [5, 100];

/** Of the people's clusters that are owed room in the cell, the one that has waited for longest. */
export async function findOwed(ports: Ports): Promise<Owed | undefined> {
  for (const limit of OLDEST) {
    const found = await ports.documents.query({
      collection: CLUSTERS,
      where: [
        ['state', '==', 'queued'],
        ['error.code', 'in', [...OF_THE_CELL]],
        ['owner', '>', ''],
      ],
      orderBy: [['since', 'asc']],
      limit,
    });
    const owed = readableClusters(ports, found)
      .map(({ cluster }) => cluster)
      .find((cluster): cluster is Owed => isOwed(cluster, ports.clock.elapsed));
    if (owed || found.length < limit) return owed;
  }
  return undefined;
}

/** Tells those who stood behind one that was owed and waits no longer. */
export async function wakeThoseBehind(ports: Ports): Promise<void> {
  await Promise.all(OF_THE_CELL.map((code) => wakeThoseWith(ports, code)));
}

/** Whether anybody waits whom a newcomer would overtake: somebody of the same account, or people for whom there is no room at all. */
export async function isQueueAhead(
  ports: Ports,
  owner: string | undefined,
  region: ClusterSpec['region'],
): Promise<boolean> {
  const [people, own] = await Promise.all([
    doPeopleWait(ports, region),
    owner === undefined ? false : isAny(ports, [['owner', '==', owner]]),
  ]);
  return people || own;
}

/**
 * Whether people wait for what a cluster in this region would take. Who waits for room in their own account stands in nobody's way, and a
 * spare in that of nobody but spares.
 */
export async function doPeopleWait(ports: Ports, region: ClusterSpec['region']): Promise<boolean> {
  const found = await Promise.all([
    isAny(ports, [
      ['error.code', 'in', [...OF_THE_CELL]],
      ['owner', '>', ''],
    ]),
    isAny(ports, [
      ['error.code', 'in', [...OF_THE_REGION]],
      ['spec.region', '==', region],
      ['owner', '>', ''],
    ]),
  ]);
  return found.includes(true);
}

async function isAny({ documents }: Ports, where: NonNullable<Query['where']>): Promise<boolean> {
  const found = await documents.query({
    collection: CLUSTERS,
    where: [['state', '==', 'queued'], ...where],
    limit: 1,
  });
  return found.length > 0;
}

/**
 * How many people's clusters came earlier and are in line, plus one. Spares yield to everybody.
 * @param code what it waits for: if that is its own account, the line is that of the account
 */
export async function placeInQueue(
  { documents }: Ports,
  { owner, since }: Cluster,
  code: ErrorCode,
): Promise<{ place: number; isOfAccount: boolean }> {
  const isOfAccount = owner !== undefined && OF_THE_ACCOUNT.includes(code);
  const beside = isOfAccount ? HELD : [...HELD, ...OF_THE_ACCOUNT];
  const earlier = (...more: NonNullable<Query['where']>) =>
    documents.count({
      collection: CLUSTERS,
      where: [
        ['state', '==', 'queued'],
        isOfAccount ? ['owner', '==', owner] : ['owner', '>', ''],
        ...more,
        ['since', '<', since],
      ],
      // As an index has it that serves others, too; where nothing is said, fields go by the alphabet.
      orderBy: [['since', 'asc']],
    });
  const [all, others] = await Promise.all([earlier(), earlier(['error.code', 'in', [...beside]])]);
  return { place: all - others + 1, isOfAccount };
}
