import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { memoryDns } from '../../local/memory/dns.ts';
import { createServerIdentity } from '../../local/tls.ts';
import { HUB_PRINCIPAL } from '../../shared/catalog/pachyderm.ts';
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { oidcClientPath } from '../../shared/documents/oidc.ts';
import { AppError } from '../../shared/errors.ts';
import { describe as errorOf } from '../../shared/lifecycle/transition.ts';
import { days, hours, minutes, seconds } from '../../shared/units.ts';
import { AGAIN, deployment, mended, told, untrue } from '../../test/looks.ts';
import { INTERIORS, type RunningHub, runHub } from '../../test/running-hub.ts';
import { accessOf } from '../access/access.ts';
import { ensureClosed } from '../access/expose.ts';
import { CERTIFICATE_SECRET, certificateSecret, GATEWAY } from '../access/exposure.ts';
import { installationOf } from '../access/installation.ts';
import { memberAccountName } from '../access/member-account.ts';
import { CommitError, type DocumentData, type Documents } from '../cloud.ts';
import { isUnrevoked } from '../leaf/install.ts';
import { prerequisites } from '../leaf/manifests.ts';
import { INSTALLER_BINDING } from '../leaf/names.ts';
import { bindingsOf } from '../pachyderm/members.ts';
import { claimSpare } from '../pool/claim.ts';
import { sweepDrift } from './drift.ts';

async function certificateOf(it: RunningHub, id: string): Promise<X509Certificate> {
  const secret = await (await it.leaf(id)).find(CERTIFICATE_SECRET);
  return new X509Certificate(Buffer.from(secret?.data?.['tls.crt'] ?? '', 'base64'));
}

