/** What Hub installs into a leaf, decided before anything is asked of it: pure, so that it can be compared and read. */
import { createHash } from 'node:crypto';
import { type Machine, needsLicense, PRIORITY_CLASS, type Product } from '../../shared/catalog/product.ts';
import { labelsOf } from '../labels.ts';
import type { KubeObject } from './leaf.ts';
import { GATEWAY_NAMESPACE, MESH_NAMESPACE, meshReleases } from './mesh.ts';
import { HUB_NAMESPACE, MEMBERS_NAMESPACE, OURS } from './names.ts';
import { networkPolicies } from './network.ts';
import { credentialsRights, memberRoles } from './roles.ts';

/** One chart, installed under one name. */
export interface Release {
  name: string;
  namespace: string;
  /** Below `chartSource`. */
  chart: string;
  version: string;
  values: object;
  /** How long Helm waits for its parts, as Helm writes it. */
  timeout: string;
}

export interface PlannedNamespace {
  name: string;
  /** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
  podSecurity: 'restricted' | 'baseline';
}

export interface InstallPlan {
  clusterId: string;
  generation: number;
  /** In this order; each waits for the one before. */
  releases: readonly Release[];
  /** Those of the releases among them. */
  namespaces: readonly PlannedNamespace[];
  /** Limits, ways through the network and rights, which must be there before anything runs. */
  guards: readonly KubeObject[];
  /** The product's; it has a way to the API server. */
  productNamespace: string;
  /** Workloads in it that are no parts; see `Product`. */
  scalesItself: readonly string[];
  images: { helm: string; callHome: string };
  /** `oci://…`, the operator's mirror. */
  chartSource: string;
  projectId: string;
  /** Topic to which the leaf calls home. */
  hintTopic: string;
  /** Tells one installation of the same from another. */
  round?: string;
}

export interface InstallInput {
  clusterId: string;
  cell: string;
  generation: number;
  product: Product;
  /** The product's version, which is also its chart's. */
  version: string;
  bucket: string;
  /** The cluster's host, as in an address. */
  host: string;
  machine: Machine;
  /** Absent: images of the mesh and of the product come from Docker Hub. */
  imageMirror?: string;
  images: InstallPlan['images'];
  chartSource: string;
  projectId: string;
  hintTopic: string;
  /** E-mail address of the identity that hands out credentials. */
  credentialsAccount: string;
  /** Key of the operator's, if volumes are to be encrypted with it. */
  dataKey?: string;
  /** Sizes of the volumes that stand; see `Product`. */
  volumes?: Readonly<Record<string, string>>;
  round?: string;
}

export function planInstall(input: InstallInput): InstallPlan {
  const { clusterId, cell, generation, product, version, bucket, host, machine, imageMirror } = input;
  const { credentialsAccount, dataKey, round, images, chartSource, projectId, hintTopic } = input;
  const { namespace, podSecurity, scalesItself = [] } = product;
  const { volumes = {} } = input;
  const licensed = needsLicense(product, version);
  return {
    clusterId,
    generation,
    releases: [
      ...meshReleases(imageMirror),
      {
        name: product.release,
        namespace,
        chart: product.chart,
        version,
        values: product.values({
          clusterId,
          version,
          bucket,
          host,
          machine,
          licensed,
          volumes,
          ...(imageMirror !== undefined && { imageMirror }),
        }),
        timeout: PRODUCT_TIMEOUT,
      },
    ],
    namespaces: [
      { name: HUB_NAMESPACE, podSecurity: 'restricted' },
      { name: MEMBERS_NAMESPACE, podSecurity: 'restricted' },
      { name: MESH_NAMESPACE, podSecurity: 'restricted' },
      { name: GATEWAY_NAMESPACE, podSecurity: 'restricted' },
      { name: namespace, podSecurity },
    ],
    guards: [
      ...Object.entries(QUOTAS).map(([name, hard]) => quota(name, hard)),
      quota(namespace, { ...PRODUCT_QUOTA, ...noOtherDisks(dataKey) }),
      ...[HUB_NAMESPACE, MESH_NAMESPACE, GATEWAY_NAMESPACE].map((name) => limits(name, { default: MOST })),
      limits(namespace, {}),
      ...networkPolicies(namespace),
      ...memberRoles(namespace),
      ...credentialsRights(credentialsAccount, namespace),
      PRIORITY,
      volumeClass(labelsOf(clusterId, cell), dataKey),
    ],
    productNamespace: namespace,
    scalesItself,
    images,
    chartSource,
    projectId,
    hintTopic,
    ...(round !== undefined && { round }),
  };
}

