/**
 * Deletes accounts whose deletion was asked for. Each look finds from the documents what is left to be done and does what it can, so it
 * may break off anywhere: the clusters go by their own lifecycle, with their proofs; what names the person is taken away; the user goes in
 * Identity Platform; and when nothing that was under way then can come any more, all is looked at once more and the account itself goes.
 */

import { ACCOUNTS, type Closing } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { wayFrom } from '../../shared/lifecycle/derive.ts';
import { type State, TOMBSTONE_HOLD_MS } from '../../shared/lifecycle/table.ts';
import { hours, minutes } from '../../shared/units.ts';
import { parseAllowance } from '../accounts/allowance.ts';
import { audited, HUB } from '../audit.ts';
import type { Snapshot, Value } from '../cloud.ts';
import type { Read } from '../clusters/read.ts';
import { type Change, command, commandTogether } from '../dispatch/commands.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { findEmail } from '../tokens.ts';
import { aroundOf, clustersOf, invitationsBy } from './clusters.ts';
import { erase } from './erase.ts';
import { type Planned, planFates, withoutAccount } from './plan.ts';

/**
 * From the moment in which their tokens are refused. What was let in before has its answer, or none, after `timeoutSeconds` of the manifest;
 * but its instance lives on (https://cloud.google.com/run/docs/configuring/request-timeout), and what it had begun to write may still be
 * written. So it is waited for as long as for a late `create`.
 */
const UNDER_WAY_MS = TOMBSTONE_HOLD_MS;
/** A deletion takes half an hour, and some hours if a cloud is away. After that somebody has to look why. */
const LATE_MS = hours(24);

const PAGE = 100;

/** @throws CommitError `unavailable` if they cannot be found */
export async function closeAccounts(ports: Ports): Promise<void> {
  for (let startAfter: readonly Value[] | undefined; ; ) {
    const page = await ports.documents.query({
      collection: ACCOUNTS,
      orderBy: [['closing.since', 'asc']],
      limit: PAGE,
      ...(startAfter ? { startAfter } : {}),
    });
    for (const snapshot of inAnyOrder(page, ports)) await look(ports, snapshot);
    const last = page.at(-1);
    if (page.length < PAGE || !last) break;
    startAfter = [sinceOf(last) ?? null, last.path];
  }
  ports.metrics.record('sweptAt', ports.clock.now() / 1000, { sweep: 'closing' });
}

/** So that one account with which a run comes to no end keeps the others waiting by chance only, and not each time. */
const inAnyOrder = (page: readonly Snapshot[], { random }: Ports): Snapshot[] =>
  page
    .map((snapshot) => ({ snapshot, at: random.fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ snapshot }) => snapshot);

/** As the query orders by it: also of an account that is not readable otherwise. */
const sinceOf = ({ data }: Snapshot): Value | undefined =>
  (data.closing as { since?: Value } | undefined)?.since;

/**
 * What fails with one account keeps no other one waiting. The log does not say whose it is, which the audit log does; but of a
 * document that is not readable it does, for somebody has to mend it.
 */
async function look(ports: Ports, snapshot: Snapshot): Promise<void> {
  try {
    if (await close(ports, snapshot)) return;
  } catch (error) {
    tellFailure(ports.log, 'account not deleted yet', error);
  }
  const since = sinceOf(snapshot);
  if (since instanceof Date && ports.clock.now() - since.getTime() > LATE_MS)
    ports.log.error('account stays');
}

/** @returns whether nothing is left of it */
async function close(ports: Ports, snapshot: Snapshot): Promise<boolean> {
  const { path, version } = snapshot;
  const uid = path.slice(ACCOUNTS.length + 1);
  const closing = parseAllowance(snapshot)?.closing;
  if (!closing) return false;
  if (!(await leaveClusters(ports, uid, closing))) return false;
  const profile = await ports.people.find(uid);
  await erase(ports, uid, profile && findEmail(profile));
  if (!closing.userGoneAt) {
    await ports.people.ensureGone(uid);
    const data = { 'closing.userGoneAt': new Date(ports.clock.now()) };
    await ports.documents.commit([{ op: 'update', path, data }]);
    return false;
  }
  if (ports.clock.now() - closing.userGoneAt.getTime() < UNDER_WAY_MS) return false;
  const deed = { actor: HUB, action: 'close-account', target: path, subject: uid } as const;
  const entry = audited(ports, deed);
  await ports.documents.commit([{ op: 'delete', path, ifVersion: version }, entry.write]);
  entry.tell();
  return true;
}

