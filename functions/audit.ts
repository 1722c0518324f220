/**
 * The audit log: who did what, written in the commit that it tells of, so that there is never the one without the other. Each entry is
 * also a line of the log named `audit`, which a sink takes to a locked bucket: what somebody with a database administrator's rights
 * removes here, they cannot remove there.
 */
import { type AuditFields, auditPath, KEEP_AUDIT_MS } from '../shared/documents/audit.ts';
import { DOCUMENT_SCHEMA } from '../shared/documents/fields.ts';
import type { DocumentData, Write } from './cloud.ts';
import { commitOwn } from './documents.ts';
import { scrub } from './log.ts';
import type { Ports } from './ports.ts';

/** By whom Hub's own rules are carried out. */
export const HUB = 'hub';

export type Deed = Omit<AuditFields, 'schema' | 'at' | 'purgeAt'>;

/** An entry that is not written yet. */
export interface Audited {
  /** Among the writes of what it tells of: by `commitAudited`, or by whoever knows the commit again by something else. */
  write: Write;
  /** Once they are committed. */
  tell(): void;
}

/**
 * @param id of the entry; what has a number of its own (an epoch) makes one of that, so that nothing can be told twice
 */
export function audited(
  { clock, random, log }: Pick<Ports, 'clock' | 'random' | 'log'>,
  deed: Deed,
  id: string = random.base32(20),
): Audited {
  const now = clock.now();
  const { actor, action, target, cluster, subject, reason } = deed;
  const fields: AuditFields = {
    schema: DOCUMENT_SCHEMA,
    at: new Date(now),
    actor,
    action,
    target,
    ...(cluster !== undefined && { cluster }),
    ...(subject !== undefined && { subject }),
    // People write addresses into what they give as a reason, and an entry can never be changed.
    ...(reason !== undefined && { reason: scrub(reason) }),
    purgeAt: new Date(now + KEEP_AUDIT_MS),
  };
  return {
    // Creating fails if it is there: no entry ever takes the place of another.
    write: { op: 'create', path: auditPath(id), data: fields as DocumentData },
    tell: () => tellAudit(log, fields, epochOfDeed(id, cluster)),
  };
}

/** Of the entry about a change of this cluster, which has the number of its event: nothing can be told twice. */
export const deedId = (cluster: string, epoch: number): string => `${cluster}-${epoch}`;

/** @returns undefined if the entry of this id is about something else */
export function epochOfDeed(id: string, cluster: string | undefined): number | undefined {
  if (cluster === undefined) return undefined;
  const epoch = Number(id.startsWith(`${cluster}-`) ? id.slice(cluster.length + 1) : Number.NaN);
  return Number.isInteger(epoch) && deedId(cluster, epoch) === id ? epoch : undefined;
}

/**
 * Commits an entry with what it tells of, and tells it. An entry's id is random, so one that is there is this one.
 * @throws CommitError as `commit`, but of what others wrote alone
 */
export async function commitAudited(
  { documents }: Pick<Ports, 'documents'>,
  writes: readonly Write[],
  entry: Audited,
): Promise<void> {
  await commitOwn(documents, [...writes, entry.write], entry.write.path);
  entry.tell();
}

/** What was refused changes no document, so the line is all there is of it. */
export function tellDenied(
  { log }: Pick<Ports, 'log'>,
  { actor, route, code, cluster }: { actor: string; route: string; code: string; cluster?: string },
): void {
  log.warn(AUDIT_EVENT, {
    actor,
    action: 'denied',
    resource: route,
    code,
    ...(cluster !== undefined && { cluster }),
  });
}

/** The name by which the sink knows them. */
export const AUDIT_EVENT = 'audit';

/**
 * All that the entry says. What it was done for is there too, an operator's own words among it: whoever could take the entry away is the
 * very one whose words they may be. Of addresses they are cleared like the entry itself.
 * @param epoch of the change: two instances may tell of two changes the other way round
 */
const tellAudit = (
  log: Ports['log'],
  { actor, action, target, cluster, subject, reason }: AuditFields,
  epoch: number | undefined,
): void =>
  log.info(AUDIT_EVENT, {
    actor,
    action,
    resource: target,
    ...(cluster !== undefined && { cluster }),
    ...(reason !== undefined && { reason }),
    ...(epoch !== undefined && { epoch }),
    ...(subject !== undefined && { subject }),
  });
