/** Clusters: create, list, look, delete, retry, and their timeline. */

import { z } from 'zod';
import {
  type ClusterReply,
  clusterPage,
  clusterReply,
  createClusterBody,
  eventPage,
  listAllClustersQuery,
  listClustersQuery,
} from '../../shared/api/clusters.ts';
import { pageQuery } from '../../shared/api/fields.ts';
import { resolveSpec } from '../../shared/catalog/catalog.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { eventDocument, eventsOf } from '../../shared/documents/event.ts';
import { CLUSTER_ID } from '../../shared/documents/fields.ts';
import { AppError } from '../../shared/errors.ts';
import { isReplaced, NOT_FINAL } from '../../shared/lifecycle/derive.ts';
import { requireCreation, requireRetry } from '../accounts/creations.ts';
import { REFUSED_TO_MAKE, requireGoodAccount } from '../accounts/standing.ts';
import type { Snapshot, Write } from '../cloud.ts';
import { readableClusters } from '../clusters/read.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { readableDocuments } from '../documents.ts';
import { acceptInvitations } from '../members/invitations.ts';
import { claimSpare, type Wish } from '../pool/claim.ts';
import type { Ports } from '../ports.ts';
import { requireEmail } from '../tokens.ts';
import { type Call, type Endpoint, endpoint } from './endpoint.ts';
import { keyedRequest, lookUp } from './idempotency.ts';
import { listPage } from './paging.ts';
import { etagOf, toEventReply, toReply } from './reply.ts';
import { accepted, requireCluster, SENT_WHEN_ACCEPTED } from './require-cluster.ts';

/**
 * Tries at creating. A try is lost to a commit that won: to a twin of the request, whose cluster then is the answer, or to whatever else
 * changed the account, whose count must be exact. So this many creations of one account may come at once.
 */
const TRIES = 32;
/** Real time between tries, times chance and the number of the try. */
const CONTENTION_MS = 15;

const create = endpoint({
  name: 'POST /v1/clusters',
  summary: 'Ask for a cluster. If a spare of the wanted shape is ready, you get it at once.',
  status: 202,
  reply: clusterReply,
  sends: SENT_WHEN_ACCEPTED,
  refuses: [
    'EMAIL_NOT_VERIFIED',
    ...REFUSED_TO_MAKE,
    'INVALID_NAME',
    'INVALID_IDEMPOTENCY_KEY',
    'UNKNOWN_PRODUCT',
    'UNKNOWN_VERSION',
    'UNKNOWN_SIZE',
    'UNKNOWN_REGION',
    'UNSUPPORTED_ISOLATION',
    'SIZE_OVER_BUDGET',
    'SIZE_OVER_CAPACITY',
    'IDEMPOTENCY_KEY_REUSED',
    'NOT_FOUND',
    'TOO_MANY_REQUESTS',
    'TOO_MANY_WAITING',
    'CONFLICT',
  ],
  headers: z.object({
    'Idempotency-Key': z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({ description: 'Printable ASCII. Within 24 h, the same key and body give the same cluster.' }),
  }),
  body: createClusterBody,
  async handle({ ports, principal, body, header, authorize }) {
    const { uid } = principal();
    // The application knows its people by their addresses.
    const email = requireEmail(principal());
    const request = keyedRequest(uid, header('idempotency-key'), body);
    const isDone = async () => (await lookUp(ports, request)).cluster !== undefined;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const earlier = await lookUp(ports, request);
      if (earlier.cluster !== undefined) {
        // Who made it may have been shut out since.
        const { cluster, updateTime } = await requireCluster({
          ports,
          id: earlier.cluster,
          authorize: (read) => authorize(read, 'GET /v1/clusters/{id}'),
        });
        return accepted(toReply(cluster, ports.clock, updateTime));
      }
      const { name, ...wish } = body;
      const spec = resolveSpec(wish, ports.settings);
      try {
        const made = await make(ports, { name, spec, owner: uid, email }, earlier.remember, isDone);
        if (made) return accepted(toReply(made, ports.clock));
      } catch (error) {
        // What is one too many may be this very request: a twin's record is written in the commit that counts.
        if (!(error instanceof AppError) || !(await isDone())) throw error;
      }
      await giveWay(ports, attempt);
    }
    throw new AppError('CONFLICT');
  },
});

/** @returns undefined if somebody else's commit came first */
async function make(
  ports: Ports,
  wish: Wish,
  remember: (cluster: string) => readonly Write[],
  isDone: () => Promise<boolean>,
): Promise<Cluster | undefined> {
  const { name, spec, owner, email } = wish;
  const spare = await claimSpare(ports, wish, remember, isDone);
  if (spare) {
    ports.metrics.record('claims', 1, { result: 'hit' });
    return spare;
  }
  const asker = await requireCreation(ports, owner);
  const birth = conceive(ports, { name, spec, shape: shapeOf(spec), owner, emails: { [owner]: email } });
  const [created] = (await createClusters(ports, [birth], remember(birth.cluster.id), asker)) ?? [];
  // Who waits for room would have got no spare either.
  if (created && created.state !== 'queued') ports.metrics.record('claims', 1, { result: 'miss' });
  return created;
}

