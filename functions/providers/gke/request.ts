/**
 * The request that makes a cluster. Pure, so that every promise it makes (CIS GKE Benchmark, Google's hardening guide) is a test
 * beside it. https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster
 */
import type { protos } from '@google-cloud/container';
import { labelsOf } from '../../labels.ts';
import { nameOf } from '../../names.ts';
import type { ClusterTarget } from '../provider.ts';

export type ClusterBody = protos.google.container.v1.ICluster;

export interface GkeSettings {
  projectId: string;
  cell: string;
  /** Zones of each region that Hub offers, the preferred one first. */
  zones: Readonly<Record<string, readonly string[]>>;
  /** Name or path of the network. */
  network: string;
  /** E-mail of the nodes' own service account, which can write logs and metrics and pull images, and nothing else. */
  nodeServiceAccount: string;
  /** Cloud KMS key per region for the secrets in etcd; regions without one use Google's default encryption only. */
  kmsKeys?: Readonly<Record<string, string>>;
  /** As `kmsKeys`, for the disks of nodes. */
  diskKeys?: Readonly<Record<string, string>>;
  /** Who vouches for the DNS endpoint of a cluster: the public roots, or (the embedded cloud only) the cluster's own CA. */
  endpointTrust?: 'public-roots' | 'cluster-ca';
}

/** Network tag of its nodes, by which Hub's own firewall rule finds them; the one that GKE gives holds a hash nobody knows before. */
export const nodeTag = nameOf;

/**
 * Name of its own subnetwork. GKE lets the nodes of a cluster take whatever comes from their subnetwork, so in one that is shared the nodes
 * of all clusters could reach each other: https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules#cluster-fws
 * The letter of the zone keeps it from meeting that of an earlier zone, which is there until the half-made cluster in it is gone.
 */
export const subnetworkName = (target: Pick<ClusterTarget, 'id' | 'generation' | 'location'>): string => {
  const [, zone] = /^[a-z]+-[a-z]+\d+-([a-z])$/.exec(target.location) ?? [];
  return zone === undefined ? nameOf(target) : `${nameOf(target)}-${zone}`;
};

/** LoggingComponentConfig.Component and MonitoringComponentConfig.Component; lists of enums take only numbers. */
const SYSTEM_COMPONENTS = 1;

/**
 * Left to itself, GKE takes a /14 for pods, and 32 clusters would fill 10.0.0.0/9, where it looks for room. A node takes a /24 of it, so this
 * is room for 32: twice the largest size, in a region with three zones. Services take none: theirs is the same range in every cluster, of
 * Google's own. https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing
 */
const POD_RANGE = '/19';
/** 60 addresses for these nodes, one more for each upgrade under way, and the control plane: Google keeps four of 64. */
const NODE_RANGE = '/26';

/**
 * When Google may upgrade: the start of a window of 6 h (UTC), on days as in iCalendar. Weekend nights keep upgrades away from working
 * hours; GKE asks for at least 48 h in any 32 days.
 */
const MAINTENANCE = { startHour: 1, days: ['SA', 'SU'] };
const WINDOW_HOURS = 6;
/** Any date will do: only the time of day counts, the recurrence says the rest. 2026-01-03 was a Saturday. */
const WINDOW_DAY_SECONDS = Date.UTC(2026, 0, 3) / 1000;

/**
 * There is no deletion protection to switch off: it is an invention of Terraform's, the API has no such field.
 */
