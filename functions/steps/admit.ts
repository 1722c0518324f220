/** Quota and budget: whether there is room for one more cluster, in its account and in the cell. Blocked means waiting, not failing. */
import { findRegion, priceOf } from '../../shared/catalog/catalog.ts';
import { type Allowance, accountPath, cellPath } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { describe } from '../../shared/lifecycle/transition.ts';
import { minutes } from '../../shared/units.ts';
import type { Snapshot } from '../cloud.ts';
import { placeInQueue } from '../dispatch/queue.ts';
import type { Ports } from '../ports.ts';
import { done, type Extras, type Step, type StepResult, wait } from './step.ts';
import { bucketName, clusterEntry, recordLabel, recordsOf } from './target.ts';

/** Room is announced by the commit that makes it; looking again by itself is for the day on which that word gets lost. */
const LOOK_AGAIN_MS = minutes(5);

export interface Limits {
  clusters: number;
  hourlyMicros: number;
}

export const admit: Step = async (cluster, ports) => {
  const room = await findRoom(cluster, ports);
  if (typeof room !== 'string') return room;
  const place = await placeInQueue(ports, cluster.createdAt);
  return wait(LOOK_AGAIN_MS, `Number ${place} in the queue.`, { patch: { error: describe(room) } });
};

/**
 * Where a waiting cluster may be made, with all that taking the room writes down; or why it must wait.
 * @throws CommitError `unavailable`
 */
export async function findRoom(cluster: Cluster, ports: Ports): Promise<StepResult | ErrorCode> {
  const { limits, cell } = ports.settings;
  const region = findRegion(cluster.spec.region);
  if (!region) throw new Error(`the catalog has no region ${cluster.spec.region}`);
  const price = priceOf(cluster.spec).hourlyMicros;
  const read = (path: string) => ports.documents.get<Allowance>(path);
  const [ofAccount, ofCell] = await Promise.all([
    cluster.owner === undefined ? undefined : read(accountPath(cluster.owner)),
    read(cellPath(cell)),
  ]);
  const accountLimits = { clusters: limits.accountClusters, hourlyMicros: limits.accountHourlyMicros };
  const cellLimits = { clusters: limits.cellClusters, hourlyMicros: limits.cellHourlyMicros };
  const blocked =
    (cluster.owner === undefined
      ? undefined
      : planAdmission(ofAccount?.data, accountLimits, price, 'account')) ??
    planAdmission(ofCell?.data, cellLimits, price, 'cell');
  if (blocked) return blocked;
  const location = ports.provider.locations(region.id, cluster.spec.availability)[0];
  if (location === undefined) throw new Error(`region ${region.id} has no zones`);
  const guarded: NonNullable<Extras['guarded']> = [
    ...(cluster.owner === undefined ? [] : [taken(accountPath(cluster.owner), ofAccount, price)]),
    taken(cellPath(cell), ofCell, price),
  ];
  return done(
    { location, exhausted: [], liability: { clusters: 1, hourlyMicros: price } },
    { guarded, ledger: { plan: planned(cluster, location, ports) } },
  );
}

/**
 * Whether one more cluster of this price fits.
 * @returns why not, or undefined
 */
export function planAdmission(
  now: Allowance | undefined,
  defaults: Limits,
  hourlyMicros: number,
  scope: 'account' | 'cell',
): ErrorCode | undefined {
  const clusters = (now?.clusters ?? 0) + 1;
  const sum = (now?.hourlyMicros ?? 0) + hourlyMicros;
  if (clusters > (now?.maxClusters ?? defaults.clusters))
    return scope === 'account' ? 'ACCOUNT_QUOTA' : 'CELL_FULL';
  if (sum > (now?.maxHourlyMicros ?? defaults.hourlyMicros))
    return scope === 'account' ? 'ACCOUNT_BUDGET' : 'CELL_FULL';
  return undefined;
}

/** The write that takes room, on the condition that nobody else took any since it was counted. */
export function taken(
  path: string,
  now: Snapshot<Allowance> | undefined,
  hourlyMicros: number,
): NonNullable<Extras['guarded']>[number] {
  const clusters = (now?.data.clusters ?? 0) + 1;
  const sum = (now?.data.hourlyMicros ?? 0) + hourlyMicros;
  return {
    path,
    data: { schema: DOCUMENT_SCHEMA, clusters, hourlyMicros: sum },
    ...(now ? { version: now.version } : {}),
  };
}

/** What the next state will ask for; names only, so that all of it can be written down before any of it is there. */
const planned = (cluster: Cluster, location: string, ports: Ports) => {
  const { generation } = cluster;
  return [
    clusterEntry(cluster, location, ports),
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
