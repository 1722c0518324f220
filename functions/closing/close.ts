/**
 * Deletes accounts whose deletion was asked for. Each look finds from the documents what is left to be done and does what it can, so it
 * may break off anywhere: the clusters go by their own lifecycle, with their proofs; what names the person is taken away; the user goes in
 * Identity Platform; and when nothing that was under way then can come any more, all is looked at once more and the account itself goes.
 */

import { ACCOUNTS, type Allowance, accountPath, type Closing } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { wayFrom } from '../../shared/lifecycle/derive.ts';
import { type State, TOMBSTONE_HOLD_MS } from '../../shared/lifecycle/table.ts';
import { hours, minutes } from '../../shared/units.ts';
import { parseAllowance } from '../accounts/allowance.ts';
import { atOnce } from '../at-once.ts';
import { audited, commitAudited, HUB } from '../audit.ts';
import type { Snapshot, Value } from '../cloud.ts';
import type { Read } from '../clusters/read.ts';
import { command, commandTogether } from '../dispatch/commands.ts';
import { type PagedQuery, queryPages } from '../documents.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { findEmail } from '../tokens.ts';
import { clustersOf, invitationsBy } from './clusters.ts';
import { erase } from './erase.ts';
import {
  type Fate,
  fateOf,
  handOverUntil,
  mayOffer,
  offerToOwners,
  type Planned,
  planFates,
  withoutAccount,
} from './plan.ts';

/**
 * From the moment in which their tokens are refused. What was let in before has its answer, or none, after `timeoutSeconds` of the manifest;
 * but its instance lives on (https://cloud.google.com/run/docs/configuring/request-timeout), and what it had begun to write may still be
 * written. So it is waited for as long as for a late `create`.
 */
const UNDER_WAY_MS = TOMBSTONE_HOLD_MS;
/** From when nothing is waited for, a deletion takes half an hour, and some hours if a cloud is away. After that somebody has to look why. */
const LATE_MS = hours(24);

const PAGE = 100;
/** Accounts that are looked at at a time, and clusters of one that are left: one look takes a second or more, and a run has five minutes. */
const AT_ONCE = 8;

/** @throws CommitError `unavailable` if they cannot be found */
export async function closeAccounts(ports: Ports): Promise<void> {
  const closing: PagedQuery = {
    collection: ACCOUNTS,
    orderBy: [['closing.since', 'asc']],
    limit: PAGE,
  };
  const found: Snapshot[] = [];
  for await (const page of queryPages(ports.documents, closing)) found.push(...page);
  await atOnce(AT_ONCE, inAnyOrder(found, ports), (snapshot) => look(ports, snapshot));
  ports.metrics.record('sweptAt', ports.clock.now() / 1000, { sweep: 'closing' });
}

/** So that accounts with which a run comes to no end keep the others waiting by chance only, and not each time. */
const inAnyOrder = (accounts: readonly Snapshot[], { random }: Ports): Snapshot[] =>
  accounts
    .map((snapshot) => ({ snapshot, at: random.fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ snapshot }) => snapshot);

/** Also of an account that is not readable otherwise. */
const sinceOf = ({ data }: Snapshot): Value | undefined =>
  (data.closing as { since?: Value } | undefined)?.since;
/** Until then others are waited for. */
const waitsUntil = ({ data }: Snapshot): Value | undefined =>
  (data.closing as { waitsUntilAt?: Value } | undefined)?.waitsUntilAt;

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
  const since = waitsUntil(snapshot) ?? sinceOf(snapshot);
  if (since instanceof Date && ports.clock.now() - since.getTime() > LATE_MS)
    ports.log.error('account stays');
}

/** @returns whether nothing is left of it */
async function close(ports: Ports, snapshot: Snapshot): Promise<boolean> {
  const { path, version } = snapshot;
  const uid = path.slice(ACCOUNTS.length + 1);
  const account = parseAllowance(snapshot);
  const closing = account?.closing;
  if (!closing) return false;
  if (!(await leaveClusters(ports, { ...account, uid, closing }))) return false;
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
  await commitAudited(ports, [{ op: 'delete', path, ifVersion: version }], audited(ports, deed));
  return true;
}

/** On their way out, or held up there: deleting them once more would only begin anew. */
const GOING: ReadonlySet<State> = new Set<State>([...wayFrom('deleting'), 'stuck']);

