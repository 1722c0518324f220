/**
 * Who comes in to a cluster (S6), that members have what is a member's and nobody else has (L3), and that somebody looks after each removal
 * (L6). A removal is told to the application by a handler; one that read the document before may undo it, until somebody looks.
 */
import { memberAccountName } from '../../../functions/access/member-account.ts';
import { MEMBERS_NAMESPACE } from '../../../functions/leaf/names.ts';
import { leafKey } from '../../../local/kubernetes/leaf-cluster.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { LOOK_AFTER_MS, rowOf, type State } from '../../../shared/lifecycle/table.ts';
import { minutes } from '../../../shared/units.ts';
import type { World } from '../world.ts';
import type { Census } from './census.ts';

export type Access = ReturnType<typeof watchAccess>;

export function watchAccess(world: World, { known, clusterNow, ownCluster, hostOf }: Census) {
  const { hub, violate } = world;
  /** By cluster, e-mail addresses: who is a member, or was one before a change that is not carried out yet. */
  const mayEnter = new Map<string, Set<string>>();
  /** By cluster: e-mail addresses. */
  const everAllowed = new Map<string, Set<string>>();
  /** By cluster: uids. */
  const everMembers = new Map<string, Set<string>>();
  const toldAtMs = new Map<string, number>();

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
    mayEnter.set(now.id, allowed);
    if (!isTold(now, before) || now.error !== undefined) return;
    // All are told: from now on nobody else has any business there.
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

  /** A handler that was slow may tell of members of yesterday's, and must notice. Only one that dies or meets an error on the way cannot. */
  function checkStayedOut(id: string): void {
    const now = clusterNow(id);
    const sinceMs = world.nowMs() - OUTLIVED_MS;
    if (!now || (toldAtMs.get(id) ?? 0) > sinceMs || world.damaged.has(id)) return;
    if (world.troubledAtMs(id) < sinceMs - OUTLIVED_MS) checkDoors(now);
  }

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

  /**
   * A member of yesterday's, let in again by a handler that was slow and is still under way, or died before it could notice: until the look
   * that comes after every removal. A cluster that goes needs none, for nobody can enter it any more once it is drained.
   */
  const isLeftOver = ({ id, lookAt, state }: Cluster, person: string): boolean =>
    (lookAt !== undefined || rowOf(state).closes === true) &&
    everAllowed.get(id)?.has(person) === true &&
    (world.isShared(id) || world.troubledAtMs(id) > (toldAtMs.get(id) ?? 0) - OUTLIVED_MS);

  /** Where nothing is in its way, the look comes to its time. */
  function checkLooks(): void {
    for (const now of known.values()) {
      const lateMs = now.lookAt ? world.clock.now() - now.lookAt.getTime() : 0;
      if (now.state === 'ready' && lateMs > minutes(3))
        violate('L6', `${now.id} should have been looked at ${Math.round(lateMs / 1000)} s ago`);
    }
  }

  /** Whoever is a member has an account in it, and nobody else of all who ever were; and the application lets in those and no others. */
  function checkTold(now: Cluster): void {
    if (now.error || world.damaged.has(now.id) || world.isShared(now.id)) return;
    // What one wrote after the other had looked for the last time, and then died of, is found by the look after each removal.
    if (world.troubledBesideAtMs(now.id) > world.nowMs() - OUTLIVED_MS) return;
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
    const admitted = admittedTo(now);
    const members = membersOf(now);
    // Nobody at all: it does not run at this moment.
    if (admitted !== '' && admitted !== members)
      violate('L3', `${now.id} is ready, lets in ${admitted}, and its members are ${members}`);
  }

  /** Of one that stands, when all is calm. */
  function checkMembers(now: Cluster): void {
    if (now.spec.product !== 'pachyderm' || now.error || now.conditions.some(({ status }) => !status)) return;
    const admitted = admittedTo(now);
    const members = membersOf(now);
    if (admitted !== members)
      violate(
        'L3',
        `${now.id} is ${now.state}, lets in ${admitted || 'nobody'}, and its members are ${members || 'none'}`,
      );
  }

  const admittedTo = ({ id }: Cluster): string => [...hub.doors.admitted(hostOf(id))].sort().join();

  return { noteMembers, checkDoors, checkLooks, checkTold, checkMembers };
}

/** Its members have just been told to the application, as they are in the document. */
export const isTold = (now: Cluster, before: Cluster | undefined): boolean =>
  before !== undefined && TELLING.has(before.state) && now.state === 'ready';

/** From them on the application and the accounts in it are told of the members of the document. */
const TELLING: ReadonlySet<State> = new Set(['personalizing', 'sharing', 'repairing']);

const emailsOf = ({ members, emails }: Cluster): string[] =>
  Object.keys(members).flatMap((uid) => emails[uid] ?? []);

const membersOf = (now: Cluster): string => [...new Set(emailsOf(now))].sort().join();

/**
 * Whom the proof of the lock signs in for a moment, to see them refused: no address that anybody can have
 * (https://www.rfc-editor.org/rfc/rfc2606). Another handler may be in the middle of its proof.
 */
const PROBE = /^stranger-[a-z2-7]{16}@hub\.invalid$/;

/** No handler that read a document before lives that much longer; and nobody has looked yet. */
const OUTLIVED_MS = minutes(9.2);

/** From a removal until somebody has looked, and mended what was found, if nothing was in the way: ten minutes, and the sweep's one. */
export const LOOKED_MS = LOOK_AFTER_MS + minutes(3);
