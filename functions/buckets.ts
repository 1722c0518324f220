/** The port to object storage: one bucket per generation of a cluster. */
import { CLUSTER_ID } from '../shared/documents/fields.ts';
import { LABELS } from './labels.ts';
import type { Listed } from './listed.ts';
import { parseName } from './names.ts';

/**
 * How the name of each of a cluster's buckets begins (`hub-<id>-g<generation>`, as its clusters are called), so that a list of
 * them need not read all buckets of the project: the service can filter by name, not by label.
 */
export const bucketPrefix = (clusterId: string): string => `hub-${clusterId}-`;

/** The most that Cloud Storage lists in one reply, and a few seconds' work to delete: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
export const OBJECTS_AT_A_TIME = 1000;

export interface Bucket {
  /** Begins with `bucketPrefix(clusterId)`. */
  name: string;
  region: string;
  clusterId: string;
}

/** A bucket found among all that may be of Hub's. */
export interface FoundBucket {
  name: string;
  /** Region, in lower case. */
  location: string;
  labels: Readonly<Record<string, string>>;
  createdAt: Date;
}

export interface Buckets {
  /**
   * Makes the bucket unless it is there: uniform access, public access prevented, soft delete off (deleted means deleted), labelled.
   * @throws AppError NAME_TAKEN, PERMISSION_DENIED, CLOUD_SETUP (an organisation policy forbids it), CLOUD_BUSY, PROVIDER_UNAVAILABLE
   */
  ensureBucket(bucket: Bucket): Promise<void>;
  /**
   * Lets these principals (`clusterPrincipals`), and no other workload, use the objects; takes away what workloads and the public
   * have beside that. Takes up to a few minutes to hold everywhere.
   * @throws AppError NAME_TAKEN, PERMISSION_DENIED, CLOUD_SETUP, CLOUD_BUSY, PROVIDER_UNAVAILABLE (also if the bucket is not there)
   */
  ensureAccess(bucket: Pick<Bucket, 'name' | 'clusterId'>, principals: string): Promise<void>;
  /**
   * Empties a part of the bucket (`OBJECTS_AT_A_TIME`), whatever holds are on it, and deletes it once empty. One that holds more is also left to the service to
   * empty, which does so by itself within a day or so. Never touches one that is not labelled with this id; that one is not the cluster's,
   * so it counts as `gone`.
   * @returns `more`: objects were deleted and others are left, so call again at once; `pending`: it changed meanwhile, so look again later
   * @throws AppError PERMISSION_DENIED, CLOUD_BUSY, PROVIDER_UNAVAILABLE
   */
  ensureBucketGone(bucket: Pick<Bucket, 'name' | 'clusterId'>): Promise<'gone' | 'more' | 'pending'>;
  /** Names of the buckets that begin with `bucketPrefix` and are labelled with this cluster's id. @throws AppError as above */
  listBuckets(clusterId: string): Promise<string[]>;
  /**
   * Every bucket of the project that is labelled as of a cluster of Hub's, or called as such buckets are. It may lack others whose location is
   * away, by name.
   * @throws AppError as above; PROVIDER_UNAVAILABLE also if one that is called so is away
   */
  listAllBuckets(): Promise<Listed<FoundBucket>>;
}

/** Whether a bucket is one for `listAllBuckets`. */
export const mayBeOfHub = (name: string, labels: Readonly<Record<string, string>>): boolean =>
  CLUSTER_ID.test(labels[LABELS.cluster] ?? '') || parseName(name) !== undefined;
