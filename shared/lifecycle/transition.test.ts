import { describe, expect, test } from 'vitest';
import type { Cluster, ClusterPatch } from '../documents/cluster.ts';
import { ERRORS, type ErrorCode, type ErrorRow } from '../errors.ts';
import { hours, minutes, seconds } from '../units.ts';
import { MAKING } from './derive.ts';
import {
  HANDLER_LIMIT_MS,
  LIFECYCLE,
  LOOK_AFTER_MS,
  RETRY,
  rowOf,
  STATES,
  type State,
  TOMBSTONE_HOLD_MS,
} from './table.ts';
import { born, type Circumstances, type Outcome, transition } from './transition.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const at = (ms = NOW, jitter = 0.5): Circumstances => ({
  now: ms,
  after: (durationMs) => ms + durationMs,
  afterWork: (durationMs) => ms + durationMs,
  elapsed: (sinceMs) => ms - sinceMs,
  jitter,
  nonce: 'nonce',
});

const spec = {
  product: 'hello',
  version: '1.1.0',
  size: 'small',
  region: 'europe-west1',
  availability: 'zonal',
  isolation: 'dedicated',
} as const;

function aCluster(patch: ClusterPatch = {}): Cluster {
  const { fields } = born({ name: 'mine', spec, shape: 'x', shard: 3, owner: 'ada' }, at(NOW - minutes(1)));
  const cluster = { ...fields, id: 'a'.repeat(16), ...patch } as Cluster;
  for (const [key, value] of Object.entries(cluster))
    if (value === undefined) delete cluster[key as keyof Cluster];
  return cluster;
}

const step = (cluster: Cluster, outcome: Outcome, circumstances = at()) => {
  const next = transition(cluster, outcome, circumstances);
  if (!next) throw new Error('no transition');
  return next;
};

describe('an edge', () => {
  test('raises the epoch by one, tells the timeline and sets a due time beyond the handler’s limit', () => {
    const next = step(aCluster({ state: 'provisioning', epoch: 4 }), { kind: 'done' });
    expect(next.fields).toMatchObject({ state: 'installing', epoch: 5, attempts: 0 });
    expect(next.fields.dueAt?.getTime()).toBe(NOW + HANDLER_LIMIT_MS);
    expect(next.fields.deadlineAt?.getTime()).toBe(NOW + LIFECYCLE.installing.timeoutMs);
    expect(next.event).toMatchObject({
      epoch: 5,
      from: 'provisioning',
      to: 'installing',
      cause: 'done',
      nonce: 'nonce',
    });
    expect(next.event?.durationMs).toBe(minutes(1));
    expect(next.wake).toBe(true);
  });

  test.each<[string, ClusterPatch, Outcome]>([
    ['a step that is done', {}, { kind: 'done' }],
    ['a wait', {}, { kind: 'wait', forMs: minutes(5), detail: 'waiting' }],
    ['a failure that is tried again', {}, { kind: 'failed', code: 'PROVIDER_UNAVAILABLE' }],
    ['a command', {}, { kind: 'command', command: 'delete' }],
    ['a command in the same state', { state: 'sharing' }, { kind: 'command', command: 'share' }],
  ])('is not needed to un-park a cluster: %s does', (_, fields, outcome) => {
    const parked = { at: new Date(NOW), deadLetter: '7', reason: 'It was given up.' };
    const cluster = aCluster({ state: 'provisioning', ...fields, parked });
    expect(step(cluster, outcome).fields).not.toHaveProperty('parked');
  });

  test('into rest leaves nothing that falls due', () => {
    const { fields, wake } = step(aCluster({ state: 'exposing' }), { kind: 'done' });
    expect(fields.state).toBe('ready');
    expect(fields).not.toHaveProperty('dueAt');
    expect(fields).not.toHaveProperty('deadlineAt');
    expect(wake).toBe(false);
  });

  test('leads a spare to warm and an owned cluster to ready', () => {
    const spare = aCluster({ state: 'exposing', pool: 'default', owner: undefined });
    expect(step(spare, { kind: 'done' }).fields.state).toBe('warm');
    expect(step(aCluster({ state: 'exposing' }), { kind: 'done' }).fields.state).toBe('ready');
  });

  test('out of a creating state starts the tombstone hold, whatever takes it there', () => {
    const cluster = aCluster({ state: 'provisioning' });
    const ways: Outcome[] = [
      { kind: 'done' },
      { kind: 'failed', code: 'CLUSTER_CREATE_FAILED', final: true },
      { kind: 'command', command: 'delete' },
    ];
    for (const way of ways)
      expect(step(cluster, way).fields.holdUntilAt?.getTime()).toBe(NOW + TOMBSTONE_HOLD_MS);
  });

  test('to a state that waits for the end of the hold promises no end before that, and says so', () => {
    const endsAt = (state: State, leftMs: number) => {
      const { fields } = step(aCluster({ state, holdUntilAt: new Date(NOW + leftMs) }), { kind: 'done' });
      const isHeld = rowOf(fields.state).afterHold && leftMs > 0;
      if (isHeld) expect(fields.detail).toContain('no earlier request');
      else expect(fields).not.toHaveProperty('detail');
      return (fields.etaAt?.getTime() ?? 0) - NOW;
    };
    const { deprovisioning, sweeping } = LIFECYCLE;
    expect(endsAt('deprovisioning', minutes(9))).toBe(minutes(9) + sweeping.expectedMs);
    expect(endsAt('deprovisioning', -1)).toBe(sweeping.expectedMs);
    expect(endsAt('deleting', minutes(9))).toBe(minutes(9) + sweeping.expectedMs);
    expect(endsAt('deleting', minutes(1))).toBe(deprovisioning.expectedMs + sweeping.expectedMs);
    const waiting: Outcome = { kind: 'wait', forMs: minutes(1), detail: 'It goes.' };
    const held = aCluster({ state: 'deprovisioning', holdUntilAt: new Date(NOW + minutes(9)) });
    expect(step(held, waiting).fields.etaAt?.getTime()).toBe(NOW + minutes(9) + sweeping.expectedMs);
  });

  test('into a state that releases gives back what was taken, once', () => {
    const liability = { clusters: 1, hourlyMicros: 7 };
    const next = step(aCluster({ state: 'sweeping', liability }), { kind: 'done' });
    expect(next.released).toEqual(liability);
    expect(next.fields).not.toHaveProperty('liability');
    expect(step(aCluster({ state: 'sweeping' }), { kind: 'done' })).not.toHaveProperty('released');
  });
});

