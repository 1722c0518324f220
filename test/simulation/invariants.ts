/**
 * What must hold at every moment, whatever goes wrong, and what must have come true once all is calm again. The names are those of the
 * design's list. Each looks at documents and at the cloud behind their APIs.
 */

import { memberAccountName } from '../../functions/access/member-account.ts';
import { checkCleanUp } from '../../functions/clean-up/check.ts';
import { cleanUpKeySet } from '../../functions/clean-up/keys.ts';
import type { Write } from '../../functions/cloud.ts';
import { MEMBERS_NAMESPACE } from '../../functions/leaf/manifests.ts';
import type { ComputeRow } from '../../local/compute/model.ts';
import type { ClusterRow } from '../../local/container/state.ts';
import type { RecordSet } from '../../local/dns/records.ts';
import { leafKey } from '../../local/kubernetes/leaf-cluster.ts';
import { MEMORY_CLEAN_UP_KEYS } from '../../local/memory/clean-up-keys.ts';
import type { Bucket } from '../../local/storage/model.ts';
import { type Allowance, accountPath, cellPath } from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { DEAD_LETTERS, type DeadLetterFields, deadLetterPath } from '../../shared/documents/dead-letter.ts';
import { type ClusterEvent, eventPath } from '../../shared/documents/event.ts';
import { type Ledger, type LedgerEntry, ledgerPath } from '../../shared/documents/ledger.ts';
import { ORPHANS, type OrphanFields, orphanPath } from '../../shared/documents/orphan.ts';
import { type Pool, poolPath } from '../../shared/documents/pool.ts';
import { isFinal, MAKING } from '../../shared/lifecycle/derive.ts';
import {
  type Command,
  LIFECYCLE,
  LOOK_AFTER_MS,
  type Row,
  rowOf,
  STATES,
  type State,
  type StepRow,
} from '../../shared/lifecycle/table.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import type { World } from './world.ts';

/** `from>to:cause` of every edge that the table has. */
export const EDGES: ReadonlySet<string> = new Set(STATES.flatMap((state) => edgesFrom(state)));

function edgesFrom(from: State): string[] {
  const row: Row = rowOf(from);
  const edges: string[] = [];
  const add = (to: string | undefined, ...causes: ClusterEvent['cause'][]): void => {
    if (to !== undefined) edges.push(...causes.map((cause) => `${from}>${to}:${cause}`));
  };
  if (row.step !== undefined) {
    const { success, successOfSpare, failure, failureOfSpare, requeue } = row as StepRow;
    add(success, 'done');
    add(successOfSpare, 'done');
    add(failure, 'failed', 'timeout');
    add(failureOfSpare, 'failed', 'timeout');
    add(requeue, 'requeued');
  } else add(row.due, 'due');
  for (const [command, to] of Object.entries(row.accepts)) add(to, command as Command);
  return edges;
}

interface Known {
  fields: Cluster;
  /** The newest event. */
  epoch: number;
}

export interface Findings {
  /** Edges that were crossed, `from>to:cause`. */
  edges: ReadonlySet<string>;
  /** A command was answered that leads from a state to itself and changes nothing, so that no event tells of it. */
  noteAnswered(state: State, command: Command): void;
  /** Whenever a cluster has come into another state. */
  onEntry(listener: (now: Cluster) => void): void;
  /** Every cluster there ever was, as it is now. */
  clusters(): Cluster[];
  /** To be called when all has been calm for long enough. */
  atEnd(): void;
  /** Nothing is in the middle of something. */
  isAtRest(): boolean;
  /** When the last cluster came to rest, in ms since the start. */
  restedAtMs(): number | undefined;
}

export interface WatchOptions {
  /** A cluster has a reason to fail, which is not of the weather. */
  mayFail?: boolean;
}

