/** The embedded cloud as a whole, through the product's own adapters: from a name that nobody has to a Pachyderm behind it. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { certificateSecret, exposureOf } from '../functions/access/exposure.ts';
import type { IssuedCertificate } from '../functions/certificates.ts';
import { hostName, hostOf } from '../functions/clusters/host.ts';
import { parseConfig } from '../functions/config.ts';
import { silentLog } from '../functions/log.ts';
import { bindingsOf } from '../functions/pachyderm/members.ts';
import type { Ports } from '../functions/ports.ts';
import type { LeafConnection } from '../functions/providers/provider.ts';
import { portsOf } from '../functions/real-ports.ts';
import { CONNECTORS_SECRET, HUB_EMAIL, HUB_PRINCIPAL, pachyderm } from '../shared/catalog/pachyderm.ts';
import type { Route } from '../shared/catalog/product.ts';
import { type EmbeddedCloud, startCloud } from './cloud.ts';
import { RULES_FILE } from './deployed.ts';
import { environmentOf, PROJECT } from './hub.ts';
import { create } from './kubernetes/api.ts';
import { installed, withIstio } from './kubernetes/charts/testing.ts';
import { KINDS } from './kubernetes/kinds.ts';
import type { LeafCluster } from './kubernetes/leaf-cluster.ts';
import { TARGET } from './kubernetes/testing.ts';
import { connectorFor, startIssuer, type TestIssuer } from './pachd/testing.ts';
import { ensureZone } from './setup.ts';
import { createServerIdentity } from './tls.ts';

const SPEED = 2000;
const VERSION = '2.12.1';

let cloud: EmbeddedCloud;
let ports: Ports;
let host: string;
let leaf: LeafCluster;
let connection: LeafConnection;
beforeAll(async () => {
  cloud = await startCloud({
    ...{ port: 0, speed: SPEED, faults: {}, seed: 1, log: silentLog },
    ...{ rulesFile: RULES_FILE, projectId: PROJECT },
  });
  ensureZone(cloud);
  // As the functions' host is started; the url is that of a Hosting, which is not needed here.
  Object.assign(process.env, environmentOf(cloud, SPEED, 'http://127.0.0.1:1'));
  ports = await portsOf('step-expose');
  host = hostOf('abcdefgh234567ab', ports.settings.zone);
  const { server, ca } = await cloud.kubernetes.leaves.start({ ...TARGET, clusterId: 'abcdefgh234567ab' });
  connection = { server, ca };
  leaf = cloud.kubernetes.leaves.findByServer(server) as LeafCluster;
});
afterAll(() => cloud.close());

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  await vi.waitUntil(holds, { interval: 20, timeout: 120_000 });
};

async function serve(type: 'A' | 'TXT', name: string, value: string): Promise<void> {
  const record = { name, type, ttlS: 60, values: [value] };
  await until(async () => (await ports.dns.ensureRecord(record)) === 'served');
}

const trouble = (): Promise<string> =>
  ports.web.page(host, '/').then(
    ({ status }) => `it answers ${status}`,
    (error: { code?: string; detail?: string }) => `${error.code} ${error.detail}`,
  );

test('what Hub is told of the embedded cloud is a valid configuration', () => {
  const config = parseConfig(process.env);
  expect(config.zone).toBe(`clusters.localhost:${cloud.ingress.port}`);
  expect(config.acme.directoryUrl).toBe(cloud.acme.directoryUrl);
});

test('people are found by an address that they have proven, and only so', async () => {
  expect(await ports.people.findByEmail('ada@example.com')).toEqual({ uid: 'ada' });
  expect(await ports.people.findByEmail('nobody@example.com')).toBeUndefined();
  const url = `http://127.0.0.1:${cloud.auth.port}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=local`;
  const body = JSON.stringify({ email: 'eve@example.com', password: 'hub-local', returnSecureToken: true });
  expect(
    (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).ok,
  ).toBe(true);
  expect(await ports.people.findByEmail('eve@example.com')).toBeUndefined();
});

test('what is known of people is told, and gone with them', async () => {
  expect(await ports.people.find('grace')).toMatchObject({
    email: 'grace@example.com',
    emailVerified: true,
    providers: ['password'],
    createdAt: expect.any(Date),
  });
  await ports.people.ensureGone('grace');
  await ports.people.ensureGone('grace');
  expect(await ports.people.find('grace')).toBeUndefined();
  expect(await ports.people.findByEmail('grace@example.com')).toBeUndefined();
  // Nobody has such a uid, and so it is with one that is too long for anybody.
  await ports.people.ensureGone('x'.repeat(129));
  expect(await ports.people.find('x'.repeat(129))).toBeUndefined();
});

test('the function that hands out credentials is somebody else in a cluster than Hub is', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'none' };
  expect(await ports.leaves.open(connection).find(secret)).toBeUndefined();
  const credentials = await portsOf('credentials');
  await expect(credentials.leaves.open(connection).find(secret)).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
  });
});

test('buckets are Hub’s, and nobody’s who has no token', async () => {
  await ports.buckets.ensureBucket({ name: 'hub-abc', region: 'europe-west1', clusterId: 'abc' });
  expect(await ports.buckets.listBuckets('abc')).toEqual([]);
  const address = `http://127.0.0.1:${cloud.storage.port}/storage/v1/b/hub-abc`;
  expect((await fetch(address)).status).toBe(401);
  expect(
    (await fetch(address, { headers: { authorization: `Bearer ${cloud.credentialsToken}` } })).status,
  ).toBe(401);
});

test('a restart on the same data keeps addresses of clusters, the authority, and what its operator has', async () => {
  const dataPath = mkdtempSync(join(tmpdir(), 'hub-cloud-'));
  const start = () =>
    startCloud({
      ...{ port: 0, speed: SPEED, faults: {}, seed: 1, log: silentLog, dataPath },
      ...{ rulesFile: RULES_FILE, projectId: PROJECT },
    });
  const kept = async () => {
    const { ingress, acme, secrets, close, ...rest } = await start();
    ensureZone(rest);
    await close();
    return { port: ingress.port, root: acme.model.authority.root, operator: acme.operator, secrets };
  };
  expect(await kept()).toEqual(await kept());
  rmSync(dataPath, { recursive: true });
});

/** As Pachyderm's own proxy has them. */
const OPEN_ROUTES: readonly Route[] = [
  {
    matches: [{ header: { name: 'content-type', prefix: 'application/grpc' } }],
    ...{ service: 'pachd-proxy-backend', port: 1650, protocol: 'h2' },
  },
  { matches: [{ pathPrefix: '/authorization-code/callback' }], service: 'pachd-proxy-backend', port: 1657 },
  { matches: [{ pathPrefix: '/api/' }], service: 'pachd-proxy-backend', port: 1659 },
  { matches: [], service: 'console-proxy-backend', port: 4000 },
];

