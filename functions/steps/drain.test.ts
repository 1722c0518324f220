import { describe, expect, test } from 'vitest';
import { MEMORY_CLEAN_UP_KEYS } from '../../local/memory/clean-up-keys.ts';
import { type Ledger, ledgerPath } from '../../shared/documents/ledger.ts';
import { oidcClientPath } from '../../shared/documents/oidc.ts';
import { STATES } from '../../shared/lifecycle/table.ts';
import { publicHalves } from '../../test/certificates.ts';
import { INTERIORS, runHub } from '../../test/running-hub.ts';
import { checkCleanUp } from '../clean-up/check.ts';
import { command } from '../dispatch/commands.ts';

describe.each(INTERIORS)('deleting (%s)', (inside) => {
  test('takes the name away before the address, and ends with the client and every line of the ledger', async () => {
    const it = runHub({ inside });
    const id = await it.created();
    expect(it.records(id)).toHaveLength(1);
    expect(await it.documents.get(oidcClientPath(id))).toBeDefined();
    const { leaves } = it.ports;
    /** Records that were there when a load balancer was asked to go. */
    const named: number[] = [];
    it.ports.leaves = {
      open: (connection) => {
        const leaf = leaves.open(connection);
        const remove: typeof leaf.delete = (ref) => {
          if (ref.kind === 'Service') named.push(it.records(id).length);
          return leaf.delete(ref);
        };
        return { ...leaf, delete: remove };
      },
    };
    await it.delete(id);
    expect(await it.cluster(id)).toMatchObject({ state: 'deleting', endpoints: {} });
    await it.reach(id, 'deleted');
    expect(named[0]).toBe(0);
    expect(it.objects()).toBe(0);
    expect(await it.documents.get(oidcClientPath(id))).toBeUndefined();
    const ledger = await it.documents.get<Ledger>(ledgerPath(id));
    const entries = Object.values(ledger?.data.entries ?? {});
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(
      new Set(['cluster', 'subnetwork', 'bucket', 'firewall', 'dns-record']),
    );
    expect(entries.filter(({ goneAt }) => goneAt === undefined)).toEqual([]);
  });

  test('leaves the subnetwork to the cloud, which takes it away with the cluster', async () => {
    const it = runHub({ inside });
    const id = await it.created({ product: 'hello' });
    await it.delete(id);
    await it.until(() => it.container.listClusters('-').length === 0);
    expect(it.compute.calls.get('subnetworks.delete') ?? 0).toBe(0);
    await it.reach(id, 'deleted');
    expect(it.objects()).toBe(0);
  });

  test('waits for the name servers’ API before it gives the address back', async () => {
    const it = runHub({ inside });
    const id = await it.created({ product: 'hello' });
    it.faults.force('unavailable', { subject: 'dns.changes.create' });
    await it.delete(id);
    await it.clock.runFor(60_000);
    const service = { apiVersion: 'v1', kind: 'Service', name: 'hub-gateway', namespace: 'istio-ingress' };
    expect(await (await it.leaf(id)).find(service)).not.toHaveProperty('metadata.deletionTimestamp');
    it.faults.clear();
    await it.reach(id, 'deleted');
    expect(it.objects()).toBe(0);
  });

  test.each([
    ['1.36.2-gke.1100000', ['forwarding-rule', 'target-pool', 'health-check']],
    [
      '1.37.0-gke.1200000',
      ['forwarding-rule', 'backend-service', 'network-endpoint-group', 'region-health-check'],
    ],
  ])(
    'takes what the cluster left in the cloud when its leaf could not be asked (%s)',
    async (version, parts) => {
      const it = runHub({ inside, clusterVersion: version });
      const id = await it.created();
      it.faults.force('leak');
      it.faults.force('unavailable', { subject: `hub-${id}` });
      await it.delete(id);
      await it.reach(id, 'deleted');
      expect(it.objects()).toBe(0);
      // Of its load balancer too what nobody sees: its parts count for quotas, and the certificate speaks of all.
      const ledger = await it.documents.get<Ledger>(ledgerPath(id));
      const entries = Object.values(ledger?.data.entries ?? {});
      expect(entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(parts));
      expect(entries.filter(({ goneAt }) => goneAt === undefined)).toEqual([]);
      const verdict = checkCleanUp(ledger?.data.certificate, publicHalves(...MEMORY_CLEAN_UP_KEYS));
      if (!verdict.holds) throw new Error(verdict.fault);
      const { resources, listing } = verdict.statement;
      expect(resources.map(({ kind }) => kind)).toEqual(expect.arrayContaining(parts));
      expect(listing.scopes.flatMap(({ kinds }) => kinds)).toEqual(expect.arrayContaining(parts));
    },
  );

  /** A spare's two are not reached from here, nor the one that only days of failure lead to. */
  const states = STATES.filter((state) => !['warm', 'personalizing', 'stuck'].includes(state));

  test.each(states)('is taken in %s, and ends with nothing left', async (state) => {
    const it = runHub({ inside });
    if (state === 'undoing' || state === 'failed') it.faults.force('job-fails');
    if (state === 'queued') await it.allow('ada', 0);
    const id = await it.create();
    const underWay = ['deleting', 'deprovisioning', 'sweeping', 'deleted'].includes(state);
    if (underWay || state === 'sharing' || state === 'repairing') await it.reach(id, 'ready');
    if (underWay) await it.delete(id);
    if (state === 'sharing') await it.share(id, 'grace', 'viewer');
    if (state === 'repairing') await it.run(command(it.ports, id, 'repair', 'hub'));
    await it.reach(id, state, { stepMs: 1 });
    await it.delete(id);
    await it.reach(id, 'deleted');
    expect(it.objects()).toBe(0);
    // One that never left the queue never took any room.
    const { clusters = 0 } = (await it.documents.get('accounts/ada'))?.data ?? {};
    expect(clusters).toBe(0);
  });
});