export function watchInvariants(
  world: World,
  { mayFail = !world.weather.fair }: WatchOptions = {},
): Findings {
  const { hub, violate, markers } = world;
  const known = new Map<string, Known>();
  /** Ids of those that are in the middle of something. */
  const busy = new Set<string>();
  const edges = new Set<string>();
  const listeners: ((now: Cluster) => void)[] = [];
  const heard = new Map<string, string | undefined>();
  let restedAtMs: number | undefined;
  let wasCalm = false;

  const clusterNow = (id: string): Cluster | undefined => {
    const found = hub.documents.peek<Omit<Cluster, 'id'>>(clusterPath(id));
    return found && { ...found.data, id };
  };

  function onCommit(writes: readonly Write[]): void {
    const touched = new Set<string>();
    let counted = false;
    for (const { path } of writes) {
      const [collection, id = '', sub] = path.split('/');
      if (collection === CLUSTERS && sub === undefined) touched.add(id);
      if (collection === ORPHANS) noteOrphan(id);
      if (collection === DEAD_LETTERS) {
        world.letters.add(id);
        markers.add('dead letter');
      }
      if (collection === 'accounts' || collection === 'cells') counted = true;
      if (collection === 'ledgers') checkClosed(id);
    }
    for (const id of touched) afterChange(id);
    if (counted || touched.size > 0) checkCounters();
  }

  function noteOrphan(key: string): void {
    world.orphans.add(key);
    const state = hub.documents.peek<OrphanFields>(orphanPath(key))?.data.state;
    if (state === 'deleting') asked.add(key);
    if (state === 'gone' && asked.has(key)) markers.add('orphan found and gone');
  }

  /** Orphans of which a sweep has asked for the deletion. */
  const asked = new Set<string>();

  function afterChange(id: string): void {
    const now = clusterNow(id);
    const before = known.get(id);
    if (!now) {
      violate('S3', `the document of ${id} is gone`);
      return;
    }
    world.note(
      `${now.state} ${now.epoch}`,
      () =>
        `     ${id} ${now.state} epoch ${now.epoch}${now.error ? ` (${now.error.code})` : ''} due ${now.dueAt ? (now.dueAt.getTime() - world.startMs) / 1000 : '-'}`,
    );
    if (before) compare(before.fields, now);
    else born(now);
    for (let epoch = (before?.epoch ?? -1) + 1; epoch <= now.epoch; epoch++)
      checkEvent(now, epoch, before?.fields);
    known.set(id, { fields: now, epoch: now.epoch });
    if (before) addUp(before.fields, -1);
    addUp(now, 1);
    if (isAtRest(now)) busy.delete(id);
    else busy.add(id);
    noteMembers(now, before?.fields);
    checkDoors(now);
    if (!before) listen(id);
    if (before?.fields.state === now.state) return;
    entered(now, before?.fields);
    for (const listener of listeners) listener(now);
  }

  function born(now: Cluster): void {
    if (now.pool === undefined) {
      if (world.pools.size > 0 && now.spec.product === 'hello') markers.add('no spare was left');
      return;
    }
    const pool = hub.documents.peek<Pool>(poolPath(now.pool))?.data;
    const live = [...known.values()].filter(
      ({ fields }) => fields.pool === now.pool && fields.shape === now.shape && isOnItsWay(fields),
    ).length;
    // Several are born in one commit, and are looked at one after the other.
    if (live + 1 > (pool?.wanted ?? 0))
      violate('S9', `${live + 1} spares of ${now.pool}, which wants ${pool?.wanted}`);
  }

  function compare(before: Cluster, now: Cluster): void {
    const { id } = now;
    if (before.owner !== undefined && before.owner !== now.owner && !isClosing(before.owner))
      violate('S1', `${id} goes from ${before.owner} to ${now.owner}`);
    if (before.owner === undefined && now.owner !== undefined && before.state !== 'warm')
      violate('S1', `${id} was claimed while ${before.state}`);
    if (now.epoch < before.epoch) violate('S3', `the epoch of ${id} goes back`);
    if (now.epoch > before.epoch + 1) violate('S3', `${id} skips an epoch`);
    if (now.state !== before.state && now.epoch === before.epoch)
      violate('S3', `${id} changes its state without an epoch`);
    if (now.generation < before.generation) violate('S3', `the generation of ${id} goes back`);
    if (isFinal(before.state) && now.state !== before.state) violate('S3', `${id} rises again`);
    if (now.epoch === before.epoch && now.progress < before.progress)
      violate('S12', `the progress of ${id} goes back in ${now.state}`);
    if (now.parked) markers.add('parked');
    if (before.parked && !now.parked) markers.add('parked no more');
    if (before.schema < now.schema) markers.add('written anew by a newer version');
    if (before.exhausted.length < now.exhausted.length) markers.add('next zone tried');
    if (now.pool !== undefined && before.pool === undefined) violate('S9', `${id} becomes a spare`);
  }

  /** Whoever deletes their account leaves what is deleted, and what others own too. */
  const isClosing = (uid: string): boolean =>
    hub.documents.peek<Allowance>(accountPath(uid))?.data.closing !== undefined;

  function checkEvent(now: Cluster, epoch: number, before: Cluster | undefined): void {
    const event = hub.documents.peek<ClusterEvent>(eventPath(now.id, epoch))?.data;
    if (!event) {
      violate('S13', `${now.id} has no event ${epoch}`);
      return;
    }
    if (event.from === undefined) {
      if (epoch !== 0) violate('S13', `event ${epoch} of ${now.id} comes from nowhere`);
      return;
    }
    const edge = `${event.from}>${event.to}:${event.cause}`;
    edges.add(edge);
    if (event.from === 'repairing' && event.cause === 'done') noteRepaired(now.id);
    if (event.cause === 'delete' && event.actor === 'pool' && before?.owner !== undefined)
      violate('S9', `the pool deletes ${now.id}, which is ${before.owner}'s`);
    if (event.cause === 'delete' && MAKING.has(event.from)) markers.add('deleted in the making');
    if (event.cause === 'share' && event.from === event.to) markers.add('members changed in the middle');
    if (!EDGES.has(edge)) violate('S3', `${now.id} took an edge that is none: ${edge}`);
    if (event.from === event.to && event.cause !== 'share')
      violate('S3', `${edge} of ${now.id} is to change nothing, and has an epoch of its own`);
    if (before && epoch === before.epoch + 1 && event.from !== before.state)
      violate('S13', `event ${epoch} of ${now.id} comes from ${event.from}, and it was ${before.state}`);
    if (epoch === now.epoch && event.to !== now.state)
      violate('S13', `event ${epoch} of ${now.id} leads to ${event.to}, and it is ${now.state}`);
  }

  /** From then on it is held to what it was before. */
  function noteRepaired(id: string): void {
    if ((world.damaged.get(id) ?? 0) < (repairingSinceMs.get(id) ?? 0)) world.damaged.delete(id);
  }

  const repairingSinceMs = new Map<string, number>();

  function entered(now: Cluster, before: Cluster | undefined): void {
    const { id, state } = now;
    if (state === 'repairing') repairingSinceMs.set(id, world.nowMs());
    if (now.pool !== undefined) {
      if (now.owner !== undefined || Object.keys(now.members).length > 0)
        violate('S9', `the spare ${id} has an owner or members`);
    }
    if (state === 'ready' && before?.state !== 'sharing' && before?.state !== 'repairing') checkReady(now);
    if (state === 'ready' && before && TELLING.has(before.state)) checkTold(now);
    if (state === 'queued' && before?.state === 'provisioning') checkRoom(before);
    if (state === 'deleted') checkGone(now);
    if (state === 'failed' && before?.state === 'undoing') checkNothingLeft(now);
    if (state === 'failed' && !mayFail)
      violate(
        'S11',
        `${id} failed (${now.error?.code}: ${now.error?.message}) though nothing gave it a reason to`,
      );
    if (state === 'stuck' && !mayFail)
      violate(
        'S11',
        `${id} is stuck (${now.error?.code}: ${now.error?.message}) though nothing gave it a reason to`,
      );
  }

  const hostOf = (id: string): string => `${id}.${hub.ports.settings.zone}`;

  /** Whoever comes in is one of its members, and nobody comes in to what is not locked. */
  function checkDoors(now: Cluster): void {
    if (now.spec.product !== 'pachyderm') return;
    const host = hostOf(now.id);
    if (!hub.doors.listens(host)) return;
    if (hub.doors.isOpenToStrangers(host) && !wasOpened(now))
      violate('S6', `${now.id} is ${now.state} and open to strangers`);
    const allowed = mayEnter.get(now.id) ?? new Set();
    const signedIn = [...hub.doors.signedIn(host)].filter((person) => !PROBE.test(person));
    for (const person of [...hub.doors.admitted(host), ...signedIn]) {
      if (!allowed.has(person) && !isLeftOver(now, person))
        violate(
          'S6',
          `${person} may enter ${now.id}, which is ${now.state} and ${Object.values(now.emails).join() || 'nobody'}'s`,
        );
    }
  }

  /** A restart without its lock is no fault of Hub's; the next look closes it. */
  const wasOpened = (now: Cluster): boolean =>
    world.weather.rates.unlocked !== undefined &&
    world.weather.rates.unlocked > 0 &&
    now.readyAt !== undefined;

  const emailsOf = ({ members, emails }: Cluster): string[] =>
    Object.keys(members).flatMap((uid) => emails[uid] ?? []);

  /** Who is a member, or was one before a change that is not carried out yet. */
  const mayEnter = new Map<string, Set<string>>();
  function noteMembers(now: Cluster, before: Cluster | undefined): void {
    const allowed = mayEnter.get(now.id) ?? new Set<string>();
    const everyone = everAllowed.get(now.id) ?? new Set<string>();
    for (const email of emailsOf(now)) {
      allowed.add(email);
      everyone.add(email);
    }
    everAllowed.set(now.id, everyone);
    const ever = everMembers.get(now.id) ?? new Set<string>();
    for (const uid of Object.keys(now.members)) ever.add(uid);
    everMembers.set(now.id, ever);
    // All are told: from now on nobody else has any business there.
    const told = before && TELLING.has(before.state) && now.state === 'ready' && now.error === undefined;
    mayEnter.set(now.id, allowed);
    if (!told) return;
    const left = [...allowed].filter((email) => !emailsOf(now).includes(email));
    for (const email of left) allowed.delete(email);
    toldAtMs.set(now.id, world.nowMs());
    if (left.length === 0) return;
    world.clock.schedule(world.clock.now() + OUTLIVED_MS, () => checkStayedOut(now.id));
    // There is nothing that would commit in the meantime.
    world.clock.schedule(world.clock.now() + LOOKED_MS, () => {
      const then = clusterNow(now.id);
      if (then) checkDoors(then);
    });
  }

  const toldAtMs = new Map<string, number>();

  /** By cluster: e-mail addresses. */
  const everAllowed = new Map<string, Set<string>>();

  /**
   * A member of yesterday's, let in again by a handler that was slow and is still under way, or died before it could notice: until the look
   * that comes after every removal. A cluster that goes needs none, for nobody can enter it any more once it is drained.
   */
  const isLeftOver = ({ id, lookAt, state }: Cluster, person: string): boolean =>
    (lookAt !== undefined || rowOf(state).closes === true) &&
    everAllowed.get(id)?.has(person) === true &&
    (world.isShared(id) || world.troubledAtMs(id) > (toldAtMs.get(id) ?? 0) - OUTLIVED_MS);

  /** A handler that was slow may tell of members of yesterday's, and must notice. Only one that dies or meets an error on the way cannot. */
  function checkStayedOut(id: string): void {
    const now = clusterNow(id);
    const sinceMs = world.nowMs() - OUTLIVED_MS;
    if (!now || (toldAtMs.get(id) ?? 0) > sinceMs || world.damaged.has(id)) return;
    if (world.troubledAtMs(id) < sinceMs - OUTLIVED_MS) checkDoors(now);
  }

  /** Where nothing is in its way, the look comes to its time. */
  function checkLooks(): void {
    for (const { fields: now } of known.values()) {
      const lateMs = now.lookAt ? world.clock.now() - now.lookAt.getTime() : 0;
      if (now.state === 'ready' && lateMs > minutes(3))
        violate('L6', `${now.id} should have been looked at ${Math.round(lateMs / 1000)} s ago`);
    }
  }

  /** Whoever is a member has an account in it, and nobody else of all who ever were; and the application lets in those and no others. */
  function checkTold(now: Cluster): void {
    if (now.error || world.damaged.has(now.id) || world.isShared(now.id)) return;
    const row = ownCluster(now);
    const leaf =
      row && [...hub.leaves.all()].find(({ key }) => key === leafKey(row.resource.name, row.location));
    if (!leaf) return;
    for (const uid of everMembers.get(now.id) ?? []) {
      const account = leaf.find('v1', 'ServiceAccount', MEMBERS_NAMESPACE, memberAccountName(uid));
      const isMember = now.members[uid] !== undefined;
      if ((account !== undefined) !== isMember)
        violate(
          'L3',
          `${now.id} is ready, ${uid} is ${isMember ? 'a' : 'no'} member and has ${account ? 'an' : 'no'} account in it`,
        );
    }
    if (now.spec.product !== 'pachyderm') return;
    const admitted = [...hub.doors.admitted(hostOf(now.id))].sort().join();
    const members = [...new Set(emailsOf(now))].sort().join();
    // Nobody at all: it does not run at this moment.
    if (admitted !== '' && admitted !== members)
      violate('L3', `${now.id} is ready, lets in ${admitted}, and its members are ${members}`);
  }

  /** By cluster: uids. */
  const everMembers = new Map<string, Set<string>>();

  function checkReady(now: Cluster): void {
    if (world.damaged.has(now.id)) return;
    if (!hub.doors.listens(hostOf(now.id)))
      violate('S7', `${now.id} is ready and nobody listens at its name`);
    const row = ownCluster(now);
    if (!stands(row)) violate('S7', `${now.id} is ready and its cluster is ${row?.status ?? 'not there'}`);
  }

  /** Who gives its place back has nothing that still goes where it was tried. */
  function checkRoom(before: Cluster): void {
    checkHeld(before, 'gives its place back');
    const tried = [...before.exhausted, before.location];
    const going = cloudClusters().filter(
      ({ resource, status, location }) =>
        resource.name === nameOf(before) && status === 'STOPPING' && tried.includes(location),
    );
    if (going.length > 0)
      violate('S2', `${before.id} gives its place back while ${nameOf(before)} still goes`);
  }

  /** What a handler long given up asked for may still appear until the hold is over: before that no absence is a proof. */
  function checkHeld({ id, holdUntilAt }: Cluster, what: string): void {
    const earlyMs = holdUntilAt ? holdUntilAt.getTime() - world.clock.now() : 0;
    if (earlyMs > CLOCKS_MS)
      violate('S15', `${id} ${what} ${Math.round(earlyMs / 1000)} s before its hold is over`);
  }

  function checkNothingLeft(now: Cluster): void {
    const { id, state } = now;
    const left = objectsOf(id);
    if (left.length > 0) violate('S15', `${id} is ${state} and there is still ${left.join(', ')}`);
    checkHeld(now, `is ${state}`);
  }

  /** A name that was proven gone is never used again: what is asked for anew has another generation. */
  function checkClosed(id: string): void {
    const closed = closedOf.get(id) ?? new Set<string>();
    for (const [key, { kind, name, goneAt }] of Object.entries(ledgerOf(id))) {
      if (goneAt) closed.add(key);
      else if (closed.has(key) && (kind === 'cluster' || kind === 'bucket') && !world.squatted.has(id))
        violate('S14', `${kind} ${name} was proven gone, and is asked for again`);
    }
    closedOf.set(id, closed);
  }

  /** By cluster: keys of what was seen gone. */
  const closedOf = new Map<string, Set<string>>();

  function checkGone(now: Cluster): void {
    checkNothingLeft(now);
    const open = Object.values(ledgerOf(now.id)).filter(({ goneAt }) => !goneAt);
    if (open.length > 0)
      violate(
        'S14',
        `${now.id} is deleted and its ledger has ${open.map(({ name }) => name).join(', ')} open`,
      );
    if (now.holdUntilAt) markers.add('deleted after a hold');
    const certificate = hub.documents.peek<Ledger>(ledgerPath(now.id))?.data.certificate;
    const verdict = certificate && checkCleanUp(certificate, KEYS);
    if (!verdict?.holds) {
      violate(
        'S15',
        `the certificate of ${now.id} does not hold: ${verdict ? `${verdict.fault} ${verdict.details.join()}` : 'there is none'}`,
      );
      return;
    }
    const told = new Set(verdict.statement.resources.map(({ kind, name }) => `${kind} ${name}`));
    for (const { kind, name } of Object.values(ledgerOf(now.id))) {
      if (!told.has(`${kind} ${name}`))
        violate('S15', `the certificate of ${now.id} says nothing of ${kind} ${name}`);
    }
  }

  const ledgerOf = (id: string): Ledger['entries'] =>
    hub.documents.peek<Ledger>(ledgerPath(id))?.data.entries ?? {};

  const { cloudClusters } = hub;

  /** Whatever the cloud has of this cluster's. */
  const objectsOf = (id: string): string[] =>
    world.squatted.has(id)
      ? []
      : hub.inventory().flatMap(({ kind, name, of }) => (of.includes(id) ? [`${kind} ${name}`] : []));

  /** By path of an account or cell: what the clusters come to that count there. */
  const sums = new Map([[cellPath('default'), { clusters: 0, hourlyMicros: 0 }]]);
  function addUp({ liability, owner }: Cluster, sign: 1 | -1): void {
    for (const path of [cellPath('default'), ...(owner === undefined ? [] : [accountPath(owner)])]) {
      const { clusters, hourlyMicros } = sums.get(path) ?? { clusters: 0, hourlyMicros: 0 };
      sums.set(path, {
        clusters: clusters + sign * (liability?.clusters ?? 0),
        hourlyMicros: hourlyMicros + sign * (liability?.hourlyMicros ?? 0),
      });
    }
  }

  /** Counters are the truth, always. */
  function checkCounters(): void {
    for (const [path, sum] of sums) {
      const counter = hub.documents.peek<Allowance>(path)?.data;
      const { clusters = 0, hourlyMicros = 0 } = counter ?? {};
      if (clusters !== sum.clusters || hourlyMicros !== sum.hourlyMicros)
        violate('S8', `${path} says ${clusters} clusters, and there are ${sum.clusters}`);
    }
    const held = sums.get(cellPath('default'))?.clusters ?? 0;
    if (held >= world.weather.cellClusters) markers.add('cap reached');
    else if (markers.has('cap reached')) markers.add('cap released');
  }

  function onObject(service: string, table: string, key: string, value?: unknown): void {
    if (service === 'container' && table === 'clusters') onCloudCluster(key, value as ClusterRow | undefined);
    if (value === undefined) return;
    checkLate(service, table, value);
    if (service === 'container' && table === 'clusters') {
      const { resource, location } = value as ClusterRow;
      if (isOurs(value as ClusterRow)) checkLedger('cluster', resource.name, location);
    }
    if (service === 'storage' && table === 'buckets') checkLedger('bucket', (value as Bucket).name);
  }

  /** The hold is longer than any handler lives: once it is called gone, nothing of it appears any more. */
  function checkLate(service: string, table: string, value: unknown): void {
    const of = subjectOf(service, table, value);
    if (of !== undefined && world.restored.has(of)) return;
    const id = of === undefined ? undefined : /[a-z2-7]{16}/.exec(of)?.[0];
    const state = id === undefined || world.squatted.has(id) ? undefined : known.get(id)?.fields.state;
    if (state !== undefined && (state === 'failed' || isFinal(state)))
      violate('S15', `${of} appears, and ${id} is ${state}`);
  }

  /** The one that its document speaks of: a half-made one of the same name may still go in another zone. */
  const ownCluster = (now: Cluster): ClusterRow | undefined =>
    cloudClusters().find(
      (one) => isOurs(one) && one.resource.name === nameOf(now) && one.location === now.location,
    );

  /** Anybody's but a stranger's. */
  const isOurs = ({ resource, location }: ClusterRow): boolean =>
    !world.strangers.has(`${location}/${resource.name}`);

  function onCloudCluster(key: string, row: ClusterRow | undefined): void {
    world.note(`cloud ${row?.status ?? 'gone'}`, () => `     cloud: ${key} ${row?.status ?? 'gone'}`);
    if (world.strangers.has(key)) {
      if (!row || row.status === 'STOPPING')
        violate('S5', `${key}, which is somebody else's, is ${row ? 'being deleted' : 'gone'}`);
      return;
    }
    const rows = cloudClusters().filter(isOurs);
    const owners = new Set(rows.flatMap(({ resource }) => idOf(resource.name) ?? []));
    if (owners.size > world.weather.cellClusters)
      violate('S2', `${owners.size} clusters, and the cap is ${world.weather.cellClusters}`);
    if (!row) return;
    const { name } = row.resource;
    const id = idOf(name);
    const state = id === undefined ? undefined : known.get(id)?.fields.state;
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

  const twinSince = new Map<string, number>();

  /** The cloud may be upgrading it. */
  const stands = (row: ClusterRow | undefined): boolean => row !== undefined && isLive(row);

  const isLive = ({ status }: ClusterRow): boolean => status === 'RUNNING' || status === 'RECONCILING';

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

  function listen(id: string): void {
    hub.documents.watch(clusterPath(id), (snapshot) => void heard.set(id, snapshot?.version));
  }

  const isAtRest = ({ state }: Cluster): boolean => rowOf(state).step === undefined || state === 'queued';

  function onEvent(): void {
    for (const [name, sinceMs] of twinSince) {
      if (world.nowMs() - sinceMs < TWIN_MS) continue;
      violate('S4', `${name} is alive twice, for hours`);
      twinSince.delete(name);
    }
    if (!world.calm) return;
    if (!wasCalm) {
      wasCalm = true;
      world.clock.schedule(world.clock.now() + LOOKED_MS, checkLooks);
    }
    if (busy.size > 0) restedAtMs = undefined;
    else restedAtMs ??= world.nowMs();
  }

  function atEnd(): void {
    checkLooks();
    for (const key of world.strangers) {
      if (!hub.inventory().some(({ name, location }) => `${location}/${name}` === key))
        violate('S5', `${key}, which is somebody else's, is gone`);
    }
    for (const { fields: now } of known.values()) {
      const { id, state } = now;
      if (!isAtRest(now))
        violate(
          'L1',
          `${id} is still ${state} since ${((world.nowMs() + world.startMs - now.since.getTime()) / 60_000).toFixed(0)} min (${now.error?.code ?? now.detail ?? ''})`,
        );
      if (
        state === 'queued' &&
        !isHeldBack(now) &&
        world.weather.cellClusters >= 1000 &&
        world.weather.accountClusters >= 1000
      )
        violate('L1', `${id} is still queued (${now.error?.code ?? ''})`);
      if (
        now.dueAt &&
        isAtRest(now) &&
        state !== 'queued' &&
        now.dueAt.getTime() < world.clock.now() - minutes(5)
      )
        violate('L6', `${id} is overdue`);
      if (state === 'ready' && now.expiresAt && now.expiresAt.getTime() < world.clock.now() - minutes(5))
        violate('L6', `${id} is ready, and its lifetime has ended`);
      if (world.calm && state === 'ready' && now.lookAt && now.conditions.every(({ status }) => status))
        violate('L6', `${id} has not been looked at since somebody was shut out of it`);
      if (state === 'ready' || state === 'warm') checkStanding(now);
      for (let epoch = 0; epoch <= now.epoch; epoch++) checkReaders(now, epoch);
      if (state === 'failed' || state === 'deleted') {
        if (now.liability) violate('S8', `${id} is ${state} and still counted`);
        const left = objectsOf(id);
        if (left.length > 0) violate('L2', `${id} is ${state} and there is still ${left.join(', ')}`);
      }
      if (heard.get(id) !== hub.documents.peek(clusterPath(id))?.version)
        violate('L7', `who listens to ${id} has not heard the last of it`);
    }
    const ids = new Set(known.keys());
    for (const { kind, name, of } of hub.inventory()) {
      const id = idOf(of);
      if (id === STRANGER) continue;
      if (id !== undefined && !ids.has(id)) violate('L2', `${kind} ${name} is nobody's`);
    }
    for (const id of world.letters) {
      const letter = hub.documents.peek<DeadLetterFields>(deadLetterPath(id))?.data;
      if (letter?.state === 'open' && letter.format === 'message')
        violate('L4', `the dead letter ${id} of ${letter.topic} is still open`);
    }
    for (const { fields } of known.values())
      if (fields.parked) violate('L4', `${fields.id} is still parked in ${fields.state}`);
    if (hub.messages.pending > 3) violate('L4', `${hub.messages.pending} messages are under way`);
    for (const uid of world.leavers) {
      const left = [...known.values()].filter(({ fields }) => JSON.stringify(fields).includes(`${uid}"`));
      // What nobody could take away waits for an operator, and the account with it.
      if (left.some(({ fields }) => fields.state === 'stuck')) continue;
      if (hub.documents.peek(accountPath(uid)) || left.length > 0)
        violate(
          'L8',
          `${uid} is there yet, and in ${left.map(({ fields }) => fields.id).join() || 'no cluster'}`,
        );
      markers.add('account deleted');
    }
    for (const path of world.pools) {
      const pool = hub.documents.peek<Pool>(path)?.data;
      const spares = [...known.values()].filter(
        ({ fields }) => fields.pool === path.split('/')[1] && fields.state === 'warm',
      ).length;
      if (pool && spares !== pool.wanted && !isFull())
        violate('L5', `${path} has ${spares} spares and wants ${pool.wanted}`);
    }
  }

  /** The timeline is read by those who may read the cluster, and by nobody else. */
  function checkReaders(now: Cluster, epoch: number): void {
    const readers = hub.documents.peek<ClusterEvent>(eventPath(now.id, epoch))?.data.readers ?? [];
    // What happened to a spare is none of the business of who claims it.
    if (now.claimedFrom !== undefined && readers.length === 0) return;
    if ([...readers].sort().join() !== [...now.readers].sort().join())
      violate(
        'S13',
        `event ${epoch} of ${now.id} is read by ${readers.join()}, and the cluster by ${now.readers.join()}`,
      );
  }

  /** An operator allows its owner no more. */
  const isHeldBack = ({ owner }: Cluster): boolean =>
    owner !== undefined && hub.documents.peek<Allowance>(accountPath(owner))?.data.maxClusters !== undefined;

  const isFull = (): boolean => world.weather.cellClusters < 1000;

  function checkMembers(now: Cluster): void {
    if (now.spec.product !== 'pachyderm' || now.error || now.conditions.some(({ status }) => !status)) return;
    const admitted = [...hub.doors.admitted(hostOf(now.id))].sort().join();
    const members = [...new Set(emailsOf(now))].sort().join();
    if (admitted !== members)
      violate(
        'L3',
        `${now.id} is ${now.state}, lets in ${admitted || 'nobody'}, and its members are ${members || 'none'}`,
      );
  }

  function checkStanding(now: Cluster): void {
    const rows = cloudClusters().filter((one) => isOurs(one) && idOf(one.resource.name) === now.id);
    if (rows.length > 1)
      violate(
        'L2',
        `${now.id} is ${now.state} and has ${rows.length} clusters: ${rows.map(({ location, status }) => `${location} ${status}`).join(', ')}`,
      );
    const row = ownCluster(now);
    const known = now.conditions.some(({ type, status }) => type === 'Exists' && !status);
    if (stands(row)) checkMembers(now);
    if (!stands(row) && !known)
      violate('L3', `${now.id} is ${now.state} and its cluster is ${row?.status ?? 'not there'}`);
  }

  /** A message may come late, but never before what it speaks of. */
  function onPublish(topic: string, body: { id?: string; epoch?: number }): void {
    if (!topic.startsWith('step-') || body.id === undefined || body.epoch === undefined) return;
    const now = known.get(body.id);
    if (!now || now.epoch < body.epoch)
      violate(
        'S17',
        `a message speaks of epoch ${body.epoch} of ${body.id}, which is at ${now?.epoch ?? 'none'}`,
      );
  }

  plantStrangers(world);
  world.watch({ onCommit, onObject, onEvent, onPublish });
  return {
    edges,
    noteAnswered: (state, command) => void edges.add(`${state}>${state}:${command}`),
    onEntry: (listener) => void listeners.push(listener),
    clusters: () => [...known.values()].map(({ fields }) => fields),
    atEnd,
    isAtRest: () => busy.size === 0,
    restedAtMs: () => restedAtMs,
  };
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

const nameOf = ({ id, generation }: Pick<Cluster, 'id' | 'generation'>): string => `hub-${id}-g${generation}`;

const STRANGER = 'strangerstranger';

/** Somebody else's, with names like ours. */
function plantStrangers({ hub, strangers }: World): void {
  const name = `hub-${STRANGER}-g1`;
  strangers.add(`europe-west1-b/${name}`);
  strangers.add(`europe-west1-b/pvc-of-${STRANGER}`);
  strangers.add(`europe-west1/${name}-address`);
  hub.container.createCluster('europe-west1-b', {
    name,
    initialNodeCount: 1,
    resourceLabels: { 'managed-by': 'somebody-else' },
  });
  hub.compute.create('disk', {
    name: `pvc-of-${STRANGER}`,
    location: 'europe-west1-b',
    madeBy: 'user',
    labels: { team: 'others' },
  });
  hub.compute.create('address', { name: `${name}-address`, location: 'europe-west1', madeBy: 'user' });
}

const KEYS = cleanUpKeySet(MEMORY_CLEAN_UP_KEYS).keys;

/** `hub-<id>-g<n>` → its id. */
export const idOf = (name: string): string | undefined => /^hub-([a-z2-7]{16})-g\d+$/.exec(name)?.[1];

function isOnItsWay({ state }: Cluster): boolean {
  const seen = new Set<string>();
  for (let at: string = state; !seen.has(at); ) {
    if (at === 'warm') return true;
    seen.add(at);
    const row = LIFECYCLE[at as State] as Row;
    if (row.step === undefined) return false;
    at = row.successOfSpare ?? row.success;
  }
  return false;
}

/** From them on the application and the accounts in it are told of the members of the document. */
const TELLING: ReadonlySet<State> = new Set(['personalizing', 'sharing', 'repairing']);

/**
 * Whom the proof of the lock signs in for a moment, to see them refused: no address that anybody can have
 * (https://www.rfc-editor.org/rfc/rfc2606). Another handler may be in the middle of its proof.
 */
const PROBE = /^stranger-[a-z2-7]{16}@hub\.invalid$/;

/** Clocks of handlers may be off from the database's by that much, either way: `one-time.ts`. */
const CLOCKS_MS = seconds(20);

/** No handler that read a document before lives that much longer; and nobody has looked yet. */
const OUTLIVED_MS = minutes(9.2);

/** From a removal until somebody has looked, and mended what was found, if nothing was in the way: ten minutes, and the sweep's one. */
const LOOKED_MS = LOOK_AFTER_MS + minutes(3);

/** Found by the next sweep once it is a quarter of an hour old, deleted by then or by the next one; and faults strike the sweep, too. */
const TWIN_MS = hours(3);

/** After the last fault. Deleting something half-made takes two of the table's longest deadlines in the worst case. */
export const CALM_MS = hours(7);