export function clusterBody(target: ClusterTarget, settings: GkeSettings): ClusterBody {
  const labels = labelsOf(target.id, settings.cell);
  const kmsKey = settings.kmsKeys?.[target.region];
  const { startHour, days } = MAINTENANCE;
  const startSeconds = WINDOW_DAY_SECONDS + startHour * 3600;
  return {
    name: nameOf(target),
    description: 'Made by Hub. Change it there, not here.',
    resourceLabels: labels,
    releaseChannel: { channel: 'REGULAR' },

    // The network: nodes without public addresses; no address for the API server either, only its DNS name, guarded by IAM.
    network: settings.network,
    ipAllocationPolicy: {
      useIpAliases: true,
      createSubnetwork: true,
      subnetworkName: subnetworkName(target),
      nodeIpv4CidrBlock: NODE_RANGE,
      clusterIpv4CidrBlock: POD_RANGE,
    },
    networkConfig: {
      // Dataplane V2: enforces NetworkPolicy without an add-on.
      datapathProvider: 'ADVANCED_DATAPATH',
      defaultEnablePrivateNodes: true,
      enableIntraNodeVisibility: true,
    },
    controlPlaneEndpointsConfig: {
      // Members' kubeconfigs hold Kubernetes tokens, so the DNS name must accept them; never client certificates.
      dnsEndpointConfig: {
        allowExternalTraffic: true,
        enableK8sTokensViaDns: true,
        enableK8sCertsViaDns: false,
      },
      ipEndpointsConfig: { enabled: false },
    },

    // Who may do what.
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    legacyAbac: { enabled: false },
    rbacBindingConfig: {
      enableInsecureBindingSystemUnauthenticated: false,
      enableInsecureBindingSystemAuthenticated: false,
    },
    anonymousAuthenticationConfig: { mode: 'LIMITED' },
    workloadIdentityConfig: { workloadPool: `${settings.projectId}.svc.id.goog` },
    ...(kmsKey === undefined ? {} : { databaseEncryption: { state: 'ENCRYPTED', keyName: kmsKey } }),

    shieldedNodes: { enabled: true },
    securityPostureConfig: { mode: 'BASIC', vulnerabilityMode: 'VULNERABILITY_DISABLED' },
    addonsConfig: {
      // Hub enters through a load balancer of Istio's; GKE's own ingress would only leave things behind.
      httpLoadBalancing: { disabled: true },
      kubernetesDashboard: { disabled: true },
      gcePersistentDiskCsiDriverConfig: { enabled: true },
    },

    // For the label `goog-k8s-cluster-name`, which clusters with it have on the disks of volumes, too. It costs nothing:
    // https://cloud.google.com/kubernetes-engine/docs/how-to/cost-allocations
    costManagementConfig: { enabled: true },

    // What is logged is paid for: the system's own parts only.
    loggingConfig: { componentConfig: { enableComponents: [SYSTEM_COMPONENTS] } },
    monitoringConfig: {
      componentConfig: { enableComponents: [SYSTEM_COMPONENTS] },
      managedPrometheusConfig: { enabled: false },
    },
    maintenancePolicy: {
      window: {
        recurringWindow: {
          window: {
            startTime: { seconds: startSeconds },
            endTime: { seconds: startSeconds + WINDOW_HOURS * 3600 },
          },
          recurrence: `FREQ=WEEKLY;BYDAY=${days.join(',')}`,
        },
      },
    },
    nodePools: [nodePool(target, settings, labels)],
  };
}

function nodePool(
  target: ClusterTarget,
  settings: GkeSettings,
  labels: Record<string, string>,
): protos.google.container.v1.INodePool {
  const diskKey = settings.diskKeys?.[target.region];
  return {
    name: 'default',
    // Per zone: a regional cluster has as many in each of its zones.
    initialNodeCount: target.nodes,
    management: { autoUpgrade: true, autoRepair: true },
    upgradeSettings: { maxSurge: 1, maxUnavailable: 0 },
    networkConfig: { enablePrivateNodes: true },
    config: {
      machineType: target.machineType,
      diskSizeGb: target.diskGiB,
      diskType: 'pd-balanced',
      ...(diskKey !== undefined && { bootDiskKmsKey: diskKey }),
      imageType: 'COS_CONTAINERD',
      serviceAccount: settings.nodeServiceAccount,
      // What the nodes may do is decided by the roles of their account; a narrower scope would only hide that.
      oauthScopes: ['https://www.googleapis.com/auth/cloud-platform'],
      metadata: { 'disable-legacy-endpoints': 'true' },
      workloadMetadataConfig: { mode: 'GKE_METADATA' },
      shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
      kubeletConfig: { insecureKubeletReadonlyPortEnabled: false },
      tags: [nodeTag(target)],
      labels,
      resourceLabels: labels,
    },
  };
}
