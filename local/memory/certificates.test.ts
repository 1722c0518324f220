/** The way from a name to its certificate on a virtual clock: nothing in it may wait for the wall, or the simulation would not be one. */
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { minutes } from '../../shared/units.ts';
import { aWorld } from '../a-world.ts';
import { createAcmeModel } from '../acme/model.ts';
import { lookupInModel } from '../acme/names.ts';
import { virtualClock } from '../clock.ts';
import { createDnsModel } from '../dns/model.ts';
import { seededRandom } from '../random.ts';
import { memoryCertificates } from './certificates.ts';
import { memoryDns } from './dns.ts';

const HOST = 'abcdefgh234567ab.hub.example.com';

test('a certificate takes cloud time alone, and the same in every run', async () => {
  const run = async (): Promise<number> => {
    const clock = virtualClock();
    const startMs = clock.now();
    const worldOf = (seed: number) => {
      return aWorld({ clock, random: seededRandom(seed) });
    };
    const names = createDnsModel(worldOf(1));
    names.createZone({ name: 'clusters', dnsName: 'hub.example.com.' });
    const world = worldOf(2);
    const dns = memoryDns(names, 'clusters');
    const certificates = memoryCertificates(world, createAcmeModel(world, { lookup: lookupInModel(names) }));

    const { order, record } = await certificates.begin(HOST);
    const text = { name: record.name, type: 'TXT' as const, ttlS: 60, values: [record.value] };
    while ((await dns.ensureRecord(text)) === 'pending') await clock.runFor(1000);
    while ((await certificates.check(order)).status === 'pending') await clock.runFor(1000);
    let ended = false;
    const finalizing = certificates.finalize(order, HOST).finally(() => {
      ended = true;
    });
    while (!ended) await clock.runFor(1000);
    const made = await finalizing;
    if (made.status !== 'issued') throw new Error(made.status);
    expect(new X509Certificate(made.certificatePem).checkHost(HOST)).toBe(HOST);
    return clock.now() - startMs;
  };
  const tookMs = await run();
  expect(tookMs).toBeLessThan(minutes(2));
  expect(await run()).toBe(tookMs);
});
