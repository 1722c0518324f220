/** Names, routes and policies as objects in leaves say them, with the objects that Hub itself makes. */
import { get } from 'node:https';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { certificateSecret, exposureOf } from '../../functions/access/exposure.ts';
import type { KubeObject } from '../../functions/leaf/leaf.ts';
import { hello } from '../../shared/catalog/hello.ts';
import { minutes } from '../../shared/units.ts';
import { createDnsModel, type DnsModel } from '../dns/model.ts';
import { apply, remove } from '../kubernetes/api.ts';
import { installed, withIstio } from '../kubernetes/charts/testing.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import { aLeaf, TARGET, type TestLeaf } from '../kubernetes/testing.ts';
import type { Face } from '../service.ts';
import { createServerIdentity, type ServerIdentity } from '../tls.ts';
import { sitesOf } from './gateways.ts';
import { serveIngress } from './server.ts';

const HOST = 'abcdefgh234567ab.clusters.example.com';

let here: TestLeaf;
let dns: DnsModel;
let ingress: Face;
let identity: ServerIdentity;
beforeEach(async () => {
  here = await aLeaf();
  dns = createDnsModel(here.world);
  dns.createZone({ name: 'clusters', dnsName: 'clusters.example.com.' });
  identity ??= await createServerIdentity(HOST, [HOST, `*.clusters.example.com`]);
  ingress = await serveIngress(0, { siteOf: sitesOf(here.kubernetes, dns) });
  await withHello(here.leaf, 'one');
});
afterEach(() => ingress.close());

async function withHello(leaf: LeafCluster, message: string): Promise<void> {
  await withIstio(here, leaf);
  await installed(here, leaf, { chart: 'hello', namespace: 'hello', version: '1.1.0', values: { message } });
}

function put(leaf: LeafCluster, object: KubeObject): void {
  const { apiVersion, metadata } = object;
  const kind = leaf.kinds.byName(apiVersion, object.kind);
  if (!kind) throw new Error(`${object.kind} is not served`);
  apply(leaf, kind, metadata.namespace, metadata.name, object, { manager: 'hub', force: true });
}

/** All that Hub makes. */
function expose(leaf: LeafCluster, host = HOST): void {
  put(leaf, certificateSecret(identity.certificate, identity.key));
  for (const object of exposureOf(host, hello)) put(leaf, object);
}

/** The answer's status and its first line, or what TLS failed with. */
const page = (path = '/', { authority = HOST } = {}): Promise<string> =>
  new Promise((resolve) => {
    const options = { port: ingress.port, servername: HOST, ca: identity.ca, agent: false };
    get({ host: '127.0.0.1', ...options, path, headers: { host: authority } }, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      resolve(`${response.statusCode} ${text.split('\n')[0]}`);
    }).on('error', (error: Error) => resolve(error.message));
  });

const NOBODY = /unrecognized.name/i;

describe('a name', () => {
  test('is there with the gateway that lists it, its certificate, and its route', async () => {
    expect(await page()).toMatch(NOBODY);
    const [policy, service, gateway] = exposureOf(HOST, hello);
    if (!policy || !service || !gateway) throw new Error('there are three');
    put(here.leaf, gateway);
    expect(await page()).toMatch(/handshake.failure/i);
    put(here.leaf, certificateSecret(identity.certificate, identity.key));
    expect(await page()).toBe('404 ');
    put(here.leaf, service);
    expect(await page()).toBe('200 one');
    put(here.leaf, policy);
    expect(await page()).toBe('200 one');
    expect(await page('/', { authority: `${HOST}:4008` })).toBe('200 one');
    remove(
      here.leaf,
      here.leaf.kinds.byName('networking.istio.io/v1', 'Gateway') ?? KINDS.Pod,
      'istio-ingress',
      'hub',
    );
    expect(await page()).toMatch(NOBODY);
  });

  test('is not there without the gateway’s pods, and is again with them', async () => {
    expose(here.leaf);
    const [pod] = [...here.leaf.objects.each(KINDS.Pod, 'istio-ingress')];
    remove(here.leaf, KINDS.Pod, 'istio-ingress', pod?.metadata.name ?? '', { gracePeriodSeconds: 0 });
    expect(await page()).toMatch(NOBODY);
    await here.clock.runFor(minutes(5));
    expect(await page()).toBe('200 one');
  });

  test('that two leaves claim is that one’s whose address it has', async () => {
    const other = here.kubernetes.add({ ...TARGET, name: 'hub-other-g1', ca: '' });
    await withHello(other, 'two');
    for (const leaf of [here.leaf, other]) expose(leaf);
    const answers: string[] = [];
    for (const leaf of [other, here.leaf, other]) {
      const gateway = leaf.objects.get(KINDS.Service, 'istio-ingress', 'hub-gateway');
      const [known] = dns.listRecordSets('clusters', { name: `${HOST}.`, type: 'A' }).items;
      dns.createChange('clusters', {
        deletions: known ? [{ ...known }] : [],
        additions: [
          { name: `${HOST}.`, type: 'A', ttl: 60, rrdatas: [gateway?.status?.loadBalancer.ingress[0].ip] },
        ],
      });
      await here.clock.runFor(minutes(1));
      answers.push(await page());
    }
    expect(answers).toEqual(['200 two', '200 one', '200 two']);
  });
});

describe('a request', () => {
  test('for another host than its connection’s is refused by the policy', async () => {
    expose(here.leaf);
    expect(await page('/', { authority: 'hello.hello.svc.cluster.local' })).toBe('403 RBAC: access denied');
  });

  test('is refused where a policy allows nothing', async () => {
    expose(here.leaf);
    const [policy] = exposureOf(HOST, hello);
    if (!policy) throw new Error('there is one');
    put(here.leaf, { ...policy, spec: { action: 'ALLOW' } });
    expect(await page()).toBe('403 RBAC: access denied');
  });

  test('goes the first way that fits, by path and header', async () => {
    expose(here.leaf);
    const [, service] = exposureOf(HOST, hello);
    if (!service) throw new Error('there is one');
    const to = (name: string) => [
      { destination: { host: `${name}.hello.svc.cluster.local`, port: { number: 80 } } },
    ];
    put(here.leaf, {
      ...service,
      spec: {
        ...service.spec,
        http: [
          { match: [{ uri: { prefix: '/nobody' } }], route: to('nobody') },
          {
            match: [{ headers: { accept: { prefix: 'no' } } }, { uri: { exact: '/hello' } }],
            route: to('hello'),
          },
        ],
      },
    });
    expect(await page('/nobody/at/all')).toBe('503 no healthy upstream');
    expect(await page('/hello?and=more')).toBe('200 one');
    expect(await page('/else')).toBe('404 ');
  });
});
