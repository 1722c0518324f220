/**
 * How often an account may ask for a cluster, and how many accounts may be new. Both are counted where they are, in the database, so that all
 * instances see the same.
 */
import { ACCOUNTS, type Allowance } from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { eventsOf } from '../../shared/documents/paths.ts';
import { AppError } from '../../shared/errors.ts';
import { commandEdge } from '../../shared/lifecycle/derive.ts';
import { MAX_MEMBERS, MAX_TRIES, MAX_WAITING } from '../../shared/limits.ts';
import { hours, minutes } from '../../shared/units.ts';
import type { Clock, Query, Snapshot } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import { isSameHour, limitsOf } from './admission.ts';
import { accountLimits, changeAccount, readAccount } from './allowance.ts';
import { doubt } from './signal.ts';
import { requireStanding } from './standing.ts';

/**
 * That this account may ask for one more cluster now.
 * @param account as it was read
 * @returns the account as it may: whoever makes the cluster counts it there, and only if the account is still the same
 * @throws AppError TOO_MANY_REQUESTS, ACCOUNT_CLOSING, ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED, CONFLICT; CommitError `unavailable`: in doubt it is refused
 */
export async function requireAccount(
  ports: Ports,
  uid: string,
  account: Snapshot<Allowance> | undefined,
): Promise<Snapshot<Allowance>> {
  if (account) requireStanding(account.data, 'make');
  const { hour, firstAt } = account?.data ?? {};
  if (account && hour) {
    if (isSameHour(hour, ports.clock.now()) && isFullHour(ports, hour.made))
      throw tooManyCreations(ports, hour.since);
    return account;
  }
  if (account && firstAt) {
    await requireFewSignUps(ports, uid);
    return account;
  }
  // Written before it is counted: of those who come at once the last one to write sees them all, so no more pass than may.
  return requireAccount(ports, uid, await enrol(ports, uid));
}

/** Writes down that an account asks for its first cluster. @throws AppError ACCOUNT_CLOSING, CONFLICT; CommitError `unavailable` */
async function enrol(ports: Ports, uid: string): Promise<Snapshot<Allowance>> {
  const firstAt = new Date(ports.clock.now());
  const failure = await changeAccount(ports, uid, (now) => (now?.firstAt ? undefined : { firstAt })).then(
    () => undefined,
    (error: unknown) => error,
  );
  const account = await readAccount(ports, uid);
  // Where only the reply was lost, it is written all the same.
  if (!account?.data.firstAt) throw failure ?? new AppError('CONFLICT');
  return account;
}

/**
 * The same, of who finds no spare, and will wait for minutes anyway. An account's hour begins with what it asks for first, so it might use up
 * two of them one right after the other; what is counted here is the hour until now.
 * @throws AppError those of `requireAccount`, TOO_MANY_WAITING; CommitError `unavailable`
 */
export async function requireCreation(ports: Ports, uid: string): Promise<Snapshot<Allowance>> {
  const ofLastHour: Query = {
    collection: CLUSTERS,
    where: [
      ['owner', '==', uid],
      ['createdAt', '>', hourBefore(ports.clock)],
    ],
  };
  const [found, waiting, asked] = await Promise.all([
    readAccount(ports, uid),
    countWaiting(ports, uid),
    ports.documents.count(ofLastHour),
  ]);
  const account = await requireAccount(ports, uid, found);
  if (isFullHour(ports, asked))
    throw tooManyCreations(ports, await firstInstant(ports, ofLastHour, 'createdAt'));
  if (waiting >= maxWaiting(ports, account.data)) throw new AppError('TOO_MANY_WAITING');
  return account;
}

/** Clusters of this account that wait for room. @throws CommitError `unavailable` */
export const countWaiting = ({ documents }: Pick<Ports, 'documents'>, uid: string): Promise<number> =>
  documents.count({
    collection: CLUSTERS,
    where: [
      ['owner', '==', uid],
      ['state', '==', 'queued'],
    ],
  });