describe('a deadline', () => {
  test('that was put off until a parked cluster is due is as near as before once somebody looks sooner', () => {
    const parked = { at: new Date(NOW - minutes(20)), deadLetter: '7', reason: '' };
    const [dueAt, deadlineAt] = [new Date(NOW + minutes(40)), new Date(NOW + minutes(65))];
    const cluster = aCluster({ state: 'provisioning', parked, dueAt, deadlineAt });
    const { fields } = step(cluster, { kind: 'wait', forMs: minutes(1), detail: 'on' });
    expect(fields.parked).toBeUndefined();
    expect(fields.deadlineAt?.getTime()).toBe(NOW + minutes(25));
  });

  const stuck = aCluster({
    state: 'exposing',
    dueAt: new Date(NOW - minutes(11)),
    deadlineAt: new Date(NOW - minutes(1)),
  });
  const busy: Outcome = { kind: 'wait', forMs: 1, detail: 'busy' };

  test('is put off by the time in which nobody came to look', () => {
    const { fields } = step(stuck, busy);
    expect(fields.state).toBe('exposing');
    expect(fields.deadlineAt?.getTime()).toBe(NOW + minutes(9));
    const later = { ...stuck, ...fields, dueAt: new Date(NOW + minutes(9)) };
    expect(step(later, busy, at(NOW + minutes(9))).fields.state).toBe('undoing');
  });

  test('is put off by it also where a change of members is what comes first', () => {
    const { fields } = step(stuck, { kind: 'command', command: 'share', actor: 'ada' });
    expect(fields.deadlineAt?.getTime()).toBe(NOW + minutes(9));
  });

  test('stands if the last look came when it was due', () => {
    expect(step({ ...stuck, dueAt: new Date(NOW - seconds(59)) }, busy).fields.state).toBe('undoing');
  });
});

