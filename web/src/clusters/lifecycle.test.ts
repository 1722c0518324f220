import { describe, expect, test } from 'vitest';
import type { ClusterEvent } from '../../../shared/documents/event.ts';
import { commandEdge, wayFrom } from '../../../shared/lifecycle/derive.ts';
import { rowOf, STATES, type State } from '../../../shared/lifecycle/table.ts';
import type { Doubted } from '../../../shared/standing.ts';
import {
  hindranceOf,
  isEnding,
  isMoving,
  isUsable,
  labelOf,
  mayAsk,
  sentenceOf,
  titleOf,
  toneOf,
  toneOfCluster,
  trackOf,
} from './lifecycle.ts';

const event = (
  epoch: number,
  from: State | undefined,
  to: State,
  cause: ClusterEvent['cause'] = 'done',
  durationMs = 1000,
): ClusterEvent => ({
  schema: 1,
  epoch,
  at: new Date(epoch),
  ...(from && { from }),
  to,
  cause,
  message: '',
  durationMs,
  nonce: '',
});

/** As it is read of a timeline that another version of Hub has written. */
const UNKNOWN = 'warping' as State;

test('of a state of another version the page says that something went on, and of a way through it the rest', () => {
  expect(toneOf(UNKNOWN)).toBe('busy');
  expect(labelOf(UNKNOWN)).toBe('Working');
  const cluster = { name: 'mine', state: UNKNOWN, progress: 0.5, conditions: [] };
  expect(toneOfCluster(cluster)).toBe('busy');
  expect(sentenceOf(cluster)).toBe('Working.');
  expect(titleOf(cluster)).toBe('mine');
  expect([isMoving, isUsable, isEnding].map((is) => is(UNKNOWN))).toEqual([false, false, false]);
  expect(mayAsk(cluster, 'delete', 'owner', undefined)).toBe(true);
  expect(mayAsk(cluster, 'share', 'owner', undefined)).toBe(false);
  expect(trackOf(cluster, [])).toEqual([]);
  const events = [
    event(1, undefined, 'queued', 'created'),
    event(2, 'queued', UNKNOWN),
    event(3, UNKNOWN, 'installing'),
  ];
  expect(trackOf({ state: 'installing' }, events).map(({ state }) => state)).toEqual([
    'queued',
    ...wayFrom('installing'),
  ]);
});

describe('tones', () => {
  test.each([
    ['ready', 'good'],
    ['warm', 'good'],
    ['queued', 'waiting'],
    ['provisioning', 'busy'],
    ['deprovisioning', 'busy'],
    ['undoing', 'bad'],
    ['failed', 'bad'],
    ['stuck', 'bad'],
    ['deleted', 'over'],
  ] as const)('%s is %s', (state, tone) => {
    expect(toneOf(state)).toBe(tone);
  });

  test('of a cluster that is ready and of no use is not that of its state', () => {
    const of = (state: State, type: string) =>
      toneOfCluster({ state, conditions: [{ type, status: false, message: '', since: new Date(0) }] });
    expect(of('ready', 'Workloads')).toBe('bad');
    expect(of('ready', 'UpToDate')).toBe('good');
    expect(of('repairing', 'Workloads')).toBe('busy');
  });
});

describe('what is happening', () => {
  const error = { code: 'ACCOUNT_QUOTA', message: 'No more.', remedy: 'Delete one.', fault: 'user' } as const;
  const detail = 'Number 3 in the queue.';

  test('is what Hub does, and of what waits, why and at which place', () => {
    expect(sentenceOf({ state: 'installing' })).toBe('Installing the application.');
    expect(sentenceOf({ state: 'installing', detail: 'Half of it runs.' })).toBe('Half of it runs.');
    expect(sentenceOf({ state: 'queued', error })).toBe('Waiting for room.');
    expect(sentenceOf({ state: 'queued', error, detail })).toBe(`Waiting for room. ${detail}`);
    expect(hindranceOf({ state: 'queued', error, detail })).toBe(`No more. ${detail}`);
    expect(hindranceOf({ state: 'queued', error })).toBe('No more.');
  });

  test('is in the tab: how far it is, or that it waits', () => {
    const titleIn = (state: State) => titleOf({ name: 'mine', state, progress: 0.4 });
    expect(['queued', 'installing', 'ready'].map((state) => titleIn(state as State))).toEqual([
      'mine: Waiting for room',
      '40 % mine',
      'mine',
    ]);
  });

  test('is not told by what came before an error, where it does not wait', () => {
    expect(sentenceOf({ state: 'undoing', error, detail: 'Two are left.' })).toBe(
      'Cleaning up after a failure.',
    );
    expect(hindranceOf({ state: 'undoing', error, detail: 'Two are left.' })).toBe('No more.');
    expect(hindranceOf({ state: 'installing', detail: 'Half of it runs.' })).toBeUndefined();
  });
});

