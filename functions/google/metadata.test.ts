/** Google's own clients, with the credentials that functions have, where the metadata server has none for them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Storage } from '@google-cloud/storage';
import { Compute } from 'google-auth-library';
import { expect, onTestFinished, test, vi } from 'vitest';
import { codeOf } from '../../test/refusals.ts';
import { createGkeClient, type GkeClient } from '../providers/gke/client.ts';
import { createBuckets } from './buckets.ts';
import { createCharts } from './charts.ts';
import { createDns } from './dns.ts';
import { CloudRefusal } from './refusal.ts';

const ID = 'abcdefgh234567ab';

/** Of an API that is never reached, since nobody has a token for it. */
const NOWHERE = 'http://127.0.0.1:1';

async function withoutToken(): Promise<Compute> {
  const server = createServer((_, response) => {
    response.writeHead(404, { 'metadata-flavor': 'Google' }).end('Not Found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return new Compute();
}

test('what has no token of the metadata server is not taken for a thing that is not there', async () => {
  const rest = await withoutToken();
  const storage = new Storage({
    projectId: 'p',
    apiEndpoint: NOWHERE,
    authClient: rest,
    useAuthWithCustomEndpoint: true,
    retryOptions: { autoRetry: false },
  });
  const buckets = createBuckets(storage, 'test');
  const dns = createDns({ projectId: 'p', zone: 'clusters', rest, dnsUrl: NOWHERE });
  const charts = createCharts({ account: 'charts@p.example', rest, credentialsUrl: NOWHERE });
  for (const call of [
    buckets.ensureBucketGone({ name: `hub-${ID}-g1`, clusterId: ID }),
    buckets.listBuckets(ID),
    dns.findRecord({ name: 'a.example.com', type: 'A' }),
    charts.issueToken(60_000),
  ])
    expect(await codeOf(call)).toBe('PROVIDER_UNAVAILABLE');
  const clusters = {} as Parameters<typeof createGkeClient>[0]['clusters'];
  const gke: GkeClient = createGkeClient({ projectId: 'p', clusters, rest, computeUrl: NOWHERE });
  const refusal = await gke.deleteLeftover('firewall', 'global', 'f').catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CloudRefusal);
  expect(refusal).toMatchObject({ status: 'UNAVAILABLE' });
});
