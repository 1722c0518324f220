/** Pools of spares, for operators. */

import { poolList, poolReply, putPoolBody } from '../../shared/api/pools.ts';
import { type Offer, resolveSpec, type SpecWish } from '../../shared/catalog/catalog.ts';
import { type ClusterSpec, shapeOf } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { idOf } from '../../shared/documents/paths.ts';
import {
  DEFAULT_LOSSES,
  POOLS,
  type Pool,
  type PoolFields,
  poolDocument,
  poolPath,
} from '../../shared/documents/pool.ts';
import { AppError } from '../../shared/errors.ts';
import { RFC1035_LABEL } from '../../shared/limits.ts';
import { TOPICS } from '../../shared/messages.ts';
import { microsOf } from '../../shared/money.ts';
import { audited, commitAudited } from '../audit.ts';
import { isLostRace, type Snapshot, type Write } from '../cloud.ts';
import { readableDocuments } from '../documents.ts';
import { wake } from '../wake.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { toPoolReply } from './reply.ts';

const list = endpoint({
  name: 'GET /v1/pools',
  summary: 'All pools.',
  status: 200,
  reply: poolList,
  async handle({ ports }) {
    const found = await ports.documents.query({ collection: POOLS });
    const pools = readableDocuments(ports, found, poolDocument).map(({ path, data }) =>
      toPoolReply({ ...data, id: idOf(path) }),
    );
    return { body: { pools } };
  },
});

const get = endpoint({
  name: 'GET /v1/pools/{id}',
  summary: 'One pool.',
  status: 200,
  reply: poolReply,
  async handle({ ports, id }) {
    const found = await ports.documents.get(pathOf(id));
    if (!found) throw new AppError('NOT_FOUND');
    return { body: toPoolReply(parsePool(found)) };
  },
});

/** Beside the planner, and another operator. */
const TRIES = 5;

const put = endpoint({
  name: 'PUT /v1/pools/{id}',
  summary:
    'Create a pool, or change it: what is left out stays as it is. Spares are then created and removed to match.',
  status: 200,
  reply: poolReply,
  refuses: ['UNKNOWN_PRODUCT', 'UNKNOWN_VERSION', 'UNKNOWN_SIZE', 'UNKNOWN_REGION', 'CONFLICT'],
  body: putPoolBody,
  async handle({ ports, id, principal, body: { wanted, maxLossesPerHour, maxLossDollarsPerDay, ...wish } }) {
    const path = pathOf(id);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const found = await ports.documents.get(path);
      const before = found && parsePool(found);
      const spec = specOf(wish, before?.spec, ports.settings);
      const entry = audited(ports, {
        actor: principal().uid,
        action: 'set-pool',
        target: path,
        reason: `wants ${wanted} of ${shapeOf(spec)}`,
      });
      const losses = { ...(before?.losses ?? DEFAULT_LOSSES) };
      if (maxLossesPerHour !== undefined) losses.perHour = maxLossesPerHour;
      if (maxLossDollarsPerDay !== undefined) losses.microsPerDay = microsOf(maxLossDollarsPerDay);
      const areSaid = maxLossesPerHour !== undefined || maxLossDollarsPerDay !== undefined;
      // Only what was sent is written: the last plan is the planner's.
      const data = {
        schema: DOCUMENT_SCHEMA,
        spec,
        wanted,
        ...(areSaid && { losses }),
      } satisfies PoolFields;
      try {
        // On the version that was read: a try that had no answer may be applied minutes later, and must not undo what was said since.
        const write: Write = found
          ? { op: 'update', path, data, ifVersion: found.version }
          : { op: 'create', path, data };
        await commitAudited(ports, [write], entry);
        await wake(ports, TOPICS.topUp, { pool: id });
        return { body: toPoolReply({ ...before, ...data, id }) };
      } catch (error) {
        if (!isLostRace(error)) throw error;
      }
    }
    throw new AppError('CONFLICT');
  },
});

export const POOL_ENDPOINTS: readonly Endpoint[] = [list, get, put];

/**
 * As it was, but for what is asked for: whoever wants more spares must not lose those that there are. Of another product the usual version.
 * @throws AppError as `resolveSpec`; not where nothing else is asked for, for what a pool has may not be offered any more
 */
function specOf(wish: SpecWish, before: ClusterSpec | undefined, offer: Offer): ClusterSpec {
  if (!before) return resolveSpec(wish, offer);
  if (Object.values(wish).every((value) => value === undefined)) return before;
  const { product, version, size, region, availability } = before;
  const isAnother = wish.product !== undefined && wish.product !== product;
  const kept = { product, ...(!isAnother && { version }), size, region, availability };
  return resolveSpec({ ...kept, ...wish }, offer);
}

/** @throws AppError NOT_FOUND if it cannot be the id of a pool */
function pathOf(id: string): string {
  if (!RFC1035_LABEL.test(id)) throw new AppError('NOT_FOUND', 'The id of a pool is an RFC 1035 label.');
  return poolPath(id);
}

const parsePool = (snapshot: Snapshot): Pool => ({
  ...parseDocument(poolDocument, snapshot),
  id: idOf(snapshot.path),
});
