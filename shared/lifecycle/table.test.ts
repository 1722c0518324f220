import { describe, expect, test } from 'vitest';
import { edges, progressOf, remainingMs, wayFrom } from './derive.ts';
import { LIFECYCLE, rowOf, STATES, type State, stepNames, stepRowOf } from './table.ts';

const all = edges();
const from = (state: State) => all.filter((edge) => edge.from === state);
const stepRows = STATES.filter((state) => rowOf(state).step !== undefined);

function reachable(start: readonly State[], follow: (edge: (typeof all)[number]) => boolean): Set<State> {
  const seen = new Set(start);
  const open = [...start];
  for (let state = open.pop(); state; state = open.pop()) {
    for (const edge of from(state)) {
      if (follow(edge) && !seen.has(edge.to)) {
        seen.add(edge.to);
        open.push(edge.to);
      }
    }
  }
  return seen;
}

describe('the lifecycle table', () => {
  test('every state can be reached from the first', () => {
    expect([...reachable(['queued'], () => true)].sort()).toEqual([...STATES].sort());
  });

  test.each(STATES)('%s accepts delete', (state) => {
    expect(rowOf(state).accepts.delete).toBeDefined();
  });

  test.each(STATES)(
    'a delete accepted in %s is never forgotten: every way on leads to deleted or to an operator',
    (state) => {
      const start = rowOf(state).accepts.delete;
      const ends = [...reachable(start === undefined ? [] : [start], () => true)];
      expect(ends).toContain('deleted');
      for (const end of ends)
        expect(['deleting', 'deprovisioning', 'sweeping', 'deleted', 'stuck']).toContain(end);
    },
  );

  test('every loop passes through rest', () => {
    const rests = (state: State) => rowOf(state).step === undefined || rowOf(state).waiting === true;
    for (const state of stepRows.filter((s) => !rests(s))) {
      const onward = reachable(
        from(state)
          .map((edge) => edge.to)
          .filter((to) => !rests(to)),
        (edge) => !rests(edge.to),
      );
      expect(onward, `a loop through ${state} never rests`).not.toContain(state);
    }
  });

  test('whatever creates has a failure edge to a state that compensates it, or back to where it is wanted', () => {
    for (const state of stepRows) {
      const row = stepRowOf(state);
      if (!row.creates || row.failure === 'ready') continue;
      expect(rowOf(row.failure).compensates).toContain(state);
    }
  });

  test.each(STATES.filter((state) => state !== 'warm'))('%s lets its owner change the members', (state) => {
    expect(rowOf(state).accepts.share).toBeDefined();
  });

  test('a lifetime can be extended for as long as it counts and the cluster is of use, and in place', () => {
    for (const state of STATES)
      expect(rowOf(state).accepts.extend).toBe(rowOf(state).usable ? state : undefined);
  });

  test('a state that rests has no step to be asked about: nobody reckons with a time that is none', () => {
    for (const state of STATES.filter((one) => rowOf(one).step === undefined))
      expect(() => stepRowOf(state)).toThrow(`${state} runs no step`);
  });

  test('each step belongs to one state', () => {
    expect(new Set(stepNames).size).toBe(stepNames.length);
  });

  test('a state that has a deadline expects to take less than it', () => {
    for (const state of stepRows) {
      const row = stepRowOf(state);
      expect(row.expectedMs).toBeLessThan(row.timeoutMs);
    }
  });
});

describe('what is derived', () => {
  test('progress rises along the way and a slow state stays short of its end', () => {
    const seen = wayFrom('queued').map((state) => progressOf(state, 0));
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(progressOf('provisioning', Number.MAX_SAFE_INTEGER)).toBeLessThan(progressOf('installing', 0));
    expect(progressOf('ready', 0)).toBe(1);
  });

  test('a middle state counts the states before it as done', () => {
    expect(progressOf('deprovisioning', 0)).toBeGreaterThan(0);
  });

  test('the time left shrinks and never falls below that of the states to come', () => {
    expect(remainingMs('provisioning', 60_000)).toBeLessThan(remainingMs('provisioning', 0));
    const { installing, securing, exposing } = LIFECYCLE;
    const rest = installing.expectedMs + securing.expectedMs + exposing.expectedMs;
    expect(remainingMs('provisioning', 1e9)).toBe(rest);
    expect(remainingMs('ready', 0)).toBe(0);
  });
});
