import { expect, test } from 'vitest';
import { virtualClock } from '../local/clock.ts';
import { memoryDocuments } from '../local/memory/documents.ts';
import { minutes, seconds } from '../shared/units.ts';
import type { DocumentData, Documents } from './cloud.ts';
import { byOneTime } from './one-time.ts';

/** @param wayMs how long each call is under way, there and back alike */
async function machine(aheadMs: number, wayMs = () => 0) {
  const database = virtualClock();
  const kept = memoryDocuments(database);
  const documents: Documents = {
    ...kept,
    async get<T = DocumentData>(path: string) {
      const eachMs = wayMs();
      await database.sleepUntil(database.now() + eachMs);
      const snapshot = await kept.get<T>(path);
      await database.sleepUntil(database.now() + eachMs);
      return snapshot;
    },
  };
  await documents.commit([{ op: 'set', path: 'things/one', data: {} }]);
  const clock = {
    now: () => database.now() + aheadMs,
    monotonic: () => database.now(),
    after: (durationMs: number) => database.now() + aheadMs + durationMs,
    afterWork: (durationMs: number) => database.now() + aheadMs + durationMs,
    elapsed: (sinceMs: number) => database.now() + aheadMs - sinceMs,
    sleepUntil: (atMs: number) => database.sleepUntil(atMs - aheadMs),
  };
  return { database, ports: byOneTime({ clock, documents }) };
}

test.each([minutes(5), -minutes(5)])(
  'a clock that is off by %i ms goes by the database once it has been asked',
  async (offMs) => {
    const { database, ports } = await machine(offMs);
    expect(ports.clock.now()).toBe(database.now() + offMs);
    const asked = ports.documents.get('things/one');
    await database.runFor(0);
    await asked;
    const now = database.now();
    expect(ports.clock.now()).toBe(now);
    expect(ports.clock.after(1000)).toBe(now + 1000);
    expect(ports.clock.afterWork(1000)).toBe(now + 1000);
    expect(ports.clock.elapsed(now - 1000)).toBe(1000);
    let awake = false;
    void ports.clock.sleepUntil(now + 1000).then(() => {
      awake = true;
    });
    await database.runFor(999);
    expect(awake).toBe(false);
    await database.runFor(1);
    expect(awake).toBe(true);
  },
);

test('a query tells the time too', async () => {
  const { database, ports } = await machine(minutes(3));
  await ports.documents.query({ collection: 'things' });
  expect(ports.clock.now()).toBe(database.now());
});

test.each([0, seconds(9), minutes(1)])(
  'a clock that is right stays so, though answers are under way for %i ms',
  async (wayMs) => {
    const { database, ports } = await machine(0, () => wayMs);
    const asked = ports.documents.get('things/one');
    await database.runFor(6 * wayMs);
    await asked;
    expect(ports.clock.now()).toBe(database.now());
  },
);

test('how far a clock is off is known as exactly as an answer was fast', async () => {
  const { database, ports } = await machine(minutes(5), () => seconds(20));
  const asked = ports.documents.get('things/one');
  await database.runFor(seconds(120));
  await asked;
  expect(ports.clock.now() - database.now()).toBe(seconds(20));
  await ports.documents.query({ collection: 'things' });
  expect(ports.clock.now()).toBe(database.now());
});

test('a document whose answer hung is read again: it tells too little of the time', async () => {
  let reads = 0;
  const { database, ports } = await machine(minutes(5), () => (reads++ === 0 ? minutes(3) : 0));
  const asked = ports.documents.get('things/one');
  await database.runFor(minutes(6));
  await asked;
  expect(reads).toBe(2);
  expect(ports.clock.now()).toBe(database.now());
  // Once it is known, a slow answer is as good as any.
  reads = 0;
  const again = ports.documents.get('things/one');
  await database.runFor(minutes(6));
  await again;
  expect(reads).toBe(1);
});

test('what is told later is later, though the time is known better by then', async () => {
  const waysMs = [20, 0];
  const { database, ports } = await machine(minutes(5), () => waysMs.shift() ?? 0);
  const asked = ports.documents.get('things/one');
  await database.runFor(100);
  await asked;
  const told = ports.clock.now();
  expect(told - database.now()).toBe(20);
  await ports.documents.query({ collection: 'things' });
  expect(ports.clock.now()).toBe(told);
  expect(ports.clock.after(1000)).toBe(told + 1000);
  expect(ports.clock.elapsed(told)).toBe(0);
  await database.runFor(20);
  expect(ports.clock.now()).toBe(told + 10);
  await database.runFor(20);
  expect(ports.clock.now()).toBe(told + 20);
  expect(ports.clock.now()).toBe(database.now());
  await database.runFor(5);
  expect(ports.clock.now()).toBe(database.now());
});
