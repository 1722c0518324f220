/** The Cloud DNS stand-in: its API over the wire, its name server as a resolver sees it, restarts, and messages that are none. */
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { minutes } from '../../shared/units.ts';
import { aWorld } from '../a-world.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import type { World } from '../service.ts';
import { journaledStore, memoryStore, type Store } from '../store.ts';
import { createDnsModel, type DnsModel } from './model.ts';
import { respond } from './responder.ts';
import { type DnsFace, serveDns } from './server.ts';

const worldAt = (clock: VirtualClock, store: Store = memoryStore()): World => aWorld({ clock, store });

let clock: VirtualClock;
let model: DnsModel;
let face: DnsFace;
beforeEach(async () => {
  clock = virtualClock();
  const world = worldAt(clock);
  model = createDnsModel(world);
  face = await serveDns(world, { rest: 0, names: 0 }, model);
});
afterEach(() => face.close());

const settled = (): Promise<void> => clock.runFor(minutes(5));

interface Reply {
  status: number;
  body: Record<string, unknown> & { error?: { message: string; errors: { reason: string }[] } };
}

async function ask(method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`http://127.0.0.1:${face.port}/dns/v1/projects/hub-test/managedZones${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Reply['body'] };
}
const reasonOf = ({ status, body }: Reply): string => `${status} ${body.error?.errors[0]?.reason}`;
const aZone = () => ask('POST', '', { name: 'z', dnsName: 'example.com.', description: 'd' });
const A = { name: 'a.example.com.', type: 'A', ttl: 60, rrdatas: ['192.0.2.1'] };

describe('the API', () => {
  test('a zone begins with its NS and SOA records, and goes only with nothing else in it', async () => {
    const { body } = await aZone();
    expect(body).toMatchObject({ kind: 'dns#managedZone', name: 'z', visibility: 'public' });
    const sets = (await ask('GET', '/z/rrsets')).body.rrsets as { type: string }[];
    expect(sets.map(({ type }) => type).sort()).toEqual(['NS', 'SOA']);
    await ask('POST', '/z/rrsets', A);
    const refused = await ask('DELETE', '/z');
    expect(reasonOf(refused)).toBe('400 containerNotEmpty');
    await ask('DELETE', '/z/rrsets/a.example.com./A');
    expect((await ask('DELETE', '/z')).status).toBe(200);
    expect(reasonOf(await ask('GET', '/z'))).toBe('404 notFound');
  });

  test('refusals are worded as the real ones', async () => {
    await aZone();
    expect((await aZone()).body.error?.message).toBe(
      "The resource 'entity.managedZone' named 'z' already exists",
    );
    await ask('POST', '/z/changes', { additions: [A] });
    const again = await ask('POST', '/z/changes', { additions: [A] });
    expect(reasonOf(again)).toBe('409 alreadyExists');
    expect(again.body.error?.message).toBe(
      "The resource 'entity.change.additions[0]' named 'a.example.com. (A)' already exists",
    );
    const other = await ask('POST', '/z/changes', { deletions: [{ ...A, ttl: 61 }] });
    expect(reasonOf(other)).toBe('412 conditionNotMet');
    expect(other.body.error?.message).toBe("Precondition not met for 'entity.change.deletions[0]'");
    const absent = await ask('POST', '/z/changes', { deletions: [{ ...A, name: 'b.example.com.' }] });
    expect(reasonOf(absent)).toBe('404 notFound');
    expect((await ask('GET', '/y/rrsets')).body.error?.message).toBe(
      "The 'parameters.managedZone' resource named 'y' does not exist.",
    );
  });

  test.each([
    ['a name of another zone', { ...A, name: 'a.example.org.' }, '400 invalid'],
    ['a name without its dot', { ...A, name: 'a.example.com' }, '400 invalid'],
    ['an address that is none', { ...A, rrdatas: ['192.0.2.256'] }, '400 invalid'],
    ['two addresses alike', { ...A, rrdatas: ['192.0.2.1', '192.0.2.1'] }, '400 invalid'],
    ['no data', { ...A, rrdatas: [] }, '400 invalid'],
    ['an unknown type', { ...A, type: 'A6' }, '400 invalid'],
    ['data that are no texts', { ...A, rrdatas: [1] }, '400 invalid'],
    [
      'an alias at the apex',
      { ...A, name: 'example.com.', type: 'CNAME', rrdatas: ['x.org.'] },
      '400 cnameResourceRecordSetConflict',
    ],
    ['an open quotation mark', { ...A, type: 'TXT', rrdatas: ['"x'] }, '400 invalid'],
    ['a text that is too long', { ...A, type: 'TXT', rrdatas: [`"${'x'.repeat(256)}"`] }, '400 invalid'],
    [
      'more data than a set may have',
      { ...A, rrdatas: Array.from({ length: 101 }, (_, i) => `192.0.2.${i}`) },
      '403 quotaExceeded',
    ],
  ])('%s is refused', async (_which, set, expected) => {
    await aZone();
    expect(reasonOf(await ask('POST', '/z/changes', { additions: [set] }))).toBe(expected);
  });

  test('a change is made whole or not at all', async () => {
    await aZone();
    await ask('POST', '/z/rrsets', A);
    const before = (await ask('GET', '/z/rrsets')).body;
    const mixed = {
      deletions: [A],
      additions: [
        { ...A, name: 'b.example.com.' },
        { ...A, ttl: -1 },
      ],
    };
    expect((await ask('POST', '/z/changes', mixed)).status).toBe(400);
    expect((await ask('GET', '/z/rrsets')).body).toEqual(before);
  });

  test('the records at the apex cannot be deleted, only replaced', async () => {
    await aZone();
    expect(reasonOf(await ask('DELETE', '/z/rrsets/example.com./NS'))).toBe('400 invalidZoneApex');
    const ns = { name: 'example.com.', type: 'NS', ttl: 60, rrdatas: ['ns.example.net.'] };
    expect((await ask('PATCH', '/z/rrsets/example.com./NS', ns)).status).toBe(200);
  });

  test('a change is pending until it is served, and changes are listed either way round', async () => {
    await aZone();
    await settled();
    const { body } = await ask('POST', '/z/changes', { additions: [A] });
    expect(body).toMatchObject({ kind: 'dns#change', id: '1', status: 'pending', additions: [A] });
    await settled();
    expect((await ask('GET', '/z/changes/1')).body.status).toBe('done');
    const down = (await ask('GET', '/z/changes?sortBy=changeSequence&sortOrder=descending')).body.changes;
    expect((down as { id: string }[]).map(({ id }) => id)).toEqual(['1', '0']);
    const first = (await ask('GET', '/z/changes?maxResults=1')).body;
    expect(first.changes).toMatchObject([{ id: '0' }]);
    const second = (await ask('GET', `/z/changes?maxResults=1&pageToken=${first.nextPageToken}`)).body;
    expect(second.changes).toMatchObject([{ id: '1' }]);
  });

  test('what is no request gets an error and harms nobody', async () => {
    const url = `http://127.0.0.1:${face.port}/dns/v1/projects/hub-test/managedZones`;
    expect((await fetch(url, { method: 'POST', body: '{' })).status).toBe(400);
    expect((await fetch(url, { method: 'POST', body: '[1]' })).status).toBe(400);
    expect((await fetch(`${url}/%zz`)).status).toBe(400);
    expect((await fetch(`${url}/z/rrsets`, { method: 'PUT' })).status).toBe(404);
    expect((await fetch(url.replace('hub-test', 'other'))).status).toBe(403);
    await aZone();
    expect((await ask('POST', '/z/changes', { additions: 'x' })).status).toBe(400);
    expect((await ask('POST', '/z/changes', { additions: [null] })).status).toBe(400);
    expect((await ask('POST', '/z/changes', {})).status).toBe(400);
  });

  test('quotas are those of the project', () => {
    const small = createDnsModel(worldAt(clock), { quotas: { zones: 1, recordSetsPerZone: 3 } });
    small.createZone({ name: 'z', dnsName: 'example.com.' });
    expect(() => small.createZone({ name: 'y', dnsName: 'example.org.' })).toThrow('Quota exceeded');
    small.createRecordSet('z', A);
    expect(() => small.createRecordSet('z', { ...A, name: 'b.example.com.' })).toThrow('Quota exceeded');
  });
});

