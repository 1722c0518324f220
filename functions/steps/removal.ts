/** Taking away, shared by the steps that do it: everything in the ledger first, then everything that listing still finds. */

import type { ListingScope } from '../../shared/clean-up.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { type Ledger, type LedgerEntry, ledgerKey } from '../../shared/documents/ledger.ts';
import { seconds } from '../../shared/units.ts';
import { atOnce } from '../at-once.ts';
import { bucketPrefix } from '../buckets.ts';
import { hostName } from '../clusters/host.ts';
import { parseRecordLabel, recordLabel, recordsOf } from '../clusters/target.ts';
import { asAppError } from '../failure.ts';
import { LABELS } from '../labels.ts';
import type { Leaf } from '../leaf/leaf.ts';
import type { Listed } from '../listed.ts';
import { parseName } from '../names.ts';
import type { Ports } from '../ports.ts';
import type { Observed, OwnedResource } from '../providers/provider.ts';
import { deadlineAnew } from './pace.ts';
import { type Extras, type StepResult, wait } from './step.ts';

/** Calls at a time to one project's APIs: a cluster has few objects, the cloud counts requests per minute. */
const AT_ONCE = 8;

/**
 * No part of a bucket is begun later in one look. A part takes a few seconds, and the other calls of a look as long again: a handler has 55 s
 * (`timeoutSeconds` in the manifest), and a look may begin 15 s after its message.
 */
const EMPTYING_MS = seconds(25);
/** While a bucket is emptied: the next look is another handler's, and the sweep's to send, so that no two go on side by side. */
const GO_ON_MS = seconds(20);

/** What of the ledger is not gone yet. */
interface Left {
  names: readonly string[];
  /** Objects of a bucket went, and there are more. `last`: so it is with everything that is left. */
  emptying?: 'last' | 'beside others';
}

/** A handler that was held up for minutes may find what a retry has asked for since, which is not its to take away. */
const isOf = (cluster: Cluster, { generation }: LedgerEntry): boolean => generation <= cluster.generation;

/**
 * Asks for the deletion of all that the ledger names and that is not proven gone, and empties buckets as far as there is time.
 * @param untilAtMs when no part of a bucket is begun any more
 * @throws AppError of the first that could not be asked, after all have been
 */
export async function removeLedgered(
  cluster: Cluster,
  entries: Ledger['entries'],
  ports: Ports,
  untilAtMs = emptyingEnds(ports),
): Promise<Left> {
  const open = Object.values(entries).filter((entry) => entry.goneAt === undefined && isOf(cluster, entry));
  const emptied = new Set<LedgerEntry>();
  const remove = async (some: readonly LedgerEntry[]): Promise<LedgerEntry[]> => {
    const left = await eachOf(some, async (entry) => {
      const { kind, name, location, generation } = entry;
      if (kind === 'cluster') return clusterGone({ id: cluster.id, generation, location }, ports);
      if (kind === 'bucket') {
        const seen = await emptyBucket({ name, clusterId: cluster.id }, ports, untilAtMs);
        if (seen === 'more') emptied.add(entry);
        return seen;
      }
      if (kind === 'dns-record') return recordGone(name, ports);
      return unlessBusy(ports.provider.deleteOwned({ kind, name, location, clusterId: cluster.id }));
    });
    return some.filter((_, index) => left[index] !== 'gone');
  };
  const pending = await remove(open.filter(({ kind }) => kind !== 'subnetwork'));
  // They go with what is in them, by the cloud's own doing: whatever is left of them then is left behind.
  const isEmpty = !pending.some(({ kind }) => kind === 'cluster');
  const subnetworks = open.filter(({ kind }) => kind === 'subnetwork');
  const left = [...pending, ...(isEmpty ? await remove(subnetworks) : [])];
  const names = left.map(({ name }) => name);
  if (emptied.size === 0) return { names };
  return { names, emptying: left.every((entry) => emptied.has(entry)) ? 'last' : 'beside others' };
}

/** For a look that begins now. */
export const emptyingEnds = ({ clock }: Ports): number => clock.afterWork(EMPTYING_MS);

