/**
 * The `Certificates` adapter against Pebble, the ACME server that Let's Encrypt tests clients with, where it is installed (on Debian:
 * `apt install pebble`) or named by HUB_PEBBLE. It asks our name server, and throws in what a good client must bear: nonces refused
 * at random, and proofs forgotten. https://github.com/letsencrypt/pebble
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import acme from 'acme-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Certificates } from '../../functions/certificates.ts';
import { createCertificates } from '../../functions/google/certificates.ts';
import { aWorld } from '../../local/a-world.ts';
import { realClock } from '../../local/clock.ts';
import { createDnsModel } from '../../local/dns/model.ts';
import { type DnsFace, serveDns } from '../../local/dns/server.ts';
import { memoryDns } from '../../local/memory/dns.ts';
import { createServerIdentity } from '../../local/tls.ts';
import { seconds } from '../../shared/units.ts';
import { firstFreePort } from '../free-ports.ts';
import { requireProgram } from '../programs.ts';

const PEBBLE = process.env.HUB_PEBBLE ?? 'pebble';
const installed = spawnSync(PEBBLE, ['-version'], { timeout: 10_000 }).error === undefined;
const MISSING = `${PEBBLE} is not installed (apt install pebble, or set HUB_PEBBLE)`;
requireProgram(installed, MISSING);
if (!installed) console.warn(`skipped: ${MISSING}`);

const HOST = 'abcdefgh234567ab.hub.example.com';
const EAB = { kid: 'hub', hmacKey: randomBytes(32).toString('base64url') };

describe.skipIf(!installed)('the adapter and Pebble', () => {
  const clock = realClock(1000);
  const folder = mkdtempSync(join(tmpdir(), 'hub-pebble-'));
  let dns: DnsFace;
  let pebble: ChildProcess;
  let certificates: Certificates;

  beforeAll(async () => {
    const world = aWorld({ clock });
    const model = createDnsModel(world);
    model.createZone({ name: 'clusters', dnsName: 'hub.example.com.' });
    dns = await serveDns(world, { rest: 0, names: 0 }, model);

    const identity = await createServerIdentity('pebble', ['127.0.0.1', 'localhost']);
    const port = await firstFreePort(2);
    const management = port + 1;
    writeFileSync(join(folder, 'cert.pem'), identity.certificate);
    writeFileSync(join(folder, 'key.pem'), identity.key);
    const config = {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: join(folder, 'cert.pem'),
      privateKey: join(folder, 'key.pem'),
      httpPort: 5002,
      tlsPort: 5001,
      ocspResponderURL: '',
      externalAccountBindingRequired: true,
      externalAccountMACKeys: { [EAB.kid]: EAB.hmacKey },
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ pebble: config }));
    const args = [
      '-strict',
      '-config',
      join(folder, 'config.json'),
      '-dnsserver',
      `127.0.0.1:${dns.namesPort}`,
    ];
    pebble = spawn(PEBBLE, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20', PEBBLE_AUTHZREUSE: '0' },
    });
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const read = (part: Buffer): void => {
        said += part.toString();
        if (said.includes('ACME directory available at')) resolve();
      };
      pebble.stdout?.on('data', read);
      pebble.stderr?.on('data', read);
      pebble.once('error', reject);
      pebble.once('exit', () => reject(new Error(`pebble ended: ${said}`)));
    });
    certificates = createCertificates({
      directoryUrl: `https://127.0.0.1:${port}/dir`,
      accountKey: (await acme.crypto.createPrivateEcdsaKey()).toString(),
      externalAccount: EAB,
      clock,
      ca: identity.ca,
    });
  });
  afterAll(async () => {
    pebble?.kill();
    await dns?.close();
    rmSync(folder, { recursive: true });
  });

  const again = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
  const serve = async ({ name, value }: { name: string; value: string }): Promise<void> => {
    const port = memoryDns(dns.model, 'clusters');
    const record = { name, type: 'TXT' as const, ttlS: 60, values: [value] };
    while ((await port.ensureRecord(record)) === 'pending') await clock.sleepUntil(clock.after(seconds(1)));
  };
  const checked = async (order: string) => {
    for (;;) {
      const progress = await certificates.check(order);
      if (progress.status !== 'pending') return progress;
      await again();
    }
  };

  test('a proven host gets a certificate for the key that was made, and the order is spent', async () => {
    const { order, record } = await certificates.begin(HOST);
    await serve(record);
    expect(await checked(order)).toEqual({ status: 'ready' });
    const made = await certificates.finalize(order, HOST);
    if (made.status !== 'issued') throw new Error(made.status === 'failed' ? made.reason : made.status);
    const certificate = new X509Certificate(made.certificatePem);
    expect(certificate.checkHost(HOST)).toBe(HOST);
    expect(certificate.checkPrivateKey(createPrivateKey(made.privateKeyPem))).toBe(true);
    expect(await certificates.finalize(order, HOST)).toMatchObject({ status: 'failed' });
  });

  test('a host without its record fails, and says which', async () => {
    const { order } = await certificates.begin(`x${HOST}`);
    expect(await checked(order)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining(`_acme-challenge.x${HOST}`),
    });
  });

  test('an order that Pebble does not know has failed', async () => {
    const { order } = await certificates.begin(HOST);
    expect(await certificates.check(`${order}x`)).toMatchObject({ status: 'failed' });
  });
});
