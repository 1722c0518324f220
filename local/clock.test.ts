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

test('what was overdue together runs in its order, each at its own instant: no deadline overtakes what comes before it', async () => {
  const clock = realClock(600);
  const startMs = clock.now();
  const ran: string[] = [];
  const minute = (after: number): number => startMs + (after * 60_000) / 600;
  const over = new Promise<void>((resolve) => {
    clock.schedule(minute(5), () => {
      ran.push('deadline');
      resolve();
    });
  });
  const step = (left: number): void => {
    ran.push(`${left} left at ${Math.round(clock.elapsed(startMs) / 60_000)} min`);
    if (left > 0) clock.schedule(clock.after(60_000), () => step(left - 1));
  };
  clock.schedule(minute(1), () => step(3));
  block(2 * (minute(5) - startMs));
  expect(clock.now()).toBeLessThanOrEqual(minute(1));
  await over;
  expect(ran).toEqual([
    '3 left at 1 min',
    '2 left at 2 min',
    '1 left at 3 min',
    '0 left at 4 min',
    'deadline',
  ]);
});

test('what others do meanwhile is seen before time goes on', async () => {
  const clock = realClock();
  const startMs = clock.now();
  const deadline = new Promise<string>((resolve) => clock.schedule(startMs + 60, () => resolve('deadline')));
  const answer = new Promise<string>((resolve) => {
    clock.schedule(startMs + 10, () => setImmediate(() => resolve('answer')));
  });
  block(120);
  expect(await Promise.race([deadline, answer])).toBe('answer');
  await deadline;
});

test('whoever waits for what is left of a time comes to its end, however little that is', async () => {
  const clock = realClock(120);
  for (const leftMs of [1e-9, 0.001, 0.01, 0.1]) {
    const startedAtMs = clock.now();
    await clock.sleepUntil(clock.after(leftMs));
    expect(clock.now()).toBeGreaterThan(startedAtMs);
    expect(clock.elapsed(startedAtMs)).toBeGreaterThanOrEqual(leftMs);
  }
});

test('a clock with nothing to wait for tells the time', async () => {
  const clock = realClock();
  block(20);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const beforeMs = Date.now();
  const toldMs = clock.now();
  expect(toldMs).toBeGreaterThanOrEqual(beforeMs);
  expect(toldMs).toBeLessThanOrEqual(Date.now());
});

test('many timers that were cancelled are forgotten, and those that ran cannot be cancelled any more', async () => {
  const clock = virtualClock({ startMs: 0 });
  const ran: number[] = [];
  const cancels = Array.from({ length: 500 }, (_, index) => clock.schedule(index, () => ran.push(index)));
  await clock.runUntil(9);
  for (const [index, cancel] of cancels.entries()) if (index % 50 !== 0) cancel();
  for (const cancel of cancels.slice(0, 10)) cancel();
  expect(clock.pending).toBe(9);
  await clock.runUntil(1000);
  expect(ran.slice(10)).toEqual([50, 100, 150, 200, 250, 300, 350, 400, 450]);
  expect(clock.pending).toBe(0);
});

/** As a long computation does, or a machine that has no processor for us. */
function block(durationMs: number): void {
  for (const untilMs = Date.now() + durationMs; Date.now() < untilMs; );
}