describe('the name server', () => {
  const resolver = (): Resolver => {
    const made = new Resolver({ timeout: 2000, tries: 3 });
    made.setServers([`127.0.0.1:${face.namesPort}`]);
    return made;
  };
  const serve = async (...additions: object[]): Promise<void> => {
    await aZone();
    await ask('POST', '/z/changes', { additions });
    await settled();
  };

  test('node:dns reads every kind of record', async () => {
    await serve(
      A,
      { ...A, type: 'AAAA', rrdatas: ['2001:db8::7', '::ffff:192.0.2.1'] },
      { name: 'www.example.com.', type: 'CNAME', ttl: 60, rrdatas: ['a.example.com.'] },
      { name: '_acme-challenge.a.example.com.', type: 'TXT', ttl: 1, rrdatas: ['one', '"t w" "o"'] },
      { name: 'example.com.', type: 'CAA', ttl: 60, rrdatas: ['0 issue "pki.goog"'] },
    );
    const dns = resolver();
    expect(await dns.resolve4('A.Example.com', { ttl: true })).toEqual([{ address: '192.0.2.1', ttl: 60 }]);
    expect((await dns.resolve6('a.example.com')).sort()).toEqual(['2001:db8::7', '::ffff:192.0.2.1'].sort());
    expect(await dns.resolveCname('www.example.com')).toEqual(['a.example.com']);
    expect(await dns.resolve4('www.example.com')).toEqual(['192.0.2.1']);
    expect((await dns.resolveTxt('_acme-challenge.a.example.com')).sort()).toEqual([['one'], ['t w', 'o']]);
    expect(await dns.resolveCaa('example.com')).toEqual([{ critical: 0, type: 'CAA', issue: 'pki.goog' }]);
    expect(await dns.resolveNs('example.com')).toHaveLength(4);
    expect(await dns.resolveSoa('example.com')).toMatchObject({ minttl: 300, refresh: 21_600 });
  });

  test('nothing of that type, no such name and not our zone are told apart', async () => {
    await serve(A, { ...A, name: 'deep.below.example.com.' });
    const codeOf = (asked: Promise<unknown>) =>
      asked.then(String, (error) => (error as { code: string }).code);
    const dns = resolver();
    expect(await codeOf(dns.resolveTxt('a.example.com'))).toBe('ENODATA');
    expect(await codeOf(dns.resolve4('below.example.com'))).toBe('ENODATA');
    expect(await codeOf(dns.resolve4('b.example.com'))).toBe('ENOTFOUND');
    expect(await codeOf(dns.resolve4('example.org'))).toBe('EREFUSED');
  });

  test('a change is seen at the next question: nothing is remembered in between', async () => {
    await serve(A);
    const dns = resolver();
    expect(await dns.resolve4('a.example.com')).toEqual(['192.0.2.1']);
    await ask('PATCH', '/z/rrsets/a.example.com./A', { rrdatas: ['192.0.2.2'] });
    await settled();
    expect(await dns.resolve4('a.example.com')).toEqual(['192.0.2.2']);
  });

  test('a wildcard covers names that are not there, and only those', async () => {
    await serve(A, { ...A, name: '*.example.com.', rrdatas: ['192.0.2.9'] });
    const dns = resolver();
    expect(await dns.resolve4('x.y.example.com')).toEqual(['192.0.2.9']);
    expect(await dns.resolve4('a.example.com')).toEqual(['192.0.2.1']);
    await expect(dns.resolve4('x.a.example.com')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('aliases in a circle end', async () => {
    await serve(
      { name: 'x.example.com.', type: 'CNAME', ttl: 60, rrdatas: ['y.example.com.'] },
      { name: 'y.example.com.', type: 'CNAME', ttl: 60, rrdatas: ['x.example.com.'] },
    );
    expect(await resolver().resolve4('x.example.com')).toEqual([]);
  });

  test('an answer too large for UDP is had over TCP', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `"${String(i).padStart(200, 'x')}"`);
    await serve({ name: 't.example.com.', type: 'TXT', ttl: 1, rrdatas: texts });
    expect(await resolver().resolveTxt('t.example.com')).toHaveLength(20);
  });

  test('no message, however damaged, ends it', async () => {
    await serve(A);
    const question = Buffer.from('0001010000010000000000000161076578616d706c6503636f6d0000010001', 'hex');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          fc.tuple(fc.nat(question.length - 1), fc.nat(255)).map(([at, value]) => {
            const damaged = Buffer.from(question);
            damaged[at] = value;
            return damaged;
          }),
          fc.nat(question.length).map((length) => question.subarray(0, length)),
        ),
        (message) => {
          const bytes = Buffer.from(message);
          const reply = respond(model, bytes, false);
          if (reply) expect(reply.subarray(0, 2)).toEqual(bytes.subarray(0, 2));
        },
      ),
      { seed: 7, numRuns: 500 },
    );
    const udp = createSocket('udp4');
    udp.send(Buffer.from('nonsense'), face.namesPort, '127.0.0.1');
    const tcp = connect(face.namesPort, '127.0.0.1');
    tcp.end(Buffer.from([0, 3, 1, 2, 3]));
    await once(tcp, 'close');
    udp.close();
    expect(await resolver().resolve4('a.example.com')).toEqual(['192.0.2.1']);
  });
});