describe('how long each state took', () => {
  const running = (state: State, patch: ClusterPatch = {}) => aCluster({ state, ...patch });
  const then = (cluster: Cluster, outcome: Outcome, forMs: number): Cluster => ({
    ...step(cluster, outcome, at(cluster.since.getTime() + forMs)).fields,
    id: cluster.id,
  });

  test('is kept on the way to ready, and summed up where a state is entered again', () => {
    let cluster = then(running('queued'), { kind: 'done' }, 1);
    cluster = then(cluster, { kind: 'requeue', code: 'CLOUD_QUOTA', forMs: 1 }, 20);
    cluster = then(cluster, { kind: 'done' }, 300);
    cluster = then(cluster, { kind: 'done' }, 4000);
    expect(cluster).toMatchObject({ state: 'installing', took: { queued: 301, provisioning: 4020 } });
  });

  test('a wait and a change of members do not cut a stay in two', () => {
    let cluster = then(running('installing'), { kind: 'wait', forMs: 1, detail: 'busy' }, 10);
    cluster = then(cluster, { kind: 'command', command: 'share' }, 20);
    expect(cluster.took).toBeUndefined();
    expect(then(cluster, { kind: 'done' }, 30).took).toEqual({ installing: 30 });
  });

  test('of what comes after is not kept, nor of what cleans up', () => {
    const took = { installing: 5 };
    for (const state of STATES.filter((state) => !MAKING.has(state) && rowOf(state).step !== undefined))
      expect(then(running(state, { took }), { kind: 'done' }, 9).took).toEqual(took);
    expect([...MAKING].filter((state) => rowOf(state).step === undefined)).toEqual([]);
    expect(MAKING.has('sharing') || MAKING.has('undoing') || MAKING.has('deleting')).toBe(false);
  });

  test('starts anew with a new generation', () => {
    const failed = running('failed', { took: { provisioning: 5 } });
    const retried = then(failed, { kind: 'command', command: 'retry' }, 9);
    expect(retried).not.toHaveProperty('took');
    expect(then(retried, { kind: 'done' }, 2).took).toEqual({ queued: 2 });
  });

  test('of a claimed cluster is its spare’s, and the time it waited for an owner is nobody’s', () => {
    const spare = running('warm', { pool: 'default', owner: undefined, took: { provisioning: 5 } });
    const claimed = then(spare, { kind: 'command', command: 'claim', patch: { pool: undefined } }, 1000);
    expect(claimed.took).toEqual({ provisioning: 5 });
    expect(then(claimed, { kind: 'done' }, 3).took).toEqual({ provisioning: 5, personalizing: 3 });
  });
});

describe('a claim', () => {
  test('is when its owner asked for it, and from then on they pay', () => {
    const cost = { micros: 3, hourlyMicros: 3_600_000, since: new Date(NOW - 50) };
    const liability = { clusters: 1, hourlyMicros: 3_600_000 };
    const spare = aCluster({ state: 'warm', pool: 'default', owner: undefined, cost, liability });
    const patch = { owner: 'ada', pool: undefined };
    const { fields, released } = step(spare, { kind: 'command', command: 'claim', patch });
    expect(fields).toMatchObject({
      createdAt: new Date(NOW),
      idleMicros: 53,
      cost: { micros: 0, hourlyMicros: 3_600_000, since: new Date(NOW) },
    });
    expect(released).toBeUndefined();
    const failed = step({ ...fields, id: spare.id }, { kind: 'failed', code: 'NAME_TAKEN' }, at(NOW + 5));
    expect(failed.fields.createdAt).toEqual(new Date(NOW));
  });
});

