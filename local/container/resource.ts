/** What the stand-in reads of GKE's messages; the other fields of a cluster are kept as they came. */

export interface NodePoolResource {
  name?: string;
  initialNodeCount?: number;
  locations?: string[];
  config?: {
    machineType?: string;
    diskSizeGb?: number;
    bootDiskKmsKey?: string;
    imageType?: string;
    serviceAccount?: string;
    tags?: string[];
    resourceLabels?: Record<string, string>;
    workloadMetadataConfig?: { mode?: string };
    [field: string]: unknown;
  };
  networkConfig?: { enablePrivateNodes?: boolean; [field: string]: unknown };
  [field: string]: unknown;
}

export interface ClusterResource {
  name?: string;
  initialNodeCount?: number;
  locations?: string[];
  nodePools?: NodePoolResource[];
  resourceLabels?: Record<string, string>;
  initialClusterVersion?: string;
  networkPolicy?: { enabled?: boolean; [field: string]: unknown };
  networkConfig?: {
    datapathProvider?: string;
    defaultEnablePrivateNodes?: boolean;
    [field: string]: unknown;
  };
  network?: string;
  subnetwork?: string;
  ipAllocationPolicy?: {
    useIpAliases?: boolean;
    createSubnetwork?: boolean;
    subnetworkName?: string;
    nodeIpv4CidrBlock?: string;
    clusterIpv4CidrBlock?: string;
    [field: string]: unknown;
  };
  workloadIdentityConfig?: { workloadPool?: string; [field: string]: unknown };
  databaseEncryption?: { state?: string; keyName?: string; [field: string]: unknown };
  controlPlaneEndpointsConfig?: {
    dnsEndpointConfig?: Record<string, unknown>;
    ipEndpointsConfig?: { privateEndpoint?: string; [field: string]: unknown };
  };
  privateClusterConfig?: { masterIpv4CidrBlock?: string; privateEndpoint?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export type ClusterStatus = 'PROVISIONING' | 'RUNNING' | 'RECONCILING' | 'STOPPING' | 'ERROR' | 'DEGRADED';

/** `code` is deprecated in the API but still what GKE sends. */
export interface StatusCondition {
  code:
    | 'UNKNOWN'
    | 'GCE_STOCKOUT'
    | 'GKE_SERVICE_ACCOUNT_DELETED'
    | 'GCE_QUOTA_EXCEEDED'
    | 'SET_BY_OPERATOR'
    | 'CLOUD_KMS_KEY_ERROR'
    | 'CA_EXPIRING';
  message: string;
  canonicalCode: 'RESOURCE_EXHAUSTED' | 'INTERNAL' | 'CANCELLED' | 'FAILED_PRECONDITION';
}

export type OperationStatus = 'PENDING' | 'RUNNING' | 'DONE' | 'ABORTING';