/**
 * That what failed may be tried again, for it comes to the queue of whoever pays for it. What is stuck goes on being deleted.
 * @throws AppError TOO_MANY_TRIES, TOO_MANY_WAITING; CommitError `unavailable`
 */
export async function requireRetry(ports: Ports, { owner, state, generation }: Cluster): Promise<void> {
  if (owner === undefined || commandEdge(state, 'retry') !== 'queued') return;
  if (generation >= MAX_TRIES) throw new AppError('TOO_MANY_TRIES');
  const [account, waiting] = await Promise.all([readAccount(ports, owner), countWaiting(ports, owner)]);
  if (waiting >= maxWaiting(ports, account?.data)) throw new AppError('TOO_MANY_WAITING');
}

/** An hour's limit alone would let them become thousands in a month, each of which is looked at for as long as it is there. */
export const maxWaiting = (ports: Pick<Ports, 'settings'>, account: Allowance | undefined): number =>
  Math.max(MAX_WAITING, limitsOf(account, accountLimits(ports)).clusters);

const isFullHour = ({ settings }: Ports, made: number): boolean =>
  made >= settings.limits.accountCreationsPerHour;

const tooManyCreations = ({ clock, settings }: Ports, first: Date | undefined): AppError =>
  tooMany(
    clock,
    `An account may ask for ${settings.limits.accountCreationsPerHour} clusters per hour.`,
    first,
  );

/** @param first of those that an hour has too many of: once it is over, there is room for one more */
function tooMany(clock: Clock, what: string, first: Date | undefined): AppError {
  const retryAfterMs = first ? Math.max(0, first.getTime() + hours(1) - clock.now()) : hours(1);
  const inMinutes = Math.ceil(retryAfterMs / minutes(1));
  return new AppError('TOO_MANY_REQUESTS', `${what} The next one may come in ${inMinutes} min.`, {
    retryAfterMs,
  });
}

/** Real time, for people press buttons by their own clock. */
const hourBefore = (clock: Clock): Date => new Date(clock.now() - hours(1));

/** @returns undefined if it has gone meanwhile */
async function firstInstant(
  { documents }: Pick<Ports, 'documents'>,
  query: Query,
  field: string,
): Promise<Date | undefined> {
  const [first] = await documents.query({ ...query, orderBy: [[field, 'asc']], limit: 1 });
  const instant = first?.data[field];
  return instant instanceof Date ? instant : undefined;
}

/** Whoever makes accounts by the hundred meets an operator; whoever came by chance at that hour does, too. This one is counted already. */
async function requireFewSignUps(ports: Ports, uid: string): Promise<void> {
  const fresh = await ports.documents.count({
    collection: ACCOUNTS,
    where: [['firstAt', '>', hourBefore(ports.clock)]],
  });
  if (fresh <= ports.settings.limits.newAccountsPerHour) return;
  await doubt(ports, uid, { id: `sign-ups-${ports.random.base32(16)}`, kind: 'sign-ups' });
  throw new AppError('ACCOUNT_THROTTLED');
}

/**
 * Lines that a timeline may get in an hour before nobody more is put on the cluster, or made something else. As many members as there may be
 * come twice, beside what happens by itself. Shutting somebody out is never refused.
 */
const MAX_EVENTS_PER_HOUR = 4 * MAX_MEMBERS;

/** That somebody may be put on this cluster now: each time is a line on its timeline, and a step. @throws AppError TOO_MANY_REQUESTS; CommitError `unavailable` */
export async function requireCalm(
  { clock, documents }: Pick<Ports, 'clock' | 'documents'>,
  clusterId: string,
): Promise<void> {
  const ofLastHour: Query = { collection: eventsOf(clusterId), where: [['at', '>', hourBefore(clock)]] };
  const lines = await documents.count(ofLastHour);
  if (lines < MAX_EVENTS_PER_HOUR) return;
  const first = await firstInstant({ documents }, ofLastHour, 'at');
  throw tooMany(clock, 'Too much has happened to this cluster within an hour.', first);
}