describe('waiting', () => {
  test('stays in state and epoch, writes no event and never lets progress go back', () => {
    const cluster = aCluster({ state: 'provisioning', epoch: 2, progress: 0.5 });
    const next = step(cluster, { kind: 'wait', forMs: seconds(20), detail: 'busy', within: 0.1 });
    expect(next.fields).toMatchObject({ state: 'provisioning', epoch: 2, detail: 'busy', progress: 0.5 });
    expect(next.fields.dueAt?.getTime()).toBe(NOW + seconds(20));
    expect(next.event).toBeUndefined();
    expect(next.wake).toBe(false);
  });

  test('for nothing means at once', () => {
    expect(
      step(aCluster({ state: 'provisioning' }), { kind: 'wait', forMs: 0, detail: 'next zone' }).wake,
    ).toBe(true);
  });

  test('shortly is the handler’s own, with a due time behind it', () => {
    const next = step(aCluster({ state: 'exposing' }), { kind: 'wait', forMs: seconds(2), detail: 'soon' });
    expect(next).toMatchObject({ wake: false, wakeInMs: seconds(2) });
    expect(next.fields.dueAt?.getTime()).toBe(NOW + HANDLER_LIMIT_MS);
  });

  test('past the deadline is a failure', () => {
    const cluster = aCluster({ state: 'provisioning', deadlineAt: new Date(NOW - 1) });
    const { fields, event } = step(cluster, { kind: 'wait', forMs: 1, detail: 'still' });
    expect(fields).toMatchObject({ state: 'undoing', error: { code: 'STEP_TIMEOUT' } });
    expect(event?.cause).toBe('timeout');
  });

  test('goes on until the deadline that the step has set anew', () => {
    const cluster = aCluster({ state: 'provisioning', deadlineAt: new Date(NOW + minutes(1)) });
    const deadlineAt = new Date(NOW + minutes(45));
    const next = step(cluster, { kind: 'wait', forMs: 0, detail: 'next zone', patch: { deadlineAt } });
    expect(next.fields.deadlineAt).toEqual(deadlineAt);
    expect(step(cluster, { kind: 'wait', forMs: 0, detail: 'on' }).fields.deadlineAt).toEqual(
      cluster.deadlineAt,
    );
  });
});

describe('failing', () => {
  test('with a code that may pass is tried again, with full jitter below a rising limit', () => {
    const cluster = aCluster({ state: 'installing', attempts: 2 });
    const { fields, event } = step(cluster, { kind: 'failed', code: 'INSTALL_FAILED' }, at(NOW, 0.999));
    expect(fields).toMatchObject({ state: 'installing', attempts: 3 });
    expect(fields.dueAt?.getTime()).toBeLessThan(NOW + RETRY.cloud.firstMs * 2 ** 3);
    expect(event).toBeUndefined();
  });

  test.each(['INSTALL_FAILED', 'LEAF_UNAVAILABLE'] as const)(
    'is spread over the whole of its bound, from its very beginning (%s)',
    (code) => {
      const since = new Date(NOW);
      const dueAfterMs = (jitter: number): number => {
        const { fields, wakeInMs } = step(
          aCluster({ state: 'installing', since }),
          { kind: 'failed', code },
          at(NOW, jitter),
        );
        return wakeInMs ?? (fields.dueAt?.getTime() ?? 0) - NOW;
      };
      const spread = [0, 0.01, 0.25, 0.5, 0.75, 0.99].map(dueAfterMs);
      expect(new Set(spread).size).toBe(spread.length);
      expect([...spread].sort((a, b) => a - b)).toEqual(spread);
      expect(spread[0]).toBeLessThan(seconds(1));
      expect(spread[0]).toBeGreaterThan(0);
    },
  );

  test('because the world is away is tried more seldom the longer that lasts, up to a bound', () => {
    const dueAfterMs = (sinceMs: number): number => {
      const cluster = aCluster({ state: 'installing', since: new Date(NOW - sinceMs) });
      const { fields } = step(cluster, { kind: 'failed', code: 'LEAF_UNAVAILABLE' }, at(NOW, 0.999));
      return Math.round(((fields.dueAt?.getTime() ?? 0) - NOW) / 1000);
    };
    expect([0, minutes(4), minutes(20)].map(dueAfterMs)).toEqual([20, 60, 120]);
  });

  test('is not tried before whoever refused says that it may', () => {
    const cluster = aCluster({ state: 'installing', since: new Date(NOW) });
    const outcome = { kind: 'failed', code: 'CLOUD_BUSY', retryAfterMs: minutes(3) } as const;
    const { fields } = step(cluster, outcome, at(NOW, 0));
    expect(fields.dueAt?.getTime()).toBeGreaterThanOrEqual(NOW + minutes(3));
  });

  test('too often ends the state', () => {
    const cluster = aCluster({ state: 'installing', attempts: RETRY.cloud.attempts - 1 });
    expect(step(cluster, { kind: 'failed', code: 'INSTALL_FAILED' }).fields.state).toBe('undoing');
  });

  test('because the world is busy or away costs no attempt, however often', () => {
    for (const code of ['OPERATION_IN_PROGRESS', 'PROVIDER_UNAVAILABLE', 'LEAF_UNAVAILABLE'] as const) {
      const cluster = aCluster({ state: 'provisioning', attempts: RETRY.cloud.attempts - 1 });
      expect(step(cluster, { kind: 'failed', code }).fields).toMatchObject({
        state: 'provisioning',
        attempts: RETRY.cloud.attempts - 1,
      });
    }
  });

  test('with a code that cannot pass fails at once and keeps code, sentence, remedy and fault', () => {
    const { fields } = step(aCluster({ state: 'provisioning' }), { kind: 'failed', code: 'NAME_TAKEN' });
    expect(fields.state).toBe('undoing');
    expect(fields.error).toMatchObject({ code: 'NAME_TAKEN', fault: 'operator' });
    expect(fields.error?.remedy).not.toBe('');
    const failed = step({ ...fields, id: 'a'.repeat(16) }, { kind: 'done' });
    expect(failed.fields).toMatchObject({ state: 'failed', error: { code: 'NAME_TAKEN' } });
  });

  test.each(STATES.filter((state) => rowOf(state).step !== undefined && !rowOf(state).waiting))(
    'in %s leads to where a remedy names Retry only if it is there',
    (state) => {
      for (const code of Object.keys(ERRORS) as ErrorCode[])
        for (const pool of [undefined, 'default']) {
          let { fields } = step(aCluster({ state, pool }), { kind: 'failed', code, final: true });
          const { error } = fields;
          // What has been cleaned up after can be begun again.
          if (fields.state === 'undoing') {
            expect(error?.remedy).toMatch(
              (ERRORS[code] as ErrorRow).byRetry ? /^Wait until Hub has cleaned up/ : /./,
            );
            fields = step({ ...fields, id: 'a'.repeat(16) }, { kind: 'done' }).fields;
            expect(fields.error?.remedy).toBe(ERRORS[code].remedy);
          }
          const isOffered = rowOf(fields.state).accepts.retry !== undefined;
          if (fields.error && !isOffered) expect(fields.error.remedy).not.toMatch(/Retry(?!-After)/);
          if (fields.state === 'stuck') expect(fields.error?.remedy).not.toContain('from the beginning');
        }
    },
  );

  test('for want of room goes back to the queue and says why', () => {
    const liability = { clusters: 1, hourlyMicros: 7 };
    const next = step(aCluster({ state: 'provisioning', liability }), {
      kind: 'requeue',
      code: 'CLOUD_QUOTA',
      forMs: minutes(5),
    });
    expect(next.fields).toMatchObject({ state: 'queued', error: { code: 'CLOUD_QUOTA' } });
    expect(next.fields.dueAt?.getTime()).toBe(NOW + minutes(5));
    expect(next).toMatchObject({ wake: false, released: liability });
  });
});

