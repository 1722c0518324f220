import { describe, expect, test } from 'vitest';
import type { MemoryHubOptions } from '../../local/memory/hub.ts';
import { clusterPath } from '../../shared/documents/cluster.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { type RunningHub, runHub } from '../../test/running-hub.ts';
import { OBJECTS_AT_A_TIME } from '../buckets.ts';
import { waitFor } from './removal.ts';

/** Each part of a bucket takes that long to go. */
function hubWithSlowBuckets(partMs: number): RunningHub {
  const invoke: MemoryHubOptions['invoke'] = (_name, work) =>
    work(
      hub.portsThrough(async (site, call) => {
        if (site === 'buckets.ensureBucketGone') await hub.clock.sleepUntil(hub.clock.after(partMs));
        return call();
      }),
    );
  const hub = runHub({ inside: 'sketch', invoke });
  return hub;
}

async function withObjects(hub: RunningHub, count: number): Promise<string> {
  const id = await hub.created({ product: 'hello' });
  for (let n = 0; n < count; n++) hub.storage.putObject(`hub-${id}-g1`, `block ${n}`, Buffer.from('x'));
  return id;
}

describe('a bucket that holds much', () => {
  test('is emptied as fast as the cloud allows, not by a hundred objects every two minutes', async () => {
    const hub = hubWithSlowBuckets(seconds(4));
    const id = await withObjects(hub, 10_000);
    const beforeMs = hub.clock.now();
    await hub.delete(id);
    await hub.reach(id, 'deleted');
    expect(hub.clock.elapsed(beforeMs)).toBeLessThan(minutes(12));
    expect(hub.objects()).toBe(0);
  });

  test('is no timeout as long as it becomes emptier', async () => {
    const hub = hubWithSlowBuckets(seconds(30));
    const id = await withObjects(hub, 40 * OBJECTS_AT_A_TIME);
    await hub.delete(id);
    await hub.until(async () => {
      const { state } = await hub.cluster(id);
      return state === 'deprovisioning' && hub.container.listClusters('-').length === 0;
    });
    const deadlineAt = new Date(hub.clock.after(minutes(3)));
    await hub.run(hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { deadlineAt } }]));
    await hub.until(async () => (await hub.cluster(id)).state === 'sweeping', hours(4));
    expect(hub.clock.now()).toBeGreaterThan(deadlineAt.getTime());
    await hub.reach(id, 'deleted');
  });

  test('is one after a creation that failed, too', async () => {
    const hub = hubWithSlowBuckets(seconds(30));
    hub.faults.force('job-fails');
    const id = await hub.create({ product: 'hello' });
    await hub.reach(id, 'installing');
    for (let n = 0; n < 6 * OBJECTS_AT_A_TIME; n++)
      hub.storage.putObject(`hub-${id}-g1`, `block ${n}`, Buffer.from('x'));
    await hub.reach(id, 'undoing');
    await hub.until(() => hub.container.listClusters('-').length === 0);
    const deadlineAt = new Date(hub.clock.after(minutes(1)));
    await hub.run(hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { deadlineAt } }]));
    await hub.until(async () => (await hub.cluster(id)).state !== 'undoing');
    expect(hub.clock.now()).toBeGreaterThan(deadlineAt.getTime());
    expect(await hub.cluster(id)).toMatchObject({ state: 'failed' });
  });
});

describe('how long something may take to go', () => {
  const { clock } = runHub({ inside: 'sketch' }).ports;
  const of = { state: 'deprovisioning' } as const;

  test.each([undefined, 'beside others'] as const)(
    'is not renewed where buckets are emptied: %s',
    (emptying) => {
      const left = { names: ['hub-x-g1'], ...(emptying && { emptying }) };
      expect(waitFor(left, minutes(2), 'Deleting.', of, { clock })).not.toHaveProperty('patch');
    },
  );

  test('is renewed where nothing else is left than what becomes less', () => {
    const left = { names: ['hub-x-g1'], emptying: 'last' } as const;
    const deadlineAt = new Date(clock.afterWork(hours(2)));
    expect(waitFor(left, minutes(2), 'Deleting.', of, { clock })).toMatchObject({ patch: { deadlineAt } });
  });
});
