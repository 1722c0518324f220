/**
 * What must hold at every moment, whatever goes wrong (S1, S2 …), and what must have come true once all is calm again (L1, L2 …). The names
 * are those of the design's list. Each looks at documents and at the cloud behind their APIs. Here is when each of them looks; what each
 * looks at is in `invariants/`, by subject.
 */

import type { Write } from '../../functions/cloud.ts';
import { CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { DEAD_LETTERS } from '../../shared/documents/dead-letter.ts';
import { ORPHANS } from '../../shared/documents/orphan.ts';
import type { Command, State } from '../../shared/lifecycle/table.ts';
import { hours } from '../../shared/units.ts';
import { isTold, LOOKED_MS, watchAccess } from './invariants/access.ts';
import { takeCensus } from './invariants/census.ts';
import { watchCloud } from './invariants/cloud.ts';
import { watchCounters } from './invariants/counters.ts';
import { watchEnd } from './invariants/end.ts';
import { watchFailures } from './invariants/failures.ts';
import { watchHistory } from './invariants/history.ts';
import { watchLifetimes } from './invariants/lifetimes.ts';
import { watchPools } from './invariants/pool.ts';
import { watchQueue } from './invariants/queue.ts';
import { watchRemoval } from './invariants/removal.ts';
import { watchStanding } from './invariants/standing.ts';
import { plantStrangers } from './invariants/strangers.ts';
import type { World } from './world.ts';

export interface Findings {
  /** Edges that were crossed, `from>to:cause`. */
  edges: ReadonlySet<string>;
  /** A command was answered that leads from a state to itself and changes nothing, so that no event tells of it. */
  noteAnswered(state: State, command: Command): void;
  /** Somebody was told that it ends then, and not before. */
  noteExtended(id: string, endsAtMs: number): void;
  /** Somebody asks for its deletion, and may be refused. */
  noteDeletionAsked(uid: string, id: string): void;
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

interface WatchOptions {
  /** A cluster has a reason to fail, which is not of the weather. */
  mayFail?: boolean;
}

export function watchInvariants(
  world: World,
  { mayFail = !world.weather.fair }: WatchOptions = {},
): Findings {
  const { violate, markers } = world;
  const census = takeCensus(world);
  const { known, busy } = census;
  const lifetimes = watchLifetimes(world);
  const history = watchHistory(world, census, lifetimes);
  const failures = watchFailures(world);
  const access = watchAccess(world, census);
  const counters = watchCounters(world);
  const pools = watchPools(world, census);
  const queue = watchQueue(world);
  const cloud = watchCloud(world, census);
  const removal = watchRemoval(world, census);
  const standing = watchStanding(world, census, access);
  const end = watchEnd(world, census, { access, history, pools, standing });
  const listeners: ((now: Cluster) => void)[] = [];
  let restedAtMs: number | undefined;
  let wasCalm = false;

  function onCommit(writes: readonly Write[]): void {
    const touched = new Set<string>();
    let counted = false;
    for (const { path } of writes) {
      const [collection, id = '', sub] = path.split('/');
      if (collection === CLUSTERS && sub === undefined) touched.add(id);
      if (collection === ORPHANS) removal.noteOrphan(id);
      if (collection === DEAD_LETTERS) {
        world.letters.add(id);
        markers.add('dead letter');
      }
      if (collection === 'accounts' || collection === 'cells') counted = true;
      if (collection === 'ledgers') removal.checkClosed(id);
    }
    for (const id of touched) afterChange(id);
    if (counted || touched.size > 0) counters.checkCounters();
  }

  function afterChange(id: string): void {
    const now = census.clusterNow(id);
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
    if (before) {
      history.compare(before, now);
      pools.checkClaimed(before, now);
    } else pools.checkBorn(now);
    history.checkEvents(now, before);
    census.record(now);
    counters.recount(now, before);
    queue.note(now, before);
    access.noteMembers(now, before);
    if (before && before.exhausted.length < now.exhausted.length) failures.noteLeft(now);
    access.checkDoors(now);
    if (before?.state === now.state) return;
    entered(now, before);
    for (const listener of listeners) listener(now);
  }

  function entered(now: Cluster, before: Cluster | undefined): void {
    const { id, state } = now;
    if (state === 'repairing') history.noteRepairing(id);
    pools.checkUnclaimed(now);
    if (state === 'ready' && before?.state !== 'sharing' && before?.state !== 'repairing')
      standing.checkReady(now);
    if (isTold(now, before)) access.checkTold(now);
    if (state === 'queued' && before?.state === 'provisioning') removal.checkRoom(before);
    if (state === 'deleted') removal.checkGone(now);
    if (state === 'failed' && before?.state === 'undoing') removal.checkNothingLeft(now);
    if (!mayFail) failures.checkNoFailure(now, before);
  }

  function onEvent(): void {
    cloud.checkTwins();
    if (!world.calm) return;
    if (!wasCalm) {
      wasCalm = true;
      world.clock.schedule(world.clock.now() + LOOKED_MS, access.checkLooks);
    }
    if (busy.size > 0) restedAtMs = undefined;
    else restedAtMs ??= world.nowMs();
  }

  plantStrangers(world);
  world.watch({ onCommit, onObject: cloud.onObject, onEvent, onPublish: history.onPublish });
  return {
    edges: history.edges,
    noteAnswered: (state, command) => void history.edges.add(`${state}>${state}:${command}`),
    noteExtended: lifetimes.noteExtended,
    noteDeletionAsked: lifetimes.noteAsked,
    onEntry: (listener) => void listeners.push(listener),
    clusters: () => [...known.values()],
    atEnd: end.atEnd,
    isAtRest: () => busy.size === 0,
    restedAtMs: () => restedAtMs,
  };
}

/** After the last fault. Deleting something half-made takes two of the table's longest deadlines in the worst case. */
export const CALM_MS = hours(7);
