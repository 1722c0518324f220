/**
 * How often one may ask. Creations are counted where they are, in the database, so that all instances see the same; so are new accounts. Requests
 * are counted by each instance for itself: a write for each request would cost more than the requests that it keeps away. As many
 * instances as there may be (see the manifest) each let so many pass. Who proves who they are is counted for that alone; only who does not is
 * counted for an address, which can be claimed, and which many may share.
 */
import { ACCOUNTS, type Allowance, accountPath } from '../../shared/documents/account.ts';
import { CLUSTERS } from '../../shared/documents/cluster.ts';
import { eventsOf } from '../../shared/documents/paths.ts';
import { AppError } from '../../shared/errors.ts';
import { MAX_MEMBERS } from '../../shared/limits.ts';
import { hours, minutes } from '../../shared/units.ts';
import { changeAccount } from '../api/allowance.ts';
import type { Snapshot } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import { isSameHour } from '../steps/admit.ts';
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
    if (isSameHour(hour, ports.clock.now())) requireRate(ports, hour.made);
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
  const account = await ports.documents.get<Allowance>(accountPath(uid));
  // Where only the reply was lost, it is written all the same.
  if (!account?.data.firstAt) throw failure ?? new AppError('CONFLICT');
  return account;
}

/**
 * The same, of who finds no spare, and will wait for minutes anyway. An account's hour begins with what it asks for first, so it might use up
 * two of them one right after the other; what is counted here is the hour until now.
 */
export async function requireCreation(ports: Ports, uid: string): Promise<Snapshot<Allowance>> {
  const since = new Date(ports.clock.now() - hours(1));
  const [found, asked] = await Promise.all([
    ports.documents.get<Allowance>(accountPath(uid)),
    ports.documents.count({
      collection: CLUSTERS,
      where: [
        ['owner', '==', uid],
        ['createdAt', '>', since],
      ],
    }),
  ]);
  const account = await requireAccount(ports, uid, found);
  requireRate(ports, asked);
  return account;
}

function requireRate({ settings }: Ports, made: number): void {
  const { accountCreationsPerHour } = settings.limits;
  if (made >= accountCreationsPerHour)
    throw new AppError('TOO_MANY_REQUESTS', `An account may ask for ${accountCreationsPerHour} an hour.`);
}

/** Whoever makes accounts by the hundred meets an operator; whoever came by chance at that hour does, too. This one is counted already. */
async function requireFewSignUps(ports: Ports, uid: string): Promise<void> {
  const since = new Date(ports.clock.now() - hours(1));
  const fresh = await ports.documents.count({ collection: ACCOUNTS, where: [['firstAt', '>', since]] });
  if (fresh <= ports.settings.limits.newAccountsPerHour) return;
  await doubt(ports, uid, { id: `sign-ups-${ports.random.base32(16)}`, kind: 'sign-ups' });
  throw new AppError('ACCOUNT_THROTTLED');
}

/**
 * Lines that a timeline may get in an hour before nobody more is put on the cluster, or made something else. As many members as there may be
 * come twice, beside what happens by itself. Shutting somebody out is never refused.
 */
const MOST_EVENTS_PER_HOUR = 4 * MAX_MEMBERS;

/** That somebody may be put on this cluster now: each time is a line on its timeline, and a step. @throws AppError TOO_MANY_REQUESTS; CommitError `unavailable` */
export async function requireCalm(
  { clock, documents }: Pick<Ports, 'clock' | 'documents'>,
  clusterId: string,
): Promise<void> {
  const since = new Date(clock.now() - hours(1));
  const lines = await documents.count({ collection: eventsOf(clusterId), where: [['at', '>', since]] });
  if (lines >= MOST_EVENTS_PER_HOUR)
    throw new AppError('TOO_MANY_REQUESTS', 'Too much has happened to this cluster within an hour.');
}

/** A bucket of tokens for each key: full it lets a whole minute's worth pass at once. */
export interface Buckets {
  /** @throws AppError TOO_MANY_REQUESTS */
  take(key: string, perMinute: number): void;
}

/**
 * Of a request that proves nobody.
 * @throws AppError TOO_MANY_REQUESTS
 */
export function takeForAddress(
  buckets: Buckets,
  { settings }: Pick<Ports, 'settings'>,
  headers: Headers,
): void {
  buckets.take(`address ${wayOf(headers)}`, settings.limits.addressRequestsPerMinute);
}

/** Addresses of some proxies, and of who is behind them. */
const LONGEST_WAY = 256;

/**
 * The way that a request took, as far as that is known: whoever forwards one appends the address it came from, behind whatever the caller wrote there.
 * Which entry is the caller's is another one by way of Hosting than past it, and nobody promises it; but who claims an address comes by
 * another way than who has it, so it is the whole of it that is counted. Whoever claims a new one each time is not found out.
 * https://cloud.google.com/functions/docs/reference/headers, https://cloud.google.com/load-balancing/docs/https#x-forwarded-for_header
 */
const wayOf = (headers: Headers): string => headers.get('x-forwarded-for')?.slice(-LONGEST_WAY) || 'unknown';

/** Keys that are remembered; whoever was not seen for longest is forgotten first, and has a full bucket then. */
const MOST_KEYS = 10_000;

export function createBuckets(clock: Pick<Ports['clock'], 'now'>): Buckets {
  const buckets = new Map<string, { left: number; atMs: number }>();
  return {
    take(key, perMinute) {
      const now = clock.now();
      const { left, atMs } = buckets.get(key) ?? { left: perMinute, atMs: now };
      const filled = Math.min(perMinute, left + ((now - atMs) * perMinute) / minutes(1));
      // The map is in the order of last use.
      buckets.delete(key);
      buckets.set(key, { left: filled < 1 ? filled : filled - 1, atMs: now });
      for (const oldest of buckets.keys()) {
        if (buckets.size <= MOST_KEYS) break;
        buckets.delete(oldest);
      }
      if (filled < 1) throw new AppError('TOO_MANY_REQUESTS');
    },
  };
}
