import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { loadProtos } from '../../../local/grpc.ts';
import { SIZES } from '../../../shared/catalog/catalog.ts';
import { nameOf } from '../../names.ts';
import type { ClusterTarget } from '../provider.ts';
import { clusterBody, type GkeSettings, subnetworkName } from './request.ts';

const target: ClusterTarget = {
  id: 'abcdefgh234567ab',
  generation: 10,
  location: 'europe-west1-b',
  region: 'europe-west1',
  machineType: 'e2-standard-4',
  nodes: 2,
  diskGiB: 50,
};
const settings: GkeSettings = {
  projectId: 'hub-test',
  cell: 'eu-1',
  zones: { 'europe-west1': ['europe-west1-b'] },
  network: 'projects/hub-test/global/networks/hub',
  nodeServiceAccount: 'hub-nodes@hub-test.iam.gserviceaccount.com',
  kmsKeys: { 'europe-west1': 'projects/hub-test/locations/europe-west1/keyRings/hub/cryptoKeys/etcd' },
};
const body = clusterBody(target, settings);
const pool = body.nodePools?.[0];

test('every field and every value of an enum is one that the API has', () => {
  const root = loadProtos('@google-cloud/container', 'build/protos/protos.json');
  expect(unknownIn(root.lookupType('google.container.v1.Cluster'), body)).toEqual([]);
  expect(unknownIn(root.lookupType('google.container.v1.Cluster'), { legacyAbac: { off: true } })).toEqual([
    'Cluster.legacyAbac.off',
  ]);
});

/** Paths in a message that its type does not know; the client would drop them silently. */
function unknownIn(type: protobuf.Type, message: object, path = type.name): string[] {
  return Object.entries(message).flatMap(([name, value]) => {
    const field = type.fields[name]?.resolve();
    const here = `${path}.${name}`;
    if (!field) return [here];
    const { resolvedType } = field;
    if (field instanceof protobuf.MapField) return [];
    return [value].flat().flatMap((item: unknown) => {
      if (resolvedType instanceof protobuf.Enum) {
        return String(item) in resolvedType.values || Number(item) in resolvedType.valuesById ? [] : [here];
      }
      if (resolvedType === null) return typeof item === 'object' ? [here] : [];
      return unknownIn(resolvedType, item as object, here);
    });
  });
}

test('its name holds id and generation and fits the 40 characters that GKE allows', () => {
  expect(nameOf(target)).toBe('hub-abcdefgh234567ab-g10');
  expect(body.name).toBe(nameOf(target));
  expect(nameOf(target).length).toBeLessThanOrEqual(40);
});

test('it has a subnetwork of its own, whose name is another in each zone, and no other', () => {
  expect(body.ipAllocationPolicy).toEqual({
    useIpAliases: true,
    createSubnetwork: true,
    subnetworkName: 'hub-abcdefgh234567ab-g10-b',
    nodeIpv4CidrBlock: '/26',
    clusterIpv4CidrBlock: '/19',
  });
  expect(body).not.toHaveProperty('subnetwork');
  const names = ['europe-west1-b', 'europe-west1-c', 'europe-west1'].map((location) =>
    subnetworkName({ ...target, location }),
  );
  expect(new Set(names).size).toBe(3);
});

test('it has room for the largest size in a region with three zones, while an upgrade is under way', () => {
  const most = Math.max(...SIZES.map(({ nodes }) => nodes * 3));
  const room = (cidr: string | null | undefined, each: number): number =>
    2 ** (32 - Number(cidr?.slice(1))) / each;
  // A /24 for the pods of each node; of the nodes' own, four are kept and one is the control plane's.
  expect(room(body.ipAllocationPolicy?.clusterIpv4CidrBlock, 256)).toBeGreaterThanOrEqual(most + 3);
  expect(room(body.ipAllocationPolicy?.nodeIpv4CidrBlock, 1) - 5).toBeGreaterThanOrEqual(most + 3);
});

test('cluster, nodes and what they make are labelled with Hub, cluster and cell', () => {
  const labels = { 'managed-by': 'hub', 'hub-cluster': target.id, 'hub-cell': 'eu-1' };
  expect(body.resourceLabels).toEqual(labels);
  expect(pool?.config?.resourceLabels).toEqual(labels);
  expect(pool?.config?.labels).toEqual(labels);
  // With it GKE writes the cluster's name on what it makes for volumes, too.
  expect(body.costManagementConfig).toEqual({ enabled: true });
});

