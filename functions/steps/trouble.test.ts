/** What a creation meets on its way, and how it ends: it waits and gets there, or it fails in time, with a sentence and nothing left. */
import { describe, expect, test } from 'vitest';
import { memoryDns } from '../../local/memory/dns.ts';
import { AppError, ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { hours, minutes } from '../../shared/units.ts';
import { INTERIORS, type RunningHub, runHub, type Wish } from '../../test/running-hub.ts';

const HELLO: Wish = { product: 'hello' };

/** It must come to this end, and must have cost nothing. */
async function failsWith(it: RunningHub, id: string, code: ErrorCode): Promise<string> {
  await it.reach(id, 'failed', { limitMs: hours(2) });
  const { error, endpoints } = await it.cluster(id);
  expect(error?.code).toBe(code);
  expect(error?.message.startsWith(ERRORS[code].say)).toBe(true);
  expect(endpoints).toEqual({});
  expect(it.objects()).toBe(0);
  expect((await it.documents.get('accounts/ada'))?.data).toMatchObject({ clusters: 0 });
  expect((await it.documents.get(`oidcClients/${id}`))?.data).toBeUndefined();
  return error?.message ?? '';
}

describe('a certificate authority', () => {
  test.each(['acme.newOrder', 'acme.challenge', 'acme.order', 'acme.finalize', 'acme.certificate'])(
    'that is away for a while at %s is waited for',
    async (subject) => {
      const it = runHub();
      it.faults.force('unavailable', { subject });
      const id = await it.create(HELLO);
      await it.reach(id, 'exposing');
      await it.clock.runFor(minutes(5));
      expect((await it.cluster(id)).state).toBe('exposing');
      it.faults.clear();
      await it.reach(id, 'ready', { limitMs: minutes(5) });
    },
  );

  test('that has issued too many is asked seldom, and waited for', async () => {
    const it = runHub();
    const { certificates } = it.ports;
    let asked = 0;
    it.ports.certificates = {
      ...certificates,
      begin() {
        asked++;
        return Promise.reject(new AppError('CERTIFICATE_LIMIT'));
      },
    };
    const id = await it.create(HELLO);
    await it.reach(id, 'exposing');
    asked = 0;
    await it.clock.runFor(hours(6));
    expect(await it.cluster(id)).toMatchObject({ state: 'exposing', detail: ERRORS.CERTIFICATE_LIMIT.say });
    expect(asked).toBeGreaterThan(15);
    expect(asked).toBeLessThan(40);
    it.ports.certificates = certificates;
    await it.reach(id, 'ready', { limitMs: minutes(25) });
  });

  test('that never issues another one fails it after a day', async () => {
    const it = runHub();
    const { certificates } = it.ports;
    it.ports.certificates = {
      ...certificates,
      begin: () => Promise.reject(new AppError('CERTIFICATE_LIMIT')),
    };
    const id = await it.create(HELLO);
    await it.reach(id, 'exposing');
    await it.clock.runFor(hours(23));
    expect((await it.cluster(id)).state).toBe('exposing');
    await failsWith(it, id, 'CERTIFICATE_LIMIT');
  });

  test('that stays away fails it in time', async () => {
    const it = runHub();
    it.faults.force('unavailable', { subject: 'acme.newOrder' });
    await failsWith(it, await it.create(HELLO), 'STEP_TIMEOUT');
  });

  test('that may give none for the name fails it', async () => {
    const it = runHub();
    const apex = { name: 'clusters.example.com.', type: 'CAA' };
    it.dns.createRecordSet('clusters', { ...apex, ttl: 60, rrdatas: ['0 issue "another.example"'] });
    const id = await it.create(HELLO);
    await it.until(async () => (await it.cluster(id)).state === 'undoing', minutes(40));
    it.dns.deleteRecordSet('clusters', apex.name, apex.type);
    expect(await failsWith(it, id, 'CERTIFICATE_REFUSED')).toContain('CAA');
  });

  test('is not asked for more orders because something else is in trouble', async () => {
    const it = runHub();
    it.faults.force('unavailable', { subject: 'dns.changes.create' });
    let orders = 0;
    const { certificates } = it.ports;
    it.ports.certificates = {
      ...certificates,
      begin(host) {
        orders++;
        return certificates.begin(host);
      },
    };
    const id = await it.create(HELLO);
    await it.reach(id, 'exposing');
    await it.clock.runFor(minutes(10));
    it.faults.clear();
    await it.reach(id, 'ready', { limitMs: minutes(5) });
    expect(orders).toBe(1);
  });
});

describe('the zone of names', () => {
  test('that is missing fails it, after everything else was taken back; the proof waits for the zone', async () => {
    const it = runHub();
    const { dns } = it.ports;
    it.ports.dns = memoryDns(it.dns, 'no-such-zone');
    const id = await it.create(HELLO);
    await it.reach(id, 'undoing', { limitMs: minutes(60) });
    expect((await it.cluster(id)).error?.code).toBe('DNS_ZONE_MISSING');
    await it.until(() => it.objects() === 0, minutes(30));
    expect((await it.cluster(id)).state).toBe('undoing');
    it.ports.dns = dns;
    await failsWith(it, id, 'DNS_ZONE_MISSING');
  });
});

describe.each(INTERIORS)('an installation (%s)', (inside) => {
  test('whose load balancer never gets an address fails it', async () => {
    const it = runHub({ inside });
    it.faults.force('no-address');
    await failsWith(it, await it.create(HELLO), 'NO_ADDRESS');
  });

  test('whose address is gone when it is to be exposed fails it', async () => {
    const it = runHub({ inside });
    const id = await it.create(HELLO);
    await it.reach(id, 'installing');
    const { leaves } = it.ports;
    // The load balancer forgets its address after Helm has seen it.
    it.ports.leaves = {
      open: (connection) => {
        const leaf = leaves.open(connection);
        const find: typeof leaf.find = async (ref) => {
          const found = await leaf.find(ref);
          return ref.kind === 'Service' && found ? { ...found, status: {} } : found;
        };
        return { ...leaf, find };
      },
    };
    await failsWith(it, id, 'NO_ADDRESS');
  });

  test('whose pods crash fails it', async () => {
    const it = runHub({ inside });
    it.faults.force('pod-crash', { subject: 'hello/' });
    const message = await failsWith(it, await it.create(HELLO), 'INSTALL_FAILED');
    expect(message).toContain('hello does not run: it ends again and again (CrashLoopBackOff).');
  });

  test('whose pods hang fails it, and says which', async () => {
    const it = runHub({ inside });
    it.faults.force('pod-hangs', { subject: 'hello/' });
    const message = await failsWith(it, await it.create(HELLO), 'INSTALL_FAILED');
    expect(message).toContain('hello runs and does not become ready.');
  });

  test('whose image is there in the end is waited for', async () => {
    const it = runHub({ inside });
    it.faults.force('pull-fails', { subject: 'hello-app', times: 3 });
    await it.created(HELLO);
  });

  test('whose image cannot be had fails it, and says which', async () => {
    const it = runHub({ inside });
    it.faults.force('pull-fails', { subject: 'hello-app' });
    const message = await failsWith(it, await it.create(HELLO), 'INSTALL_FAILED');
    expect(message).toContain('hello does not run: its image cannot be had (ImagePullBackOff).');
  });

  test('whose Job fails once is tried again; each time, fails it', async () => {
    const it = runHub({ inside });
    it.faults.force('job-fails', { times: 1 });
    await it.created(HELLO);
    it.faults.force('job-fails');
    const id = await it.create({ ...HELLO, owner: 'grace' });
    await it.reach(id, 'failed');
    expect((await it.cluster(id)).error?.code).toBe('INSTALL_FAILED');
    // The next try goes on with the timeline; only what is deleted takes it along.
    it.faults.clear('job-fails');
    await it.retry(id);
    await it.reach(id, 'ready');
    expect((await it.events(id)).filter(({ purgeAt }) => purgeAt)).toEqual([]);
  });

  test('whose images come slowly takes its time', async () => {
    const it = runHub({ inside });
    it.faults.force('slow-pull');
    await it.created({ product: 'pachyderm' });
  });

  test('whose Pachyderm does not start fails it', async () => {
    const it = runHub({ inside });
    it.faults.force('pod-crash', { subject: 'pachyderm/pachd' });
    await failsWith(it, await it.create(), 'INSTALL_FAILED');
  });
});