/** On their way out, or held up there: deleting them once more would only begin anew. */
const GOING: ReadonlySet<State> = new Set<State>([...wayFrom('deleting'), 'stuck']);

/** Left at a time. */
const AT_ONCE = 8;
/** After that no further page of one account's is begun: others wait, and a run has five minutes. */
const ACCOUNT_MS = minutes(1);

/**
 * Those that were there at this look have to be gone at another one, so that what is told to their applications has time to arrive.
 * @returns whether no cluster named them any more
 */
async function leaveClusters(ports: Ports, uid: string, { by }: Closing): Promise<boolean> {
  const untilAtMs = ports.clock.afterWork(ACCOUNT_MS);
  const failures: unknown[] = [];
  let isNobodys = true;
  for await (const page of clustersOf(ports, uid)) {
    isNobodys = false;
    failures.push(...(await leavePage(ports, page, uid, by)));
    if (ports.clock.now() > untilAtMs) break;
  }
  if (failures.length > 0) throw failures[0];
  return isNobodys;
}

/** @returns what went wrong with which no other one is to wait */
async function leavePage(ports: Ports, page: readonly Read[], uid: string, by: string): Promise<unknown[]> {
  const clusters = page.map(({ cluster }) => cluster);
  const planned = planFates(clusters, uid, await aroundOf(ports, clusters, uid));
  const forgotten = planned.filter(({ fate }) => fate === 'forgotten');
  const areForgotten = await forget(ports, page, forgotten, uid, by);
  const others = planned.filter(
    (one) => one.heir === undefined && !(areForgotten && forgotten.includes(one)),
  );
  const left: PromiseSettledResult<void>[] = [];
  for (let first = 0; first < others.length; first += AT_ONCE) {
    const some = others.slice(first, first + AT_ONCE);
    left.push(...(await Promise.allSettled(some.map((one) => leave(ports, one, uid, by)))));
  }
  // One after the other: each finds the room that the one before has left of its heir's.
  for (const one of planned.filter(({ heir }) => heir !== undefined))
    left.push(...(await Promise.allSettled([leave(ports, one, uid, by)])));
  return left.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
}

/** What is deleted already rests, and may be thousands: a page of it in one commit. @returns false if somebody else's commit came first */
function forget(
  ports: Ports,
  page: readonly Read[],
  forgotten: readonly Planned[],
  uid: string,
  by: string,
): Promise<boolean> {
  const planned = new Map(forgotten.map((one) => [one.cluster.id, one]));
  const wanted = page.flatMap((read) => {
    const one = planned.get(read.cluster.id);
    const change = one && withoutAccount(one, uid, new Map(), []);
    return change ? [{ read, change }] : [];
  });
  return commandTogether(ports, wanted, 'share', by);
}

/** @throws AppError those of `command` */
async function leave(ports: Ports, { cluster, fate }: Planned, uid: string, by: string): Promise<void> {
  const { id, state } = cluster;
  if (fate === 'deleted') {
    if (!GOING.has(state)) await command(ports, id, 'delete', by);
    return;
  }
  await command(ports, id, 'share', by, { change: (read) => changeWithout(ports, read, uid) });
}

/** As all of it is now, which may be otherwise than when it was planned. @throws CommitError `unavailable` */
async function changeWithout(ports: Ports, read: Cluster, uid: string): Promise<Change | undefined> {
  const [around, sent] = await Promise.all([
    aroundOf(ports, [read], uid),
    invitationsBy(ports, uid, read.id),
  ]);
  const [planned] = planFates([read], uid, around);
  return planned && withoutAccount(planned, uid, around.accounts, sent);
}