/** After that no further page of one account's is begun: others wait, and a run has five minutes. */
const ACCOUNT_MS = minutes(1);

type Leaver = Allowance & { uid: string; closing: Closing };

/**
 * Those that were there at this look have to be gone at another one, so that what is told to their applications has time to arrive.
 * @returns whether no cluster named them any more
 */
async function leaveClusters(ports: Ports, leaver: Leaver): Promise<boolean> {
  const untilAtMs = ports.clock.afterWork(ACCOUNT_MS);
  const failures: unknown[] = [];
  let isNobodys = true;
  for await (const page of clustersOf(ports, leaver.uid)) {
    isNobodys = false;
    failures.push(...(await leavePage(ports, page, leaver)));
    if (ports.clock.now() > untilAtMs) break;
  }
  if (failures.length > 0) throw failures[0];
  return isNobodys;
}

/** @returns what went wrong with which no other one is to wait */
async function leavePage(ports: Ports, page: readonly Read[], leaver: Leaver): Promise<unknown[]> {
  const clusters = page.map(({ cluster }) => cluster);
  const planned = planFates(clusters, leaver.uid, isOffering(ports, leaver), ports.clock.now());
  const forgotten = planned.filter(({ fate }) => fate === 'forgotten');
  const areForgotten = await forget(ports, page, forgotten, leaver);
  const others = planned.filter((one) => !(areForgotten && forgotten.includes(one)));
  if (others.some(({ fate }) => fate === 'offered')) await noteWaiting(ports, leaver);
  const left: PromiseSettledResult<void>[] = [];
  for (let first = 0; first < others.length; first += AT_ONCE) {
    const some = others.slice(first, first + AT_ONCE);
    left.push(...(await Promise.allSettled(some.map((one) => leave(ports, one, leaver)))));
  }
  return left.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
}

const isOffering = ({ clock, settings }: Ports, leaver: Leaver): boolean =>
  mayOffer(leaver, settings.limits.handOverMs, clock.now());

const fateNow = (ports: Ports, cluster: Cluster, leaver: Leaver): Fate =>
  fateOf(cluster, leaver.uid, isOffering(ports, leaver), ports.clock.now());

/** So that what is waited for is known when nothing is left to tell of it, and stays what people were told. @throws CommitError `unavailable` */
async function noteWaiting(
  { documents, settings }: Ports,
  { uid, closing, ...account }: Leaver,
): Promise<void> {
  if (closing.waitsUntilAt) return;
  const until = handOverUntil({ ...account, closing }, settings.limits.handOverMs, closing.since.getTime());
  await documents.commit([{ op: 'update', path: accountPath(uid), data: { 'closing.waitsUntilAt': until } }]);
}

/** What is deleted already rests, and may be thousands: a page of it in one commit. @returns false if somebody else's commit came first */
function forget(
  ports: Ports,
  page: readonly Read[],
  forgotten: readonly Planned[],
  { uid, closing: { by } }: Leaver,
): Promise<boolean> {
  const planned = new Map(forgotten.map((one) => [one.cluster.id, one]));
  const wanted = page.flatMap((read) => {
    const one = planned.get(read.cluster.id);
    const change = one && withoutAccount(one, uid, []);
    return change ? [{ read, change }] : [];
  });
  return commandTogether(ports, wanted, 'share', by);
}

/** By what is so when it is written, which may be otherwise than when it was planned. @throws AppError those of `command` */
async function leave(ports: Ports, { cluster: { id, state }, fate }: Planned, leaver: Leaver): Promise<void> {
  const { uid, closing } = leaver;
  if (fate === 'deleted') {
    // Somebody may take it over at the last moment.
    const change = (read: Cluster) =>
      fateNow(ports, read, leaver) === 'deleted' ? { patch: {} } : undefined;
    if (!GOING.has(state)) await command(ports, id, 'delete', closing.by, { change });
    return;
  }
  const until = handOverUntil(leaver, ports.settings.limits.handOverMs, closing.since.getTime());
  await command(ports, id, 'share', closing.by, {
    async change(read) {
      const now = fateNow(ports, read, leaver);
      if (now === 'offered') return offerToOwners(read, until);
      return withoutAccount({ cluster: read, fate: now }, uid, await invitationsBy(ports, uid, id));
    },
  });
}