test('zones, records and what is still on its way survive a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-dns-'));
  const first = createDnsModel(worldAt(clock, journaledStore(folder, 'dns')));
  first.createZone({ name: 'z', dnsName: 'example.com.' });
  first.createRecordSet('z', A);
  first.close();
  const second = createDnsModel(worldAt(clock, journaledStore(folder, 'dns')));
  expect(second.getRecordSet('z', 'a.example.com.', 'A')).toEqual(A);
  expect(second.served('a.example.com.', 'A')).toBeUndefined();
  await settled();
  expect(second.served('a.example.com.', 'A')).toEqual(A);
  expect(second.getChange('z', '1').status).toBe('done');
  second.close();
  rmSync(folder, { recursive: true });
});

test('killed after any line of its journal, a zone is there with its NS and SOA records or not at all', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-dns-'));
  const file = join(folder, 'dns.jsonl');
  const first = createDnsModel(worldAt(clock, journaledStore(folder, 'dns')));
  first.createZone({ name: 'z', dnsName: 'example.com.' });
  first.close();
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const found = lines.map((_, index) => {
    writeFileSync(file, `${lines.slice(0, index + 1).join('\n')}\n`);
    const next = createDnsModel(worldAt(clock, journaledStore(folder, 'dns')));
    const types = next
      .listZones()
      .items.map(({ name }) => next.listRecordSets(name).items.map(({ type }) => type));
    next.close();
    return types;
  });
  expect(found.filter(([types]) => types !== undefined && types.length !== 2)).toEqual([]);
  rmSync(folder, { recursive: true });
});
