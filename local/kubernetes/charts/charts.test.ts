/** The charts as the stand-in's Helm installs them: into namespaces that are as strict as Hub makes them. */
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ISTIO_VERSION, meshReleases } from '../../../functions/leaf/mesh.ts';
import { findSize, SIZES } from '../../../shared/catalog/catalog.ts';
import { hello } from '../../../shared/catalog/hello.ts';
import { CONNECTORS_SECRET, HUB_PRINCIPAL, pachyderm } from '../../../shared/catalog/pachyderm.ts';
import { environmentIn } from '../../pachd/listener.ts';
import { apply, create } from '../api.ts';
import { KINDS } from '../kinds.ts';
import type { LeafCluster } from '../leaf-cluster.ts';
import type { Fields } from '../objects.ts';
import { aLeaf, type TestLeaf } from '../testing.ts';
import { installed, withIstio } from './testing.ts';

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
});
afterEach(() => expect(here.errors).toEqual([]));

/** https://cloud.google.com/compute/docs/general-purpose-machines#e2-standard */
const MACHINES: Readonly<Record<string, object>> = {
  'e2-standard-4': { cpus: 4, memoryGiB: 16 },
  'e2-standard-8': { cpus: 8, memoryGiB: 32 },
  'e2-standard-16': { cpus: 16, memoryGiB: 64 },
};

const input = {
  clusterId: 'abcdefgh234567ab',
  bucket: 'a-bucket',
  host: 'abcdefgh234567ab.clusters.example.com',
  licensed: false,
  volumes: {},
  machine: { cpus: 4, memoryGiB: 16 },
};

describe('Istio', () => {
  test.each([ISTIO_VERSION, '1.28.0'])(
    '%s: the gateway runs, has an address, and the kinds are served',
    async (version) => {
      await withIstio(here, leaf, version);
      const service = leaf.objects.get(KINDS.Service, 'istio-ingress', 'hub-gateway');
      expect(service?.status?.loadBalancer.ingress).toHaveLength(1);
      expect(service?.spec.selector).toEqual({ app: 'hub-gateway', istio: 'hub-gateway' });
      const control = leaf.objects.get(KINDS.Service, 'istio-system', 'istiod');
      expect(control?.spec.ports.map(({ targetPort }: Fields) => targetPort)).toContain(15017);
      for (const [apiVersion, kind] of [
        ['networking.istio.io/v1', 'Gateway'],
        ['networking.istio.io/v1', 'VirtualService'],
        ['security.istio.io/v1', 'AuthorizationPolicy'],
      ] as const) {
        expect(leaf.kinds.byName(apiVersion, kind)).toBeDefined();
      }
    },
  );

  test('as Hub installs it has nothing that keeps a node from being drained', async () => {
    await withIstio(here, leaf);
    const budgets = [...leaf.objects.each(KINDS.PodDisruptionBudget)];
    expect(budgets.filter(({ status }) => status?.disruptionsAllowed === 0)).toEqual([]);
  });

  test('does not run where only the strictest may, unless the values name a seccomp profile', async () => {
    const release = {
      chart: 'istiod',
      namespace: 'istio-system',
      version: ISTIO_VERSION,
      more: ['--timeout', '2m'],
    };
    await expect(installed(here, leaf, release)).rejects.toThrow('context deadline exceeded');
  });

  test('what is not of its kind is refused', async () => {
    await withIstio(here, leaf);
    const kind = leaf.kinds.byName('networking.istio.io/v1', 'Gateway');
    if (!kind) throw new Error('no such kind');
    const gateway = (mode: string): Fields => ({
      metadata: { name: 'hub' },
      spec: {
        servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['a'], tls: { mode } }],
      },
    });
    expect(() => create(leaf, kind, 'istio-ingress', gateway('PLAIN'))).toThrow('Unsupported value: "PLAIN"');
    create(leaf, kind, 'istio-ingress', gateway('SIMPLE'));
  });
});

test('hello runs where only the strictest may', async () => {
  const { version } = hello.versions[0] ?? { version: '' };
  const values = hello.values({ ...input, version });
  await installed(here, leaf, { chart: 'hello', namespace: 'hello', version, values });
  expect(leaf.objects.get(KINDS.Service, 'hello', 'hello')?.spec).toMatchObject({
    type: 'ClusterIP',
    ports: [{ port: 80, targetPort: 8080 }],
  });
});

