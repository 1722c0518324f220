import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cluster } from '../documents/cluster.ts';
import { hours } from '../units.ts';
import { costAt, metered } from './cost.ts';
import { type Command, rowOf } from './table.ts';
import { born, type Circumstances, type Outcome, transition } from './transition.ts';

const START = Date.UTC(2026, 0, 1);
/** Cloud time runs faster than the instants do, as in the embedded cloud. */
const SPEED = 60;
const at = (now: number): Circumstances => ({
  now,
  after: (durationMs) => now + durationMs / SPEED,
  afterWork: (durationMs) => now + durationMs,
  elapsed: (sinceMs) => (now - sinceMs) * SPEED,
  jitter: 0.5,
  nonce: 'nonce',
});

describe('the meter', () => {
  const running = { micros: 5, hourlyMicros: 7, since: new Date(START) };

  test('counts cloud time in whole micro-dollars, of what runs', () => {
    expect(costAt(undefined, () => hours(1))).toBe(0);
    expect(costAt({ micros: 5, hourlyMicros: 7 }, () => hours(1))).toBe(5);
    expect(costAt(running, () => hours(1))).toBe(12);
    expect(costAt(running, () => hours(1) - 1)).toBe(11);
  });

  test('does not run backwards for a clock that does', () => {
    expect(costAt(running, () => -hours(1))).toBe(5);
  });

  test('that runs at the same price runs on, and one that stands still stays', () => {
    expect(metered(running, 7, at(START + 1))).toBe(running);
    const settled = { micros: 5, hourlyMicros: 7 };
    expect(metered(settled, undefined, at(START + 1))).toBe(settled);
    expect(metered(undefined, undefined, at(START))).toBeUndefined();
  });

  test('is settled at another price, and runs on from there', () => {
    const now = START + hours(1) / SPEED;
    expect(metered(running, 9, at(now))).toEqual({ micros: 12, hourlyMicros: 9, since: new Date(now) });
    expect(metered(running, undefined, at(now))).toEqual({ micros: 12, hourlyMicros: 7 });
  });
});

/** So much an hour for each micro-dollar a millisecond: nothing is lost to rounding, and sums can be compared exactly. */
const EXACT = 3_600_000;
const spec = {
  product: 'hello',
  version: '1.1.0',
  size: 'small',
  region: 'europe-west1',
  availability: 'zonal',
  isolation: 'dedicated',
} as const;
const COMMANDS: readonly Command[] = ['delete', 'retry', 'share', 'extend', 'claim', 'repair'];

/** What may happen next, by chance; undefined: nothing that fits this state. */
function outcomeOf(cluster: Cluster, pick: number, price: number): Outcome | undefined {
  const row = rowOf(cluster.state);
  const admitted = { liability: { clusters: 1, hourlyMicros: price * EXACT } };
  const patch = cluster.state === 'queued' ? admitted : {};
  const steps: Outcome[] =
    row.step === undefined
      ? []
      : [
          { kind: 'done', patch },
          { kind: 'done', patch },
          { kind: 'wait', forMs: 1000, detail: 'busy' },
          { kind: 'failed', code: 'BUG', final: true },
          ...(row.requeue ? [{ kind: 'requeue', code: 'CLOUD_QUOTA', forMs: 1000 } as const] : []),
        ];
  const commands = COMMANDS.filter((name) => row.accepts[name] !== undefined).map(
    (command): Outcome => ({
      kind: 'command',
      command,
      patch: command === 'claim' ? { owner: 'ada', pool: undefined } : {},
    }),
  );
  // A deleted cluster has no more to tell, so it is asked for less often.
  const all = [...steps, ...steps, ...commands];
  return all[pick % all.length];
}

test('whatever happens to a cluster, it costs what it held at the price at which it held it, and never less than before', () => {
  const happening = fc.record({
    pick: fc.nat(),
    price: fc.integer({ min: 1, max: 9 }),
    forMs: fc.nat(10_000),
  });
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.boolean(), fc.array(happening, { maxLength: 60 }), (isSpare, happenings) => {
      let now = START;
      const wish = isSpare ? { pool: 'default' } : { owner: 'ada' };
      const { fields } = born({ name: 'mine', spec, shape: 'x', shard: 0, ...wish }, at(now));
      let cluster: Cluster = { ...fields, id: 'a'.repeat(16) };
      let expected = 0;
      let idle = 0;
      for (const { pick, price, forMs } of happenings) {
        const costBefore = costAt(cluster.cost, at(now).elapsed);
        now += forMs;
        expected += ((cluster.liability?.hourlyMicros ?? 0) / EXACT) * forMs * SPEED;
        expect(costAt(cluster.cost, at(now).elapsed)).toBeGreaterThanOrEqual(costBefore);
        const outcome = outcomeOf(cluster, pick, price);
        const next = outcome && transition(cluster, outcome, at(now));
        if (!next) continue;
        cluster = { ...next.fields, id: cluster.id };
        if (next.event) seen.add(`${next.event.from} ${next.event.cause}`);
        if (next.event?.cause === 'claim') {
          idle += expected;
          expected = 0;
        }
        expect(costAt(cluster.cost, at(now).elapsed)).toBe(expected);
        expect(cluster.idleMicros ?? 0).toBe(idle);
        expect(cluster.cost?.since !== undefined).toBe(cluster.liability !== undefined);
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
  for (const edge of [
    'failed retry',
    'provisioning requeued',
    'warm claim',
    'sweeping done',
    'personalizing failed',
  ])
    expect(seen).toContain(edge);
});

test('a cluster from before there was a meter is counted from its next transition on', () => {
  const { fields } = born({ name: 'mine', spec, shape: 'x', shard: 0, owner: 'ada' }, at(START));
  const old: Cluster = {
    ...fields,
    id: 'a'.repeat(16),
    state: 'installing',
    liability: { clusters: 1, hourlyMicros: EXACT },
  };
  const next = transition(old, { kind: 'done' }, at(START + 5));
  expect(next?.fields.cost).toEqual({ micros: 0, hourlyMicros: EXACT, since: new Date(START + 5) });
});
