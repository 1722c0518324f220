/** One suite for both sides of `Dns`: the adapter against the local Cloud DNS, and the same model without a wire. */
import { OAuth2Client } from 'google-auth-library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { challengeName, type Dns, type DnsRecord } from '../../functions/dns.ts';
import { createDns } from '../../functions/google/dns.ts';
import { aWorld } from '../../local/a-world.ts';
import { type VirtualClock, virtualClock } from '../../local/clock.ts';
import { lookup } from '../../local/dns/lookup.ts';
import { createDnsModel, type DnsModel } from '../../local/dns/model.ts';
import { serveDns } from '../../local/dns/server.ts';
import { memoryDns } from '../../local/memory/dns.ts';
import type { World } from '../../local/service.ts';
import { minutes } from '../../shared/units.ts';
import { codeOf } from '../refusals.ts';

const HOST = 'abcdefgh234567ab.hub.example.com';
const ADDRESS: DnsRecord = { name: HOST, type: 'A', ttlS: 60, values: ['203.0.113.7'] };
const PROOF: DnsRecord = { name: challengeName(HOST), type: 'TXT', ttlS: 60, values: ['a-proof_of-43'] };
const ZONE = 'clusters';

interface Side {
  dns: Dns;
  /** The same port to a zone that is not there. */
  lost: Dns;
  close(): Promise<void>;
}

async function googleSide(world: World, model: DnsModel): Promise<Side> {
  const face = await serveDns(world, { rest: 0, names: 0 }, model);
  const rest = new OAuth2Client();
  rest.setCredentials({ access_token: 'ya29.test' });
  const options = { projectId: world.projectId, rest, dnsUrl: `http://127.0.0.1:${face.port}/dns/v1` };
  return {
    dns: createDns({ ...options, zone: ZONE }),
    lost: createDns({ ...options, zone: 'lost' }),
    close: face.close,
  };
}

const memorySide = async (_world: World, model: DnsModel): Promise<Side> => ({
  dns: memoryDns(model, ZONE),
  lost: memoryDns(model, 'lost'),
  close: async () => undefined,
});