/** A first loss is most often to a twin, and there is nothing to wait for. */
async function giveWay({ clock, random }: Ports, attempt: number): Promise<void> {
  if (attempt > 0) await clock.sleepUntil(clock.now() + random.fraction() * CONTENTION_MS * attempt);
}

const list = endpoint({
  name: 'GET /v1/clusters',
  summary: 'Your clusters, newest first. Deleted ones only with state=deleted.',
  status: 200,
  reply: clusterPage,
  refuses: ['INVALID_PAGE_TOKEN'],
  query: listClustersQuery,
  async handle(call) {
    const { ports, principal, query } = call;
    const { state } = query;
    const { uid } = principal();
    if (query.pageToken === undefined) await acceptInvitations(ports, principal());
    const { page, ...next } = await listPage(call, {
      collection: CLUSTERS,
      where: [
        ['readers', 'array-contains', uid],
        // As a list of what is wanted it needs the same index as the filter by one state.
        state === undefined ? ['state', 'in', [...NOT_FINAL]] : ['state', '==', state],
      ],
      by: { field: 'createdAt', direction: 'desc', holds: 'instant' },
      filter: state,
    });
    return { body: { clusters: repliesOf(ports, page), ...next } };
  },
});

/** Filters by what is equal need no index but those that each field has; an order by time would need one for each of them. */
const listAll = endpoint({
  name: 'GET /v1/admin/clusters',
  summary:
    'The clusters of everybody, or of one account, in no order of time. Deleted ones only with state=deleted.',
  status: 200,
  reply: clusterPage,
  refuses: ['INVALID_PAGE_TOKEN'],
  query: listAllClustersQuery,
  async handle(call) {
    const { account, state } = call.query;
    const { page, ...next } = await listPage(call, {
      collection: CLUSTERS,
      where: [
        ...(account === undefined ? [] : [['owner', '==', account] as const]),
        state === undefined ? ['state', 'in', [...NOT_FINAL]] : ['state', '==', state],
      ],
      filter: JSON.stringify(['all', account, state]),
    });
    return { body: { clusters: repliesOf(call.ports, page), ...next } };
  },
});

const repliesOf = (ports: Ports, page: readonly Snapshot[]): ClusterReply[] =>
  page.flatMap((snapshot) =>
    readableClusters(ports, [snapshot]).map(({ cluster }) =>
      toReply(cluster, ports.clock, snapshot.updateTime),
    ),
  );

const get = endpoint({
  name: 'GET /v1/clusters/{id}',
  summary: 'One cluster. Its ETag is the version of what was asked for, not of its progress.',
  status: 200,
  reply: clusterReply,
  sends: ['ETag'],
  async handle(call) {
    const { cluster, updateTime } = await requireCluster(call);
    return { body: toReply(cluster, call.ports.clock, updateTime), headers: { etag: etagOf(cluster) } };
  },
});

const remove = endpoint({
  name: 'DELETE /v1/clusters/{id}',
  summary:
    'Delete a cluster and all that belongs to it. Allowed in every state; repeating it changes nothing.',
  status: 202,
  reply: clusterReply,
  sends: SENT_WHEN_ACCEPTED,
  refuses: ['OWNER_ONLY', 'CONFLICT'],
  handle: (call) => carryOut(call, 'delete'),
});

const retry = endpoint({
  name: 'POST /v1/clusters/{id}:retry',
  summary: 'Start a failed cluster again from the beginning.',
  status: 202,
  reply: clusterReply,
  sends: SENT_WHEN_ACCEPTED,
  refuses: [
    'OWNER_ONLY',
    ...REFUSED_TO_MAKE,
    'TOO_MANY_TRIES',
    'TOO_MANY_WAITING',
    'NOT_ACCEPTED_IN_STATE',
    'CONFLICT',
  ],
  handle: async (call) => {
    const { cluster } = await requireCluster(call);
    await requireGoodAccount(call.ports, call.principal().uid, 'make');
    await requireRetry(call.ports, cluster);
    return carryOut(call, 'retry');
  },
});

const events = endpoint({
  name: 'GET /v1/clusters/{id}/events',
  summary: 'What happened to a cluster, newest last.',
  status: 200,
  reply: eventPage,
  refuses: ['INVALID_PAGE_TOKEN'],
  query: pageQuery,
  async handle(call) {
    const { cluster } = await requireCluster(call);
    const { page, ...next } = await listPage(call, {
      collection: eventsOf(cluster.id),
      by: { field: 'epoch', direction: 'asc', holds: 'number' },
    });
    const readable = readableDocuments(call.ports, page, eventDocument);
    return { body: { events: readable.map(({ data }) => toEventReply(data)), ...next } };
  },
});

export const CLUSTER_ENDPOINTS: readonly Endpoint[] = [create, list, get, remove, retry, events, listAll];

async function carryOut({ ports, id, principal, authorize }: Call<unknown>, name: 'delete' | 'retry') {
  if (!CLUSTER_ID.test(id)) throw new AppError('NOT_FOUND');
  const cluster = await command(ports, id, name, principal().uid, {
    guard: authorize,
    change(read) {
      if (name === 'retry' && isReplaced(read)) {
        throw new AppError('NOT_ACCEPTED_IN_STATE', 'It is a spare: its pool makes another in its place.');
      }
      return { patch: {} };
    },
  });
  return accepted(toReply(cluster, ports.clock));
}
