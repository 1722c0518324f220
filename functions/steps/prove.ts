/**
 * Nothing is gone until the cloud, asked by ledger, by name and by label, knows nothing of it; and not before the tombstone hold has
 * passed, because a create of a handler long given up may land after a delete.
 */
import type { Cluster } from '../../shared/documents/cluster.ts';
import type { Ledger } from '../../shared/documents/ledger.ts';
import { HOLD_DETAIL, KEEP_DELETED_MS } from '../../shared/lifecycle/transition.ts';
import { seconds } from '../../shared/units.ts';
import { isOvertaken } from '../clusters/read.ts';
import { readLedger } from '../clusters/target.ts';
import { pageOfPurge } from '../clusters/timeline.ts';
import { parseName } from '../names.ts';
import { noClient } from '../oidc/clients.ts';
import type { Ports } from '../ports.ts';
import type { OwnedResource } from '../providers/provider.ts';
import { deadlineAnew } from './pace.ts';
import { listingScopes, listLeft, newlyFound, removeLedgered, removeListed, waitFor } from './removal.ts';
import { done, fail, type Step, type StepResult, wait } from './step.ts';

const LOOK_AGAIN_MS = seconds(20);

/** @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED, OPERATION_IN_PROGRESS, NAME_TAKEN */
export const prove: Step = async (cluster, ports) =>
  untilHeld(cluster, ports) ?? withoutTimeline(cluster, ports, await proveGone(cluster, ports));

/**
 * What the timeline says of people goes when the cluster's document does: deleting that one takes nothing below it along. A long one is marked
 * page by page before the end, and after each all is proven anew; so what is left fits into the commit that is the end.
 */
async function withoutTimeline(cluster: Cluster, ports: Ports, result: StepResult): Promise<StepResult> {
  if (result.kind !== 'done') return result;
  const purgeAt = new Date(ports.clock.now() + KEEP_DELETED_MS);
  const { writes, lastEpoch } = await pageOfPurge(ports, cluster, purgeAt);
  // What the time is may have been known worse when it was proven; nothing ends before that.
  if (result.proof && ports.clock.elapsed(result.proof.at.getTime()) < 0)
    return wait(0, 'Waiting until every recorded time lies in the past.');
  if (lastEpoch === undefined) {
    const patch = { ...result.patch, purgedEpoch: undefined };
    return { ...result, patch, also: [...(result.also ?? []), ...writes] };
  }
  const patch = { purgedEpoch: lastEpoch, deadlineAt: deadlineAnew(cluster.state, ports.clock) };
  return wait(0, 'Its timeline is being put away.', { patch, also: writes });
}

/** @returns what to report while the hold lasts */
export function untilHeld(cluster: Cluster, ports: Ports): StepResult | undefined {
  const leftMs = cluster.holdUntilAt === undefined ? 0 : -ports.clock.elapsed(cluster.holdUntilAt.getTime());
  return leftMs > 0 ? wait(leftMs, HOLD_DETAIL) : undefined;
}

/** Removes what is left, and is done once there is nothing. */
export async function proveGone(cluster: Cluster, ports: Ports): Promise<StepResult> {
  const ledger = await readLedger(cluster, ports);
  const { entries } = ledger;
  const early = aheadMs(entries, ports);
  if (early > 0) return wait(early, 'Waiting until every recorded time lies in the past.');
  const left = await removeLedgered(cluster, entries, ports);
  // Not at the same time: the lists are to speak of a moment by which everything in the ledger had been seen gone.
  const at = new Date(ports.clock.now());
  const { found, missing } = await listLeft(cluster, entries, ports);
  const newer = found.find((one) => isNewer(one, cluster));
  if (newer) return fail('CLUSTER_NEWER', newer.name);
  if (left.names.length === 0 && found.length === 0) {
    if (missing.length > 0)
      ports.log.info('proven without places', { cluster: cluster.id, detail: missing.join(', ') });
    return done(undefined, {
      proof: { ...ledger, at, scopes: listingScopes(cluster, missing, ports) },
      also: [noClient(cluster.id)],
    });
  }
  const names = new Set([...left.names, ...found.map(({ name }) => name)]);
  const detail = `Still there: ${[...names].slice(0, 5).join(', ')}${names.size > 5 ? ' and more' : ''}.`;
  // Into the ledger first, also what nobody asked for: it must be accounted for even if it goes before it can be removed.
  const plan = newlyFound(cluster, found, entries);
  if (plan.length > 0) return wait(0, detail, { ledger: { plan } });
  if (!(await isOvertaken(cluster, ports))) await removeListed(cluster, found, ports);
  return waitFor(left, LOOK_AGAIN_MS, detail, cluster, ports);
}

/**
 * Of a try after the one that the document speaks of. Hub writes down each try before it begins it, so the document was set back, or this
 * handler has read it long ago, and then what it says is not committed.
 */
const isNewer = ({ name }: OwnedResource, { generation }: Cluster): boolean =>
  (parseName(name)?.generation ?? 0) > generation;

/** Other handlers wrote the ledger, by clocks of their own; one may be a little ahead of ours, and a proof comes after what it proves. */
function aheadMs(entries: Ledger['entries'], { clock }: Ports): number {
  const writtenAt = Object.values(entries).flatMap(({ plannedAt, goneAt = plannedAt }) => [
    plannedAt,
    goneAt,
  ]);
  return Math.max(0, ...writtenAt.map((instant) => -clock.elapsed(instant.getTime())));
}
