/**
 * One suite for both sides of `Certificates`: acme-client against the local authority, which asks the local name server, and the same
 * models without wires in between. Cloud time runs a thousand times as fast as the wall.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Certificates, type IssuedCertificate, renewalDueAt } from '../../functions/certificates.ts';
import { challengeName } from '../../functions/dns.ts';
import { createCertificates } from '../../functions/google/certificates.ts';
import { aWorld } from '../../local/a-world.ts';
import { type AcmeModel, type AcmeOptions, createAcmeModel } from '../../local/acme/model.ts';
import { lookupInModel, lookupOverWire } from '../../local/acme/names.ts';
import { operatorAccount } from '../../local/acme/operator.ts';
import { serveAcme } from '../../local/acme/server.ts';
import { realClock } from '../../local/clock.ts';
import { createDnsModel, type DnsModel } from '../../local/dns/model.ts';
import { serveDns } from '../../local/dns/server.ts';
import { memoryCertificates } from '../../local/memory/certificates.ts';
import { memoryDns } from '../../local/memory/dns.ts';
import type { World } from '../../local/service.ts';
import { memoryStore } from '../../local/store.ts';
import { days, hours, seconds } from '../../shared/units.ts';
import { codeOf } from '../refusals.ts';

const HOST = 'abcdefgh234567ab.hub.example.com';
const ZONE = 'clusters';
const SPEED = 1000;

interface Side {
  certificates: Certificates;
  model: AcmeModel;
  close(): Promise<void>;
}
type Limits = Pick<AcmeOptions, 'orderLimit'>;

async function googleSide(world: World, dns: DnsModel, limits: Limits): Promise<Side> {
  const names = await serveDns(world, { rest: 0, names: 0 }, dns);
  const acmeWorld = { ...world, store: memoryStore() };
  const model = createAcmeModel(acmeWorld, { lookup: lookupOverWire(names.namesPort), ...limits });
  const face = await serveAcme(acmeWorld, 0, model);
  const { accountKey, eabKid, eabHmacKey } = operatorAccount(acmeWorld, model);
  return {
    model,
    certificates: createCertificates({
      directoryUrl: face.directoryUrl,
      accountKey,
      externalAccount: { kid: eabKid, hmacKey: eabHmacKey },
      clock: world.clock,
    }),
    close: async () => void (await Promise.all([face.close(), names.close()])),
  };
}

async function memorySide(world: World, dns: DnsModel, limits: Limits): Promise<Side> {
  const model = createAcmeModel(
    { ...world, store: memoryStore() },
    { lookup: lookupInModel(dns), ...limits },
  );
  return {
    model,
    certificates: memoryCertificates(world, model),
    async close() {
      model.close();
      dns.close();
    },
  };
}

describe.each([
  ['acme-client', googleSide],
  ['memory', memorySide],
])('Certificates (%s)', (_name, make) => {
  const clock = realClock(SPEED);
  let world: World;
  let dns: DnsModel;
  let side: Side;
  const open = async (limits: Limits = {}): Promise<void> => {
    world = aWorld({ clock });
    dns = createDnsModel(world);
    dns.createZone({ name: ZONE, dnsName: 'hub.example.com.' });
    side = await make(world, dns, limits);
  };
  beforeEach(() => open());
  afterEach(() => side.close());

  const again = (): Promise<void> => clock.sleepUntil(clock.after(seconds(2)));
  const serve = async ({ name, value }: { name: string; value: string }): Promise<void> => {
    const port = memoryDns(dns, ZONE);
    const record = { name, type: 'TXT' as const, ttlS: 60, values: [value] };
    while ((await port.ensureRecord(record)) === 'pending') await again();
  };
  const checked = async (order: string) => {
    for (;;) {
      const progress = await side.certificates.check(order);
      if (progress.status !== 'pending') return progress;
      await again();
    }
  };
  /** An order whose name is proven. */
  const aReadyOrder = async (): Promise<string> => {
    const { order, record } = await side.certificates.begin(HOST);
    await serve(record);
    expect(await checked(order)).toEqual({ status: 'ready' });
    return order;
  };
  const expectGood = ({ certificatePem, privateKeyPem, notAfter }: IssuedCertificate): void => {
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.checkHost(HOST)).toBe(HOST);
    expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
    expect(notAfter.getTime()).toBe(certificate.validToDate.getTime());
  };

  test('a host that is proven gets a chain up to the root, for 90 days', async () => {
    const { order, record } = await side.certificates.begin(HOST);
    expect(record.name).toBe(challengeName(HOST));
    expect(record.value).toMatch(/^[\w-]{43}$/);
    expect(await side.certificates.finalize(order, HOST)).toEqual({ status: 'pending' });
    await serve(record);
    expect(await checked(order)).toEqual({ status: 'ready' });
    const made = await side.certificates.finalize(order, HOST);
    if (made.status !== 'issued') throw new Error(made.status);
    expectGood(made);
    const [host = '', intermediate = '', ...more] = made.certificatePem.split(
      /(?<=-----END CERTIFICATE-----\n)/,
    );
    const root = new X509Certificate(side.model.authority.root);
    expect(new X509Certificate(host).verify(new X509Certificate(intermediate).publicKey)).toBe(true);
    expect(new X509Certificate(intermediate).verify(root.publicKey)).toBe(true);
    expect(more).toEqual([]);
    const lifeMs = made.notAfter.getTime() - new X509Certificate(host).validFromDate.getTime();
    expect(lifeMs).toBe(days(90) - 1000);
    expect(made.notAfter.getTime() - clock.now()).toBeGreaterThan(days(90) - hours(2));
  });

  test('the chain is believed in a real TLS handshake under that name, and under no other', async () => {
    const made = await side.certificates.finalize(await aReadyOrder(), HOST);
    if (made.status !== 'issued') throw new Error(made.status);
    const server = createServer({ cert: made.certificatePem, key: made.privateKeyPem });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const shake = async (servername: string): Promise<string> => {
      const { port } = server.address() as AddressInfo;
      const socket = connect({ port, host: '127.0.0.1', servername, ca: side.model.authority.root });
      const outcome = await new Promise<string>((resolve) => {
        socket.once('secureConnect', () => resolve('good'));
        socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)));
      });
      socket.destroy();
      return outcome;
    };
    expect(await shake(HOST)).toBe('good');
    expect(await shake('other.hub.example.com')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    await new Promise((resolve) => server.close(resolve));
  });

  test('a name whose record is not there fails with what was looked for, and can be begun anew', async () => {
    const { order } = await side.certificates.begin(HOST);
    const progress = await checked(order);
    expect(progress).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining(challengeName(HOST)),
    });
    expect(await side.certificates.finalize(order, HOST)).toMatchObject({ status: 'failed' });
    await aReadyOrder();
  });

  test('a name with the record of another order fails', async () => {
    const { order, record } = await side.certificates.begin(HOST);
    await serve({ ...record, value: 'not-the-proof' });
    expect(await checked(order)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('Incorrect TXT record'),
    });
  });

  test('a zone that lets only another authority issue fails', async () => {
    const caa = { name: 'hub.example.com.', type: 'CAA', rrdatas: ['0 issue "letsencrypt.org"'] };
    dns.createRecordSet(ZONE, caa);
    const { order, record } = await side.certificates.begin(HOST);
    await serve(record);
    expect(await checked(order)).toMatchObject({ status: 'failed', reason: expect.stringContaining('CAA') });
  });

  test('an order that was finalised by a call whose key is lost fails, and the next needs no new proof', async () => {
    const order = await aReadyOrder();
    await side.certificates.finalize(order, HOST);
    expect(await side.certificates.check(order)).toEqual({ status: 'ready' });
    expect(await side.certificates.finalize(order, HOST)).toMatchObject({ status: 'failed' });
    const next = await side.certificates.begin(HOST);
    expect(await side.certificates.check(next.order)).toEqual({ status: 'ready' });
    expect(await side.certificates.finalize(next.order, HOST)).toMatchObject({ status: 'issued' });
  });

  test('of two that finalise at once, one gets a certificate, and its own', async () => {
    const order = await aReadyOrder();
    const both = await Promise.all([1, 2].map(() => side.certificates.finalize(order, HOST)));
    expect(both.map(({ status }) => status).sort()).toEqual(['failed', 'issued']);
    for (const made of both) if (made.status === 'issued') expectGood(made);
  });

  test.each(['acme.finalize', 'acme.order', 'acme.certificate'])(
    'the key is not lost with an answer to %s',
    async (subject) => {
      const order = await aReadyOrder();
      if (subject === 'acme.finalize') world.faults.force('reply-lost', { times: 1, subject });
      const making = side.certificates.finalize(order, HOST);
      // The first look comes before there is a key to lose.
      if (subject !== 'acme.finalize') {
        while (side.model.orderById(order.split('/').at(-1) ?? '')?.issueAtMs === undefined) {
          await new Promise(setImmediate);
        }
        world.faults.force('unavailable', { times: 2, subject });
      }
      const made = await making;
      if (made.status !== 'issued') throw new Error(made.status);
      expectGood(made);
    },
  );
  test('whose order was made and its answer lost just begins again', async () => {
    world.faults.force('reply-lost', { times: 1, subject: 'acme.newOrder' });
    expect(await codeOf(side.certificates.begin(HOST))).toBe('CERTIFICATE_AUTHORITY_UNAVAILABLE');
    await aReadyOrder();
  });

  test('an authority that does not answer is waited for', async () => {
    world.faults.force('unavailable');
    expect(await codeOf(side.certificates.begin(HOST))).toBe('CERTIFICATE_AUTHORITY_UNAVAILABLE');
    expect(await codeOf(side.certificates.check('http://127.0.0.1:9/order/x'))).toBe(
      'CERTIFICATE_AUTHORITY_UNAVAILABLE',
    );
    world.faults.clear();
    await aReadyOrder();
  });

  test('an order that the authority does not know has failed', async () => {
    const { order } = await side.certificates.begin(HOST);
    const unknown = `${order.slice(0, -3)}xyz`;
    expect(await side.certificates.check(unknown)).toMatchObject({ status: 'failed' });
    expect(await side.certificates.finalize(unknown, HOST)).toMatchObject({ status: 'failed' });
  });

  test('a name that is not public is refused', async () => {
    expect(await codeOf(side.certificates.begin('localhost'))).toBe('CERTIFICATE_REFUSED');
  });

  test('more orders than the authority takes have to wait', async () => {
    await side.close();
    await open({ orderLimit: { count: 2, withinMs: hours(100_000) } });
    await side.certificates.begin(HOST);
    await side.certificates.begin(HOST);
    expect(await codeOf(side.certificates.begin(HOST))).toBe('CERTIFICATE_LIMIT');
  });
});

test('a certificate is renewed 30 days ahead or a third of its lifetime, and a little earlier, each at its own time', () => {
  const to = new Date(Date.UTC(2026, 5, 30));
  const ninety = { from: new Date(to.getTime() - days(90)), to };
  expect(renewalDueAt(ninety, 0)).toEqual(new Date(Date.UTC(2026, 4, 31)));
  expect(renewalDueAt(ninety, 0.5)).toEqual(new Date(Date.UTC(2026, 4, 29, 12)));
  expect(renewalDueAt(ninety, 0.999).getTime()).toBeGreaterThan(Date.UTC(2026, 4, 28));
  // Longer than what there is: it would be due when it is issued, and again with each look.
  for (const lifetime of [47, 30, 6]) {
    const from = new Date(to.getTime() - days(lifetime));
    expect(renewalDueAt({ from, to }, 0)).toEqual(new Date(to.getTime() - days(lifetime / 3)));
    expect(renewalDueAt({ from, to }, 0.999).getTime()).toBeGreaterThan(from.getTime() + days(lifetime / 2));
  }
});
