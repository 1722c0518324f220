/** What a leaf cluster asks of the compute stand-in: the cloud objects that Kubernetes makes for its Services and volumes. */

export type ComputeKind =
  | 'disk'
  | 'address'
  | 'forwarding-rule'
  | 'target-pool'
  | 'health-check'
  | 'firewall';

export interface ComputeResource {
  name: string;
  /** Zone of a disk, region of an address, forwarding rule or target pool, `global` for a firewall or health check. */
  location: string;
  /** As the real cloud sets them: disks have them, parts of load balancers do not. */
  labels: Record<string, string>;
  /** Of a disk: the key that its class names. */
  kmsKeyName?: string;
  /** Name of the leaf cluster that made it. */
  cluster: string;
}

export interface ComputePort {
  /** Making what is there already changes nothing. */
  create(kind: ComputeKind, resource: ComputeResource): void;
  /** Removing what is not there changes nothing. */
  remove(kind: ComputeKind, name: string, location: string): void;
}
