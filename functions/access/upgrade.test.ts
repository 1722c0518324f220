/** Google upgrades what it runs when it likes. */
import { beforeEach, describe, expect, test } from 'vitest';
import { minutes } from '../../shared/units.ts';
import { codeOf } from '../../test/refusals.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';

describe.each(INTERIORS)('while Google upgrades (%s)', (inside) => {
  let it: RunningHub;
  let id: string;
  beforeEach(async () => {
    it = runHub({ inside });
    id = await it.created();
  });

  const upgrade = (of: 'master' | 'nodes'): void => {
    const [row] = it.cloudClusters();
    it.container.startUpgrade(row?.location ?? '', row?.resource.name ?? '', of);
  };
  const status = (): unknown => it.container.listClusters('-')[0]?.status;
  const listed = async (): Promise<unknown> =>
    (await it.leaf(id)).list({ apiVersion: 'v1', kind: 'Service', namespace: 'istio-ingress' });
  const balancers = (): number => it.compute.all().filter(({ kind }) => kind === 'forwarding-rule').length;

  describe('the nodes', () => {
    test('the cluster is reached as ever, and who is removed is shut out at once', async () => {
      await it.share(id, 'grace', 'editor');
      await it.reach(id, 'ready');
      it.faults.force('slow-operation', { subject: 'UPGRADE_NODES' });
      upgrade('nodes');
      expect(await listed()).not.toEqual([]);
      await it.share(id, 'grace');
      await it.reach(id, 'ready');
      expect(status()).toBe('RECONCILING');
      expect(await it.bindings(id)).not.toHaveProperty(['user:grace@example.com']);
    });

    test('a cluster that is deleted is drained before anything else', async () => {
      it.faults.force('slow-operation', { subject: 'UPGRADE_NODES' });
      upgrade('nodes');
      expect(balancers()).toBe(1);
      await it.delete(id);
      await it.reach(id, 'deprovisioning');
      expect(status()).toBe('RECONCILING');
      expect(balancers()).toBe(0);
      await it.reach(id, 'deleted');
      expect(it.objects()).toBe(0);
    });
  });

  describe('the control plane', () => {
    test('a zonal cluster does not answer, and says so itself', async () => {
      upgrade('master');
      expect(await codeOf(listed())).toBe('LEAF_UNAVAILABLE');
      await it.until(() => status() === 'RUNNING');
      expect(await listed()).not.toEqual([]);
    });

    test('a cluster that is deleted is drained once it answers again', async () => {
      upgrade('master');
      await it.delete(id);
      await it.clock.runFor(minutes(1));
      expect(await it.cluster(id)).toMatchObject({ state: 'deleting' });
      expect(balancers()).toBe(1);
      await it.reach(id, 'deprovisioning');
      expect(balancers()).toBe(0);
    });

    test('which never ends is waited for as long as draining may take', async () => {
      it.faults.force('stuck-operation', { subject: 'UPGRADE_MASTER' });
      upgrade('master');
      await it.delete(id);
      const { deadlineAt } = await it.cluster(id);
      await it.reach(id, 'deprovisioning');
      expect(it.clock.now()).toBeGreaterThanOrEqual(deadlineAt?.getTime() ?? Number.POSITIVE_INFINITY);
    });
  });
});