describe.each([
  ['google', googleSide],
  ['memory', memorySide],
])('Dns (%s)', (_name, make) => {
  let clock: VirtualClock;
  let world: World;
  let model: DnsModel;
  let side: Side;
  beforeEach(async () => {
    clock = virtualClock();
    world = aWorld({ clock });
    model = createDnsModel(world);
    model.createZone({ name: ZONE, dnsName: 'hub.example.com.' });
    await clock.runFor(minutes(2));
    side = await make(world, model);
  });
  afterEach(() => side.close());

  const told = (name: string, type: string): string[] =>
    lookup(model, `${name}.`, type).answers.flatMap(({ rrdatas }) => rrdatas);

  test('a record is pending until the name servers tell it', async () => {
    expect(await side.dns.ensureRecord(ADDRESS)).toBe('pending');
    expect(told(HOST, 'A')).toEqual([]);
    expect(await side.dns.ensureRecord(ADDRESS)).toBe('pending');
    await clock.runFor(minutes(2));
    expect(await side.dns.ensureRecord(ADDRESS)).toBe('served');
    expect(told(HOST, 'A')).toEqual(['203.0.113.7']);
  });

  test('asking again makes no further change, whatever the order of the values', async () => {
    const two = { ...ADDRESS, values: ['203.0.113.7', '203.0.113.8'] };
    await side.dns.ensureRecord(two);
    const before = model.listChanges(ZONE).items.length;
    await side.dns.ensureRecord({ ...two, values: ['203.0.113.8', '203.0.113.7'] });
    expect(model.listChanges(ZONE).items).toHaveLength(before);
  });

  test('another value replaces the old one in one change', async () => {
    await side.dns.ensureRecord(ADDRESS);
    await side.dns.ensureRecord({ ...ADDRESS, values: ['203.0.113.9'] });
    await clock.runFor(minutes(2));
    expect(told(HOST, 'A')).toEqual(['203.0.113.9']);
    expect(model.listChanges(ZONE, { descending: true }).items[0]).toMatchObject({
      additions: [{ rrdatas: ['203.0.113.9'] }],
      deletions: [{ rrdatas: ['203.0.113.7'] }],
    });
  });

  test('the pending change of another record does not hold this one up', async () => {
    await side.dns.ensureRecord(ADDRESS);
    await clock.runFor(minutes(2));
    await side.dns.ensureRecord(PROOF);
    expect(await side.dns.ensureRecord(ADDRESS)).toBe('served');
  });

  test.each([
    ['a proof', 'LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0'],
    ['one with blanks and marks', 'v=1; say "hello \\ world"'],
    ['one longer than a string of DNS may be', 'x'.repeat(600)],
  ])('a text is found as it was given: %s', async (_which, value) => {
    await side.dns.ensureRecord({ ...PROOF, values: [value] });
    expect(await side.dns.findRecord(PROOF)).toEqual({ ...PROOF, values: [value] });
    const changes = model.listChanges(ZONE).items.length;
    await side.dns.ensureRecord({ ...PROOF, values: [value] });
    expect(model.listChanges(ZONE).items).toHaveLength(changes);
  });

  test('an alias is found as it was given', async () => {
    const alias: DnsRecord = {
      name: `www.${HOST}`,
      type: 'CNAME',
      ttlS: 300,
      values: ['elsewhere.example.net'],
    };
    await side.dns.ensureRecord(alias);
    expect(await side.dns.findRecord(alias)).toEqual(alias);
  });

  test('a deleted record is not found, and deleting it again is no fault', async () => {
    await side.dns.ensureRecord(ADDRESS);
    await side.dns.ensureNoRecord(ADDRESS);
    await side.dns.ensureNoRecord(ADDRESS);
    expect(await side.dns.findRecord(ADDRESS)).toBeUndefined();
    await clock.runFor(minutes(2));
    expect(told(HOST, 'A')).toEqual([]);
  });

  test('only records at and below the suffix are listed, and none of the zone itself', async () => {
    await side.dns.ensureRecord(ADDRESS);
    await side.dns.ensureRecord(PROOF);
    await side.dns.ensureRecord({ ...ADDRESS, name: `x${HOST}` });
    expect((await side.dns.listRecords(HOST)).map(({ name }) => name).sort()).toEqual(
      [PROOF.name, HOST].sort(),
    );
    expect(await side.dns.listRecords('hub.example.com')).toHaveLength(3);
  });

  test('more than a page of records is listed whole', async () => {
    for (let i = 0; i < 1100; i++) {
      model.createRecordSet(ZONE, { name: `c${i}.hub.example.com.`, type: 'A', rrdatas: ['203.0.113.7'] });
    }
    expect(await side.dns.listRecords('hub.example.com')).toHaveLength(1100);
  });

  test('ten at once make one record and none of them fails', async () => {
    await Promise.all(Array.from({ length: 10 }, () => side.dns.ensureRecord(ADDRESS)));
    expect(await side.dns.findRecord(ADDRESS)).toEqual(ADDRESS);
  });

  test('a service that does not answer is PROVIDER_UNAVAILABLE, and nothing has happened', async () => {
    world.faults.force('unavailable');
    expect(await codeOf(side.dns.ensureRecord(ADDRESS))).toBe('PROVIDER_UNAVAILABLE');
    expect(await codeOf(side.dns.ensureNoRecord(ADDRESS))).toBe('PROVIDER_UNAVAILABLE');
    expect(await codeOf(side.dns.findRecord(ADDRESS))).toBe('PROVIDER_UNAVAILABLE');
    expect(await codeOf(side.dns.listRecords(HOST))).toBe('PROVIDER_UNAVAILABLE');
    world.faults.clear();
    expect(await side.dns.listRecords(HOST)).toEqual([]);
  });

  test('whose answer was lost finds at the next try what it did', async () => {
    world.faults.force('reply-lost', { times: 1, subject: 'dns.changes.create' });
    expect(await codeOf(side.dns.ensureRecord(ADDRESS))).toBe('PROVIDER_UNAVAILABLE');
    await clock.runFor(minutes(2));
    expect(await side.dns.ensureRecord(ADDRESS)).toBe('served');
    world.faults.force('reply-lost', { times: 1, subject: 'dns.changes.create' });
    expect(await codeOf(side.dns.ensureNoRecord(ADDRESS))).toBe('PROVIDER_UNAVAILABLE');
    await side.dns.ensureNoRecord(ADDRESS);
    expect(await side.dns.findRecord(ADDRESS)).toBeUndefined();
  });

  test('a zone that is not there is the operator’s to mend', async () => {
    expect(await codeOf(side.lost.ensureRecord(ADDRESS))).toBe('DNS_ZONE_MISSING');
    expect(await codeOf(side.lost.ensureNoRecord(ADDRESS))).toBe('DNS_ZONE_MISSING');
    expect(await codeOf(side.lost.listRecords(HOST))).toBe('DNS_ZONE_MISSING');
  });
});
