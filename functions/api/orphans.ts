/** What leaks in the cloud, for operators. Nothing is deleted here: the sweep does that, with the identity that may, and is told who wants it. */

import { pageQuery } from '../../shared/api/fields.ts';
import { deleteOrphanBody, type OrphanReply, orphanPage, orphanReply } from '../../shared/api/orphans.ts';
import {
  ORPHANS,
  type Orphan,
  orphanDocument,
  orphanPath,
  parseOrphan,
  withKey,
} from '../../shared/documents/orphan.ts';
import { AppError } from '../../shared/errors.ts';
import { costOfOrphan } from '../../shared/lifecycle/cost.ts';
import { TOPICS } from '../../shared/messages.ts';
import { days } from '../../shared/units.ts';
import { type Audited, audited, commitAudited } from '../audit.ts';
import { type Clock, isLostRace } from '../cloud.ts';
import { readableDocuments } from '../documents.ts';
import type { Ports } from '../ports.ts';
import { wake } from '../wake.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { listPage } from './paging.ts';
import { toErrorReply, toMoney } from './reply.ts';

/** What is counted is each find, for none should ever be. */
const WEEK_MS = days(7);

const list = endpoint({
  name: 'GET /v1/admin/orphans',
  summary:
    'Things in the cloud that no cluster claims, and what each costs. Those that are gone stay in the list for three months.',
  status: 200,
  reply: orphanPage,
  refuses: ['INVALID_PAGE_TOKEN'],
  query: pageQuery,
  async handle(call) {
    const { ports } = call;
    const { documents, clock } = ports;
    const weekAgo = new Date(clock.now() - WEEK_MS);
    const [{ page, ...next }, foundThisWeek] = await Promise.all([
      listPage(call, {
        collection: ORPHANS,
        by: { field: 'foundAt', direction: 'desc', holds: 'instant' },
      }),
      documents.count({ collection: ORPHANS, where: [['foundAt', '>', weekAgo]] }),
    ]);
    const readable = readableDocuments(ports, page, orphanDocument);
    const orphans = readable.map((orphan) => toOrphan(withKey(orphan), clock));
    return { body: { orphans, foundThisWeek, ...next } };
  },
});

const remove = endpoint({
  name: 'POST /v1/admin/orphans/{id}:delete',
  summary:
    'Delete it now, not at the next sweep. Repeating it changes nothing, nor does asking for what is being deleted or gone.',
  status: 202,
  reply: orphanReply,
  refuses: ['ORPHAN_UNPROVEN', 'CONFLICT'],
  body: deleteOrphanBody,
  async handle({ ports, principal, id, body: { reason } }) {
    const snapshot = KEY.test(id) ? await ports.documents.get(orphanPath(id)) : undefined;
    if (!snapshot) throw new AppError('NOT_FOUND');
    const orphan = parseOrphan(snapshot);
    const { kind, name, location, clusterId } = orphan;
    if (orphan.state === 'unproven')
      throw new AppError('ORPHAN_UNPROVEN', `It is the ${kind} ${name} in ${location}.`);
    if (orphan.state !== 'found') return { body: toOrphan(orphan, ports.clock) };
    const asked = orphan.asked ?? { actor: principal().uid, reason, at: new Date(ports.clock.now()) };
    if (!orphan.asked) {
      const entry = audited(ports, {
        actor: asked.actor,
        action: 'delete-orphan',
        target: orphanPath(id),
        ...(clusterId !== undefined && { cluster: clusterId }),
        reason,
      });
      await writeDown(ports, snapshot, { asked }, entry);
    }
    await wake(ports, TOPICS.orphans);
    return { body: toOrphan({ ...orphan, asked }, ports.clock) };
  },
});

export const ORPHAN_ENDPOINTS: readonly Endpoint[] = [list, remove];

/** What keys are made of; names with two underscores at both ends are the database's own. */
const KEY = /^(?!__)[\w-]{1,300}$/;

/** @throws AppError CONFLICT if the sweep was at it meanwhile: whoever presses again sees what it did */
async function writeDown(
  ports: Ports,
  { path, version }: { path: string; version: string },
  data: Pick<Orphan, 'asked'>,
  entry: Audited,
): Promise<void> {
  try {
    await commitAudited(ports, [{ op: 'update', path, data, ifVersion: version }], entry);
  } catch (error) {
    if (isLostRace(error)) throw new AppError('CONFLICT');
    throw error;
  }
}

function toOrphan(orphan: Orphan, clock: Pick<Clock, 'elapsed'>): OrphanReply {
  const { key, kind, name, location, clusterId, owner, createdAt, foundAt, goneAt, asked, lastError } =
    orphan;
  return {
    key,
    kind,
    name,
    location,
    ...(clusterId !== undefined && { clusterId }),
    ...(owner !== undefined && { owner }),
    ...(createdAt && { createdAt: createdAt.toISOString() }),
    foundAt: foundAt.toISOString(),
    hourlyPrice: toMoney(orphan.hourlyMicros, true),
    cost: toMoney(costOfOrphan(orphan, clock.elapsed), true),
    state: orphan.state,
    ...(goneAt && { goneAt: goneAt.toISOString() }),
    ...(lastError && { error: toErrorReply(lastError) }),
    ...(asked && { asked: { by: asked.actor, reason: asked.reason, at: asked.at.toISOString() } }),
  };
}
