/**
 * A region is lost in the middle of a seed, and its database is set back to a copy from before, while the clouds stay as they are: as
 * docs/deploy.md says it, with the door closed, by the lines that the audit log has since the copy. Then all must come to rest as people
 * decided, whatever was under way.
 */
import { epochOfDeed } from '../../functions/audit.ts';
import { findDifferences, recount } from '../../functions/reconcile/counters.ts';
import { type AuditLine, whatHappened } from '../../functions/reconcile/deeds.ts';
import { rollForward } from '../../functions/reconcile/roll-forward.ts';
import { mendTorn } from '../../functions/reconcile/torn.ts';
import { AUDIT, type AuditFields } from '../../shared/documents/audit.ts';
import { CLUSTERS, type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { OPEN_ORPHANS, ORPHANS, type OrphanFields } from '../../shared/documents/orphan.ts';
import { idOf as idOfPath } from '../../shared/documents/paths.ts';
import { isFinal } from '../../shared/lifecycle/derive.ts';
import { hours, minutes } from '../../shared/units.ts';
import { copyOf, tornCopyOf } from '../set-back.ts';
import { between, happens, integer } from './chance.ts';
import { watchAccess } from './invariants/access.ts';
import { idOf, isLive, takeCensus } from './invariants/census.ts';
import { watchStanding } from './invariants/standing.ts';
import { STRANGER } from './invariants/strangers.ts';
import { watchInvariants } from './invariants.ts';
import { createWorkload } from './workload.ts';
import type { Violation } from './world/scene.ts';
import { createWorld, type World } from './world.ts';

interface RestoreRun {
  seed: number;
  violations: readonly Violation[];
  /** What the copy had of a commit only in part. */
  torn: number;
  /** Clusters and accounts that were brought forward, and those that were left to people. */
  written: number;
  unclear: number;
  lines: readonly string[];
}

/** A cluster that looks as one in use does is asked once a day whose it is. */
const CALM_MS = hours(26);
/** Of every other seed the copy is an export, of no one moment, which takes minutes. */
const EXPORT_MS = minutes(10);
const MOMENTS = 10;
/** A moment that is too early does no harm. */
const BEFORE_MS = minutes(1);

interface Options {
  seed: number;
  verbose?: boolean | undefined;
  /** Nobody rolls it forward: what people decided since is lost, and must be missed. */
  isForgotten?: boolean;
}

export async function restore({ seed, verbose, isForgotten = false }: Options): Promise<RestoreRun> {
  // Lines of the log are in the order of Google's clocks, which agree to the millisecond.
  const world = createWorld({ seed, verbose, weather: { skewMs: 0, oldCodeUntilMs: 0 } });
  const { clock, hub, streams } = world;
  const workload = createWorkload(world, watchInvariants(world));
  world.begin();
  if (happens(streams.load, 0.7)) void workload.makePool(integer(streams.load, 1, 3));
  workload.schedule(integer(streams.load, 14, 25), minutes(100));
  await clock.runFor(between(streams.load, minutes(20), minutes(60)));
  const copiedAtMs = clock.now();
  const setBack =
    seed % 2 === 0
      ? await copyOf(hub)
      : await tornCopyOf(hub, {
          moments: MOMENTS,
          pass: () => clock.runFor(EXPORT_MS / MOMENTS),
          draw: (count) => integer(streams.load, 0, count - 1),
        });
  await clock.runFor(between(streams.load, minutes(2), minutes(60)));
  world.lose();
  world.becalm();
  const lost = await clustersOf(world);
  const lines = await linesSince(world, copiedAtMs - BEFORE_MS);
  await setBack();
  world.note(
    'set back',
    () => `set back to ${(copiedAtMs - world.startMs) / 1000} s, with ${lines.length} lines`,
  );
  const torn = await hub.run(mendTorn(hub.documents));
  for (const { kind, path } of torn) world.note('torn', () => `${path} is ${kind}`);
  await hub.run(recount(hub.documents, hub.ports.settings.cell));
  const corrections = await hub.run(rollForward(hub.ports, lines, !isForgotten));
  for (const { path, says, unclear } of corrections)
    world.note('correction', () => `${path}: ${[...says, ...unclear.map((one) => `? ${one}`)].join('; ')}`);
  await hub.run(recount(hub.documents, hub.ports.settings.cell));
  await clock.runFor(CALM_MS);
  await checkEnd(world, {
    lost,
    lines,
    unclear: corrections.flatMap((one) => (one.unclear.length > 0 ? [one.path] : [])),
  });
  return {
    seed,
    violations: world.violations,
    torn: torn.length,
    written: corrections.filter(({ says }) => says.length > 0).length,
    unclear: corrections.filter(({ unclear }) => unclear.length > 0).length,
    lines: world.lines(),
  };
}

async function clustersOf({ hub }: World): Promise<Map<string, Cluster>> {
  const found = await hub.run(hub.documents.query<Omit<Cluster, 'id'>>({ collection: CLUSTERS }));
  return new Map(
    found.map(({ path, data }) => [idOfPath(path), { ...structuredClone(data), id: idOfPath(path) }]),
  );
}

async function linesSince({ hub }: World, sinceMs: number): Promise<AuditLine[]> {
  const found = await hub.run(hub.documents.query<AuditFields>({ collection: AUDIT }));
  return found
    .map(({ path, data: { target, ...line } }): AuditLine => {
      const epoch = epochOfDeed(idOfPath(path), line.cluster);
      return { ...line, resource: target, ...(epoch !== undefined && { epoch }) };
    })
    .filter(({ at }) => at.getTime() >= sinceMs)
    .sort((one, other) => one.at.getTime() - other.at.getTime());
}

interface Before {
  /** As they were when the region was lost. */
  lost: ReadonlyMap<string, Cluster>;
  lines: readonly AuditLine[];
  /** Paths of what was left to people. */
  unclear: readonly string[];
}

async function checkEnd(world: World, { lost, lines, unclear }: Before): Promise<void> {
  const { hub, violate } = world;
  const census = takeCensus(world);
  const access = watchAccess(world, census);
  const standing = watchStanding(world, census, access);
  const now = await clustersOf(world);
  const { clusters: decided } = whatHappened(lines);
  const orphans = await orphansOf(world);
  for (const cluster of now.values()) {
    const { id, state, error } = cluster;
    const isLeft = unclear.includes(clusterPath(id));
    // Of a newer try than its document knows people have to decide.
    const isNewer = state === 'stuck' && error?.code === 'CLUSTER_NEWER';
    if (!census.isAtRest(cluster) && !isNewer)
      violate('L1', `${id} is still ${state} (${error?.code ?? cluster.detail ?? ''})`);
    if (state === 'ready' || state === 'warm') {
      access.noteMembers(cluster, undefined);
      access.checkDoors(cluster);
      // A try that went to another place after the copy is reported.
      if (!isLeft && !orphans.has(id)) standing.checkStanding(cluster);
    }
    if (isFinal(state) && !orphans.has(id)) {
      const left = census.objectsOf(id);
      if (left.length > 0) violate('L2', `${id} is ${state} and there is still ${left.join(', ')}`);
    }
    const before = lost.get(id);
    if (before && !isLeft) checkDecided(world, cluster, before, decided.get(id)?.deletedBy !== undefined);
  }
  for (const row of hub.cloudClusters()) {
    const id = idOf(row.resource.name);
    if (id === undefined || id === STRANGER || !census.isOurs(row) || now.has(id)) continue;
    if (isLive(row) && !orphans.has(id))
      violate('L2', `${row.resource.name} is nobody's, and nobody is told`);
  }
  for (const { difference } of await hub.run(findDifferences(hub.documents, hub.ports.settings.cell)))
    violate('S8', `counted wrongly: ${JSON.stringify(difference)}`);
}

/** What its people decided is so again. */
function checkDecided(
  { violate, leavers, squatted }: World,
  now: Cluster,
  before: Cluster,
  isDeleted: boolean,
): void {
  const { id, state } = now;
  // Nobody can take away what somebody else has under its name.
  if (isDeleted && !squatted.has(id) && state !== 'deleted' && state !== 'stuck')
    violate('S12', `${id} was deleted and is ${state}`);
  if (before.owner === undefined || state !== 'ready') return;
  // Who was about to leave has left since.
  const those = (of: Record<string, string>) =>
    Object.entries(of)
      .filter(([uid]) => !leavers.has(uid))
      .sort();
  const saidOf = ({ owner, members, emails }: Cluster) =>
    JSON.stringify([owner, those(members), those(emails)]);
  if (saidOf(now) !== saidOf(before)) violate('S12', `${id} is ${saidOf(now)}, and was ${saidOf(before)}`);
  // One that was being made at the moment of the copy has come to be ready once more.
  const isReadySince = before.readyAt?.getTime() === now.readyAt?.getTime();
  if (isReadySince && before.expiresAt?.getTime() !== now.expiresAt?.getTime())
    violate(
      'S12',
      `${id} ends at ${now.expiresAt?.toISOString()}, and was to at ${before.expiresAt?.toISOString()}`,
    );
}

/** Clusters of which something is reported. */
async function orphansOf({ hub }: World): Promise<Set<string>> {
  const found = await hub.run(
    hub.documents.query<OrphanFields>({ collection: ORPHANS, where: [['state', 'in', OPEN_ORPHANS]] }),
  );
  return new Set(found.flatMap(({ data }) => data.clusterId ?? []));
}
