import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { createLog, type LogFields } from '../log.ts';
import { byOneTime } from '../one-time.ts';
import type { Ports } from '../ports.ts';
import { type ApiEnv, observe } from './observe.ts';

test('how long a request takes is not changed by a clock that is set right meanwhile', async () => {
  const lines: LogFields[] = [];
  const hub = memoryHub({ log: createLog((_severity, _event, fields) => void lines.push(fields)) });
  const committed = hub.documents.commit([{ op: 'set', path: 'things/one', data: {} }]);
  await hub.clock.runFor(seconds(1));
  await committed;
  const recorded: number[] = [];
  const aheadMs = minutes(5);
  const ports: Ports = {
    ...byOneTime({ ...hub.ports, clock: { ...hub.clock, now: () => hub.clock.now() + aheadMs } }),
    metrics: { record: (_instrument, value) => void recorded.push(value), during: (work) => work() },
  };
  const app = new Hono<ApiEnv>();
  app.use(observe(ports));
  app.get('/', async (c) => {
    await hub.clock.sleepUntil(hub.clock.now() + seconds(2));
    // Only now does it learn that it is five minutes ahead.
    await ports.documents.get('things/one');
    return c.text('');
  });
  const asked = app.request('/');
  await hub.clock.runFor(minutes(1));
  await asked;
  expect(ports.clock.now()).toBeLessThan(hub.clock.now() + aheadMs);
  expect(lines).toMatchObject([{ durationMs: seconds(2) }]);
  expect(recorded).toEqual([2]);
});
