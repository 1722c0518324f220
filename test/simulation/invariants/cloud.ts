/**
 * What comes and goes in the cloud, at each change in it: never more than the cap (S2), none of it twice for long (S4), nothing of
 * somebody else's (S5), nothing that the ledger has not (S14) or that was called gone before (S15).
 */
import type { ComputeRow } from '../../../local/compute/model.ts';
import type { ClusterRow } from '../../../local/container/state.ts';
import type { RecordSet } from '../../../local/dns/records.ts';
import type { Bucket } from '../../../local/storage/model.ts';
import type { LedgerEntry } from '../../../shared/documents/ledger.ts';
import { isFinal } from '../../../shared/lifecycle/derive.ts';
import { TOPICS } from '../../../shared/messages.ts';
import { hours } from '../../../shared/units.ts';
import type { World } from '../world.ts';
import { type Census, idOf, isLive } from './census.ts';
import { checkUntouched } from './strangers.ts';

export function watchCloud(world: World, { known, ledgerOf, isOurs }: Census) {
  const { violate, markers } = world;
  const { cloudClusters } = world.hub;
  /** By name of a cluster that is alive in two zones, in ms since the start. */
  const twinSince = new Map<string, number>();

  function onObject(service: string, table: string, key: string, value?: unknown): void {
    if (service === 'container' && table === 'clusters') onCluster(key, value as ClusterRow | undefined);
    if (value === undefined) return;
    checkLate(service, table, value);
    if (service === 'container' && table === 'clusters') {
      const { resource, location } = value as ClusterRow;
      if (isOurs(value as ClusterRow)) checkLedger('cluster', resource.name, location);
    }
    if (service === 'storage' && table === 'buckets') checkLedger('bucket', (value as Bucket).name);
  }

  function onCluster(key: string, row: ClusterRow | undefined): void {
    world.note(`cloud ${row?.status ?? 'gone'}`, () => `     cloud: ${key} ${row?.status ?? 'gone'}`);
    if (world.strangers.has(key)) {
      checkUntouched(world, key, row);
      return;
    }
    const rows = cloudClusters().filter(isOurs);
    const owners = new Set(rows.flatMap(({ resource }) => idOf(resource.name) ?? []));
    if (owners.size > world.weather.cellClusters)
      violate('S2', `${owners.size} clusters, and the cap is ${world.weather.cellClusters}`);
    if (!row) return;
    const { name } = row.resource;
    const id = idOf(name);
    const state = id === undefined ? undefined : known.get(id)?.state;
    if (row.status === 'PROVISIONING' && state !== undefined && state !== 'provisioning')
      markers.add('create landed too late');
    if (name.endsWith('-g2')) markers.add('second generation');
    const twins = rows.filter((other) => other.resource.name === name && isLive(other));
    if (twins.length < 2) twinSince.delete(name);
    else if (!twinSince.has(name)) {
      // No cloud checks an epoch: a create that was given up may land in the zone before. The sweep of orphans finds it.
      markers.add('a twin in another zone');
      twinSince.set(name, world.nowMs());
    }
  }

  function checkTwins(): void {
    for (const [name, sinceMs] of twinSince) {
      const state = known.get(idOf(name) ?? '')?.state;
      // The sweep leaves it to the step that takes all of the cluster away, which reaches nobody for now.
      if (state !== undefined && world.isBesieged(state)) {
        twinSince.set(name, world.nowMs());
        continue;
      }
      if (world.nowMs() - sinceMs - unlistedMs(sinceMs) < TWIN_MS) continue;
      violate('S4', `${name} is alive twice, for hours`);
      twinSince.delete(name);
    }
  }

  /** For how long since then nobody could list clusters, or not all of them: no sweep finds anything meanwhile. */
  const unlistedMs = (sinceMs: number): number =>
    [
      ...world.unlisted,
      ...world.weather.outages.filter(({ hits }) => hits('gke.listClusters', ['-'], TOPICS.orphans)),
    ].reduce(
      (sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(toMs, world.nowMs()) - Math.max(fromMs, sinceMs)),
      0,
    );

  /** The hold is longer than any handler lives: once it is called gone, nothing of it appears any more. */
  function checkLate(service: string, table: string, value: unknown): void {
    const of = subjectOf(service, table, value);
    if (of !== undefined && world.restored.has(of)) return;
    const id = of === undefined ? undefined : /[a-z2-7]{16}/.exec(of)?.[0];
    const state = id === undefined || world.squatted.has(id) ? undefined : known.get(id)?.state;
    if (state !== undefined && (state === 'failed' || isFinal(state)))
      violate('S15', `${of} appears, and ${id} is ${state}`);
  }

  /** Nothing that Hub asks for is missing in a ledger, from its first moment on. */
  function checkLedger(kind: LedgerEntry['kind'], name: string, location?: string): void {
    const id = idOf(name);
    if (id === undefined) return;
    const there = Object.values(ledgerOf(id)).some(
      (entry) =>
        entry.kind === kind && entry.name === name && (location === undefined || entry.location === location),
    );
    if (!there) violate('S14', `${kind} ${name} is not in the ledger`);
  }

  return { onObject, checkTwins };
}

/** What the table of a service keeps, by the name that tells whose it is. */
function subjectOf(service: string, table: string, value: unknown): string | undefined {
  if (service === 'container' && table === 'clusters') return (value as ClusterRow).resource.name;
  if (service === 'storage' && table === 'buckets') return (value as Bucket).name;
  if (service === 'dns' && table.startsWith('records of ')) return (value as RecordSet).name;
  if (service !== 'compute') return undefined;
  const { name, cluster } = value as ComputeRow;
  return cluster?.name ?? name;
}

/** Found by the next sweep once it is a quarter of an hour old, deleted by then or by the next one; and faults strike the sweep, too. */
const TWIN_MS = hours(3);
