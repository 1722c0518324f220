import { expect, test } from 'vitest';
import { realClock, virtualClock } from './clock.ts';

test('timers run in the order of their instants, those of the same instant first come, first served', async () => {
  const clock = virtualClock({ startMs: 0 });
  const ran: string[] = [];
  for (const [atMs, name] of [
    [30, 'd'],
    [10, 'a'],
    [20, 'b'],
    [20, 'c'],
    [40, 'late'],
  ] as const) {
    clock.schedule(atMs, () => ran.push(`${name}@${clock.now()}`));
  }
  await clock.runUntil(35);
  expect(ran).toEqual(['a@10', 'b@20', 'c@20', 'd@30']);
  expect(clock.now()).toBe(35);
  expect(clock.pending).toBe(1);
});

test('a seed may order the timers of one instant', async () => {
  const ties = [2, 1, 3];
  const clock = virtualClock({ startMs: 0, tieBreak: () => ties.shift() ?? 0 });
  const ran: string[] = [];
  for (const name of ['a', 'b', 'c']) clock.schedule(5, () => ran.push(name));
  await clock.runFor(5);
  expect(ran).toEqual(['b', 'a', 'c']);
});

test('what a timer starts is over before the next one runs, and may set timers of its own', async () => {
  const clock = virtualClock({ startMs: 0 });
  const ran: string[] = [];
  clock.schedule(10, async () => {
    await clock.sleepUntil(15);
    await null;
    ran.push(`woken@${clock.now()}`);
  });
  clock.schedule(20, () => ran.push('next'));
  await clock.runFor(100);
  expect(ran).toEqual(['woken@15', 'next']);
});

test('a cancelled timer does not run, one of the past runs at once', async () => {
  const clock = virtualClock({ startMs: 100 });
  const ran: string[] = [];
  clock.schedule(110, () => ran.push('cancelled'))();
  clock.schedule(50, () => ran.push(`past@${clock.now()}`));
  expect(clock.pending).toBe(1);
  await clock.runFor(20);
  expect(ran).toEqual(['past@100']);
});

test('many timers in any order come out sorted', async () => {
  const clock = virtualClock({ startMs: 0 });
  const ran: number[] = [];
  const instants = Array.from({ length: 500 }, (_, index) => (index * 7919) % 1009);
  for (const atMs of instants) clock.schedule(atMs, () => ran.push(atMs));
  await clock.runUntil(2000);
  expect(ran).toEqual([...instants].sort((a, b) => a - b));
});

test('the real clock runs what is past at the next turn, and not what was cancelled', async () => {
  const clock = realClock(60);
  const ran: string[] = [];
  clock.schedule(clock.now(), () => ran.push('cancelled'))();
  await new Promise<void>((resolve) => {
    clock.schedule(clock.now() - 1000, () => {
      ran.push('past');
      resolve();
    });
  });
  expect(ran).toEqual(['past']);
});