/** What is not ready by then is tried again, which goes on where this try ended. */
const PRODUCT_TIMEOUT = '6m';

type Amounts = Readonly<Record<string, string>>;

/** What nobody here needs is refused to whoever got in. */
const NO_DOORS = { 'services.loadbalancers': '0', 'services.nodeports': '0' };
const NO_DISKS = { persistentvolumeclaims: '0' };

/** Each of Hub's own namespaces runs one or two pods; twice that while they are replaced, and room for tries that ended. */
const QUOTAS: Readonly<Record<string, Amounts>> = {
  [HUB_NAMESPACE]: { pods: '5', services: '0', ...NO_DOORS, ...NO_DISKS },
  // Nothing runs as a member.
  [MEMBERS_NAMESPACE]: { pods: '0', services: '0', ...NO_DOORS, ...NO_DISKS },
  [MESH_NAMESPACE]: { pods: '10', services: '10', ...NO_DOORS, ...NO_DISKS },
  // The one door. A load balancer's Service has a port on each node, too.
  [GATEWAY_NAMESPACE]: { pods: '10', services: '5', 'services.loadbalancers': '1', ...NO_DISKS },
};

/**
 * The product's, which must leave room for what it makes by itself: a Pachyderm has a controller, two Services and some workers for each
 * pipeline. GKE takes 110 pods a node, and nodes are what people pay for, so processors and memory have no limit besides the nodes'.
 * https://cloud.google.com/kubernetes-engine/quotas
 * Volumes are not in the price that is counted: all that may be claimed costs less than a fifth of the smallest cluster, US$0.07 an hour
 * (https://cloud.google.com/compute/disks-image-pricing). What people store is in the bucket.
 */
const PRODUCT_QUOTA: Amounts = {
  ...NO_DOORS,
  pods: '500',
  services: '1000',
  replicationcontrollers: '500',
  persistentvolumeclaims: '20',
  'requests.storage': '500Gi',
};

const quota = (namespace: string, hard: Amounts): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'hub', namespace, labels: OURS },
  spec: { hard },
});

/**
 * Classes whose disks nobody could tell the cluster of: GKE's own, and the one that Hub made before its disks carried labels.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes#storageclasses
 */
const OTHER_CLASSES = ['standard', 'standard-rwo', 'premium-rwo', 'dynamic-rwo', 'hub-encrypted'];

/** Of the class without a key there may be one from before. */
const noOtherDisks = (key: string | undefined): Amounts =>
  Object.fromEntries(
    [...OTHER_CLASSES, ...(key === undefined ? [] : [classOf(undefined)])].map((name) => [
      `${name}.storageclass.storage.k8s.io/persistentvolumeclaims`,
      '0',
    ]),
  );

/** Parameters of a class cannot be changed, so a class with others has another name: also if they are changed here. */
const classOf = (key: string | undefined): string =>
  key === undefined
    ? 'hub-volumes'
    : `hub-volumes-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;

/**
 * As GKE's own `standard-rwo`, and for all volumes that name no class: of several that are the default, the newest is. By itself a disk of a
 * volume says that it is one (`goog-gke-volume`), and nothing of its cluster: the labels say it.
 * https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass
 * https://github.com/kubernetes-sigs/gcp-compute-persistent-disk-csi-driver#controller-level-parameters
 * https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek#create_a_cmek-protected_attached_disk
 */
const volumeClass = (diskLabels: Readonly<Record<string, string>>, key: string | undefined): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: classOf(key),
    labels: OURS,
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'pd.csi.storage.gke.io',
  parameters: {
    type: 'pd-balanced',
    labels: Object.entries(diskLabels)
      .map((label) => label.join('='))
      .join(','),
    ...(key !== undefined && { 'disk-encryption-kms-key': key }),
  },
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
});

/** No pod has it that does not name it, and those of pipelines may not. Its value can never be changed. */
const PRIORITY: KubeObject = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name: PRIORITY_CLASS, labels: OURS },
  value: 1_000_000,
  globalDefault: false,
  description: 'The application and its gateway, before the work that people do in it.',
};

/** Of a container of Hub's own or of Istio's that says nothing. */
const MOST = { memory: '512Mi' };

/**
 * What a container counts for that does not say. There is no limit of processors, which would only slow down what could have idle ones;
 * and in the product's namespace none of memory either: one that asks for more than such a limit, and names none, could not start.
 */
const limits = (namespace: string, most: { default?: Amounts }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'hub', namespace, labels: OURS },
  spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '50m', memory: '128Mi' }, ...most }] },
});
