import { beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { eventPath } from '../../shared/documents/event.ts';
import { ORPHANS, type OrphanFields } from '../../shared/documents/orphan.ts';
import { TOPICS } from '../../shared/messages.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { type RunningHub, runHub } from '../../test/running-hub.ts';
import { sentAgain } from '../../test/sent-again.ts';
import { OBJECTS_AT_A_TIME } from '../buckets.ts';
import { CommitError, type Write } from '../cloud.ts';
import { targetOf } from '../clusters/target.ts';
import { createLog } from '../log.ts';
import { clusterBody } from '../providers/gke/request.ts';
import { sweepOrphans } from './orphans.ts';

const HELLO = { product: 'hello' } as const;
const STRANGER = 'aaaaaaaaaaaaaaaa';

describe('the orphan sweep', () => {
  let it: RunningHub;
  let told: string[];
  beforeEach(() => {
    it = runHub();
    told = [];
    it.ports.log = createLog((severity, event, { resource = '' }) => {
      if (event.startsWith('orphan')) told.push(`${severity} ${event}: ${resource.replace(/-[^-]*$/, '')}`);
    });
  });

  const orphans = async (): Promise<OrphanFields[]> =>
    (await it.documents.query<OrphanFields>({ collection: ORPHANS, orderBy: [['foundAt', 'asc']] })).map(
      ({ data }) => data,
    );
  const inShort = async (): Promise<string[]> =>
    (await orphans()).map(({ kind, name, state }) => `${kind} ${name} ${state}`).sort();
  const sweep = () => it.run(sweepOrphans(it.ports));
  const deleted = async (): Promise<Cluster> => {
    const id = await it.created(HELLO);
    await it.delete(id);
    await it.reach(id, 'deleted');
    return it.cluster(id);
  };

  /** A handler long given up asks the cloud for its cluster all the same. */
  const zombie = (cluster: Cluster, labels: Record<string, string> = {}, cell = 'default') => {
    const settings = { projectId: 'hub-memory', cell, network: 'n', zones: {} };
    const body = clusterBody(targetOf(cluster), { ...settings, nodeServiceAccount: 'nodes@x' });
    it.container.createCluster(cluster.location ?? '', {
      ...JSON.parse(JSON.stringify(body)),
      resourceLabels: { ...body.resourceLabels, ...labels },
    });
  };
  /** Between the report of an orphan and its deletion. */
  const onceReported = (written: readonly Write[]): void => {
    const { commit } = it.documents;
    it.documents.commit = async (writes) => {
      await commit(writes);
      if (!writes.some(({ path }) => path.startsWith(ORPHANS))) return;
      it.documents.commit = commit;
      await commit(written);
    };
  };
  const clusterThere = ({ location = '', ...cluster }: Cluster): boolean =>
    it.container
      .listClusters('-')
      .some((one) => one.location === location && one.name === it.ports.provider.clusterName(cluster));

  test('says when it came to its end, and nothing where it did not', async () => {
    const said: [number, unknown][] = [];
    const record: RunningHub['ports']['metrics']['record'] = (instrument, value, attributes) => {
      if (instrument === 'sweptAt') said.push([value, attributes]);
    };
    const ports = { ...it.ports, metrics: { ...it.ports.metrics, record } };
    await it.run(sweepOrphans(ports));
    expect(said).toEqual([[expect.closeTo(it.clock.now() / 1000, 1), { sweep: 'orphans' }]]);
    const { documents } = ports;
    const query = () => Promise.reject(new CommitError('unavailable', 'no answer'));
    await expect(it.run(sweepOrphans({ ...ports, documents: { ...documents, query } }))).rejects.toThrow(
      'no answer',
    );
    expect(said).toHaveLength(1);
  });

  test('has nothing to do where nothing leaks: it writes nothing, and reads no cluster in use', async () => {
    for (let n = 0; n < 3; n++) await it.created(HELLO);
    await it.clock.runFor(minutes(20));
    const { commits } = it.documents.counters;
    const read: string[] = [];
    const { get } = it.documents;
    it.documents.get = (path) => {
      read.push(path);
      return get(path);
    };
    await sweep();
    expect(it.documents.counters.commits).toBe(commits);
    // But for those whose turn it is: one in 96 sweeps.
    expect(read.length).toBeLessThanOrEqual(2);
    await it.clock.runFor(minutes(24 * 60));
    const looked = new Set(read.filter((path) => path.startsWith('ledgers/')));
    expect(looked.size).toBe(3);
    expect(await orphans()).toEqual([]);
  });

  test('takes a cluster away that came after its own was proven gone, and tells what it cost', async () => {
    const cluster = await deleted();
    zombie(cluster);
    await it.clock.runFor(minutes(14));
    expect(await orphans()).toEqual([]);
    await it.clock.runFor(minutes(16));
    expect((await orphans())[0]).toMatchObject({
      kind: 'cluster',
      name: `hub-${cluster.id}-g1`,
      location: cluster.location,
      clusterId: cluster.id,
      owner: 'ada',
      state: 'deleting',
    });
    // As the catalog has it: the fee, and two machines with their disks.
    expect((await orphans())[0]?.hourlyMicros).toBe(381_700);
    await it.clock.runFor(minutes(16));
    expect(it.objects()).toBe(0);
    expect(await inShort()).toEqual([`cluster hub-${cluster.id}-g1 gone`]);
    const what = `cluster-hub-${cluster.id}-g1-${cluster.location}`;
    expect(told).toEqual([`ERROR orphan found: ${what}`, `INFO orphan gone: ${what}`]);
    expect((await it.cluster(cluster.id)).state).toBe('deleted');
  });

  test('is told of a find also where the database’s client sends each commit again', async () => {
    const cluster = await deleted();
    zombie(cluster);
    it.documents.commit = sentAgain({ ...it.documents }).commit;
    await it.clock.runFor(minutes(46));
    const what = `cluster-hub-${cluster.id}-g1-${cluster.location}`;
    expect(told).toEqual([`ERROR orphan found: ${what}`, `INFO orphan gone: ${what}`]);
  });

  test('takes away what the cloud left behind of it, the evidence last', async () => {
    const cluster = await deleted();
    zombie(cluster);
    await it.clock.runFor(minutes(10));
    it.faults.force('leak');
    await it.until(async () => (await orphans()).length > 0, minutes(40));
    await it.clock.runFor(minutes(10));
    expect(it.objects()).toBeGreaterThan(3);
    it.faults.clear();
    await it.clock.runFor(minutes(30));
    expect(it.objects()).toBe(0);
    expect(new Set((await orphans()).map(({ kind }) => kind))).toEqual(
      new Set(['cluster', 'disk', 'firewall', 'subnetwork']),
    );
    expect((await orphans()).every(({ state }) => state === 'gone')).toBe(true);
  });

  test('takes away a load balancer that its cluster left, by its firewall, which goes no sooner', async () => {
    const { id } = await deleted();
    const balancer = 'a0f0e0d0c0b0a0908070605040302010';
    const cluster = { name: `hub-${id}-g1`, location: 'europe-west1-b', id: 'x', nodeTag: 'x' };
    const of = { cluster, madeBy: 'kubernetes' as const };
    it.compute.create('firewall', {
      ...of,
      name: `k8s-fw-${balancer}`,
      location: 'global',
      targetTags: [`gke-hub-${id}-g1-0a1b2c3d-node`],
    });
    it.compute.create('forwarding-rule', { ...of, name: balancer, location: 'europe-west1' });
    it.compute.create('address', { ...of, name: balancer, location: 'europe-west1' });
    await it.clock.runFor(minutes(30));
    // The address waits for its rule.
    expect(it.compute.all().map(({ kind }) => kind)).toEqual(['firewall', 'address']);
    await it.clock.runFor(minutes(16));
    expect(it.compute.all()).toEqual([]);
    await it.clock.runFor(minutes(16));
    expect((await orphans()).map(({ state }) => state)).toEqual(['gone', 'gone', 'gone']);
  });

  test('tells the tries at one cluster apart', async () => {
    it.faults.force('job-fails');
    const id = await it.create(HELLO);
    await it.reach(id, 'failed');
    const first = await it.cluster(id);
    const { location = '' } = await it.run(it.documents.get(`ledgers/${id}`)).then((ledger) => {
      const entries = Object.values(ledger?.data.entries ?? {}) as { kind: string; location: string }[];
      return entries.find(({ kind }) => kind === 'cluster') ?? { location: '' };
    });
    it.faults.clear();
    await it.retry(id);
    await it.reach(id, 'ready');
    const second = await it.cluster(id);
    expect(second.generation).toBe(2);
    zombie({ ...first, location });
    await it.clock.runFor(minutes(40));
    expect(clusterThere({ ...first, location })).toBe(false);
    expect(clusterThere(second)).toBe(true);
    expect(await inShort()).toEqual([`cluster hub-${id}-g1 gone`]);
    await it.look(id);
    expect((await it.cluster(id)).conditions.every(({ status }) => status)).toBe(true);
  });

  test('finds what a late create made in a zone that was given up', async () => {
    it.faults.force('stockout', { times: 1 });
    const id = await it.create(HELLO);
    await it.reach(id, 'ready');
    it.faults.clear();
    const cluster = await it.cluster(id);
    const [before = ''] = cluster.exhausted;
    expect(before).not.toBe(cluster.location);
    await it.until(() => !clusterThere({ ...cluster, location: before }));
    zombie({ ...cluster, location: before });
    await it.clock.runFor(minutes(40));
    expect(clusterThere({ ...cluster, location: before })).toBe(false);
    expect(clusterThere(cluster)).toBe(true);
  });

  test('reports what is called like Hub’s and labelled as another’s, and never touches it', async () => {
    const cluster = await deleted();
    zombie(cluster, { 'managed-by': 'somebody', 'hub-cluster': STRANGER });
    const disk = `gke-hub-${cluster.id}-g1-default-0a1b2c3d-b000`;
    it.compute.create('disk', { name: disk, location: 'europe-west1-b' });
    it.storage.insertBucket(`hub-${cluster.id}-g1`, { labels: { 'hub-cluster': cluster.id } });
    await it.clock.runFor(minutes(120));
    expect(clusterThere(cluster)).toBe(true);
    expect(await inShort()).toEqual([
      `bucket hub-${cluster.id}-g1 unproven`,
      `cluster hub-${cluster.id}-g1 unproven`,
    ]);
    expect(told).toHaveLength(2);
    // Its owner deletes it: then its parts are looked at, and whoever labels one hands it over.
    it.container.deleteCluster(cluster.location ?? '', `hub-${cluster.id}-g1`);
    it.storage.patchBucket(`hub-${cluster.id}-g1`, {
      labels: { 'managed-by': 'hub', 'hub-cell': 'default' },
    });
    await it.clock.runFor(minutes(32));
    expect(await inShort()).toEqual([
      `bucket hub-${cluster.id}-g1 gone`,
      `cluster hub-${cluster.id}-g1 gone`,
      `disk ${disk} unproven`,
    ]);
    expect(it.compute.all().map(({ name }) => name)).toEqual([disk]);
  });

  test('never takes for an orphan what its documents do not know: they may be another Hub’s, or lost', async () => {
    const cluster = await deleted();
    zombie(cluster);
    await it.run(
      it.documents.commit([
        { op: 'delete', path: clusterPath(cluster.id) },
        { op: 'delete', path: `ledgers/${cluster.id}` },
      ]),
    );
    await it.clock.runFor(minutes(60));
    expect(clusterThere(cluster)).toBe(true);
    expect(await inShort()).toEqual([`cluster hub-${cluster.id}-g1 unproven`]);
  });

  describe('of a database that was restored from a copy that is not of one moment', () => {
    const set = (path: string, data: object | undefined) =>
      it.run(
        it.documents.commit([
          data ? { op: 'set', path, data: data as Record<string, string> } : { op: 'delete', path },
        ]),
      );
    const read = async (path: string) => (await it.run(it.documents.get(path)))?.data ?? {};
    /** All of it is still there a day later, when each cluster had its turn, and nothing was going to be deleted. */
    const isLeft = async (): Promise<void> => {
      const objects = it.objects();
      await it.clock.runFor(minutes(25 * 60));
      expect(it.objects()).toBe(objects);
      expect((await orphans()).filter(({ state }) => state !== 'unproven')).toEqual([]);
    };
    const failed = async (): Promise<string> => {
      it.faults.force('job-fails');
      const id = await it.create(HELLO);
      await it.reach(id, 'failed');
      it.faults.clear();
      return id;
    };

    test('reports a cluster that has but its ledger, and leaves it to people until it is known again', async () => {
      const id = await it.created(HELLO);
      const cluster = await read(clusterPath(id));
      await set(clusterPath(id), undefined);
      await isLeft();
      expect(await inShort()).toContain(`cluster hub-${id}-g1 unproven`);
      await set(clusterPath(id), cluster);
      await it.clock.runFor(minutes(16));
      expect(new Set((await orphans()).map(({ state }) => state))).toEqual(new Set(['gone']));
    });

    test('leaves a cluster alone that failed once, as its document says, and runs, as its ledger does', async () => {
      const id = await failed();
      const before = await read(clusterPath(id));
      await it.retry(id);
      await it.reach(id, 'ready');
      await set(clusterPath(id), before);
      await isLeft();
      expect(await inShort()).toContain(`cluster hub-${id}-g2 unproven`);
    });

    test('leaves the address alone of a cluster that runs, though both say that it failed', async () => {
      const id = await failed();
      const paths = [clusterPath(id), `ledgers/${id}`];
      const before = await Promise.all(paths.map(read));
      await it.retry(id);
      await it.reach(id, 'ready');
      for (const [at, path] of paths.entries()) await set(path, before[at]);
      await isLeft();
      expect(await inShort()).toContain(`dns-record A ${id}.clusters.example.com unproven`);
    });

    test('leaves a cluster alone where its ledger does not know yet that it is', async () => {
      it.faults.force('stockout', { times: 1 });
      const id = await it.created(HELLO);
      it.faults.clear();
      const cluster = await it.cluster(id);
      const { entries, ...rest } = (await read(`ledgers/${id}`)) as { entries: Record<string, object> };
      const earlier = Object.entries(entries).filter(([key]) => !key.endsWith(cluster.location ?? ''));
      expect(earlier.length).toBe(Object.keys(entries).length - 1);
      await set(`ledgers/${id}`, { ...rest, entries: Object.fromEntries(earlier) });
      await isLeft();
      expect(await orphans()).toEqual([]);
    });

    test('leaves a cluster alone that was tried in another place afterwards, and runs there', async () => {
      it.faults.force('stockout', { times: 1 });
      const id = await it.create(HELLO);
      const paths = [clusterPath(id), `ledgers/${id}`];
      await it.reach(id, 'provisioning', { stepMs: 100 });
      const before = await Promise.all(paths.map(read));
      await it.reach(id, 'ready');
      it.faults.clear();
      const now = await it.cluster(id);
      expect(now.location).not.toBe(before[0]?.location);
      for (const [at, path] of paths.entries()) await set(path, before[at]);
      for (const { epoch } of await it.events(id))
        if (epoch > Number(before[0]?.epoch)) await set(eventPath(id, epoch), undefined);
      await it.reach(id, 'ready');
      expect((await it.cluster(id)).location).toBe(before[0]?.location);
      await it.clock.runFor(minutes(60));
      expect(clusterThere(now)).toBe(true);
      expect(await inShort()).toEqual([`cluster hub-${id}-g1 unproven`]);
    });

    test('deletes nothing of which it can no longer prove that nobody needs it', async () => {
      const cluster = await deleted();
      zombie(cluster);
      await it.clock.runFor(minutes(14));
      onceReported([
        { op: 'delete', path: clusterPath(cluster.id) },
        { op: 'delete', path: `ledgers/${cluster.id}` },
      ]);
      await it.clock.runFor(minutes(40));
      expect(await inShort()).toEqual([`cluster hub-${cluster.id}-g1 unproven`]);
      expect(clusterThere(cluster)).toBe(true);
    });

    test('still takes away what comes late of a try that its document knows to be over', async () => {
      const id = await failed();
      const cluster = await it.cluster(id);
      const { entries, ...rest } = (await read(`ledgers/${id}`)) as { entries: Record<string, object> };
      const open = Object.entries(entries).map(([key, entry]) => [key, { ...entry, goneAt: undefined }]);
      await set(`ledgers/${id}`, { ...rest, entries: Object.fromEntries(open) });
      zombie(cluster);
      await it.clock.runFor(minutes(60));
      expect(await inShort()).toEqual([`cluster hub-${id}-g1 gone`]);
    });
  });

  test('reports what is there of a cluster whose ledger it cannot read, and says once a look that it cannot', async () => {
    const unreadable: string[] = [];
    it.ports.log = createLog((severity, event, { resource = '' }) => {
      if (event.endsWith('not readable')) unreadable.push(`${severity} ${event}: ${resource}`);
    });
    const cluster = await deleted();
    const ledger = `ledgers/${cluster.id}`;
    const entry = { kind: 'lake', name: 'x', location: 'global', generation: 1, plannedAt: new Date(0) };
    await it.run(it.documents.commit([{ op: 'update', path: ledger, data: { 'entries.lake': entry } }]));
    zombie(cluster);
    await it.clock.runFor(minutes(120));
    expect(await inShort()).toEqual([`cluster hub-${cluster.id}-g1 unproven`]);
    const before = unreadable.length;
    await sweep();
    expect(unreadable.slice(before)).toEqual([`ERROR document not readable: ${ledger}`]);
  });

  test.each(['found', 'of another version'])(
    'goes on where a document of what it found is damaged, that says it is %s',
    async (state) => {
      const cluster = await deleted();
      zombie(cluster);
      it.faults.force('unavailable', { subject: 'DeleteCluster' });
      await it.until(async () => (await orphans()).length > 0, minutes(40));
      it.faults.clear();
      const [damaged] = await it.documents.query({ collection: ORPHANS });
      await it.run(
        it.documents.commit([{ op: 'set', path: damaged?.path ?? '', data: { state, kind: 'lake' } }]),
      );
      await it.clock.runFor(minutes(30));
      expect(clusterThere(cluster)).toBe(false);
    },
  );

  test('leaves alone what belongs to a cluster whose document it cannot read', async () => {
    const id = await it.created(HELLO);
    await it.run(
      it.documents.commit([
        { op: 'update', path: clusterPath(id), data: { state: 'unheard-of' } },
        { op: 'update', path: `ledgers/${id}`, data: { entries: {} } },
      ]),
    );
    const objects = it.objects();
    await it.clock.runFor(minutes(24 * 60));
    expect(it.objects()).toBe(objects);
    expect(await orphans()).toEqual([]);
  });

  test('leaves clusters alone that are being made, undone and deleted while it looks', async () => {
    it.faults.force('slow-operation');
    const [made, gone] = [await it.create(HELLO), await it.create(HELLO)];
    for (let n = 0; n < 60; n++) {
      await it.clock.runFor(minutes(1));
      await sweep();
      if (n === 25) await it.delete(gone);
    }
    await it.reach(made, 'ready');
    await it.reach(gone, 'deleted');
    expect(await orphans()).toEqual([]);
  });

  test('does not take a cluster that is born between its listing and its reading for an orphan', async () => {
    const { listRecords } = it.ports.dns;
    let id = '';
    // Its record is the one thing that does not tell how old it is.
    it.ports.dns.listRecords = async (suffix) => {
      if (id === '') {
        id = 'being born';
        id = await it.create(HELLO);
        await it.reach(id, 'installing');
      }
      return listRecords(suffix);
    };
    await sweepOrphans(it.ports);
    await it.clock.runFor(minutes(40));
    expect((await it.cluster(id)).state).toBe('ready');
    expect(await orphans()).toEqual([]);
  });

  test('takes no notice of what another cell has', async () => {
    const cluster = await deleted();
    zombie({ ...cluster, id: STRANGER }, {}, 'another');
    const name = `${STRANGER}.clusters.example.com.`;
    it.dns.createRecordSet('clusters', { name, type: 'A', ttl: 60, rrdatas: ['203.0.113.1'] });
    it.compute.create('firewall', { name: `hub-${STRANGER}-g1-webhooks`, location: 'global' });
    const objects = it.objects();
    await it.clock.runFor(minutes(90));
    expect(it.objects()).toBeGreaterThanOrEqual(objects);
    expect(await orphans()).toEqual([]);
  });

  test('takes away a record of a cluster that is gone, a quarter of an hour after it saw it', async () => {
    const { id } = await deleted();
    const name = `_acme-challenge.${id}.clusters.example.com.`;
    it.dns.createRecordSet('clusters', { name, type: 'TXT', ttl: 60, rrdatas: ['"x"'] });
    await it.clock.runFor(minutes(15));
    expect(await inShort()).toEqual([`dns-record TXT ${name.slice(0, -1)} found`]);
    await it.clock.runFor(minutes(15));
    expect(it.records(id)).toEqual([]);
    await it.clock.runFor(minutes(15));
    expect(await inShort()).toEqual([`dns-record TXT ${name.slice(0, -1)} gone`]);
  });

  test('does not wait for what an operator asked for', async () => {
    const { id } = await deleted();
    const name = `_acme-challenge.${id}.clusters.example.com.`;
    it.dns.createRecordSet('clusters', { name, type: 'TXT', ttl: 60, rrdatas: ['"x"'] });
    await sweep();
    await sweep();
    expect(it.records(id)).toHaveLength(1);
    const [found] = await it.documents.query({ collection: ORPHANS });
    const asked = { actor: 'op', reason: 'Now.', at: new Date(it.clock.now()) };
    await it.run(it.documents.commit([{ op: 'update', path: found?.path ?? '', data: { asked } }]));
    await it.run(it.ports.messages.publish(TOPICS.orphans, { schema: 1 }));
    await it.clock.runFor(seconds(5));
    expect(it.records(id)).toEqual([]);
  });

  test('closes the record of what a cluster has come to need again', async () => {
    it.faults.force('job-fails');
    const id = await it.create(HELLO);
    await it.reach(id, 'failed');
    it.faults.clear();
    const name = `${id}.clusters.example.com.`;
    it.dns.createRecordSet('clusters', { name, type: 'A', ttl: 60, rrdatas: ['203.0.113.1'] });
    await sweep();
    expect(await inShort()).toEqual([`dns-record A ${name.slice(0, -1)} found`]);
    await it.retry(id);
    await it.reach(id, 'ready');
    await it.clock.runFor(minutes(60));
    expect(await inShort()).toEqual([`dns-record A ${name.slice(0, -1)} gone`]);
    expect(it.records(id)).not.toEqual([]);
  });

  test('goes on where one that died left off', async () => {
    const cluster = await deleted();
    zombie(cluster);
    it.storage.insertBucket(`hub-${cluster.id}-g1`, {
      labels: { 'managed-by': 'hub', 'hub-cluster': cluster.id, 'hub-cell': 'default' },
    });
    for (let n = 0; n < 2.5 * OBJECTS_AT_A_TIME; n++)
      it.storage.putObject(`hub-${cluster.id}-g1`, `block ${n}`, Buffer.from('x'));
    // Killed at its first deletion, and the next after one.
    const { ensureGone } = it.ports.provider;
    const { ensureBucketGone } = it.ports.buckets;
    it.ports.provider.ensureGone = () => new Promise(() => undefined);
    it.ports.buckets.ensureBucketGone = () => new Promise(() => undefined);
    await it.clock.runFor(minutes(30));
    expect(await inShort()).toEqual([
      `bucket hub-${cluster.id}-g1 found`,
      `cluster hub-${cluster.id}-g1 found`,
    ]);
    it.ports.buckets.ensureBucketGone = ensureBucketGone;
    await it.clock.runFor(minutes(15));
    expect(await inShort()).toEqual([
      `bucket hub-${cluster.id}-g1 gone`,
      `cluster hub-${cluster.id}-g1 found`,
    ]);
    it.ports.provider.ensureGone = ensureGone;
    await it.clock.runFor(minutes(45));
    expect(it.objects()).toBe(0);
    expect(await inShort()).toEqual([
      `bucket hub-${cluster.id}-g1 gone`,
      `cluster hub-${cluster.id}-g1 gone`,
    ]);
    expect(told.filter((line) => line.startsWith('ERROR'))).toHaveLength(2);
  });

  test('asks again before each deletion whether somebody has come to need it', async () => {
    const cluster = await deleted();
    zombie(cluster);
    await it.clock.runFor(minutes(14));
    onceReported([{ op: 'update', path: clusterPath(cluster.id), data: { state: 'deprovisioning' } }]);
    await it.clock.runFor(minutes(2));
    await it.clock.runFor(minutes(20));
    expect(await inShort()).toEqual([`cluster hub-${cluster.id}-g1 found`]);
    expect(clusterThere(cluster)).toBe(true);
  });

  test('says why something is still there', async () => {
    const cluster = await deleted();
    zombie(cluster);
    it.faults.force('unavailable', { subject: 'DeleteCluster' });
    await it.clock.runFor(minutes(46));
    expect((await orphans())[0]).toMatchObject({
      state: 'found',
      lastError: { code: 'PROVIDER_UNAVAILABLE' },
    });
    it.faults.clear();
    await it.clock.runFor(minutes(15));
    expect((await orphans())[0]).not.toHaveProperty('lastError');
    await it.clock.runFor(minutes(15));
    expect((await orphans())[0]).toMatchObject({ state: 'gone' });
  });

  test.each(['compute.disks', 'storage.buckets.list', 'dns.resourceRecordSets.list'])(
    'takes nothing for gone while it cannot list all (%s)',
    async (subject) => {
      const cluster = await deleted();
      zombie(cluster);
      await it.until(async () => (await orphans()).length > 0, minutes(40));
      it.faults.force('unavailable', { subject });
      await it.clock.runFor(minutes(40));
      expect((await orphans())[0]?.state).toBe(subject === 'compute.disks' ? 'deleting' : 'gone');
      it.faults.clear();
      await it.clock.runFor(minutes(20));
      expect((await orphans())[0]?.state).toBe('gone');
    },
  );
});