describe.each(INTERIORS)('a cluster in use (%s)', (inside) => {
  let it: RunningHub;
  let id: string;
  beforeAll(async () => {
    it = runHub({ inside });
    id = await it.created();
    await it.share(id, 'grace', 'viewer');
    await it.reach(id, 'ready');
  });

  test('that is as it was left is looked at without a word', async () => {
    const read = () => it.documents.get(clusterPath(id));
    const before = await read();
    const messages = await told(it, id, async () => {
      await it.run(sweepDrift(it.ports, { schema: 1 }));
      await it.clock.runFor(minutes(2));
    });
    expect(messages).toEqual([]);
    expect((await read())?.version).toBe(before?.version);
  });

  test('is looked at once more if the database went away in the middle', async () => {
    let reads = 0;
    const documents: Documents = {
      ...it.ports.documents,
      async get(path) {
        if (++reads > 1) throw new CommitError('unavailable', 'the database is away');
        return it.ports.documents.get(path);
      },
    };
    await expect(it.run(sweepDrift({ ...it.ports, documents }, { schema: 1, id }))).rejects.toMatchObject({
      fault: 'unavailable',
    });
    expect(untrue(await it.cluster(id))).toEqual([]);
  });

  test('gets back a part of its application', async () => {
    const leaf = await it.leaf(id);
    await leaf.delete(deployment('console'));
    expect(await mended(it, id)).toEqual(['1 of its 8 parts is missing.', AGAIN]);
    expect(await leaf.find(deployment('console'))).toBeDefined();
  });

  test('keeps the disks that it has where a Hub of now would make larger ones', async () => {
    const leaf = await it.leaf(id);
    const etcd = { ...deployment('etcd'), kind: 'StatefulSet' };
    const found = await leaf.find(etcd);
    const [claim] = found?.spec.volumeClaimTemplates ?? [];
    const sizeOf = async (): Promise<unknown> =>
      (await leaf.find(etcd))?.spec.volumeClaimTemplates[0].spec.resources.requests.storage;
    expect(await sizeOf()).toBe('50Gi');
    await leaf.delete(etcd);
    await it.clock.runFor(minutes(1));
    const resources = { requests: { storage: '10Gi' } };
    const { apiVersion, kind, name, namespace } = etcd;
    await leaf.apply({
      ...{ apiVersion, kind, metadata: { name, namespace, labels: found?.metadata.labels ?? {} } },
      spec: { ...found?.spec, volumeClaimTemplates: [{ ...claim, spec: { ...claim.spec, resources } }] },
    });
    await it.clock.runFor(minutes(2));
    await leaf.delete(deployment('console'));
    expect(await mended(it, id)).toEqual(['1 of its 8 parts is missing.', AGAIN]);
    expect(await sizeOf()).toBe('10Gi');
  });

  test('does not count what its application scales itself, and forgets that it ever did', async () => {
    const leaf = await it.leaf(id);
    const { apiVersion, kind, name, namespace } = deployment('pachw');
    const scaled = async (replicas: number): Promise<void> => {
      await leaf.apply({ apiVersion, kind, metadata: { name, namespace }, spec: { replicas } } as never);
      await it.clock.runFor(minutes(2));
    };
    await scaled(1);
    expect(await told(it, id, () => it.look(id))).toEqual([]);
    await scaled(0);
    expect(await told(it, id, () => it.look(id))).toEqual([]);
    // Counted by a Hub of before, at a moment at which there was one.
    const parts = 9;
    await it.run(it.documents.commit([{ op: 'update', path: clusterPath(id), data: { parts } }]));
    expect(await mended(it, id)).toEqual(['1 of its 9 parts is missing.', AGAIN]);
    expect(await it.cluster(id)).toMatchObject({ parts: 8 });
    expect(await told(it, id, () => it.look(id))).toEqual([]);
  });

  test('is rid of what an installer may do, if a handler that was held up begins once more what has ended', async () => {
    const leaf = await it.leaf(id);
    const jobs = await leaf.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'hub-system' });
    const plan = await installationOf(await it.site(id));
    const left = prerequisites(plan, 'a-token');
    const unrevoked = 'What Hub’s installer may do in it was not taken back.';
    for (const some of [left, left.filter(({ kind }) => kind === INSTALLER_BINDING.kind)]) {
      for (const object of some) await leaf.apply(object);
      expect(await mended(it, id)).toEqual([unrevoked, AGAIN]);
      expect(await isUnrevoked(leaf, plan)).toBe(false);
    }
    const after = await leaf.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'hub-system' });
    expect(after.length).toBe(jobs.length + 1);
  });

  test('gets back the way in', async () => {
    const leaf = await it.leaf(id);
    await leaf.delete(GATEWAY);
    expect(await mended(it, id)).toEqual(['It does not answer at its address.', AGAIN]);
    expect(await leaf.find(GATEWAY)).toBeDefined();
  });

  test('is not closed by a handler that was held up until it had moved on', async () => {
    const site = await it.site(id);
    const { leaf } = site;
    await it.share(id, 'linus', 'viewer');
    await it.reach(id, 'ready');
    await it.run(ensureClosed(site));
    expect(await leaf.find(GATEWAY)).toBeDefined();
    await it.run(ensureClosed(await it.site(id)));
    expect(await leaf.find(GATEWAY)).toBeUndefined();
    expect(await mended(it, id)).toEqual(['It does not answer at its address.', AGAIN]);
  });

  test('gets back the protocol of its own clients', async () => {
    const leaf = await it.leaf(id);
    const rule = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      name: 'hub-pachd-proxy-backend',
      namespace: 'istio-ingress',
    };
    const before = await leaf.find(rule);
    await leaf.delete(rule);
    expect(await mended(it, id)).toEqual(['It does not answer at its address.', AGAIN]);
    expect((await leaf.find(rule))?.spec).toEqual(before?.spec);
  });

  test('gets its name back', async () => {
    const before = it.records(id);
    const elsewhere = { name: it.name(id), type: 'A' as const, ttlS: 60, values: ['198.51.100.1'] };
    await it.run(it.ports.dns.ensureRecord(elsewhere));
    await it.clock.runFor(minutes(2));
    expect(it.records(id)).not.toEqual(before);
    expect(await mended(it, id)).toEqual(['It does not answer at its address.', AGAIN]);
    expect(it.records(id)).toEqual(before);
  });

  test('gets a new certificate for one that is missing', async () => {
    const before = await certificateOf(it, id);
    await (await it.leaf(id)).delete(CERTIFICATE_SECRET);
    expect(await mended(it, id)).toEqual([
      'Its certificate is missing. It does not answer at its address.',
      AGAIN,
    ]);
    const after = await certificateOf(it, id);
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect((await it.cluster(id)).certificate).toMatchObject({ notAfter: after.validToDate });
  });

  test('gets its own certificate back for one that somebody put there', async () => {
    const before = await certificateOf(it, id);
    const { ca, certificate, key } = await createServerIdentity(it.name(id), [it.name(id)]);
    await (await it.leaf(id)).apply(certificateSecret(`${certificate}\n${ca}`, key));
    expect(await mended(it, id)).toEqual(['Its certificate is not the one that Hub issued for it.', AGAIN]);
    const after = await certificateOf(it, id);
    expect(after.issuer).toBe(before.issuer);
  });

  test('is locked again to a stranger who was bound in it', async () => {
    const before = await it.bindings(id);
    const mallory = { email: 'mallory@example.com', role: 'owner' as const };
    const members = [{ email: 'ada@example.com', role: 'owner' as const }, mallory];
    await it.asHub(id, (pachyderm, admin) => pachyderm.setMembers(admin, bindingsOf(members, HUB_PRINCIPAL)));
    expect(await it.bindings(id)).toHaveProperty('user:mallory@example.com');
    expect(await mended(it, id)).toEqual(['People who are not members could get in.', AGAIN]);
    expect(await it.bindings(id)).toEqual(before);
  });

  test.each<[string, DocumentData | undefined]>([
    ['somebody else wrote over', { secretDigests: ['0'.repeat(64)] }],
    ['Hub does not know any more', undefined],
  ])(
    'lets Hub and its people in again whom its provider did not know: a client that %s',
    async (_, change) => {
      const path = oidcClientPath(id);
      const before = (await it.documents.get(path))?.data;
      await it.run(
        it.documents.commit([change ? { op: 'update', path, data: change } : { op: 'delete', path }]),
      );
      expect(await mended(it, id)).toEqual([
        'It refuses Hub, so Hub cannot check that only its members can get in.',
        AGAIN,
      ]);
      const { createdAt: _createdAt, ...after } = (await it.documents.get(path))?.data ?? {};
      expect(before).toMatchObject(after);
    },
  );

  test('is locked first where there is more to be done', async () => {
    const before = await it.bindings(id);
    const mallory = { email: 'mallory@example.com', role: 'owner' as const };
    await it.asHub(id, (pachyderm, admin) =>
      pachyderm.setMembers(admin, bindingsOf([mallory], HUB_PRINCIPAL)),
    );
    await (await it.leaf(id)).delete(deployment('console'));
    const messages = await told(it, id, async () => {
      await it.look(id);
      expect(await it.cluster(id)).toMatchObject({
        state: 'repairing',
        detail: expect.stringContaining('installer'),
      });
      expect(await it.bindings(id)).toEqual(before);
      await it.reach(id, 'ready');
    });
    expect(messages).toEqual([
      '1 of its 8 parts is missing. People who are not members could get in.',
      AGAIN,
    ]);
    expect(untrue(await it.cluster(id))).toEqual([]);
  });

  test('gives its members back what they are in it', async () => {
    const leaf = await it.leaf(id);
    const name = memberAccountName('grace');
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: 'hub-members' };
    await leaf.delete(account);
    expect(await mended(it, id)).toEqual(['Some of its members do not have the access they should.', AGAIN]);
    expect(await leaf.find(account)).toBeDefined();
  });

  test('will know its members after its next start, too', async () => {
    const kept = await it.keptBindings(id);
    await (await it.leaf(id)).apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'pachyderm-auth', namespace: 'pachyderm' },
      data: { 'cluster-role-bindings': Buffer.from('{}').toString('base64') },
    });
    expect(await mended(it, id)).toEqual(['Some of its members do not have the access they should.', AGAIN]);
    expect(await it.keptBindings(id)).toEqual(kept);
  });

  test('does not go on telling an error that is over', async () => {
    const error = errorOf('LEAF_UNAVAILABLE');
    await it.run(it.documents.commit([{ op: 'update', path: clusterPath(id), data: { error } }]));
    expect(await mended(it, id)).toEqual([]);
    expect(await it.cluster(id)).not.toHaveProperty('error');
  });

  describe('of which somebody was shut out', () => {
    const shutOut = async (): Promise<Cluster> => {
      await it.share(id, 'linus', 'viewer');
      await it.reach(id, 'ready', { stepMs: 20 });
      await it.share(id, 'linus');
      await it.reach(id, 'ready', { stepMs: 20 });
      return it.cluster(id);
    };

    test('is looked at out of turn, once, and nothing is said of it', async () => {
      const { lookAt, epoch } = await shutOut();
      await it.clock.runUntil((lookAt?.getTime() ?? 0) + minutes(2));
      const { version } = (await it.documents.get(clusterPath(id))) ?? {};
      expect(await it.cluster(id)).toMatchObject({ state: 'ready', epoch });
      expect(await it.cluster(id)).not.toHaveProperty('lookAt');
      await it.clock.runFor(minutes(30));
      expect((await it.documents.get(clusterPath(id)))?.version).toBe(version);
    });

    test('is not taken for looked at by a look that comes before', async () => {
      const { lookAt } = await shutOut();
      await it.look(id);
      expect(await it.cluster(id)).toMatchObject({ lookAt });
    });

    test('is looked at again and again while it does not answer, or nothing shows that it is locked', async () => {
      const { lookAt } = await shutOut();
      const away = { subject: it.ports.provider.clusterName(await it.cluster(id)) };
      it.faults.force('unavailable', away);
      await it.clock.runUntil((lookAt?.getTime() ?? 0) + minutes(25));
      it.faults.clear('unavailable');
      const { lookAt: next, state } = await it.cluster(id);
      expect(state).toBe('ready');
      expect(next?.getTime()).toBeGreaterThan(it.clock.now());
      const { pachyderms } = it.ports;
      it.ports.pachyderms = { ...pachyderms, inside: () => Promise.reject(new AppError('LEAF_UNAVAILABLE')) };
      await it.clock.runUntil((next?.getTime() ?? 0) + minutes(2));
      it.ports.pachyderms = pachyderms;
      expect((await it.cluster(id)).lookAt?.getTime()).toBeGreaterThan(it.clock.now());
      await it.clock.runFor(minutes(12));
      expect(await it.cluster(id)).not.toHaveProperty('lookAt');
    });
  });

  test('has its certificate renewed a month before it ends', async () => {
    const before = await certificateOf(it, id);
    await it.sleep(days(56));
    expect(await mended(it, id)).toEqual([]);
    await it.sleep(days(5));
    expect(await mended(it, id)).toEqual(['Its certificate is due for renewal.', AGAIN]);
    const after = await certificateOf(it, id);
    expect(after.validToDate.getTime()).toBeGreaterThan(before.validToDate.getTime() + days(55));
    expect((await it.cluster(id)).certificate).toMatchObject({ notAfter: after.validToDate });
    expect(await mended(it, id)).toEqual([]);
  });

  test('says which of its parts do not run, and waits for them as Kubernetes does', async () => {
    it.faults.force('pod-crash', { subject: 'pachyderm/console' });
    await it.restart(id, 'console');
    expect(await told(it, id, () => it.look(id))).toEqual([]);
    const { state, conditions, flawedSince } = await it.cluster(id);
    expect(state).toBe('ready');
    const found = conditions.find(({ type }) => type === 'Workloads');
    expect(found).toMatchObject({ status: false, message: '1 of its 8 parts does not run.' });
    expect(flawedSince).toEqual(found?.since);
    it.faults.clear('pod-crash');
    await it.restart(id, 'console');
    // Nobody has to wait for the next look at all clusters.
    await it.clock.runFor(minutes(12));
    const after = await it.cluster(id);
    expect(untrue(after)).toEqual([]);
    for (const field of ['flawedSince', 'lookAt']) expect(after).not.toHaveProperty(field);
  });

  test('says since when also where a Hub of before has found it', async () => {
    it.faults.force('pod-crash', { subject: 'pachyderm/console' });
    await it.restart(id, 'console');
    await it.look(id);
    const { flawedSince } = await it.cluster(id);
    expect(flawedSince).toBeInstanceOf(Date);
    const data = { flawedSince: undefined };
    await it.run(it.documents.commit([{ op: 'update', path: clusterPath(id), data }]));
    expect(await told(it, id, () => it.look(id))).toEqual([]);
    expect((await it.cluster(id)).flawedSince).toEqual(flawedSince);
    it.faults.clear('pod-crash');
    await it.restart(id, 'console');
    expect(await mended(it, id)).toEqual([]);
  });

  test('is not repaired for an application that does not start and so does not answer', async () => {
    it.faults.force('pod-crash', { subject: 'pachyderm/pachd' });
    await it.restart(id, 'pachd');
    expect(await told(it, id, () => it.look(id))).toEqual([]);
    expect(untrue(await it.cluster(id))).toEqual(['Workloads', 'Reachable']);
    it.faults.clear('pod-crash');
    await it.restart(id, 'pachd');
    expect(await mended(it, id)).toEqual([]);
  });

  test('that cannot be repaired stays in use with the error, and is not tried again at every look', async () => {
    const { dns } = it.ports;
    it.ports.dns = memoryDns(it.dns, 'no-such-zone');
    await (await it.leaf(id)).delete(GATEWAY);
    const messages = await told(it, id, async () => {
      await it.look(id);
      await it.reach(id, 'ready');
      await it.look(id);
      await it.clock.runFor(hours(6));
      await it.look(id);
    });
    const { error, conditions } = await it.cluster(id);
    expect(messages).toEqual(['It does not answer at its address.', error?.message]);
    expect(error?.code).toBe('DNS_ZONE_MISSING');
    expect(untrue({ conditions } as Cluster)).toEqual(['Reachable']);
    it.ports.dns = dns;
    await it.clock.runFor(hours(12));
    expect(await it.cluster(id)).not.toHaveProperty('error');
    expect(await mended(it, id)).toEqual([]);
  });

  test('that lets strangers in is closed although that it was not locked was known already', async () => {
    const { pachyderms } = it.ports;
    // It refuses Hub, so a repair comes to nothing.
    it.ports.pachyderms = {
      ...pachyderms,
      inside: () => Promise.reject(new AppError('PRODUCT_REFUSED')),
    };
    await it.look(id);
    await it.reach(id, 'ready');
    expect(untrue(await it.cluster(id))).toContain('Locked');
    expect(await it.cluster(id)).toMatchObject({ endpoints: { console: expect.any(String) } });
    it.ports.pachyderms = pachyderms;
    const pachd = await it.pachd(id);
    const kept = structuredClone(pachd.bindings);
    pachd.bindings = {};
    await it.clock.runFor(minutes(12));
    expect(await it.cluster(id)).toMatchObject({ state: 'ready', endpoints: {} });
    pachd.bindings = kept;
    await it.clock.runFor(hours(1.5));
    expect(untrue(await it.cluster(id))).toEqual([]);
    expect(await it.cluster(id)).toMatchObject({ endpoints: { console: expect.any(String) } });
  });

  test('whose members a repair could not bring back is repaired again within hours, and less and less often', async () => {
    const { pachyderms } = it.ports;
    it.ports.pachyderms = {
      ...pachyderms,
      inside: () => Promise.reject(new AppError('PRODUCT_REFUSED')),
    };
    const { epoch } = await it.cluster(id);
    await it.look(id);
    await it.clock.runFor(hours(30));
    const repairs = (await it.events(id)).filter((one) => one.epoch > epoch && one.to === 'repairing');
    const apart = repairs.slice(1).map(({ at }, n) => at.getTime() - (repairs[n]?.at.getTime() ?? 0));
    expect(repairs.length).toBeGreaterThan(5);
    expect(repairs.length).toBeLessThan(15);
    expect(Math.max(...apart.slice(0, 3))).toBeLessThan(hours(2));
    expect(apart.at(-1)).toBeGreaterThan(hours(4));
    it.ports.pachyderms = pachyderms;
    // One may have been under way.
    expect((await mended(it, id)).filter((message) => message !== AGAIN)).toEqual([]);
  });

  test('whose part does not come back stays in use as far as it goes, locked to its members', async () => {
    const [bindings, kept] = [await it.bindings(id), await it.keptBindings(id)];
    it.faults.force('pod-crash', { subject: 'pachyderm/console' });
    await (await it.leaf(id)).delete(deployment('console'));
    const messages = await told(it, id, async () => {
      await it.look(id);
      await it.reach(id, 'ready');
    });
    const { error, endpoints } = await it.cluster(id);
    expect(messages).toEqual(['1 of its 8 parts is missing.', error?.message]);
    expect(error?.code).toBe('INSTALL_FAILED');
    expect(endpoints).toHaveProperty('console');
    expect([await it.bindings(id), await it.keptBindings(id)]).toEqual([bindings, kept]);
    it.faults.clear();
    await it.restart(id, 'console');
    expect(await mended(it, id)).toEqual([]);
    expect(await it.cluster(id)).not.toHaveProperty('error');
  });

  test('that was told from inside to ask nobody who they are is closed, and starts anew with its lock', async () => {
    const pachd = await it.pachd(id);
    const [bindings, { oidc }] = [structuredClone(pachd.bindings['CLUSTER:']), structuredClone(pachd)];
    const pods = async (): Promise<string[]> =>
      (await accessOf(await it.site(id)).keepers(await it.site(id))).map(
        ({ metadata }) => metadata.uid ?? '',
      );
    const before = await pods();
    // What `pachctl auth deactivate` leaves of it, through a port that an owner forwards.
    Object.assign(pachd, { bindings: {}, tokens: {}, groups: {} });
    delete pachd.oidc;
    const { host } = await it.site(id);
    expect(it.doors.isOpenToStrangers(host)).toBe(true);
    const messages = await told(it, id, async () => {
      await it.look(id);
      await it.until(async () => (await it.cluster(id)).state === 'repairing');
      await it.clock.runFor(seconds(2));
      // While it starts nobody gets to it, not even to the pod that ends.
      expect(await (await it.leaf(id)).find(GATEWAY)).toBeUndefined();
      await it.reach(id, 'ready');
    });
    expect(messages).toEqual(['People who are not members could get in.', AGAIN]);
    expect(untrue(await it.cluster(id))).toEqual([]);
    expect(it.doors.isOpenToStrangers(host)).toBe(false);
    expect((await pods()).filter((uid) => before.includes(uid))).toEqual([]);
    expect(await it.bindings(id)).toEqual(bindings);
    expect((await it.pachd(id)).oidc).toEqual(oidc);
    expect(await it.cluster(id)).toMatchObject({ endpoints: { console: expect.any(String) } });
    await it.clock.runFor(minutes(1));
  });

  test('to which a robot was bound says so, and not that somebody could have come in', async () => {
    const { bindings } = await it.pachd(id);
    Object.assign(bindings['CLUSTER:'] ?? {}, { 'robot:ci': ['repoReader'] });
    const more =
      'Robots, or more roles than its members have, were bound to the whole cluster. Hub takes that back: bind them to a project or a repository.';
    expect(await mended(it, id)).toEqual([more, AGAIN]);
    expect(await it.bindings(id)).not.toHaveProperty('robot:ci');
    Object.assign(bindings['CLUSTER:'] ?? {}, { 'user:eve@example.com': ['repoReader'] });
    expect(await mended(it, id)).toEqual(['People who are not members could get in.', AGAIN]);
  });

  test('that has others sign people in too starts anew, and forgets them', async () => {
    const pachd = await it.pachd(id);
    const [only] = pachd.connectors;
    pachd.connectors = [...pachd.connectors, { ...structuredClone(only), id: 'other' } as never];
    expect(await mended(it, id)).toEqual(['People who are not members could get in.', AGAIN]);
    expect((await it.pachd(id)).connectors.map((one) => one.id)).toEqual([only?.id]);
    await it.clock.runFor(minutes(1));
  });

  test('that was told from inside to take others than Hub for it starts anew, and knows Hub again', async () => {
    const pachd = await it.pachd(id);
    const { oidc } = structuredClone(pachd);
    if (!oidc) throw new Error('it has no way to sign in');
    pachd.oidc = { ...oidc, userAccessibleIssuerHost: 'elsewhere.example.com' };
    const refusing = 'It refuses Hub, so Hub cannot check that only its members can get in.';
    expect(await mended(it, id)).toEqual([refusing, AGAIN]);
    expect((await it.pachd(id)).oidc).toEqual(oidc);
    await it.clock.runFor(minutes(1));
  });

  test('that lets strangers in after a new start too is closed, says why, and is opened again once it does not', async () => {
    it.faults.force('unlocked', { times: 100 });
    const pachd = await it.pachd(id);
    pachd.bindings = {};
    const messages = await told(it, id, async () => {
      await it.look(id);
      await it.reach(id, 'ready');
    });
    expect(messages[0]).toBe('People who are not members could get in.');
    const closed = await it.cluster(id);
    expect(closed).toMatchObject({ endpoints: {}, error: { code: 'LOCK_FAILED' } });
    expect(closed.conditions.find(({ type }) => type === 'Locked')?.message).toBe(
      'Others could have got in, so it was closed. Seen: it lets people in without a token. Hub restarts it and tries again by itself, which undoes what was set from inside. If it stays so, tell the operator.',
    );
    expect(await (await it.leaf(id)).find(GATEWAY)).toBeUndefined();
    it.faults.clear();
    await it.clock.runFor(minutes(1));
    expect((await mended(it, id)).at(-1)).toBe(AGAIN);
    expect(await it.cluster(id)).toMatchObject({ endpoints: { console: expect.any(String) } });
    await it.clock.runFor(minutes(1));
  });

  test('whose gateway goes on letting more through than it has to is closed, but not while it is being told', async () => {
    const { pachyderms } = it.ports;
    let leaks = true;
    it.ports.pachyderms = {
      ...pachyderms,
      async outside(host) {
        const pachyderm = await pachyderms.outside(host);
        return { ...pachyderm, findLeak: async () => (leaks ? 'it leaks' : pachyderm.findLeak()) };
      },
    };
    const leaf = await it.leaf(id);
    const routes = {
      apiVersion: GATEWAY.apiVersion,
      kind: 'VirtualService',
      name: 'hub',
      namespace: 'istio-ingress',
    };
    const found = await leaf.find(routes);
    const { apiVersion, kind, name, namespace } = routes;
    // Those of a Hub of before, which the gateway goes by until it hears of others.
    await leaf.apply({ apiVersion, kind, metadata: { name, namespace }, spec: { ...found?.spec, http: [] } });
    await it.clock.runFor(minutes(1));
    const messages = await told(it, id, async () => {
      await it.look(id);
      await it.clock.runFor(seconds(10));
      leaks = false;
      await it.reach(id, 'ready');
    });
    expect(messages).toEqual(['It does not answer at its address.', AGAIN]);
    expect((await leaf.find(routes))?.spec).toEqual(found?.spec);
    leaks = true;
    await it.look(id);
    await it.reach(id, 'ready');
    expect(await it.cluster(id)).toMatchObject({ endpoints: {}, error: { code: 'LOCK_FAILED' } });
    expect(await leaf.find(GATEWAY)).toBeUndefined();
    it.ports.pachyderms = pachyderms;
    expect(await mended(it, id)).toEqual(['It does not answer at its address.', AGAIN]);
  });

  test('whose cluster somebody deleted in the cloud says so once, and can still be deleted', async () => {
    const { location = '' } = await it.cluster(id);
    it.container.deleteCluster(location, it.ports.provider.clusterName(await it.cluster(id)));
    await it.clock.runFor(minutes(10));
    const messages = await told(it, id, async () => {
      await it.look(id);
      await it.clock.runFor(hours(13));
    });
    expect(messages).toEqual([]);
    const { state, conditions, flawedSince } = await it.cluster(id);
    expect(state).toBe('ready');
    // Of what is not there nothing else is said.
    const message = 'The cluster itself is gone: somebody deleted it in the cloud.';
    expect(conditions).toEqual([{ type: 'Exists', status: false, message, since: flawedSince }]);
    await it.delete(id);
    await it.reach(id, 'deleted');
    expect(await it.cluster(id)).not.toHaveProperty('flawedSince');
    expect(it.objects()).toBe(0);
  });
});