describe('hardening, by the titles of the CIS GKE Benchmark', () => {
  test('5.2.1 nodes run as a service account of their own', () => {
    expect(pool?.config?.serviceAccount).toBe(settings.nodeServiceAccount);
    expect(pool?.config?.serviceAccount).not.toMatch(/compute@developer/);
  });
  test('5.2.2 Workload Identity with the GKE metadata server', () => {
    expect(body.workloadIdentityConfig?.workloadPool).toBe('hub-test.svc.id.goog');
    expect(pool?.config?.workloadMetadataConfig?.mode).toBe('GKE_METADATA');
    expect(pool?.config?.metadata).toMatchObject({ 'disable-legacy-endpoints': 'true' });
  });
  test('5.3.1 secrets are encrypted with the key of the region, where there is one', () => {
    expect(body.databaseEncryption).toEqual({
      state: 'ENCRYPTED',
      keyName: settings.kmsKeys?.['europe-west1'],
    });
    const { kmsKeys: _none, ...keyless } = settings;
    expect(clusterBody(target, keyless)).not.toHaveProperty('databaseEncryption');
  });
  test('5.9.1 disks of nodes are encrypted with the key of the region, where there is one', () => {
    const key = 'projects/hub-test/locations/europe-west1/keyRings/hub/cryptoKeys/data';
    const encrypted = clusterBody(target, { ...settings, diskKeys: { 'europe-west1': key } });
    expect(encrypted.nodePools?.map(({ config }) => config?.bootDiskKmsKey)).toEqual([key]);
    expect(pool?.config).not.toHaveProperty('bootDiskKmsKey');
  });
  test('5.5.1 to 5.5.7 Container-Optimized OS, repaired, upgraded by channel, shielded, secure boot, integrity', () => {
    expect(pool?.config?.imageType).toBe('COS_CONTAINERD');
    expect(pool?.management).toEqual({ autoUpgrade: true, autoRepair: true });
    expect(body.releaseChannel?.channel).toBe('REGULAR');
    expect(body.shieldedNodes?.enabled).toBe(true);
    expect(pool?.config?.shieldedInstanceConfig).toEqual({
      enableSecureBoot: true,
      enableIntegrityMonitoring: true,
    });
  });
  test('5.6.1 to 5.6.7 VPC-native, intranode visibility, private nodes, no address of the API server, network policy', () => {
    expect(body.ipAllocationPolicy?.useIpAliases).toBe(true);
    expect(body.ipAllocationPolicy?.clusterIpv4CidrBlock).toBe('/19');
    expect(body.networkConfig?.enableIntraNodeVisibility).toBe(true);
    expect(body.networkConfig?.defaultEnablePrivateNodes).toBe(true);
    expect(pool?.networkConfig?.enablePrivateNodes).toBe(true);
    expect(body.controlPlaneEndpointsConfig).toEqual({
      dnsEndpointConfig: {
        allowExternalTraffic: true,
        enableK8sTokensViaDns: true,
        enableK8sCertsViaDns: false,
      },
      ipEndpointsConfig: { enabled: false },
    });
    expect(body.networkConfig?.datapathProvider).toBe('ADVANCED_DATAPATH');
    // The older kind of network policy excludes Dataplane V2.
    expect(body).not.toHaveProperty('networkPolicy');
  });
  test('5.8.1 to 5.8.4 no client certificates, no legacy authorization, no insecure bindings, no anonymous access', () => {
    expect(body.masterAuth).toEqual({ clientCertificateConfig: { issueClientCertificate: false } });
    expect(body.legacyAbac?.enabled).toBe(false);
    expect(body.rbacBindingConfig).toEqual({
      enableInsecureBindingSystemUnauthenticated: false,
      enableInsecureBindingSystemAuthenticated: false,
    });
    expect(body.anonymousAuthenticationConfig?.mode).toBe('LIMITED');
    expect(pool?.config?.kubeletConfig?.insecureKubeletReadonlyPortEnabled).toBe(false);
  });
});

test('nothing is in it that a later delete would stumble over', () => {
  expect(JSON.stringify(body)).not.toMatch(/deletionProtection/i);
});

test('it has one pool called default, of the size asked for in each zone', () => {
  expect(body.nodePools).toHaveLength(1);
  expect(pool).toMatchObject({
    name: 'default',
    initialNodeCount: 2,
    config: { machineType: 'e2-standard-4', diskSizeGb: 50, diskType: 'pd-balanced' },
  });
});
