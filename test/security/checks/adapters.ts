/** What the adapters to Cloud Storage and Cloud DNS ask of them over the wire, where one call of a port may be several of the cloud. */

import { Storage } from '@google-cloud/storage';
import { OAuth2Client } from 'google-auth-library';
import { clusterPrincipals } from '../../../functions/bucket-access.ts';
import { createBuckets } from '../../../functions/google/buckets.ts';
import { createDns } from '../../../functions/google/dns.ts';
import { aWorld } from '../../../local/a-world.ts';
import { virtualClock } from '../../../local/clock.ts';
import { createDnsModel } from '../../../local/dns/model.ts';
import { serveDns } from '../../../local/dns/server.ts';
import { createStorageModel } from '../../../local/storage/model.ts';
import { serveStorage } from '../../../local/storage/server.ts';
import { clusterIdOf } from '../../builders.ts';
import { needsOf, tellOf } from './calls.ts';
import { findings } from './findings.ts';

const CELL = 'test';
const ZONE = 'clusters';

/** 12: what a call of these ports is said to need is what its adapter asks for in one case or another. */
export async function adapters(): Promise<string[]> {
  const wrong = findings();
  for (const [site, asked] of await askedBySite()) {
    const needs = needsOf(site, []);
    for (const permission of asked)
      if (!needs.includes(permission)) wrong.push(`${site} needs ${permission}`);
    for (const permission of needs)
      if (!asked.has(permission)) wrong.push(`${site} never needs ${permission}`);
  }
  return wrong;
}

async function askedBySite(): Promise<Map<string, Set<string>>> {
  const world = aWorld({ clock: virtualClock() });
  const { projectId } = world;
  const storage = createStorageModel(world);
  const dns = createDnsModel(world);
  dns.createZone({ name: ZONE, dnsName: 'hub.example.com.' });
  const faces = [
    await serveStorage(world, 0, storage),
    await serveDns(world, { rest: 0, names: 0 }, dns),
  ] as const;
  const [storagePort, dnsPort] = faces.map(({ port }) => port);
  const rest = new OAuth2Client();
  rest.setCredentials({ access_token: 'ya29.test' });
  const apiEndpoint = `http://127.0.0.1:${storagePort}`;
  const ports = {
    buckets: createBuckets(
      new Storage({ projectId, apiEndpoint, retryOptions: { autoRetry: false } }),
      CELL,
      undefined,
      1,
    ),
    dns: createDns({ projectId, zone: ZONE, rest, dnsUrl: `http://127.0.0.1:${dnsPort}/dns/v1` }),
  };
  const asked = new Map<string, Set<string>>();
  let site = '';
  tellOf({ storage, dns }, (permission) => void asked.get(site)?.add(permission));
  const at = async (name: string, call: () => Promise<unknown>): Promise<void> => {
    site = name;
    asked.set(name, asked.get(name) ?? new Set());
    await call();
  };

  const id = clusterIdOf(1);
  const bucket = { name: `hub-${id}-g1`, region: 'europe-west1', clusterId: id };
  const foreign = { ...bucket, name: `hub-${id}-g2` };
  const where = { projectId, projectNumber: '1', location: 'europe-west1-b', cluster: bucket.name };
  storage.insertBucket(foreign.name, {}, 'somebody-else');
  await at('buckets.ensureBucket', () => ports.buckets.ensureBucket(bucket));
  await at('buckets.ensureAccess', () => ports.buckets.ensureAccess(bucket, clusterPrincipals(where)));
  for (const name of ['kept', 'kept, too'])
    storage.putObject(bucket.name, name, new Uint8Array([1]), { temporaryHold: true });
  await at('buckets.listBuckets', () => ports.buckets.listBuckets(id));
  await at('buckets.listAllBuckets', () => ports.buckets.listAllBuckets());
  for (const _page of [1, 2])
    await at('buckets.ensureBucketGone', () => ports.buckets.ensureBucketGone(bucket));
  await at('buckets.ensureBucketGone', () => ports.buckets.ensureBucketGone(foreign));

  const record = { name: `${id}.hub.example.com`, type: 'A', ttlS: 60, values: ['203.0.113.7'] } as const;
  await at('dns.ensureRecord', () => ports.dns.ensureRecord(record));
  await at('dns.ensureRecord', () => ports.dns.ensureRecord(record));
  await at('dns.ensureRecord', () => ports.dns.ensureRecord({ ...record, values: ['203.0.113.8'] }));
  await at('dns.findRecord', () => ports.dns.findRecord(record));
  await at('dns.listRecords', () => ports.dns.listRecords('hub.example.com'));
  await at('dns.ensureNoRecord', () => ports.dns.ensureNoRecord(record));
  for (const { close } of faces) await close();
  return asked;
}
