/** A waiting spare becomes somebody's cluster: one query, one commit onto the spare's own document. */

import { priceOf } from '../../shared/catalog/catalog.ts';
import {
  CLUSTERS,
  type Cluster,
  type ClusterPatch,
  type ClusterSpec,
  shapeOf,
} from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { planAdmission, taken } from '../accounts/admission.ts';
import { accountLimits, readAccount } from '../accounts/allowance.ts';
import { requireAccount } from '../accounts/creations.ts';
import type { Write } from '../cloud.ts';
import { type Read, readableClusters } from '../clusters/read.ts';
import { claim } from '../dispatch/commands.ts';
import type { Ports } from '../ports.ts';
import { isFit } from './fitness.ts';

export interface Wish {
  name: string;
  spec: ClusterSpec;
  owner: string;
  /** The owner's verified address. */
  email: string;
}

/** Spares looked at in one query. Claimers pick among them at random, so that few meet on the same one. */
const CANDIDATES = 50;
/**
 * Tries before the cold path. A try is lost only to a commit that won: to another claimer of the same spare (rare, for the pick is by
 * chance) or to another claim of the same account, whose count must be exact. So this many claims of one account may come at once.
 */
const TRIES = 64;

/**
 * @param also further writes of the same commit, given the id of the spare that is tried
 * @param isDone whether somebody else has carried out this request meanwhile, so that its other writes are refused for good
 * @returns undefined if no spare of this shape waits that is fit for use, the account has no room (the cold path says so), or the other writes are refused
 * @throws AppError TOO_MANY_REQUESTS, ACCOUNT_CLOSING, ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED, CONFLICT (it is done); CommitError `unavailable`
 */
export async function claimSpare(
  ports: Ports,
  wish: Wish,
  also: (cluster: string) => readonly Write[],
  isDone: () => Promise<boolean> = async () => false,
): Promise<Cluster | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0 && (await isDone())) throw new AppError('CONFLICT');
    const [spares, ofOwner] = await Promise.all([
      findSpares(ports, wish.spec),
      readAccount(ports, wish.owner),
    ]);
    if (spares.length === 0) return undefined;
    const account = await requireAccount(ports, wish.owner, ofOwner);
    const read = pick(spares, ports);
    // As it will be given back, and as it is charged: prices may have changed since it was admitted.
    const price = read.cluster.liability?.hourlyMicros ?? priceOf(wish.spec).hourlyMicros;
    if (planAdmission(account.data, accountLimits(ports), price, 'account')) return undefined;
    const { path, data } = taken(account.path, account, price, undefined, new Date(ports.clock.now()));
    const counted: Write = { op: 'update', path, data, ifVersion: account.version };
    const writes = [...also(read.cluster.id), counted];
    const claimed = await claim(ports, read, asClaimed(read, wish), wish.owner, writes);
    if (claimed) return claimed;
  }
  return undefined;
}

/** Those that could be handed out. */
export async function findSpares(ports: Ports, spec: ClusterSpec): Promise<Read[]> {
  const found = await ports.documents.query({
    collection: CLUSTERS,
    where: [
      ['shape', '==', shapeOf(spec)],
      ['state', '==', 'warm'],
    ],
    limit: CANDIDATES,
  });
  // One that has left its pool without an owner is somebody's, and people have yet to find out whose.
  return readableClusters(ports, found).filter(
    ({ cluster }) => cluster.pool !== undefined && isFit(cluster, ports.clock.elapsed),
  );
}

function pick<T>(from: readonly T[], ports: Ports): T {
  return from[Math.floor(ports.random.fraction() * from.length)] as T;
}

/** Nothing of the pool stays on the cluster but the memory of where it came from. */
export const outOfPool = ({ pool }: Pick<Cluster, 'pool'>): ClusterPatch => ({
  pool: undefined,
  seenAt: undefined,
  ...(pool !== undefined && { claimedFrom: pool }),
});

const asClaimed = ({ cluster }: Read, { name, spec, owner, email }: Wish) => ({
  name,
  // The lifetime is the one thing in which a wish may differ from its spare.
  spec,
  owner,
  members: { [owner]: 'owner' as const },
  emails: { [owner]: email },
  readers: [owner],
  ...outOfPool(cluster),
});
