/** What the bus in memory does beyond the contract of `test/contract/messages.test.ts`: its timing, to the millisecond. */
import { describe, expect, test } from 'vitest';
import { minutes, seconds } from '../../shared/units.ts';
import { virtualClock } from '../clock.ts';
import { createFaults } from '../faults.ts';
import { seededRandom } from '../random.ts';
import { type Delivery, type MemoryMessagesOptions, memoryMessages } from './messages.ts';

function aBus(options: Partial<MemoryMessagesOptions> & { seed?: number; rates?: { late?: number } } = {}) {
  const clock = virtualClock();
  const start = clock.now();
  const random = seededRandom(options.seed ?? 1);
  const faults = createFaults(options.rates ?? {}, random);
  const deliveries: (Delivery & { at: number })[] = [];
  const bus = memoryMessages({
    clock,
    random,
    faults,
    onDelivery: (delivery) => deliveries.push({ ...delivery, at: clock.now() - start }),
    ...options,
  });
  return { bus, clock, faults, deliveries };
}
const never = (): Promise<void> => new Promise(() => undefined);

describe('the bus in memory', () => {
  test('delivers after its latency', async () => {
    const { bus, clock, deliveries } = aBus();
    bus.subscribe('hint', async () => undefined);
    await bus.publish('hint', { n: 1 });
    await clock.runFor(99);
    expect(deliveries).toEqual([]);
    await clock.runFor(1);
    expect(deliveries).toEqual([{ topic: 'hint', body: { n: 1 }, attempt: 1, at: 100 }]);
    expect(bus.pending).toBe(0);
  });

  test('backs off exponentially, then gives up', async () => {
    const { bus, clock, deliveries } = aBus({ latencyMs: 0 });
    bus.subscribe('hint', async () => {
      throw new Error('no');
    });
    await bus.publish('hint', { n: 1 });
    await clock.runFor(minutes(10));
    expect(deliveries.map(({ at }) => at / 1000)).toEqual([0, 10, 30, 70, 150]);
    expect(bus.deadLetters).toEqual([{ topic: 'hint', body: { n: 1 }, attempt: 5 }]);
    expect(bus.pending).toBe(0);
  });

  test('delivers again what a handler never settles', async () => {
    const { bus, clock, deliveries } = aBus({ latencyMs: 0, ackDeadlineMs: minutes(1) });
    bus.subscribe('hint', () => (deliveries.length < 2 ? never() : Promise.resolve()));
    await bus.publish('hint', { n: 1 });
    await clock.runFor(minutes(10));
    expect(deliveries.map(({ at }) => at)).toEqual([0, minutes(1) + seconds(10)]);
    expect(bus.pending).toBe(0);
  });

  test('a handler that settles after its deadline neither acknowledges nor refuses', async () => {
    const { bus, clock, deliveries } = aBus({ latencyMs: 0, ackDeadlineMs: seconds(10) });
    bus.subscribe('hint', async () => {
      if (deliveries.length === 1) await clock.sleepUntil(clock.after(seconds(15)));
    });
    await bus.publish('hint', { n: 1 });
    await clock.runFor(minutes(10));
    expect(deliveries.map(({ at }) => at / 1000)).toEqual([0, 20]);
  });

  test('a handler that throws before its first await refuses too', async () => {
    const { bus, clock, deliveries } = aBus();
    bus.subscribe('hint', () => {
      if (deliveries.length === 1) throw new Error('at once');
      return Promise.resolve();
    });
    await bus.publish('hint', {});
    await clock.runFor(minutes(1));
    expect(deliveries).toHaveLength(2);
  });

  test('no handler sees what another, or the sender, changed in a body', async () => {
    const { bus, clock, deliveries } = aBus();
    bus.subscribe('hint', async (body) => {
      (body as { n: number }).n = 2;
    });
    const body = { n: 1 };
    bus.subscribe('hint', async (seen) => expect(seen).toEqual({ n: 1 }));
    await bus.publish('hint', body);
    body.n = 3;
    await clock.runFor(seconds(1));
    expect(deliveries).toHaveLength(2);
    expect(bus.pending).toBe(0);
  });

  test('a bus that is unavailable says so and delivers nothing', async () => {
    const { bus, faults } = aBus();
    bus.subscribe('hint', async () => undefined);
    faults.force('unavailable', { times: 1, subject: 'hint' });
    await expect(bus.publish('hint', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(bus.pending).toBe(0);
  });

  test('the same seed gives the same run, another seed another', async () => {
    const run = async (seed: number): Promise<number[]> => {
      const { bus, clock, deliveries } = aBus({ seed, rates: { late: 0.5 } });
      bus.subscribe('hint', async () => undefined);
      for (let n = 0; n < 20; n++) await bus.publish('hint', { n });
      await clock.runFor(minutes(11));
      return deliveries.map(({ at }) => at);
    };
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });
});
