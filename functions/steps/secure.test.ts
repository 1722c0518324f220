/** From the moment in which an application runs until its owner comes in: locked first, exposed afterwards, or never. */
import { describe, expect, test } from 'vitest';
import { HUB_PRINCIPAL } from '../../shared/catalog/pachyderm.ts';
import { ERRORS } from '../../shared/errors.ts';
import { days, seconds } from '../../shared/units.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import { CONDITIONS } from '../access/conditions.ts';
import { GATEWAY } from '../access/exposure.ts';
import { bindingsOf } from '../pachyderm/members.ts';

/** Notes in which state of the cluster each thing was done without which nobody comes in from outside. */
function openings(it: RunningHub, id: () => string): Set<string> {
  const seen = new Set<string>();
  const note = async (what: string): Promise<void> =>
    void seen.add(`${what} while ${(await it.documents.get(`clusters/${id()}`))?.data.state}`);
  const { leaves, dns } = it.ports;
  it.ports.leaves = {
    open: (connection) => {
      const leaf = leaves.open(connection);
      const apply: typeof leaf.apply = async (object) => {
        if (object.kind === GATEWAY.kind) await note('a gateway that listens');
        return leaf.apply(object);
      };
      return { ...leaf, apply };
    },
  };
  it.ports.dns = {
    ...dns,
    async ensureRecord(record) {
      if (record.type === 'A') await note('an address');
      return dns.ensureRecord(record);
    },
  };
  return seen;
}

describe.each(INTERIORS)('a cluster (%s)', (inside) => {
  test('is locked before anything leads to it, and then has all that its owner needs', async () => {
    const it = runHub({ inside });
    let id = '';
    const seen = openings(it, () => id);
    id = await it.create();
    await it.until(async () => (await it.cluster(id)).certificate?.order !== undefined);
    expect((await it.cluster(id)).state).toBe('provisioning');
    await it.reach(id, 'ready');
    expect([...seen].sort()).toEqual(['a gateway that listens while exposing', 'an address while exposing']);
    const { certificate = {}, ...cluster } = await it.cluster(id);
    expect(cluster.conditions.map(({ type }) => type).sort()).toEqual([...CONDITIONS].sort());
    expect(cluster.conditions.every(({ status }) => status)).toBe(true);
    expect(cluster).toMatchObject({
      parts: 8,
      endpoints: { pachd: `grpcs://${it.name(id)}:443`, console: `https://${it.name(id)}/` },
    });
    expect(Object.keys(certificate).sort()).toEqual(['fingerprint', 'notAfter', 'renewAt']);
    const ahead = (certificate.notAfter?.getTime() ?? 0) - (certificate.renewAt?.getTime() ?? 0);
    expect(ahead).toBeGreaterThanOrEqual(days(30));
    expect(ahead).toBeLessThan(days(33));
    expect(it.records(id).map(({ type }) => type)).toEqual(['A']);
    const bindings = bindingsOf([{ email: 'ada@example.com', role: 'owner' }], HUB_PRINCIPAL);
    expect(await it.bindings(id)).toMatchObject(bindings);
    expect(await it.keptBindings(id)).toEqual({ allClusterUsers: [], ...bindings });
  });

  test.each(['unlocked', 'open-project'] as const)(
    'that cannot be locked (%s) is never opened, and fails with nothing left',
    async (fault) => {
      const it = runHub({ inside });
      let id = '';
      const seen = openings(it, () => id);
      it.faults.force(fault);
      id = await it.create();
      await it.reach(id, 'failed');
      expect([...seen]).toEqual([]);
      const { error, endpoints } = await it.cluster(id);
      expect(error).toMatchObject({
        code: 'LOCK_FAILED',
        message: expect.stringContaining(ERRORS.LOCK_FAILED.say),
      });
      expect(endpoints).toEqual({});
      expect((await it.events(id)).map(({ to }) => to)).not.toContain('exposing');
      expect(it.objects()).toBe(0);
    },
  );

  test('that lets a stranger in once it has an address is closed at once, and for good', async () => {
    const it = runHub({ inside });
    const id = await it.create();
    await it.reach(id, 'exposing', { stepMs: 20 });
    (await it.pachd(id)).bindings = {};
    await it.reach(id, 'undoing', { stepMs: 20 });
    expect(await (await it.leaf(id)).find(GATEWAY)).toBeUndefined();
    const last = (await it.events(id)).at(-1);
    expect(last).toMatchObject({ from: 'exposing', error: { code: 'LOCK_FAILED' } });
    expect(last?.durationMs).toBeLessThan(seconds(30));
    await it.reach(id, 'failed');
    expect(it.objects()).toBe(0);
  });

  test('loses whoever bound themselves in it before it was locked', async () => {
    const it = runHub({ inside });
    const id = await it.create();
    await it.reach(id, 'installing');
    const leaf = await it.leaf(id);
    await it.until(async () => {
      const pachd = await leaf.find({ ...DEPLOYMENT, name: 'pachd' });
      return pachd?.status?.readyReplicas === 1;
    });
    const mallory = bindingsOf([{ email: 'mallory@example.com', role: 'owner' }], HUB_PRINCIPAL);
    await it.asHub(id, (pachyderm, admin) => pachyderm.setMembers(admin, mallory));
    expect((await it.cluster(id)).state).toBe('installing');
    expect(await it.bindings(id)).toMatchObject(mallory);
    await it.reach(id, 'ready');
    expect(
      Object.keys(await it.bindings(id))
        .filter((one) => one.startsWith('user:'))
        .sort(),
    ).toEqual(['user:ada@example.com', HUB_PRINCIPAL]);
  });
});

const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'pachyderm' };
