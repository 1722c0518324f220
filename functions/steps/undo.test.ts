import { describe, expect, test } from 'vitest';
import { minutes, seconds } from '../../shared/units.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';

/** So many times Hub has asked for it by itself. */
const rulesDeleted = ({ compute }: RunningHub): number => compute.calls.get('forwardingRules.delete') ?? 0;

describe.each(INTERIORS)('taking back what a failed creation made (%s)', (inside) => {
  /** Its installation has failed, it has a load balancer, and its leaf does not answer. */
  async function failing(): Promise<{ hub: RunningHub; id: string }> {
    const hub = runHub({ inside });
    hub.faults.force('pod-crash', { subject: 'hello' });
    const id = await hub.create({ product: 'hello' });
    await hub.reach(id, 'undoing', { stepMs: 1 });
    expect(hub.compute.all().map(({ kind }) => kind)).toContain('forwarding-rule');

    hub.faults.force('unavailable', { subject: `hub-${id}` });
    return { hub, id };
  }

  test('waits for a leaf that does not answer for a while, which then takes its load balancer away itself', async () => {
    const { hub, id } = await failing();
    await hub.clock.runFor(minutes(3));
    expect(hub.container.listClusters('-')).toMatchObject([{ status: 'RUNNING' }]);
    hub.faults.clear('unavailable');
    await hub.reach(id, 'failed');
    expect(rulesDeleted(hub)).toBe(0);
    expect(hub.objects()).toBe(0);
  });

  test('does not wait for ever: what such a leaf leaves is taken away by name', async () => {
    const { hub, id } = await failing();
    const { since } = await hub.cluster(id);
    await hub.until(() => hub.container.listClusters('-')[0]?.status !== 'RUNNING');
    expect(hub.clock.elapsed(since.getTime())).toBeGreaterThanOrEqual(minutes(5));
    expect(hub.clock.elapsed(since.getTime())).toBeLessThan(minutes(5) + seconds(45));
    await hub.reach(id, 'failed');
    expect(rulesDeleted(hub)).toBeGreaterThan(0);
    expect(hub.objects()).toBe(0);
  });
});