describe.each(INTERIORS)('a cluster whose deletion in the cloud failed half-way (%s)', (inside) => {
  test('says that it cannot be used, and can still be deleted', async () => {
    const it = runHub({ inside });
    const id = await it.created({ product: 'hello' });
    const { location = '' } = await it.cluster(id);
    it.faults.force('operation-fails', { times: 1, subject: 'DELETE_CLUSTER' });
    it.container.deleteCluster(location, it.ports.provider.clusterName(await it.cluster(id)));
    await it.clock.runFor(minutes(10));
    await it.look(id);
    const { state, conditions } = await it.cluster(id);
    expect(state).toBe('ready');
    expect(conditions.find(({ type }) => type === 'Exists')).toMatchObject({
      status: false,
      message: 'The cloud says that the cluster itself cannot be used any more.',
    });
    await it.delete(id);
    await it.reach(id, 'deleted');
    expect(it.objects()).toBe(0);
  });
});

describe('a cluster that cannot be looked at', () => {
  const away = async (it: RunningHub, id: string): Promise<void> => {
    it.faults.force('unavailable', { subject: it.ports.provider.clusterName(await it.cluster(id)) });
  };

  test('says so once two looks have failed, for as long as it is so, and nothing else', async () => {
    const it = runHub({ inside: 'sketch' });
    const id = await it.created({ product: 'hello' });
    const before = await it.cluster(id);
    await away(it, id);
    const messages = await told(it, id, async () => {
      await it.look(id);
      expect(untrue(await it.cluster(id))).toEqual([]);
      await it.clock.runFor(minutes(33));
      const { conditions, flawedSince, missedAt = new Date(0) } = await it.cluster(id);
      const at = missedAt.toISOString().slice(0, 16).replace('T', ' at ');
      expect(conditions.filter(({ status }) => !status)).toMatchObject([
        { type: 'Reachable', message: `Hub has not been able to look at it since ${at} UTC.` },
      ]);
      expect(flawedSince).toBeInstanceOf(Date);
      const isOther = ({ type }: Cluster['conditions'][number]) => type !== 'Reachable';
      expect(conditions.filter(isOther)).toEqual(before.conditions.filter(isOther));
      const { commits } = it.documents.counters;
      await it.clock.runFor(days(2));
      // Each look of those days has written when the next one is to be, and the status says that time goes on.
      expect(it.documents.counters.commits - commits).toBeLessThan(100);
      it.faults.clear('unavailable');
      await it.clock.runFor(hours(1.1));
    });
    expect(messages).toEqual([]);
    const { state, ...after } = await it.cluster(id);
    expect(state).toBe('ready');
    expect(untrue({ state, ...after })).toEqual([]);
    expect(after).not.toHaveProperty('missedAt');
    expect(after).not.toHaveProperty('lookAt');
  });

  test('is repaired at once when it can be seen again and does not answer', async () => {
    const it = runHub({ inside: 'sketch' });
    const id = await it.created({ product: 'hello' });
    const leaf = await it.leaf(id);
    await away(it, id);
    await it.look(id);
    await it.clock.runFor(minutes(40));
    expect(untrue(await it.cluster(id))).toEqual(['Reachable']);
    it.faults.clear('unavailable');
    await leaf.delete(GATEWAY);
    expect(await mended(it, id)).toEqual(['It does not answer at its address.', AGAIN]);
  });
});

