/**
 * What makes Hub doubt an account. Word of processors that are busy to the brim, or of very much that is sent, comes from alerts of Cloud
 * Monitoring; that there are very many new accounts is found when one of them asks for its first cluster. Each throttles; a second one, of
 * another time, suspends. What a cluster does, whoever may work in it can make it do, and honest work is not told from mining by it: so on that
 * word alone only young accounts are suspended, and of others an operator is told.
 */
import { z } from 'zod';
import { type Allowance, accountPath, type Standing } from '../../shared/documents/account.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { CLUSTER_SIGNALS, KEEP_SIGNALS_MS, type Signal, signalPath } from '../../shared/documents/signal.ts';
import { isSuspended } from '../../shared/standing.ts';
import { days, hours, minutes } from '../../shared/units.ts';
import { audited, commitAudited, HUB } from '../audit.ts';
import { CommitError, type DocumentData, isLostRace, type Snapshot, type Write } from '../cloud.ts';
import { readCluster } from '../clusters/read.ts';
import { parseName } from '../names.ts';
import type { Ports } from '../ports.ts';
import { readAccount } from './allowance.ts';

/**
 * What an alert publishes; only what is looked at.
 * https://cloud.google.com/monitoring/support/notification-options#pubsub
 */
const incident = z.object({
  incident: z.object({
    incident_id: z.string().regex(/^[\w.-]{1,128}$/),
    state: z.literal('open'),
    policy_user_labels: z.object({ hub_signal: z.enum(CLUSTER_SIGNALS) }),
    resource: z.object({ labels: z.object({ cluster_name: z.string() }) }),
  }),
});

/** @returns the incident and the cluster that a message speaks of, if it is one of ours */
export function incidentOf(body: unknown): Incident | undefined {
  const parsed = incident.safeParse(body);
  if (!parsed.success) return undefined;
  const { incident_id: id, policy_user_labels, resource } = parsed.data.incident;
  const cluster = parseName(resource.labels.cluster_name)?.clusterId;
  return cluster === undefined ? undefined : { id, cluster, kind: policy_user_labels.hub_signal };
}

interface Incident {
  id: string;
  cluster: string;
  kind: (typeof CLUSTER_SIGNALS)[number];
}

/**
 * How often an alert reminds of an incident that goes on, by a message with the same id: as terraform/modules/monitoring asks for.
 * https://cloud.google.com/monitoring/alerts/policies-in-api
 */
export const REMINDER_MS = hours(1);

/** What an alert tells of has gone on for as long by then: terraform/modules/monitoring. */
export const WINDOW_MS = minutes(30);

/**
 * An owner's cluster has done for long what nobody pays for. A message that comes again does nothing more; a reminder is another signal. Of
 * what another owner may have had it do an operator is told: neither is doubted for that unheard.
 * @param publishedAt of the message, which stays what it was when it is delivered again
 * @throws CommitError `unavailable`
 */
export async function recordIncident(ports: Ports, body: unknown, publishedAt: Date): Promise<void> {
  const told = incidentOf(body);
  if (!told) return;
  const { owner, ownedSince } = (await readCluster(ports, told.cluster))?.cluster ?? {};
  if (owner === undefined) return;
  if (ownedSince && ownedSince.getTime() > publishedAt.getTime() - WINDOW_MS) {
    ports.log.warn(GOES_ON, { detail: `${told.kind}, and it was another owner’s`, cluster: told.cluster });
    return;
  }
  const turn = Math.floor(publishedAt.getTime() / REMINDER_MS);
  await doubt(ports, owner, {
    id: `${told.kind}-${told.id}-${turn}`,
    kind: told.kind,
    cluster: told.cluster,
  });
}

/** Two signals of one and the same trouble come close together; one that comes later says that it goes on. */
const APART_MS = minutes(30);
/** Whoever is good by an operator's word stays so for as long, for the same work goes on, and so does the alert that reminds of it. */
const CLEARED_MS = days(7);
const TRIES = 8;

/**
 * The signal, what becomes of the account, and the entry of the audit log: one commit.
 * @param id of the signal, by which its repetition is known
 * @throws CommitError `unavailable`
 */
export async function doubt(
  ports: Ports,
  uid: string,
  { id, kind, cluster }: { id: string; kind: Signal['kind']; cluster?: string },
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (await ports.documents.get(signalPath(id))) return;
    const account = await readAccount(ports, uid);
    const now = ports.clock.now();
    const signal: Signal = {
      schema: DOCUMENT_SCHEMA,
      kind,
      account: uid,
      ...(cluster !== undefined && { cluster }),
      at: new Date(now),
      purgeAt: new Date(now + KEEP_SIGNALS_MS),
    };
    const ageMs = now - (account ? bornAt(account).getTime() : now);
    const isYoung = ageMs < ports.settings.limits.youngAccountMs;
    const clearedMs = now - (account?.data.clearedAt?.getTime() ?? 0);
    const standing =
      clearedMs < CLEARED_MS ? undefined : afterSignal(account?.data.standing, kind, now, isYoung);
    // Before it is written, for what is delivered again is not looked at again; an alert that comes twice is one.
    if (standing === 'ask')
      ports.log.warn(GOES_ON, { detail: kind, ...(cluster !== undefined && { cluster }) });
    const doubted = standing === 'ask' ? undefined : standing;
    const entry =
      doubted &&
      audited(ports, {
        actor: HUB,
        action: doubted.state === 'suspended' ? 'suspend' : 'throttle',
        target: accountPath(uid),
        ...(cluster !== undefined && { cluster }),
        subject: uid,
        reason: kind,
      });
    try {
      const writes: Write[] = [
        { op: 'create', path: signalPath(id), data: signal as DocumentData },
        ...(doubted ? [writeOf(uid, account, doubted)] : []),
      ];
      await (entry ? commitAudited(ports, writes, entry) : ports.documents.commit(writes));
      return;
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
  throw new CommitError('unavailable', `the account ${uid} changes all the time`);
}

/** What an operator is told by; see `functions/alerts.ts`. */
export const GOES_ON = 'doubted account goes on';

/** Accounts from before that was kept are as old as their documents. */
const bornAt = ({ data, createTime }: Snapshot<Allowance>): Date => data.firstAt ?? createTime;

/**
 * @param now ms since the epoch
 * @param isYoung see `youngAccountMs`
 * @returns undefined: it stays as it is; `ask`: it does, and an operator decides
 */
export function afterSignal(
  standing: Standing | undefined,
  kind: Signal['kind'],
  now: number,
  isYoung: boolean,
): Standing | 'ask' | undefined {
  if (isSuspended(standing)) return undefined;
  if (!standing) return { state: 'throttled', reason: kind, since: new Date(now), by: HUB };
  if (now - standing.since.getTime() < APART_MS) return undefined;
  if (kind !== 'sign-ups' && !isYoung) return 'ask';
  return { state: 'suspended', reason: kind, since: new Date(now), by: HUB };
}

function writeOf(uid: string, account: Snapshot<Allowance> | undefined, standing: Standing): Write {
  const path = accountPath(uid);
  if (account) return { op: 'update', path, data: { standing }, ifVersion: account.version };
  const fresh: Allowance = { schema: DOCUMENT_SCHEMA, clusters: 0, hourlyMicros: 0, standing };
  return { op: 'create', path, data: fresh as DocumentData };
}