/** @returns `more` if it became emptier, and is not empty */
async function emptyBucket(
  bucket: Parameters<Ports['buckets']['ensureBucketGone']>[0],
  { buckets, clock }: Ports,
  untilAtMs: number,
): Promise<'gone' | 'more' | 'pending'> {
  let seen = await buckets.ensureBucketGone(bucket);
  const hasMoved = seen === 'more';
  while (seen === 'more' && clock.now() <= untilAtMs) seen = await buckets.ensureBucketGone(bucket);
  return seen === 'pending' && hasMoved ? 'more' : seen;
}

/**
 * What to report while something is left. A bucket takes as long as it has objects, so as long as they become fewer that is no timeout; but
 * what else is left has no more time for it, and while there is a cluster that writes, the bucket need not ever be empty.
 * @param forMs until the next look if no bucket is being emptied
 */
export function waitFor(
  { emptying }: Left,
  forMs: number,
  detail: string,
  of: Pick<Cluster, 'state'>,
  { clock }: Pick<Ports, 'clock'>,
): StepResult {
  if (emptying === undefined) return wait(forMs, detail);
  if (emptying === 'beside others') return wait(Math.min(forMs, GO_ON_MS), detail);
  return wait(GO_ON_MS, detail, { patch: { deadlineAt: deadlineAnew(of.state, clock) } });
}

/**
 * Names go before what they lead to: the cloud may give an address to somebody else, who would then be reached by them. In a zone that is
 * not there nobody finds them; that none is left is proven at the end all the same.
 * @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED
 */
export async function removeNames(cluster: Cluster, ports: Ports): Promise<void> {
  try {
    await Promise.all(recordsOf(cluster, ports).map((record) => ports.dns.ensureNoRecord(record)));
  } catch (thrown) {
    if (asAppError(thrown).code !== 'DNS_ZONE_MISSING') throw thrown;
  }
}

async function recordGone(label: string, ports: Ports): Promise<'gone'> {
  await ports.dns.ensureNoRecord(parseRecordLabel(label));
  return 'gone';
}

/** A disk cannot go before its machine has, nor a cluster before its last operation has ended: that is not gone yet, and no failure. */
async function unlessBusy(removal: Promise<unknown>): Promise<'gone' | 'pending'> {
  try {
    await removal;
    return 'gone';
  } catch (error) {
    if (asAppError(error).code === 'OPERATION_IN_PROGRESS') return 'pending';
    throw error;
  }
}

/** Of this generation in this place, once its cluster is gone: they are made together, and mostly go together. */
export const subnetworkGone = (
  { id, generation, spec }: Pick<Cluster, 'id' | 'generation' | 'spec'>,
  location: string,
  { provider }: Ports,
): Promise<'gone' | 'pending'> =>
  unlessBusy(
    provider.deleteOwned({
      kind: 'subnetwork',
      name: provider.subnetwork({ id, generation, location }),
      location: spec.region,
      clusterId: id,
    }),
  );

/** What has the name and not our label is somebody else's: there is nothing of ours to remove. */
async function clusterGone(
  target: Parameters<Ports['provider']['ensureGone']>[0],
  ports: Ports,
): Promise<'gone' | 'pending'> {
  try {
    return await ports.provider.ensureGone(target);
  } catch (error) {
    if (asAppError(error).code === 'NAME_TAKEN') return 'gone';
    throw error;
  }
}

/**
 * Every leaf of this cluster, of whatever generation up to now, that there is and so can be asked to clean up after itself. One that is being
 * upgraded may not answer for a while.
 */
export async function runningLeaves(
  cluster: Cluster,
  entries: Ledger['entries'],
  ports: Ports,
): Promise<Leaf[]> {
  const clusters = Object.values(entries).filter(
    (entry) => entry.kind === 'cluster' && entry.goneAt === undefined && isOf(cluster, entry),
  );
  const seen = await eachOf(clusters, async ({ generation, location }): Promise<Observed> => {
    try {
      return await ports.provider.observeCluster({ id: cluster.id, generation, location });
    } catch (error) {
      if (asAppError(error).code === 'NAME_TAKEN') return { status: 'absent' };
      throw error;
    }
  });
  return seen.flatMap((one) => (one.status === 'ready' ? [ports.leaves.open(one.connection)] : []));
}

