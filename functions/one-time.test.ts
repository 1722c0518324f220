import { expect, test } from 'vitest';
import { virtualClock } from '../local/clock.ts';
import { memoryDocuments } from '../local/memory/documents.ts';
import { minutes, seconds } from '../shared/units.ts';
import { byOneTime } from './one-time.ts';

async function machine(aheadMs: number) {
  const database = virtualClock();
  const documents = memoryDocuments(database);
  await documents.commit([{ op: 'set', path: 'things/one', data: {} }]);
  const clock = {
    now: () => database.now() + aheadMs,
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
    await ports.documents.get('things/one');
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

test('what may be the way of the answer is no difference', async () => {
  const { database, ports } = await machine(seconds(9));
  await ports.documents.get('things/one');
  expect(ports.clock.now()).toBe(database.now() + seconds(9));
});
