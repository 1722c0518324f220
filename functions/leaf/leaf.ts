/**
 * The port to the inside of a cluster: the Kubernetes API, as narrow as Hub needs it. `client.ts` is the real side
 * (@kubernetes/client-node); the one in memory stands on the model of the Kubernetes stand-in.
 */
import type { Duplex } from 'node:stream';
import type { LeafConnection } from '../providers/provider.ts';

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    finalizers?: string[];
    ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string }[];
    /** Who set which fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers */
    managedFields?: {
      manager: string;
      operation: string;
      /** When that one last set other fields, or first these. */
      time?: string;
      fieldsV1?: Record<string, unknown>;
    }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: the shape beyond metadata depends on the kind.
  [field: string]: any;
}

export interface KubeRef {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** As whom Hub applies. */
export const FIELD_MANAGER = 'hub';

/** What an object is, where it is, who made it say so: of a Secret nothing that is secret. */
export type KubeMetadata = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>;

/** Names an object that is there, or is to be. */
export const refOf = ({ apiVersion, kind, metadata: { name, namespace } }: KubeMetadata): KubeRef => ({
  apiVersion,
  kind,
  name,
  ...(namespace !== undefined && { namespace }),
});

/** Which objects. */
export interface LeafQuery {
  apiVersion: string;
  kind: string;
  /** All if absent. */
  namespace?: string;
  labelSelector?: string;
  /** As `findMetadata`. */
  metadataOnly?: true;
  /** What of each is kept. The rest is let go of page by page: all objects of a namespace may be more than there is memory. */
  pick?: (object: KubeObject) => KubeObject;
}

export interface Leaf {
  /**
   * Server-side apply as field manager `hub`, by force: Hub owns what it applies. What others have in the object stays in the leaf.
   * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
   */
  apply(object: KubeObject): Promise<KubeMetadata>;
  /** Makes it unless one of its name is there, which stays as it is. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
  create(object: KubeObject): Promise<'created' | 'exists'>;
  /** @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
  find(ref: KubeRef): Promise<KubeObject | undefined>;
  /** All but what is in it, which stays in the leaf. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
  findMetadata(ref: KubeRef): Promise<KubeMetadata | undefined>;
  /** @throws AppError LEAF_UNAVAILABLE, also if it is more than Hub reads; PERMISSION_DENIED */
  list(query: LeafQuery & { metadataOnly: true }): Promise<KubeMetadata[]>;
  list(query: LeafQuery): Promise<KubeObject[]>;
  /**
   * In the background; not being there is success.
   * @param uid of the very object that is meant: another one that has come in its place stays
   * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
   */
  delete(ref: KubeRef, uid?: string): Promise<void>;
  /** Last lines of a pod's container; empty if there are none yet. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
  logTail(pod: { namespace: string; name: string; container?: string }, lines: number): Promise<string>;
  /**
   * A new connection to a port of a running pod, by the API server's port-forward. It carries nothing yet.
   * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
   */
  forward(pod: { namespace: string; name: string }, port: number): Promise<Duplex>;
  /**
   * A token of that service account, for the cluster's own API (TokenRequest).
   * @param lifeMs real time; the API gives no less than ten minutes
   * @throws AppError NOT_FOUND if there is no such account, LEAF_UNAVAILABLE, PERMISSION_DENIED
   */
  issueToken(
    account: { namespace: string; name: string },
    lifeMs: number,
  ): Promise<{ token: string; expiresAt: number }>;
}

export interface Leaves {
  open(connection: LeafConnection): Leaf;
}

/** Of a pod: it runs, and says that it can do its work. */
export const isReady = ({ metadata, status }: KubeObject): boolean =>
  metadata.deletionTimestamp === undefined &&
  status?.phase === 'Running' &&
  ((status.conditions ?? []) as { type: string; status: string }[]).some(
    ({ type, status: holds }) => type === 'Ready' && holds === 'True',
  );
