/** What a leaf cluster asks of the compute stand-in: the cloud objects that Kubernetes makes for its Services and volumes. */

export type ComputeKind =
  | 'disk'
  | 'address'
  | 'forwarding-rule'
  | 'target-pool'
  | 'health-check'
  | 'backend-service'
  | 'network-endpoint-group'
  | 'region-health-check'
  | 'firewall';

export interface ComputeResource {
  name: string;
  /**
   * Zone of a disk or network endpoint group, `global` for a firewall or the older kind of health check, else a region.
   */
  location: string;
  /** As the real cloud sets them: disks have those of `diskLabelsOf`, parts of load balancers none. */
  labels: Record<string, string>;
  /** Of a disk: the key that its class names. */
  kmsKeyName?: string;
  /** Of a forwarding rule: name of the backend service that it leads to. */
  backendService?: string;
  /** Of a backend service: name of what checks its nodes. */
  healthCheck?: string;
  /** Name of the leaf cluster that made it. */
  cluster: string;
}

export interface ComputePort {
  /** Making what is there already changes nothing. */
  create(kind: ComputeKind, resource: ComputeResource): void;
  /** Removing what is not there changes nothing. */
  remove(kind: ComputeKind, name: string, location: string): void;
}