describe('commands', () => {
  test.each(STATES)('delete in %s is taken, or changes nothing where deletion is under way', (state) => {
    const next = transition(aCluster({ state }), { kind: 'command', command: 'delete', actor: 'ada' }, at());
    const to = rowOf(state).accepts.delete as State;
    if (to === state) expect(next).toBeUndefined();
    else expect(next?.fields.state).toBe(to);
  });

  test('a cluster that is being deleted shows no addresses any more', () => {
    const cluster = aCluster({ state: 'ready', endpoints: { console: 'http://10.0.0.1/' } });
    expect(step(cluster, { kind: 'command', command: 'delete' }).fields.endpoints).toEqual({});
    const expired = { ...cluster, dueAt: new Date(NOW) };
    expect(step(expired, { kind: 'due' }).fields.endpoints).toEqual({});
  });

  test('retry starts anew under the next generation', () => {
    const cluster = aCluster({ state: 'failed', generation: 2, location: 'z', exhausted: ['z'] });
    const { fields } = step(cluster, { kind: 'command', command: 'retry', actor: 'ada' });
    expect(fields).toMatchObject({ state: 'queued', generation: 3, exhausted: [] });
    expect(fields).not.toHaveProperty('location');
    expect(fields).not.toHaveProperty('error');
  });

  test('a command that the state does not take changes nothing', () => {
    expect(
      transition(aCluster({ state: 'ready' }), { kind: 'command', command: 'retry' }, at()),
    ).toBeUndefined();
  });

  test.each(STATES.filter((state) => state !== 'warm'))(
    'a change of members in %s is kept and told',
    (state) => {
      const dueAt = new Date(NOW + minutes(9));
      const holdUntilAt = dueAt;
      const before = aCluster({ state, epoch: 4, attempts: 1, dueAt, holdUntilAt });
      const patch = {
        members: { ada: 'owner' as const, grace: 'viewer' as const },
        readers: ['ada', 'grace'],
      };
      const next = step(before, {
        kind: 'command',
        command: 'share',
        actor: 'ada',
        patch,
        note: 'Grace may look.',
      });
      expect(next.fields).toMatchObject({ ...patch, epoch: 5, state: rowOf(state).accepts.share });
      expect(next.event).toMatchObject({ cause: 'share', message: 'Grace may look.' });
      // Whoever waits for the tombstone hold goes on waiting; every other step looks again at once.
      const runs = rowOf(next.fields.state).step !== undefined && state !== 'sweeping';
      expect(next.wake).toBe(runs);
      if (state === 'sweeping') expect(next.fields.dueAt).toEqual(dueAt);
    },
  );

  test('an extension moves the end of what rests, and the end to come of what does not', () => {
    const expiresAt = new Date(NOW + minutes(90));
    const extend: Outcome = { kind: 'command', command: 'extend', actor: 'ada', patch: { expiresAt } };
    const soon = { expiresAt: new Date(NOW), dueAt: new Date(NOW), epoch: 4 };
    const rests = step(aCluster({ state: 'ready', ...soon }), extend);
    expect(rests.fields).toMatchObject({ state: 'ready', epoch: 5, expiresAt, dueAt: expiresAt });
    expect(rests.event).toMatchObject({ from: 'ready', to: 'ready', cause: 'extend', epoch: 5 });
    expect(rests.wake).toBe(false);
    for (const state of ['sharing', 'repairing'] as const) {
      const before = aCluster({ state, ...soon, deadlineAt: new Date(NOW + 5) });
      const works = step(before, extend);
      expect(works.fields).toMatchObject({ state, epoch: 5, expiresAt, deadlineAt: before.deadlineAt });
      expect(works.fields.dueAt).toEqual(new Date(NOW + HANDLER_LIMIT_MS));
      expect(works.wake).toBe(true);
      const { fields } = step({ ...works.fields, id: before.id }, { kind: 'done' });
      expect(fields).toMatchObject({ state: 'ready', dueAt: expiresAt });
    }
  });

  test('a change of members does not give a step more time than it has', () => {
    const before = aCluster({
      state: 'provisioning',
      deadlineAt: new Date(NOW + 5),
      since: new Date(NOW - 7),
    });
    const { fields } = step(before, { kind: 'command', command: 'share', patch: { emails: {} } });
    expect(fields).toMatchObject({
      deadlineAt: before.deadlineAt,
      since: before.since,
      progress: before.progress,
    });
  });

  describe('a look', () => {
    const people = {
      members: { ada: 'owner', grace: 'editor' },
      emails: { ada: 'a@x.org', grace: 'g@x.org' },
    } as const;
    const shared = (fields: ClusterPatch, patch: ClusterPatch, circumstances = at()) =>
      step(aCluster({ ...people, ...fields }), { kind: 'command', command: 'share', patch }, circumstances)
        .fields;

    test.each<[string, ClusterPatch]>([
      ['is removed', { members: { ada: 'owner' }, emails: { ada: 'a@x.org' } }],
      ['has another role', { members: { ...people.members, grace: 'viewer' } }],
      ['has another address', { emails: { ...people.emails, grace: 'grace@x.org' } }],
    ])('is wanted of a cluster of which somebody %s, be it in use or in the making', (_, patch) => {
      for (const state of ['ready', 'sharing', 'repairing', 'securing'] as const)
        expect(shared({ state }, patch).lookAt, state).toEqual(new Date(NOW + LOOK_AFTER_MS));
    });

    test('is wanted of what goes into use with a flaw, unless nothing can be done about it', () => {
      const flawed = (type: string) => ({
        conditions: [{ type, status: false, message: 'It is not so.', since: new Date(NOW) }],
      });
      const fail = (type: string) =>
        step(aCluster({ state: 'sharing', ...flawed(type) }), {
          kind: 'failed',
          code: 'LOCK_FAILED',
          final: true,
        });
      expect(fail('Locked').fields.lookAt).toEqual(new Date(NOW + LOOK_AFTER_MS));
      expect(fail('Exists').fields).not.toHaveProperty('lookAt');
      expect(fail('UpToDate').fields).not.toHaveProperty('lookAt');
    });

    test('is not wanted where somebody comes, nor where nobody answers any more', () => {
      const more = {
        members: { ...people.members, linus: 'viewer' as const },
        emails: { ...people.emails, linus: 'l@x.org' },
      };
      expect(shared({ state: 'ready' }, more)).not.toHaveProperty('lookAt');
      expect(shared({ state: 'deleting' }, { members: {} })).not.toHaveProperty('lookAt');
      const cluster = aCluster({ lookAt: new Date(NOW) });
      expect(step(cluster, { kind: 'command', command: 'delete' }).fields).not.toHaveProperty('lookAt');
    });

    test('comes when nobody who began before is left, counted from when all were told, however late that is', () => {
      const fields = shared({ state: 'ready' }, { members: { ada: 'owner' } });
      const later = NOW + minutes(30);
      const sharing = { ...fields, id: 'a'.repeat(16) };
      const waiting = step(sharing, { kind: 'wait', forMs: 1, detail: 'busy' }, at(later)).fields;
      expect(waiting.lookAt).toEqual(fields.lookAt);
      const ready = step(sharing, { kind: 'done' }, at(later)).fields;
      expect(ready.lookAt).toEqual(new Date(later + LOOK_AFTER_MS));
      expect(ready).not.toHaveProperty('dueAt');
    });
  });

  test('what is stuck goes on by itself, and not before its time, whoever shares it meanwhile', () => {
    const removing = aCluster({ state: 'deprovisioning', deadlineAt: new Date(NOW - 1) });
    const { fields } = step(removing, { kind: 'wait', forMs: 1, detail: 'busy' });
    expect(fields).toMatchObject({ state: 'stuck', dueAt: new Date(NOW + hours(3)) });
    const stuck = { ...fields, id: 'a'.repeat(16) };
    const shared = step(stuck, { kind: 'command', command: 'share', patch: { members: { ada: 'owner' } } });
    expect(shared.fields.dueAt).toEqual(fields.dueAt);
    expect(transition(stuck, { kind: 'due' }, at(NOW + hours(2)))).toBeUndefined();
    expect(transition(stuck, { kind: 'due' }, at(NOW + hours(3)))?.fields.state).toBe('deleting');
    // Whose name somebody else has.
    const refused = step(aCluster({ state: 'deprovisioning' }), { kind: 'failed', code: 'NAME_TAKEN' });
    expect(refused.fields.state).toBe('stuck');
    expect(refused.fields).not.toHaveProperty('dueAt');
  });

  test('a spare that cannot be repaired is deleted, and a cluster in use stays in use', () => {
    const failing: Outcome = { kind: 'failed', code: 'INSTALL_FAILED', final: true };
    const spare = aCluster({ state: 'repairing', pool: 'default', owner: undefined });
    expect(step(spare, failing).fields.state).toBe('deleting');
    const { fields } = step(aCluster({ state: 'repairing' }), failing);
    expect(fields).toMatchObject({ state: 'ready', error: { code: 'INSTALL_FAILED' } });
    expect(
      step({ ...spare, deadlineAt: new Date(NOW - 1) }, { kind: 'wait', forMs: 1, detail: '' }).fields.state,
    ).toBe('deleting');
  });

  test('a lifetime counts from the moment of ready, also for a claimed spare', () => {
    const spare = aCluster({ state: 'warm', pool: 'default', owner: undefined });
    const patch = { owner: 'ada', pool: undefined, spec: { ...spec, ttlHours: 2 } };
    const claimed = step(spare, { kind: 'command', command: 'claim', patch });
    expect(claimed.fields.state).toBe('personalizing');
    const { fields } = step({ ...claimed.fields, id: 'a'.repeat(16) }, { kind: 'done' });
    expect(fields.state).toBe('ready');
    expect(fields.dueAt?.getTime()).toBe(NOW + 2 * 3_600_000);
    const expired = transition({ ...fields, id: 'a'.repeat(16) }, { kind: 'due' }, at(NOW + 2 * 3_600_000));
    expect(expired?.fields.state).toBe('deleting');
    expect(transition({ ...fields, id: 'a'.repeat(16) }, { kind: 'due' }, at(NOW + 1))).toBeUndefined();
  });
});
