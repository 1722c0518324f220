/** The end of a lifetime is put off: by whom, until when, and what happens when it comes at the very moment of the end. */
import { describe, expect, test } from 'vitest';
import type { ClusterReply, EventPage } from '../../shared/api/clusters.ts';
import type { Problem } from '../../shared/api/problem.ts';
import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import { AUDIT, type AuditFields } from '../../shared/documents/audit.ts';
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { ENDING } from '../../shared/lifecycle/derive.ts';
import { rowOf, STATES } from '../../shared/lifecycle/table.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, aSpec, clusterIdOf } from '../../test/builders.ts';
import { CommitError, type DocumentData } from '../cloud.ts';
import { expire } from '../dispatch/commands.ts';

const id = clusterIdOf(1);
const USABLE = STATES.filter((state) => rowOf(state).usable);

/** Cluster 1 counts for ada, and grace owns it, too. Unless said otherwise it ends in half an hour. */
async function given(fields: Partial<Cluster> = {}, accounts: Record<string, Partial<Allowance>> = {}) {
  const api = apiUnderTest();
  const endsAt = new Date(api.clock.now() + minutes(30));
  const members = { ada: 'owner', grace: 'owner', ed: 'editor', vera: 'viewer' } as const;
  const spec = aSpec({ ttlHours: 8 });
  await api.given(aCluster({ owner: 'ada', members, spec, expiresAt: endsAt, dueAt: endsAt, ...fields }));
  for (const [uid, account] of Object.entries(accounts))
    await api.documents.commit([
      {
        op: 'set',
        path: accountPath(uid),
        data: { schema: 1, clusters: 0, hourlyMicros: 0, ...account } as DocumentData,
      },
    ]);
  const extend = (ttlHours: number, as = 'ada', more = {}) =>
    api.send<ClusterReply & Problem>('POST', `/v1/clusters/${id}:extend`, api.as(as, more), {
      body: { ttlHours },
    });
  const said = async (...asked: Parameters<typeof extend>) => {
    const { status, body } = await extend(...asked);
    return status === 202 ? 202 : body.code;
  };
  return {
    ...api,
    endsAt,
    extend,
    said,
    in: (ms: number) => new Date(api.clock.now() + ms),
    cluster: async () => (await api.documents.get<Cluster>(clusterPath(id)))?.data as Cluster,
    events: async () =>
      (await api.send<EventPage>('GET', `/v1/clusters/${id}/events`, api.as('ada'))).body.events,
    entries: async () =>
      (await api.documents.query<AuditFields>({ collection: AUDIT })).map(
        ({ data: { actor, action, cluster, reason } }) => [actor, action, cluster, reason],
      ),
  };
}

describe('a cluster that is extended', () => {
  test('ends so many hours from now, and its timeline, its ETag and the audit log tell so', async () => {
    const hub = await given();
    const { status, headers, body } = await hub.extend(24);
    const until = hub.in(hours(24));
    expect(status).toBe(202);
    expect(body).toMatchObject({ state: 'ready', ttlHours: 24, expiresAt: until.toISOString(), etag: '"2"' });
    expect(body.updateTime).toBe(new Date(hub.clock.now()).toISOString());
    expect([headers.get('etag'), headers.get('location')]).toEqual(['"2"', `/v1/clusters/${id}`]);
    expect(await hub.cluster()).toMatchObject({ state: 'ready', epoch: 4, expiresAt: until, dueAt: until });
    const [event] = await hub.events();
    const day = until.toISOString();
    expect(event).toMatchObject({ from: 'ready', to: 'ready', cause: 'extend', actor: 'ada', epoch: 4 });
    expect(event?.message).toBe(
      `Its lifetime was extended: it ends on ${day.slice(0, 10)} at ${day.slice(11, 16)} UTC.`,
    );
    expect(await hub.entries()).toEqual([['ada', 'extend', id, `until ${day}`]]);
    // Nothing is to be done now.
    expect(hub.sent).toEqual([]);
  });

  test('is not extended twice by a request that comes again, be it by a clock that is behind', async () => {
    const hub = await given();
    await hub.extend(24);
    const { epoch, expiresAt } = await hub.cluster();
    for (const laterMs of [0, seconds(40)]) {
      await hub.clock.runUntil(hub.clock.now() + laterMs);
      const { status, headers, body } = await hub.extend(24);
      expect([status, headers.get('etag'), body.expiresAt]).toEqual([202, '"2"', expiresAt?.toISOString()]);
    }
    const now = hub.ports.clock.now;
    hub.ports.clock = {
      ...hub.ports.clock,
      now: () => now() - minutes(1),
      after: (ms) => now() - minutes(1) + ms,
    };
    expect(await hub.said(24)).toBe(202);
    expect(await hub.cluster()).toMatchObject({ epoch, expiresAt });
    expect(await hub.entries()).toHaveLength(1);
  });

  test('never ends sooner', async () => {
    const hub = await given({ expiresAt: new Date(Date.UTC(2030, 0, 1)) });
    const { status, body } = await hub.extend(1);
    expect([status, body.code]).toEqual([409, 'ENDS_LATER']);
    expect(body.detail).toContain('It ends on 2030-01-01 at 00:00 UTC.');
    expect((await hub.cluster()).epoch).toBe(3);
  });

  test.each(USABLE)('%s, goes on with what it is at', async (state) => {
    const dueAt = new Date(5);
    const hub = await given({ state, ...(state !== 'ready' && { dueAt }) });
    expect(await hub.said(24)).toBe(202);
    const until = hub.in(hours(24));
    const { step } = rowOf(state);
    expect(await hub.cluster()).toMatchObject({ state, epoch: 4, expiresAt: until });
    await hub.clock.runFor(seconds(1));
    if (step === undefined) expect(hub.sent).toEqual([]);
    else expect(hub.sent).toMatchObject([{ topic: `step-${step}`, body: { id, epoch: 4 } }]);
  });

  test('by another owner costs whom it counts for, so that both are looked at', async () => {
    expect(await (await given()).said(24, 'grace')).toBe(202);
    const standing = { reason: 'busy', since: new Date(0), by: 'hub' };
    const held = async (as: string, uid: string, state: 'throttled' | 'suspended') =>
      (await given({}, { [uid]: { standing: { state, ...standing } } })).said(24, as);
    expect(await held('ada', 'ada', 'throttled')).toBe('ACCOUNT_THROTTLED');
    expect(await held('ada', 'ada', 'suspended')).toBe('ACCOUNT_SUSPENDED');
    expect(await held('grace', 'grace', 'throttled')).toBe('ACCOUNT_THROTTLED');
    expect(await held('grace', 'ada', 'throttled')).toBe('OWNER_HELD');
    expect(await held('grace', 'ada', 'suspended')).toBe('OWNER_SUSPENDED');
    const closing = { since: new Date(0), by: 'ada' };
    expect(await (await given({}, { ada: { closing } })).said(24)).toBe('ACCOUNT_CLOSING');
  });

  test('not at all, if it cannot be known how an account stands', async () => {
    const hub = await given();
    const { get } = hub.documents;
    hub.ports.documents.get = (path) =>
      path.startsWith('accounts/') ? Promise.reject(new CommitError('unavailable', 'away')) : get(path);
    expect(await hub.said(24)).toBe('UNAVAILABLE');
    expect((await get<Cluster>(clusterPath(id)))?.data.epoch).toBe(3);
  });
});