/**
 * What the cloud itself still lists as this cluster's, by label and by name, whatever the ledger says. It lacks at most places where Hub never
 * asked for anything of it.
 * @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED
 */
export async function listLeft(
  cluster: Cluster,
  entries: Ledger['entries'],
  ports: Ports,
): Promise<Listed<OwnedResource>> {
  const locations = [cluster.spec.region, ...Object.values(entries).map(({ location }) => location)];
  const [owned, buckets, records] = await Promise.all([
    ports.provider.listOwned(cluster.id, locations),
    ports.buckets.listBuckets(cluster.id),
    Promise.all(recordsOf(cluster, ports).map((record) => ports.dns.findRecord(record))),
  ]);
  const asResource = (name: string): OwnedResource => ({
    kind: 'bucket',
    name,
    location: cluster.spec.region,
    clusterId: cluster.id,
  });
  const served = records.filter((record) => record !== undefined);
  const found = [
    ...owned.found,
    ...buckets.map(asResource),
    ...served.map((record) => ({
      kind: 'dns-record' as const,
      name: recordLabel(record),
      location: 'global',
      clusterId: cluster.id,
    })),
  ];
  return { found, missing: owned.missing };
}

/** Where `listLeft` looks, in words that stay readable when the code has changed. @param missing what it lacked */
export function listingScopes(cluster: Cluster, missing: readonly string[], ports: Ports): ListingScope[] {
  const { projectId, zone } = ports.settings;
  return [
    ...ports.provider.listingScopes(cluster.id, missing),
    {
      kinds: ['bucket'],
      in: `projects/${projectId}`,
      by: [`name ${bucketPrefix(cluster.id)}* with label ${LABELS.cluster}=${cluster.id}`],
    },
    {
      kinds: ['dns-record'],
      in: `zone ${hostName(zone)}`,
      by: recordsOf(cluster, ports).map((record) => `name ${recordLabel(record)}`),
    },
  ];
}

/**
 * Asks for the deletion of what listing found; what is busy is found again by the next listing.
 * @throws AppError of the first that could not be asked
 */
export async function removeListed(
  cluster: Cluster,
  found: readonly OwnedResource[],
  ports: Ports,
): Promise<void> {
  await eachOf(found, async (resource) => {
    if (resource.kind === 'bucket') {
      await ports.buckets.ensureBucketGone({ name: resource.name, clusterId: cluster.id });
    } else if (resource.kind === 'dns-record') {
      await recordGone(resource.name, ports);
    } else if (resource.kind === 'cluster') {
      const { generation } = parseName(resource.name) ?? cluster;
      await unlessBusy(
        ports.provider.ensureGone({ id: cluster.id, generation, location: resource.location }),
      );
    } else await unlessBusy(ports.provider.deleteOwned(resource));
  });
}

/**
 * Ledger lines for what was found without ever having been asked for by name, the cluster's own makings, and for what had been seen gone
 * and is there again: its line is opened anew.
 */
export function newlyFound(
  cluster: Cluster,
  found: readonly OwnedResource[],
  entries: Ledger['entries'],
): NonNullable<Extras['ledger']>['plan'] {
  return found
    .filter((resource) => {
      const entry = entries[ledgerKey(resource)];
      return entry === undefined || entry.goneAt !== undefined;
    })
    .map(({ kind, name, location }) => ({ kind, name, location, generation: cluster.generation }));
}

/** One refusal must not keep the others waiting. */
const eachOf = <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> =>
  // Busy is the least telling of them: say the other one.
  atOnce(AT_ONCE, items, work, (errors) => errors.toSorted((a, b) => busy(a) - busy(b))[0]);

const busy = (error: unknown): number => (asAppError(error).code === 'OPERATION_IN_PROGRESS' ? 1 : 0);
