/**
 * What another version of Hub has written, a newer one that was rolled back or an older one, and names something that this one does not have:
 * it can be read, shown and done with as before. See `openEnum`.
 */
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { doubt } from '../../functions/accounts/signal.ts';
import { isWithheld } from '../../functions/closing/plan.ts';
import type { DocumentData } from '../../functions/cloud.ts';
import { observeDurations } from '../../functions/durations/observe.ts';
import { createLog } from '../../functions/log.ts';
import { topUp } from '../../functions/pool/top-up.ts';
import { observeStatus } from '../../functions/status/observe.ts';
import { planStatus } from '../../functions/status/plan.ts';
import { sweepOrphans } from '../../functions/sweeps/orphans.ts';
import type { MeReply } from '../../shared/api/account.ts';
import type { AuditReply } from '../../shared/api/audit.ts';
import type { ClusterPage, ClusterReply, EventPage } from '../../shared/api/clusters.ts';
import type { OrphanPage } from '../../shared/api/orphans.ts';
import type { PoolReply } from '../../shared/api/pools.ts';
import { type Allowance, accountPath, allowanceDocument } from '../../shared/documents/account.ts';
import { AUDIT, auditDocument } from '../../shared/documents/audit.ts';
import { breakerDocument } from '../../shared/documents/breaker.ts';
import { CLUSTERS, clusterDocument, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { durationsDocument, durationsPath } from '../../shared/documents/durations.ts';
import { eventDocument, eventPath } from '../../shared/documents/event.ts';
import { orphanDocument, orphanPath } from '../../shared/documents/orphan.ts';
import { type PoolFields, poolDocument, poolPath } from '../../shared/documents/pool.ts';
import { signalDocument } from '../../shared/documents/signal.ts';
import { statusDocument } from '../../shared/documents/status.ts';
import { hours, minutes } from '../../shared/units.ts';
import { aCluster, anOrphan, aSpec, clusterIdOf } from '../builders.ts';
import { send, tokenOf } from '../closing.ts';
import { runHub } from '../running-hub.ts';

const AT = new Date(Date.UTC(2026, 0, 1));

const anError = (code: string) => ({
  code,
  message: 'A comet came.',
  remedy: 'Look up.',
  fault: 'cloud' as const,
});
const anEvent = (fields: object): object => ({
  schema: 1,
  epoch: 1,
  at: AT,
  to: 'ready',
  cause: 'done',
  message: 'It shines.',
  durationMs: 1,
  nonce: 'n',
  ...fields,
});
const anEntry = (action: string, cluster = clusterIdOf(1)): object => ({
  schema: 1,
  at: AT,
  actor: 'ada',
  action,
  target: clusterPath(cluster),
  cluster,
  purgeAt: AT,
});
const durations = (steps: object): object => ({
  schema: 1,
  through: { readyAt: AT, id: clusterIdOf(1) },
  steps,
  updatedAt: AT,
});
const SAMPLES = { samples: [1], medianMs: 1, p90Ms: 1 };

const PAUSE = { shape: shapeOf(aSpec()), reason: 'failures', times: 1, sinceAt: AT, untilAt: AT };
const STANDING = { state: 'suspended', reason: 'busy', since: AT, by: 'op' };
const anAccount = (standing?: object): object => ({ schema: 1, clusters: 0, hourlyMicros: 0, standing });

/** Each field that only says something, in a document whose other fields are as they should be. */
const SAYING: Readonly<Record<string, [z.ZodType, (name: string) => object]>> = {
  'the code of a cluster’s error': [clusterDocument, (name) => aCluster({ error: anError(name) as never })],
  'a state that took its time': [clusterDocument, (name) => aCluster({ took: { [name]: 1 } })],
  'where an event came from': [eventDocument, (name) => anEvent({ from: name })],
  'where an event led': [eventDocument, (name) => anEvent({ to: name })],
  'the cause of an event': [eventDocument, (name) => anEvent({ cause: name })],
  'the code of an event’s error': [eventDocument, (name) => anEvent({ error: anError(name) })],
  'what was done': [auditDocument, (name) => anEntry(name)],
  'the code of an orphan’s error': [
    orphanDocument,
    (name) => anOrphan({ lastError: anError(name) as never }),
  ],
  'a state whose durations are known': [durationsDocument, (name) => durations({ [name]: SAMPLES })],
  'the kind of a signal': [
    signalDocument,
    (kind) => ({ schema: 1, kind, account: 'ada', at: AT, purgeAt: AT }),
  ],
  'what failed at a place': [
    breakerDocument,
    (code) => ({
      schema: 1,
      places: { a: { location: 'a', size: 'small', failed: {}, openings: 0, code } },
    }),
  ],
  'a way to sign in': [
    statusDocument,
    (way) => ({ ...planStatus(undefined, {}, AT), signIn: { ways: ['google', way], open: false } }),
  ],
  'why a pool is paused': [
    poolDocument,
    (reason) => ({ schema: 1, spec: aSpec(), wanted: 1, pause: { ...PAUSE, reason } }),
  ],
  'what is thought of an account': [allowanceDocument, (state) => anAccount({ ...STANDING, state })],
  'what a pool’s plan did': [
    poolDocument,
    (action) => ({
      schema: 1,
      spec: aSpec(),
      wanted: 1,
      lastPlan: { at: AT, warm: 0, inTheMaking: 0, actions: [{ action, reason: 'r', cluster: 'c' }] },
    }),
  ],
};

describe.each(Object.entries(SAYING))('%s', (_, [schema, withName]) => {
  test('may be one that this version does not have', () => {
    expect(schema.safeParse(withName('COMET_hit-2')).success).toBe(true);
  });

  test.each(['', 'a b', '<b>', 'x'.repeat(65)])('may not be %j', (name) => {
    expect(schema.safeParse(withName(name)).success).toBe(false);
  });
});

test.each([
  ['the state of a cluster', clusterDocument, { ...aCluster(), state: 'warping' }],
  ['a role', clusterDocument, aCluster({ members: { ada: 'king' as never } })],
  ['the kind of a thing in the cloud', orphanDocument, anOrphan({ kind: 'comet' as never })],
])('%s is decided by, so it is one that this version has', (_, schema, data) => {
  expect(schema.safeParse(data).success).toBe(false);
});

test('a cluster of which another version says what this one does not know is shown, looked at, and deleted', async () => {
  const unreadable: unknown[] = [];
  const log = createLog((_, event, { resource }) => {
    if (event.endsWith('not readable') || event === 'status input missing') unreadable.push(resource);
  });
  const hub = runHub({ inside: 'sketch', log });
  const id = await hub.created({ product: 'hello', owner: 'ada' });
  const { epoch, took } = await hub.cluster(id);
  const error = anError('COMET_HIT');
  const written: readonly [string, object][] = [
    [eventPath(id, epoch), anEvent({ epoch, from: 'warping', to: 'warped', cause: 'comet', error })],
    [`${AUDIT}/comet`, anEntry('deflect', id)],
    [orphanPath('comet'), { ...anOrphan({ state: 'unproven' }), lastError: error }],
    [durationsPath('europe-west1'), durations({ warping: SAMPLES })],
  ];
  await hub.run(
    hub.documents.commit([
      { op: 'update', path: clusterPath(id), data: { error, took: { ...took, warping: 5 } } },
      ...written.map(([path, data]) => ({ op: 'set' as const, path, data: data as DocumentData })),
    ]),
  );
  const token = tokenOf(hub, 'ada', true);
  const shown = async <T>(path: string): Promise<T> => (await send<T>(hub, 'GET', path, token)).body;
  expect(await shown<ClusterReply>(`/v1/clusters/${id}`)).toMatchObject({ error });
  expect((await shown<ClusterPage>('/v1/clusters')).clusters).toMatchObject([{ id, error }]);
  expect((await shown<EventPage>(`/v1/clusters/${id}/events`)).events.at(-1)).toMatchObject({
    from: 'warping',
    to: 'warped',
    cause: 'comet',
    error,
  });
  const ofCluster = await shown<{ entries: AuditReply[] }>(`/v1/admin/audit?cluster=${id}`);
  expect(ofCluster.entries.map(({ action }) => action)).toContain('deflect');
  expect((await shown<OrphanPage>('/v1/admin/orphans')).orphans).toMatchObject([{ error }]);
  expect(await shown('/v1/account')).toMatchObject({
    log: expect.arrayContaining([expect.objectContaining({ action: 'deflect' })]),
  });

  const runs = [observeStatus, observeDurations, sweepOrphans] as const;
  for (const run of runs) await hub.run(run(hub.ports));
  await hub.look(id);
  await hub.clock.runFor(minutes(30));
  expect((await hub.cluster(id)).took).toMatchObject({ warping: 5 });
  expect((await send(hub, 'DELETE', `/v1/clusters/${id}`, token)).status).toBe(202);
  await hub.reach(id, 'deleted');
  expect(unreadable).toEqual([]);
});

/** What a newer version might put into each value that an older one writes whole. */
const NEWER = { newer: 'kept' };

test('what a newer version has put into a value of a document is there after commands and steps of an older one', async () => {
  const hub = runHub({ inside: 'sketch' });
  const id = await hub.created({ product: 'hello', owner: 'ada' });
  const { conditions } = await hub.cluster(id);
  const expiresAt = new Date(hub.clock.now() + hours(8));
  const inEach = ['spec', 'liability', 'cost', 'certificate'] as const;
  await hub.run(
    hub.documents.commit([
      {
        op: 'update',
        path: clusterPath(id),
        data: {
          ...Object.fromEntries(inEach.map((field) => [`${field}.newer`, NEWER.newer])),
          'spec.ttlHours': 8,
          expiresAt,
          dueAt: expiresAt,
          conditions: conditions.map((condition) => ({ ...condition, ...NEWER })),
        },
      },
    ]),
  );
  const token = tokenOf(hub, 'ada');
  const extended = await send(hub, 'POST', `/v1/clusters/${id}:extend`, token, { body: { ttlHours: 24 } });
  expect(extended.status).toBe(202);
  expect(JSON.stringify(extended.body)).not.toContain('newer');
  await hub.share(id, 'grace', 'viewer');
  const shared = await hub.cluster(id);
  expect(shared.spec).toMatchObject({ ttlHours: 24, ...NEWER });
  for (const field of inEach) expect(shared[field]).toMatchObject(NEWER);
  // The look at who has access says that one anew.
  expect(shared.conditions.filter(({ type }) => type !== 'Members')).toEqual(
    conditions.flatMap((condition) =>
      condition.type === 'Members' ? [] : [expect.objectContaining({ type: condition.type, ...NEWER })],
    ),
  );
  await hub.delete(id);
  await hub.reach(id, 'deleted');
  expect((await hub.cluster(id)).cost).toMatchObject(NEWER);
});

test('one that failed with a code of another version keeps the words that came with it', async () => {
  const hub = runHub({ inside: 'sketch' });
  const id = await hub.created({ product: 'hello', owner: 'ada' });
  const error = { ...anError('COMET_HIT'), ...NEWER };
  await hub.run(
    hub.documents.commit([
      { op: 'update', path: clusterPath(id), data: { state: 'failed', error } as DocumentData },
    ]),
  );
  await hub.share(id, 'grace', 'viewer');
  expect(await hub.cluster(id)).toMatchObject({ state: 'failed', error });
});

test('a pool that another version paused, for a reason that this one does not know, makes nothing until then', async () => {
  const hub = runHub({ inside: 'sketch' });
  const spec = aSpec({ product: 'hello', version: '1.1.0' });
  const at = (ms: number) => new Date(hub.clock.now() + ms);
  const pause = {
    ...{ shape: shapeOf(spec), times: 1, sinceAt: at(0), untilAt: at(hours(2)), ...NEWER },
    reason: 'weather',
  };
  const action = { action: 'paint', reason: 'r', cluster: clusterIdOf(3), ...NEWER };
  const lastPlan = { at: at(0), warm: 0, inTheMaking: 0, actions: [action], ...NEWER };
  const data = { schema: 1, spec, wanted: 2, pause, lastPlan } as DocumentData;
  await hub.run(hub.documents.commit([{ op: 'set', path: poolPath('default'), data }]));
  const token = tokenOf(hub, 'op', true);
  const shown = async () => (await send<PoolReply>(hub, 'GET', '/v1/pools/default', token)).body;
  expect(await shown()).toMatchObject({
    pause: { reason: 'weather' },
    lastPlan: { actions: [{ action: 'paint' }] },
  });
  expect(JSON.stringify(await shown())).not.toContain('newer');
  await hub.run(topUp(hub.ports));
  await hub.clock.runFor(minutes(30));
  const spares = () => hub.documents.count({ collection: CLUSTERS, where: [['pool', '==', 'default']] });
  expect(await spares()).toBe(0);
  expect((await shown()).lastPlan?.held).toBe('too much was lost');
  expect((await hub.documents.get<PoolFields>(poolPath('default')))?.data.pause).toMatchObject(pause);
  // Then it tries, one at a time.
  await hub.clock.runFor(hours(2));
  expect(await spares()).toBeGreaterThan(0);
});

test('an account of which another version thinks what this one does not know may only look and delete', async () => {
  const hub = runHub({ inside: 'sketch' });
  const id = await hub.created({ product: 'hello', owner: 'ada' });
  const standing = { ...STANDING, state: 'shadowed', ...NEWER };
  const path = accountPath('ada');
  const account = async () => (await hub.documents.get<Allowance>(path))?.data;
  await hub.run(hub.documents.commit([{ op: 'update', path, data: { standing } as DocumentData }]));
  const token = tokenOf(hub, 'ada');
  const as = (method: string, at: string, body?: object) =>
    send<MeReply>(hub, method, at, token, body && { body });
  const me = (await as('GET', '/v1/me')).body;
  expect(me.standing).toMatchObject({ state: 'shadowed' });
  expect(JSON.stringify(me)).not.toContain('newer');
  const refused = { status: 403, body: { code: 'ACCOUNT_SUSPENDED' } };
  expect(await as('POST', '/v1/clusters', { name: 'more', product: 'hello' })).toMatchObject(refused);
  expect(await as('PUT', `/v1/clusters/${id}/members/grace@example.com`, { role: 'viewer' })).toMatchObject(
    refused,
  );
  expect(isWithheld(await account())).toBe(true);
  // What Hub comes to think of it by itself lifts nothing.
  await hub.run(doubt(hub.ports, 'ada', { id: 'busy-1', kind: 'busy' }));
  expect((await account())?.standing).toEqual(standing);
  const operator = tokenOf(hub, 'op', true);
  const limits = { body: { maxClusters: 7 } };
  expect(await send(hub, 'PUT', '/v1/admin/accounts/ada', operator, limits)).toMatchObject({
    status: 200,
    body: { standing: { state: 'shadowed' } },
  });
  expect((await as('DELETE', `/v1/clusters/${id}`)).status).toBe(202);
  await hub.reach(id, 'deleted');
  expect((await account())?.standing).toEqual(standing);
});

test('what a newer version says of a cluster that is parked is not told, and is there until it goes on', async () => {
  const hub = runHub({ inside: 'sketch' });
  const id = await hub.created({ product: 'hello', owner: 'ada' });
  const parked = { at: new Date(hub.clock.now()), deadLetter: 'd', reason: 'It was given up.', ...NEWER };
  await hub.run(hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { parked } }]));
  const { body } = await send<ClusterReply>(hub, 'GET', `/v1/clusters/${id}`, tokenOf(hub, 'ada'));
  expect(body.parked).toEqual({
    at: parked.at.toISOString(),
    deadLetter: 'd',
    reason: 'It was given up.',
  });
  expect(clusterDocument.parse(await hub.cluster(id)).parked).toEqual(parked);
});