describe('Pachyderm with the values of the catalog', () => {
  const version = '2.12.1';
  const release = () => ({
    chart: 'pachyderm',
    namespace: 'pachyderm',
    podSecurity: pachyderm.podSecurity,
    version,
    values: pachyderm.values({ ...input, version }),
  });
  const environment = (): Record<string, string> => {
    const pachd = leaf.objects.get(KINDS.Deployment, 'pachyderm', 'pachd');
    return environmentIn(leaf, 'pachyderm', pachd?.spec.template.spec.containers[0]);
  };
  const connectors = '[{"id":"hub","type":"oidc"}]';
  beforeEach(() => {
    const labels = { 'pod-security.kubernetes.io/enforce': pachyderm.podSecurity };
    create(leaf, KINDS.Namespace, undefined, { metadata: { name: 'pachyderm', labels } });
    create(leaf, KINDS.Secret, 'pachyderm', {
      metadata: { name: CONNECTORS_SECRET },
      stringData: { 'upstream-idps': connectors },
    });
  });

  test('locks pachd before it starts, with Hub as its one provider and its one admin', async () => {
    await installed(here, leaf, release());
    const found = environment();
    expect(found).toMatchObject({ ACTIVATE_AUTH: 'true', IDP_CONNECTORS: connectors });
    expect(found.AUTH_ROOT_TOKEN).toMatch(/^\w{32}$/);
    expect(load(found.AUTH_CLUSTER_RBAC ?? '')).toEqual({ [HUB_PRINCIPAL]: ['clusterAdmin'] });
    expect(load(found.AUTH_CONFIG ?? '')).toMatchObject({
      issuer: `https://${input.host}/dex`,
      redirect_uri: `https://${input.host}/authorization-code/callback`,
      require_email_verified: true,
      user_accessible_issuer_host: `https://${input.host}`,
    });
    expect(load(found.IDP_CLIENTS ?? '')).toMatchObject([
      { id: 'pachd' },
      { id: 'console', redirect_uris: [`https://${input.host}/oauth/callback/?inline=true`] },
    ]);
    expect(leaf.objects.get(KINDS.Secret, 'pachyderm', 'pachyderm-identity')).toBeUndefined();
  });

  test('says where its data is as the chart asks', async () => {
    await installed(here, leaf, release());
    expect(environment()).toMatchObject({
      STORAGE_URL: `gs://${input.bucket}`,
      GOOGLE_BUCKET: input.bucket,
    });
    const values: Fields = structuredClone(release().values);
    delete values.pachd.storage.storageURL;
    await expect(installed(here, leaf, { ...release(), values })).rejects.toThrow(
      'execution error at (pachyderm/templates/pachd/deployment.yaml): storage URL required',
    );
  });

  test('brings no collector of logs, which reads the nodes’ folders and which its namespace does not let run', async () => {
    await installed(here, leaf, release());
    expect([...leaf.objects.each(KINDS.DaemonSet, 'pachyderm')]).toEqual([]);
    expect(environment()).toMatchObject({ LOKI_LOGGING: 'false' });
    const values: Fields = structuredClone(release().values);
    delete values.pachd.lokiDeploy;
    const more = ['--timeout', '10m'];
    await expect(installed(here, leaf, { ...release(), values, more })).rejects.toThrow(
      /DaemonSet\/pachyderm\/pachyderm-promtail not ready.* Available: 0\/[1-9]/,
    );
  });

  test.each([
    ['small', { cpu: '1', memory: '2Gi' }],
    ['medium', { cpu: '2', memory: '4Gi' }],
    ['large', { cpu: '4', memory: '8Gi' }],
  ])('on %s machines gives pachd a share, by which it limits itself', async (id, requests) => {
    const size = findSize(id);
    if (!size) throw new Error('no such size');
    const { cpus, memoryGiB } = size;
    const values = pachyderm.values({ ...input, version, machine: { cpus, memoryGiB } });
    for (const kind of ['pachd', 'pachw']) expect(values[kind]).toMatchObject({ resources: { requests } });
    expect({ cpus, memoryGiB }).toEqual(MACHINES[size.machineType]);
  });

  test.each(SIZES)(
    'on $id machines leaves room for a dozen pipelines that do not say what they need',
    (size) => {
      const { pachd, pachw } = pachyderm.values({ ...input, version, machine: size }) as Fields;
      const cpusOf = (asked: Fields): number => Number(asked.resources.requests.cpu);
      const worker = Number(pachd.defaultPipelineCPURequest) + Number(pachd.defaultSidecarCPURequest);
      // What GKE, the mesh and the rest of the application take, in all.
      const others = 2;
      const left = size.nodes * size.cpus - cpusOf(pachd) - cpusOf(pachw) - others;
      expect(left / worker).toBeGreaterThan(size.nodes === 2 ? 10 : 12);
      expect(pachd).toMatchObject({
        defaultPipelineMemoryRequest: `${size.memoryGiB * 16}Mi`,
        defaultSidecarMemoryRequest: `${size.memoryGiB * 16}Mi`,
      });
    },
  );

  test('tells pachd what pipelines count for that do not say', async () => {
    await installed(here, leaf, release());
    expect(environment()).toMatchObject({
      PIPELINE_DEFAULT_CPU_REQUEST: '0.25',
      SIDECAR_DEFAULT_CPU_REQUEST: '0.125',
    });
  });

  test.each([
    [{}, { etcd: '50Gi', postgres: '50Gi' }],
    [
      { etcd: '10Gi', postgres: '10Gi' },
      { etcd: '10Gi', postgres: '10Gi' },
    ],
  ])('where there are volumes of %o has %o', async (volumes, sizes) => {
    await installed(here, leaf, { ...release(), values: pachyderm.values({ ...input, version, volumes }) });
    const sizeOf = (name: string): unknown =>
      leaf.objects.get(KINDS.StatefulSet, 'pachyderm', name)?.spec.volumeClaimTemplates[0].spec.resources
        .requests.storage;
    expect({ etcd: sizeOf('etcd'), postgres: sizeOf('postgres') }).toEqual(sizes);
  });

  test('fits on the machines of the smallest size, with all storage workers there can be', async () => {
    const values: Fields = structuredClone(release().values);
    values.pachw.minReplicas = 1;
    await installed(here, leaf, { ...release(), values });
    const pods = [...leaf.objects.each(KINDS.Pod, 'pachyderm')];
    const requestsOf = (app: string) =>
      pods
        .filter(({ metadata }) => metadata.labels?.app === app)
        .map(({ spec }) => spec?.containers[0].resources.requests);
    for (const app of ['pachd', 'pachw']) expect(requestsOf(app)).toEqual([{ cpu: '1', memory: '2Gi' }]);
  });

  const imagesIn = (...namespaces: string[]): string[] =>
    namespaces
      .flatMap((name) => [...leaf.objects.each(KINDS.Pod, name)])
      .flatMap(({ spec }) => ((spec?.containers ?? []) as Fields[]).map(({ image }) => image as string));

  test('and the mesh’s control plane have all images from the mirror, by the names that Docker Hub has', async () => {
    const imageMirror = 'europe-docker.pkg.dev/p/images';
    const [, istiod] = meshReleases(imageMirror);
    await installed(here, leaf, {
      ...release(),
      values: pachyderm.values({ ...input, version, imageMirror }),
    });
    await installed(here, leaf, {
      ...{ chart: 'istiod', namespace: 'istio-system', version: ISTIO_VERSION },
      values: istiod?.values ?? {},
    });
    const images = imagesIn('pachyderm', 'istio-system');
    expect(images).toContain(`${imageMirror}/istio/pilot:${ISTIO_VERSION}`);
    expect(images).toContain(`${imageMirror}/pachyderm/pachd:${version}`);
    expect(
      images.filter((image) => !/^europe-docker\.pkg\.dev\/p\/images\/[a-z]+\/[-a-z0-9]+:/.test(image)),
    ).toEqual([]);
    expect(environment().WORKER_IMAGE).toBe(`${imageMirror}/pachyderm/worker:${version}`);
  });

  test('has them from Docker Hub where there is no mirror', async () => {
    await installed(here, leaf, release());
    expect(imagesIn('pachyderm').filter((image) => !image.startsWith('docker.io/'))).toEqual([]);
  });

  test('is not upgraded over bindings that somebody else wrote, unless by force, and gets another root token', async () => {
    await installed(here, leaf, release());
    const before = environment().AUTH_ROOT_TOKEN;
    const data = { 'cluster-role-bindings': Buffer.from('{}').toString('base64') };
    apply(
      leaf,
      KINDS.Secret,
      'pachyderm',
      'pachyderm-auth',
      { metadata: { name: 'pachyderm-auth' }, data },
      {
        ...{ manager: 'hub', force: true },
      },
    );
    await expect(installed(here, leaf, release())).rejects.toThrow('conflict');
    await installed(here, leaf, { ...release(), more: ['--force-conflicts'] });
    expect(load(environment().AUTH_CLUSTER_RBAC ?? '')).toEqual({ [HUB_PRINCIPAL]: ['clusterAdmin'] });
    expect(environment().AUTH_ROOT_TOKEN).not.toBe(before);
  });
});
