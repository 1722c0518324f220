/**
 * The port to whoever makes Kubernetes clusters. `gke/` is the first; the next is a folder with the same files.
 * Everything is named from the cluster's id and generation and labelled `managed-by=hub`, `hub-cluster=<id>`, `hub-cell=<cell>`, so
 * that looking again by name always finds what an earlier, dead handler made.
 */
import type { Extent } from '../../shared/catalog/catalog.ts';
import type { ListingScope } from '../../shared/clean-up.ts';
import type { ResourceKind } from '../../shared/documents/ledger.ts';
import type { Listed } from '../listed.ts';

/** One generation of one cluster, as its provider needs to know it. */
export interface ClusterTarget {
  /** The cluster's id. */
  id: string;
  generation: number;
  /** Zone, or region for a regional cluster. */
  location: string;
  region: string;
  machineType: string;
  /** Per zone. */
  nodes: number;
  diskGiB: number;
}

/** How to speak to the Kubernetes API of a cluster. */
export interface LeafConnection {
  /** `https://…` */
  server: string;
  /** PEM of the CA; absent where the public roots do. */
  ca?: string;
}

export type Observed =
  /** Not there. */
  | { status: 'absent' }
  /** Being made; `detail` is for people. */
  | { status: 'pending'; detail: string }
  /**
   * It has been made; whether it answers at this moment the connection itself tells. `changing`: the cloud is at work on it, and takes no
   * other order meanwhile. `warning`: it works, and an operator must see to it.
   */
  | { status: 'ready'; connection: LeafConnection; changing?: true; warning?: string }
  /** It is there and will not become ready, or not whole while it is being made. `code` says why. */
  | {
      status: 'broken';
      code: 'ZONE_EXHAUSTED' | 'CLOUD_QUOTA' | 'CLUSTER_CREATE_FAILED' | 'CLOUD_SETUP';
      detail: string;
    }
  | { status: 'deleting' };

/** A thing found in the cloud, whoever made it. */
export interface OwnedResource {
  kind: ResourceKind;
  name: string;
  location: string;
  /** From its labels or its name; absent if neither tells. */
  clusterId?: string;
}

/** A thing found among all that may be of Hub's, with what tells whose it is. */
export interface FoundResource extends OwnedResource {
  /** Which try at its cluster it is of, where its name or a label tells. */
  generation?: number;
  /** All of them, as they are. */
  labels: Readonly<Record<string, string>>;
  /** The cloud itself says which cluster it was made for: so it is with much of what takes or gets no label of Hub's. */
  derived?: true;
  /** It is being deleted already. */
  going?: true;
  /** It tells whose other things are that are there too: it goes after them. */
  evidence?: true;
  /** Absent where the cloud does not say. */
  createdAt?: Date;
  /** What its price hangs on. */
  extent?: Extent;
}

export interface Provider {
  /** The name every generation of a cluster has: `hub-<id>-g<generation>`. */
  clusterName(target: Pick<ClusterTarget, 'id' | 'generation'>): string;
  /** Locations to try, in order: the zones of the region, or the region itself. */
  locations(region: string, availability: 'zonal' | 'regional'): readonly string[];
  /**
   * Asks for the cluster unless it is there, and says how far it is. Safe to repeat.
   * @throws AppError ZONE_EXHAUSTED, CLOUD_QUOTA, CLOUD_BUSY, CLOUD_SETUP, NAME_TAKEN, PERMISSION_DENIED, PROVIDER_UNAVAILABLE,
   * OPERATION_IN_PROGRESS
   */
  ensureCluster(target: ClusterTarget): Promise<Observed>;
  /**
   * Lets the control plane of a running cluster reach the webhooks of its mesh, which private nodes do not allow by themselves. The
   * rule's name is `webhookRule`; it is in the ledger before. Safe to repeat.
   * @throws AppError PROVIDER_UNAVAILABLE (also if the cluster is not there, or nothing tells yet where its control plane is),
   * PERMISSION_DENIED, NAME_TAKEN, OPERATION_IN_PROGRESS (the rule was for another source, and has to go first)
   */
  ensureWebhookAccess(target: Pick<ClusterTarget, 'id' | 'generation' | 'location'>): Promise<void>;
  /** Name of the firewall rule of `ensureWebhookAccess`. */
  webhookRule(target: Pick<ClusterTarget, 'id' | 'generation'>): string;
  /** Name of the cluster's own subnetwork, which is made with it, in its region. Each location has another: one may be going still. */
  subnetwork(target: Pick<ClusterTarget, 'id' | 'generation' | 'location'>): string;
  /** Looks, and asks for nothing. @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED */
  observeCluster(target: Pick<ClusterTarget, 'id' | 'generation' | 'location'>): Promise<Observed>;
  /**
   * Asks for its deletion unless it is gone, and says how far it is. Never touches what is not labelled with this id.
   * @param isOvertaken asked between the look and the deletion, where a later try may have the same name: if so, nothing is deleted
   * @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED, OPERATION_IN_PROGRESS; what `isOvertaken` throws
   */
  ensureGone(
    target: Pick<ClusterTarget, 'id' | 'generation' | 'location'>,
    isOvertaken?: () => Promise<boolean>,
  ): Promise<'gone' | 'pending'>;
  /**
   * Everything of this cluster's, of any generation, that the cloud still lists: the cluster itself, its subnetworks, and the disks, parts of
   * load balancers and firewalls it made, found by label and by name.
   * @param locations in whose regions something of it may be: of what is away elsewhere the list says that it lacks it
   * @throws AppError PROVIDER_UNAVAILABLE (also if something there is away), PERMISSION_DENIED
   */
  listOwned(clusterId: string, locations: readonly string[]): Promise<Listed<OwnedResource>>;
  /**
   * Everything that is labelled as of any cluster of any Hub, or called as such things are, whoever's it is. For sweeps: it reads long
   * lists, but no more of them for many clusters than for one.
   * @throws AppError PROVIDER_UNAVAILABLE (also if something is away in a region that Hub offers), PERMISSION_DENIED
   */
  listAllOwned(): Promise<Listed<FoundResource>>;
  /** Where `listOwned` looks, and what for; for the record. @param missing what it lacked */
  listingScopes(clusterId: string, missing: readonly string[]): ListingScope[];
  /** Deletes one leftover that `listOwned` found. Not being there is success. @throws AppError as `ensureGone` */
  deleteOwned(resource: OwnedResource): Promise<void>;
}