/** What a stranger's call as JSON is answered, written as it is: no client of ours tidies the path. */
function posted(path: string): Promise<number | undefined> {
  const ca = cloud.acme.model.authority.root;
  const { port } = cloud.ingress;
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        servername: hostName(host),
        ca,
        agent: false,
        method: 'POST',
        path,
        headers: { host },
      },
      (response) => {
        response.destroy();
        resolve(response.statusCode);
      },
    );
    asked.on('error', reject);
    asked.end('{}');
  });
}

describe('a Pachyderm of the catalog', () => {
  let issuer: TestIssuer;
  let issued: IssuedCertificate;
  beforeAll(async () => {
    issuer = await startIssuer(host);
    issuer.person = { email: HUB_EMAIL };
    await withIstio({ until }, leaf);
    const labels = { 'pod-security.kubernetes.io/enforce': pachyderm.podSecurity };
    create(leaf, KINDS.Namespace, undefined, { metadata: { name: pachyderm.namespace, labels } });
    create(leaf, KINDS.Secret, pachyderm.namespace, {
      metadata: { name: CONNECTORS_SECRET },
      stringData: { 'upstream-idps': JSON.stringify([connectorFor(issuer.url, host)]) },
    });
    const values = pachyderm.values({
      clusterId: 'abcdefgh234567ab',
      version: VERSION,
      bucket: 'hub-abc',
      host,
      licensed: false,
      volumes: {},
      machine: { cpus: 4, memoryGiB: 16 },
    });
    await installed({ until }, leaf, {
      chart: pachyderm.chart,
      namespace: pachyderm.namespace,
      version: VERSION,
      values,
    });
  });
  afterAll(() => issuer.close());

  test('is locked from inside before anybody can reach it', async () => {
    const inside = await ports.pachyderms.inside({ connection, namespace: pachyderm.namespace, host });
    try {
      expect(await inside.version()).toEqual({ text: VERSION });
      const admin = await inside.signIn(issuer.authorize);
      const bindings = bindingsOf([], HUB_PRINCIPAL);
      await inside.setMembers(admin, bindings);
      const proof = await inside.proveLocked(admin, { version: VERSION, bindings, issuer: issuer.url });
      expect(proof.checks.filter(({ ok }) => !ok)).toEqual([]);
    } finally {
      inside.close();
    }
  });

  test('gets a certificate for its name', async () => {
    const name = hostName(host);
    const { order, record } = await ports.certificates.begin(name);
    await serve('TXT', record.name, record.value);
    await until(async () => (await ports.certificates.check(order)).status === 'ready');
    const finished = await ports.certificates.finalize(order, name);
    if (finished.status !== 'issued') throw new Error(JSON.stringify(finished));
    issued = finished;
    const [, ...chain] = issued.certificatePem.split(/(?=-----BEGIN)/);
    const root = new X509Certificate(cloud.acme.model.authority.root);
    expect(chain.some((pem) => new X509Certificate(pem).checkIssued(root))).toBe(true);
  });

  test('is reached by it, and whatever is missing until then is told', async () => {
    const at = hostName(host);
    const inside = ports.leaves.open(connection);
    expect(await trouble()).toBe(`LEAF_UNAVAILABLE ${at}: the name is not found`);
    await expect(ports.pachyderms.outside(host)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    const gateway = leaf.objects.get(KINDS.Service, 'istio-ingress', 'hub-gateway');
    await serve('A', at, gateway?.status?.loadBalancer.ingress[0].ip);
    expect(await trouble()).toBe(`LEAF_UNAVAILABLE ${host}: nobody there has this name`);
    for (const object of exposureOf(host, pachyderm)) await inside.apply(object);
    expect(await trouble()).toBe(`LEAF_UNAVAILABLE ${host}: there is no certificate there`);
    const own = await createServerIdentity('own', [at]);
    await inside.apply(certificateSecret(own.certificate, own.key));
    expect(await trouble()).toBe(`LEAF_UNAVAILABLE ${host}: the certificate is not trusted`);
    await inside.apply(certificateSecret(issued.certificatePem, issued.privateKeyPem));
    expect(await trouble()).toBe('it answers 200');
  });

  test('answers strangers nothing, and everybody its version', async () => {
    const outside = await ports.pachyderms.outside(host);
    try {
      expect(await outside.version()).toEqual({ text: VERSION });
      expect(await outside.whoAmI()).toMatchObject({ known: false });
      // It would get the session of whoever follows the link.
      await expect(outside.signIn(issuer.authorize)).rejects.toMatchObject({
        code: 'PRODUCT_REFUSED',
        detail: expect.stringContaining('status 7: This is not open to the internet.'),
      });
      expect(await outside.findLeak()).toBeUndefined();
    } finally {
      outside.close();
    }
  });

  test('whose gateway lets through all that its own proxy would is seen to leak', async () => {
    const inside = ports.leaves.open(connection);
    const open = exposureOf(host, { ...pachyderm, routes: OPEN_ROUTES });
    for (const object of open) await inside.apply(object);
    const outside = await ports.pachyderms.outside(host);
    try {
      expect((await outside.findLeak())?.split('; ')).toEqual([
        'auth_v2.API/GetOIDCLogin answers strangers',
        'proxy.API/Listen answers strangers',
        expect.stringMatching(/^license_v2.API\/GetActivationCode gets another answer than a refusal: /),
        expect.stringMatching(/^enterprise_v2.API\/GetActivationCode gets another answer than a refusal: /),
        '/api/proxy.API/Listen answers HTTP 501',
        '/api/auth_v2.API/GetOIDCLogin answers HTTP 501',
        '/authorization-code/callback answers HTTP 400',
        '/api/license_v2.API/GetActivationCode answers HTTP 404',
        '/api/enterprise_v2.API/GetActivationCode answers HTTP 404',
        '/api/auth_v2.API/Deactivate answers HTTP 501',
        '/api/auth_v2.API/SetConfiguration answers HTTP 501',
        '/api/identity_v2.API/CreateIDPConnector answers HTTP 501',
        '/api/identity_v2.API/DeleteAll answers HTTP 501',
      ]);
    } finally {
      outside.close();
    }
    for (const object of exposureOf(host, pachyderm)) await inside.apply(object);
  });

  test.each([
    '/api/proxy.API/Listen',
    '/api/proxy%2EAPI/Listen',
    '/api/proxy.API/%4Cisten',
    '/api/./proxy.API/Listen',
    '/api/pfs_v2.API/../proxy.API/Listen',
    '/api/pfs_v2.API/%2e%2e/proxy.API/Listen',
    '/pfs/../api/proxy.API/Listen',
    '/dex\\..\\api/proxy.API/Listen',
    '/api//proxy.API/Listen',
    '/api/auth_v2.API/GetOIDCLogin',
    '/api/auth_v2.API/GetOIDC%4Cogin',
    '/api/auth_v2.API/WhoAmI/../GetOIDCLogin',
    '/api/license_v2.API/Heartbeat',
    '/api/license_v2.API/GetActivationCode',
    '/api/enterprise_v2.API/GetActivationCode',
    '/api/auth_v2.API/Deactivate',
    '/api/auth_v2.API/SetConfiguration',
    '/api/identity_v2.API/CreateIDPConnector',
    '/api/identity_v2.API/DeleteAll',
    '/authorization-code/callback',
  ])('keeps strangers from %s', async (path) => {
    expect(await posted(path)).toBe(403);
  });

  test.each([
    // By a slash that stays encoded nothing of another service is reached, nor by one that is no path of it.
    ['/api/pfs_v2.API/..%2fproxy.API/Listen', 404],
    ['/pfs/..%2fapi/proxy.API/Listen', 404],
    ['/pfs%2f..%2fapi/proxy.API/Listen', 404],
    // What its pages ask for.
    ['/api/auth_v2.API/WhoAmI', 401],
    ['/api/versionpb_v2.API/GetVersion', 200],
    ['/api/pfs_v2.API/ListRepo', 401],
  ])('answers %s with HTTP %i', async (path, status) => {
    expect(await posted(path)).toBe(status);
  });
});