describe('what may be asked', () => {
  test('is never what the lifecycle would refuse, and never what would change nothing', () => {
    for (const state of STATES)
      for (const command of ['delete', 'retry'] as const) {
        const to = commandEdge(state, command);
        expect(mayAsk({ state }, command, 'owner', undefined)).toBe(to !== undefined && to !== state);
      }
  });

  test('is not that a spare is begun again, for which its pool makes another', () => {
    expect(mayAsk({ state: 'failed', pool: 'default' }, 'retry', 'operator', undefined)).toBe(false);
    expect(mayAsk({ state: 'stuck', pool: 'default' }, 'retry', 'operator', undefined)).toBe(true);
  });

  test('is asked by owners, and by operators but for who comes in', () => {
    const cluster = { state: 'ready' } as const;
    expect(mayAsk(cluster, 'delete', 'operator', undefined)).toBe(true);
    expect(mayAsk(cluster, 'share', 'operator', undefined)).toBe(false);
    for (const role of ['viewer', 'editor', undefined] as const)
      for (const command of ['delete', 'share'] as const)
        expect(mayAsk(cluster, command, role, undefined)).toBe(false);
  });

  test('its owners extend it, for as long as it has an end to come', () => {
    const expiresAt = new Date(0);
    for (const state of STATES)
      expect(mayAsk({ state, expiresAt }, 'extend', 'owner', undefined)).toBe(isUsable(state));
    expect(mayAsk({ state: 'ready' }, 'extend', 'owner', undefined)).toBe(false);
    for (const role of ['viewer', 'editor', 'operator', undefined] as const)
      expect(mayAsk({ state: 'ready', expiresAt }, 'extend', role, undefined)).toBe(false);
  });

  test('is not what their own account is refused, which can always delete', () => {
    const [since, by, reason] = [new Date(0), 'hub', 'busy'];
    const ready = { state: 'ready', expiresAt: new Date(0) } as const;
    const offered = (account: Doubted | undefined) => [
      ...(['delete', 'share', 'transfer', 'extend'] as const).filter((one) =>
        mayAsk(ready, one, 'owner', account),
      ),
      ...(mayAsk({ state: 'failed' }, 'retry', 'owner', account) ? ['retry'] : []),
    ];
    const all = ['delete', 'share', 'transfer', 'extend', 'retry'];
    expect([offered(undefined), offered({})]).toEqual([all, all]);
    expect(offered({ standing: { state: 'throttled', reason, since, by } })).toEqual(['delete', 'share']);
    expect(offered({ standing: { state: 'suspended', reason, since, by } })).toEqual(['delete']);
    expect(offered({ closing: { since, by } })).toEqual(['delete']);
    // Who operates Hub, too.
    expect(mayAsk({ state: 'failed' }, 'retry', 'operator', { closing: { since, by } })).toBe(false);
  });

  test('nobody is let in any more once it ends', () => {
    expect(STATES.filter(isEnding)).toEqual([...wayFrom('deleting'), 'deleted']);
    for (const state of STATES.filter(isEnding))
      expect(mayAsk({ state }, 'share', 'owner', undefined)).toBe(false);
  });
});

describe('the track', () => {
  const made = [
    event(0, undefined, 'queued', 'created', 0),
    event(1, 'queued', 'provisioning', 'done', 1500),
    event(2, 'provisioning', 'installing', 'done', 200_000),
  ];

  test('has what is done with its time, what goes on, and what is to come', () => {
    const track = trackOf({ state: 'installing' }, made);
    expect(track.map(({ state, at }) => [state, at])).toEqual([
      ['queued', 'done'],
      ['provisioning', 'done'],
      ['installing', 'now'],
      ['securing', 'ahead'],
      ['exposing', 'ahead'],
    ]);
    expect(track[1]?.tookMs).toBe(200_000);
  });

  test('begins anew with a command and with a failure', () => {
    const failed = [...made, event(3, 'installing', 'undoing', 'failed')];
    expect(trackOf({ state: 'undoing' }, failed).map(({ state }) => state)).toEqual(['undoing']);
    const deleted = [
      ...made,
      event(3, 'installing', 'deleting', 'delete'),
      event(4, 'deleting', 'deprovisioning'),
    ];
    expect(trackOf({ state: 'deprovisioning' }, deleted).map(({ state }) => state)).toEqual(
      wayFrom('deleting'),
    );
  });

  test('is not interrupted by a change of members in passing', () => {
    const shared = [...made, event(3, 'installing', 'installing', 'share')];
    expect(trackOf({ state: 'installing' }, shared)).toHaveLength(5);
  });

  test('expects what was observed, and else what the table says', () => {
    const track = trackOf({ state: 'installing' }, made, { installing: 42 });
    expect(track.find(({ state }) => state === 'installing')?.expectedMs).toBe(42);
    const { expectedMs } = rowOf('securing') as { expectedMs?: number };
    expect(track.find(({ state }) => state === 'securing')?.expectedMs).toBe(expectedMs);
  });

  test('a cluster at rest is on no way', () => {
    for (const state of STATES.filter((one) => !isMoving(one))) expect(trackOf({ state }, made)).toEqual([]);
  });
});