describe('what is not extended', () => {
  test.each([
    ['has no end', { spec: aSpec(), expiresAt: undefined, dueAt: undefined }, 'NO_LIFETIME'],
    [
      'has no end, in the making',
      { state: 'installing', spec: aSpec(), expiresAt: undefined },
      'NO_LIFETIME',
    ],
    // Its lifetime begins when it is ready.
    ['is in the making', { state: 'installing', expiresAt: undefined }, 'NOT_ACCEPTED_IN_STATE'],
    ['has failed', { state: 'failed', expiresAt: undefined }, 'NOT_ACCEPTED_IN_STATE'],
    ...[...ENDING].map((state) => [`is ${state}`, { state }, 'LIFETIME_OVER'] as const),
  ] as readonly (readonly [string, Partial<Cluster>, ErrorCode])[])(
    'one that %s',
    async (_, fields, code) => {
      const hub = await given(fields);
      const { commits } = hub.documents.counters;
      const { status, body } = await hub.extend(24);
      expect([status, body.code, body.remedy]).toEqual([409, code, ERRORS[code].remedy]);
      expect(hub.documents.counters.commits).toBe(commits);
    },
  );

  test('by anybody but an owner: an operator would do it at the cost of others', async () => {
    const hub = await given();
    expect(await hub.said(24, 'vera')).toBe('OWNER_ONLY');
    expect(await hub.said(24, 'ed')).toBe('OWNER_ONLY');
    expect(await hub.said(24, 'stranger')).toBe('NOT_FOUND');
    expect(await hub.said(24, 'op', { operator: true })).toBe('NOT_FOUND');
    expect((await hub.cluster()).epoch).toBe(3);
  });

  test.each([0, -1, 1.5, 8761, '24', undefined])('by %s hours', async (ttlHours) => {
    const hub = await given();
    const { status, body } = await hub.extend(ttlHours as number);
    expect([status, body.code]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(body.errors?.map(({ field }) => field)).toEqual(['ttlHours']);
  });
});

describe('in the very moment in which a lifetime ends', () => {
  /** It is due, and nobody has come to end it yet. */
  const due = async () => {
    const hub = await given();
    await hub.clock.runUntil(hub.endsAt.getTime());
    return hub;
  };

  test('whoever extends it first has it', async () => {
    const hub = await due();
    const { epoch } = await hub.cluster();
    expect(await hub.said(1)).toBe(202);
    await expire(hub.ports, id, epoch);
    expect(await hub.cluster()).toMatchObject({ state: 'ready', expiresAt: hub.in(hours(1)) });
    // Nor does a sweep end it that knows the new epoch.
    await expire(hub.ports, id, epoch + 1);
    expect(await hub.cluster()).toMatchObject({ state: 'ready' });
  });

  test('whoever comes after the end is told so', async () => {
    const hub = await due();
    await expire(hub.ports, id, (await hub.cluster()).epoch);
    expect(await hub.said(1)).toBe('LIFETIME_OVER');
    expect((await hub.events()).map(({ cause }) => cause)).toEqual(['due']);
  });

  test('of a sweep that has read it before the extension, only one of the two is carried out', async () => {
    for (const first of ['extend', 'expire'] as const) {
      const hub = await due();
      const { epoch } = await hub.cluster();
      const { commit } = hub.documents;
      let isHeld = true;
      // Both have read the document as it was; the one of them commits while the other one is about to.
      hub.ports.documents.commit = async (writes) => {
        if (isHeld) {
          isHeld = false;
          if (first === 'extend') expect(await hub.said(1)).toBe(202);
          else await expire(hub.ports, id, epoch);
        }
        return commit(writes);
      };
      if (first === 'extend') await expire(hub.ports, id, epoch);
      else expect(await hub.said(1)).toBe('LIFETIME_OVER');
      expect((await hub.cluster()).state).toBe(first === 'extend' ? 'ready' : 'deleting');
      expect((await hub.events()).map(({ cause }) => cause)).toEqual([first === 'extend' ? 'extend' : 'due']);
    }
  });
});