describe('a spare that nobody could use', () => {
  const claimed = async (it: RunningHub, id: string): Promise<Cluster | undefined> => {
    const { spec } = await it.cluster(id);
    const wish = { name: 'mine', spec, owner: 'ada', email: 'ada@example.com' };
    return it.run(claimSpare(it.ports, wish, () => []));
  };

  test('because it cannot be seen is handed out to nobody, and given up as a loss of its pool’s', async () => {
    const it = runHub({ inside: 'sketch' });
    await it.pool(1, 'hello');
    const [id = ''] = await it.spares();
    it.faults.force('unavailable', { subject: it.ports.provider.clusterName(await it.cluster(id)) });
    await it.clock.runFor(minutes(50));
    expect(await it.cluster(id)).toMatchObject({ state: 'warm', missedAt: expect.any(Date) });
    expect(await claimed(it, id)).toBeUndefined();
    await it.clock.runFor(hours(1));
    expect(await it.cluster(id)).not.toMatchObject({ state: 'warm' });
    expect(await it.cluster(id)).toMatchObject({ lostAt: expect.any(Date) });
    const [next = ''] = await it.spares();
    expect(next).not.toBe(id);
    expect((await claimed(it, next))?.id).toBe(next);
  });

  test('is not one only because Hub asks the cloud too much to see it: it is handed out, and nothing is given up', async () => {
    const it = runHub({ inside: 'sketch' });
    await it.pool(1, 'hello');
    const [id = ''] = await it.spares();
    const { provider } = it.ports;
    it.ports.provider = { ...provider, observeCluster: () => Promise.reject(new AppError('CLOUD_BUSY')) };
    await it.clock.runFor(hours(2));
    expect(await it.cluster(id)).not.toHaveProperty('missedAt');
    it.ports.provider = provider;
    expect((await claimed(it, id))?.id).toBe(id);
  });

  test('because its zone has just gone is handed out to one person only, who finds it out for all', async () => {
    const it = runHub({ inside: 'sketch' });
    await it.pool(3, 'hello');
    await it.until(async () => (await it.spares()).length === 3);
    const [id = ''] = await it.spares();
    const { location = '' } = await it.cluster(id);
    it.faults.force('unavailable', { subject: location });
    const first = await claimed(it, id);
    expect(first).toMatchObject({ state: 'personalizing', location });
    await it.until(async () => {
      const spares = await Promise.all((await it.spares()).map(it.cluster));
      return spares.every((spare) => spare.location !== location || spare.missedAt !== undefined);
    }, minutes(3));
    const second = await claimed(it, id);
    expect(second?.location).not.toBe(location);
  });

  test.each(['warm', 'repairing', 'securing', 'exposing'] as const)(
    'because it is somebody’s, as the database was set back since to when it was %s, leaves its pool and stays as it is',
    async (state) => {
      const it = runHub({ inside: 'sketch' });
      await it.pool(1, 'hello');
      const [id = ''] = await it.spares();
      const { id: _, ...copy } = await it.cluster(id);
      await claimed(it, id);
      await it.reach(id, 'ready');
      const { epoch } = await it.cluster(id);
      const now = it.clock.now();
      const due = { dueAt: new Date(now), deadlineAt: new Date(now + minutes(30)), since: new Date(now) };
      const data = { ...copy, state, epoch, ...(state !== 'warm' && due) } as DocumentData;
      await it.run(it.documents.commit([{ op: 'set', path: clusterPath(id), data }]));
      if (state === 'warm') await it.look(id);
      await it.until(async () => (await it.cluster(id)).pool === undefined, hours(1));
      await it.clock.runFor(hours(30));
      expect(await it.cluster(id)).toMatchObject({ state, location: copy.location, generation: 1 });
      expect(untrue(await it.cluster(id))).toContain('Members');
      const account = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        name: memberAccountName('ada'),
        namespace: 'hub-members',
      };
      expect(await (await it.leaf(id)).find(account)).toBeDefined();
      expect((await claimed(it, id))?.id).not.toBe(id);
    },
  );

  test('because Hub may not look is handed out to nobody, and kept', async () => {
    const it = runHub({ inside: 'sketch' });
    await it.pool(1, 'hello');
    const [id = ''] = await it.spares();
    const { provider } = it.ports;
    it.ports.provider = {
      ...provider,
      observeCluster: () => Promise.reject(new AppError('PERMISSION_DENIED')),
    };
    await it.clock.runFor(hours(6));
    expect(await it.cluster(id)).toMatchObject({ state: 'warm', missedAt: expect.any(Date) });
    expect(await claimed(it, id)).toBeUndefined();
    it.ports.provider = provider;
    await it.clock.runFor(hours(1.1));
    expect((await claimed(it, id))?.id).toBe(id);
    expect(await it.cluster(id)).not.toHaveProperty('seenAt');
  });

  test('because a part of it does not run is handed out to nobody, and given up once it has stayed so', async () => {
    const it = runHub({ inside: 'sketch' });
    await it.pool(1, 'hello');
    const [id = ''] = await it.spares();
    const { product } = await it.site(id);
    it.faults.force('pod-crash', { subject: `${product.namespace}/hello` });
    await it.restart(id, 'hello');
    it.faults.clear('pod-crash');
    await it.look(id);
    expect(untrue(await it.cluster(id))).toContain('Workloads');
    expect(await claimed(it, id)).toBeUndefined();
    await it.clock.runFor(hours(1));
    expect(await it.cluster(id)).not.toMatchObject({ state: 'warm' });
    expect(await it.cluster(id)).toMatchObject({ lostAt: expect.any(Date) });
  });

  test('while no look comes at all is handed out to nobody', async () => {
    const it = runHub({ inside: 'sketch' });
    await it.pool(1, 'hello');
    const [id = ''] = await it.spares();
    await it.sleep(hours(4));
    expect(await claimed(it, id)).toBeUndefined();
    await it.clock.runFor(minutes(6));
    expect((await claimed(it, id))?.id).toBe(id);
  });
});

describe.each(INTERIORS)('a spare (%s)', (inside) => {
  test('whose cluster somebody deleted in the cloud goes, and the pool makes another', async () => {
    const it = runHub({ inside });
    await it.pool(1, 'hello');
    const [first = ''] = await it.spares();
    const { location = '' } = await it.cluster(first);
    it.container.deleteCluster(location, it.ports.provider.clusterName(await it.cluster(first)));
    await it.clock.runFor(minutes(10));
    await it.look(first);
    await it.reach(first, 'deleted');
    const [second] = await it.spares();
    expect(second).not.toBe(first);
  });

  test('that cannot be repaired goes', async () => {
    const it = runHub({ inside });
    await it.pool(1, 'hello');
    const [id = ''] = await it.spares();
    it.ports.dns = memoryDns(it.dns, 'no-such-zone');
    await (await it.leaf(id)).delete(GATEWAY);
    await it.look(id);
    await it.reach(id, 'deleting');
  });
});
