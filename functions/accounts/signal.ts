/**
 * What makes Hub doubt an account. Word of processors that are busy to the brim comes from an alert of Cloud Monitoring; that there are very
 * many new accounts is found when one of them asks for its first cluster. Either throttles; a second one, of another time, suspends.
 */
import { z } from 'zod';
import { type Allowance, accountPath, type Standing } from '../../shared/documents/account.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { KEEP_SIGNALS_MS, type Signal, signalPath } from '../../shared/documents/signal.ts';
import { minutes } from '../../shared/units.ts';
import { audited, HUB } from '../audit.ts';
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
    policy_user_labels: z.object({ hub_signal: z.literal('busy') }),
    resource: z.object({ labels: z.object({ cluster_name: z.string() }) }),
  }),
});

/** @returns the incident and the cluster that a message speaks of, if it is one of ours */
export function incidentOf(body: unknown): { id: string; cluster: string } | undefined {
  const parsed = incident.safeParse(body);
  if (!parsed.success) return undefined;
  const { incident_id: id, resource } = parsed.data.incident;
  const cluster = parseName(resource.labels.cluster_name)?.clusterId;
  return cluster === undefined ? undefined : { id, cluster };
}

/** An owner's cluster has been busy for long. A message that comes again does nothing more. @throws CommitError `unavailable` */
export async function recordIncident(ports: Ports, body: unknown): Promise<void> {
  const told = incidentOf(body);
  if (!told) return;
  const owner = (await readCluster(ports, told.cluster))?.cluster.owner;
  if (owner === undefined) return;
  await doubt(ports, owner, { id: `busy-${told.id}`, kind: 'busy', cluster: told.cluster });
}

/** Two signals of one and the same trouble come close together; one that comes later says that it goes on. */
const APART_MS = minutes(30);
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
    const standing = afterSignal(account?.data.standing, kind, now);
    const entry =
      standing &&
      audited(ports, {
        actor: HUB,
        action: standing.state === 'suspended' ? 'suspend' : 'throttle',
        target: accountPath(uid),
        ...(cluster !== undefined && { cluster }),
        subject: uid,
        reason: kind,
      });
    try {
      await ports.documents.commit([
        { op: 'create', path: signalPath(id), data: signal as DocumentData },
        ...(standing ? [writeOf(uid, account, standing)] : []),
        ...(entry ? [entry.write] : []),
      ]);
      entry?.tell();
      return;
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
  throw new CommitError('unavailable', `the account ${uid} changes all the time`);
}

/**
 * @param now ms since the epoch
 * @returns undefined: it stays as it is
 */
export function afterSignal(
  standing: Standing | undefined,
  kind: Signal['kind'],
  now: number,
): Standing | undefined {
  if (standing?.state === 'suspended') return undefined;
  if (!standing) return { state: 'throttled', reason: kind, since: new Date(now), by: HUB };
  if (now - standing.since.getTime() < APART_MS) return undefined;
  return { state: 'suspended', reason: kind, since: new Date(now), by: HUB };
}

function writeOf(uid: string, account: Snapshot<Allowance> | undefined, standing: Standing): Write {
  const path = accountPath(uid);
  if (account) return { op: 'update', path, data: { standing }, ifVersion: account.version };
  const fresh: Allowance = { schema: DOCUMENT_SCHEMA, clusters: 0, hourlyMicros: 0, standing };
  return { op: 'create', path, data: fresh as DocumentData };
}
