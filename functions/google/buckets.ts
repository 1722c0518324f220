/** The `Buckets` port on Google Cloud Storage. Nothing here waits for long: what needs more calls says `pending`. */
import type { File, Storage, Bucket as StorageBucket } from '@google-cloud/storage';
import { AppError } from '../../shared/errors.ts';
import { type Binding, dataRole, planBindings } from '../bucket-access.ts';
import { type Bucket, type Buckets, bucketPrefix, mayBeOfHub, OBJECTS_AT_A_TIME } from '../buckets.ts';
import { keyIn } from '../data-key.ts';
import { LABELS, labelsOf } from '../labels.ts';
import type { Listed } from '../listed.ts';
import { scrub } from '../log.ts';
import { isForbiddenByPolicy, isOfMetadata } from './refusal.ts';

/** At some 50 ms each that is what a bucket takes that was not busy before, 1000 a second: https://cloud.google.com/storage/docs/request-rate */
const DELETIONS_IN_PARALLEL = 50;

/**
 * Everything, whatever its age, and what was never uploaded to its end. Without `isLive` a condition is one for noncurrent versions, too.
 * It takes up to a day until the service goes by it, and it deletes when it gets to it, without our calls:
 * https://cloud.google.com/storage/docs/lifecycle#behavior
 */
const EMPTYING = {
  rule: [
    { action: { type: 'Delete' as const }, condition: { age: 0 } },
    { action: { type: 'AbortIncompleteMultipartUpload' as const }, condition: { age: 0 } },
  ],
};

/**
 * @param cell goes into the labels
 * @param key of the operator's, if objects are to be encrypted with it: see `dataEncryptionKey`
 * @param atATime how many objects one call of `ensureBucketGone` deletes at most
 */
export function createBuckets(
  storage: Storage,
  cell: string,
  key?: string,
  atATime = OBJECTS_AT_A_TIME,
): Buckets {
  return {
    async ensureBucket(bucket) {
      const seen = await look(storage, bucket.name);
      if (typeof seen === 'object') return requireOwn(seen, bucket);
      try {
        await storage.createBucket(bucket.name, settingsOf(bucket, cell, key));
      } catch (error) {
        if (statusOf(error) !== 409) throw translate(error);
        await adopt(storage, bucket);
      }
    },

    async ensureAccess(bucket, principals) {
      const seen = await look(storage, bucket.name);
      requireThere(seen, bucket);
      requireOwn(seen, bucket);
      const role = dataRole(storage.projectId);
      for (let attempt = 1; !(await grant(storage.bucket(bucket.name), principals, role)); attempt++) {
        if (attempt === GRANT_ATTEMPTS) {
          throw new AppError('PROVIDER_UNAVAILABLE', `the policy of ${bucket.name} changes all the time`);
        }
      }
    },

    async ensureBucketGone({ name, clusterId }) {
      const seen = await look(storage, name);
      if (seen === 'absent') return 'gone';
      if (seen === 'forbidden') return requireForeign(storage, name);
      if (seen.clusterId !== clusterId) return 'gone';
      const bucket = storage.bucket(name);
      const [files, isMore] = await firstObjects(bucket, atATime);
      if (isMore && !seen.empties) await haveEmptied(bucket);
      await deleteFiles(files);
      return isMore ? 'more' : deleteBucket(bucket, seen.metageneration);
    },

    async listBuckets(clusterId) {
      const prefix = bucketPrefix(clusterId);
      const { found } = await bucketsOf(storage, (name) => name.startsWith(prefix), prefix);
      return found
        .filter(({ metadata }) => metadata.labels?.[LABELS.cluster] === clusterId)
        .map(({ name }) => name);
    },

    async listAllBuckets() {
      const { found, missing } = await bucketsOf(storage, (name) => mayBeOfHub(name, {}));
      const known = found.map(({ name, metadata: { location = '', labels = {}, timeCreated } }) => ({
        name,
        location: location.toLowerCase(),
        labels: Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, value ?? ''])),
        createdAt: new Date(timeCreated ?? 0),
      }));
      return { found: known.filter(({ name, labels }) => mayBeOfHub(name, labels)), missing };
    },
  };
}

/** Deleted means deleted: soft delete, which is on by default, would keep and bill the data for a week. */
const settingsOf = ({ region, clusterId }: Bucket, cell: string, key: string | undefined) => ({
  location: region.toUpperCase(),
  storageClass: 'STANDARD',
  iamConfiguration: {
    uniformBucketLevelAccess: { enabled: true },
    publicAccessPrevention: 'enforced',
  },
  softDeletePolicy: { retentionDurationSeconds: 0 },
  ...(key !== undefined && { encryption: { defaultKmsKeyName: keyIn(key, region) } }),
  labels: labelsOf(clusterId, cell),
});

interface Seen {
  clusterId: string | undefined;
  metageneration: string | number | undefined;
  /** The service has been told to empty it. */
  empties: boolean;
}

/** `forbidden` is what one hears of a bucket of somebody else's, and of one's own without the right to read it. */
async function look(storage: Storage, name: string): Promise<Seen | 'absent' | 'forbidden'> {
  try {
    const [{ labels, metageneration, lifecycle }] = await storage.bucket(name).getMetadata();
    const empties = (lifecycle?.rule?.length ?? 0) > 0;
    return { clusterId: labels?.[LABELS.cluster] ?? undefined, metageneration, empties };
  } catch (error) {
    if (statusOf(error) === 404) return 'absent';
    if (statusOf(error) === 403) return 'forbidden';
    throw translate(error);
  }
}

/** How often a policy that somebody changes at the same moment is read again. */
const GRANT_ATTEMPTS = 3;

/** @returns false if somebody else changed the policy meanwhile */
async function grant(bucket: StorageBucket, principals: string, role: string): Promise<boolean> {
  // Conditions are only told to those who ask for this version; whoever does not would write the policy back without them.
  const [policy] = await bucket.iam.getPolicy({ requestedPolicyVersion: 3 }).catch(rethrow);
  const bindings = planBindings((policy.bindings ?? []) as Binding[], principals, role);
  if (!bindings) return true;
  try {
    await bucket.iam.setPolicy({ ...policy, version: 3, bindings } as Parameters<
      typeof bucket.iam.setPolicy
    >[0]);
    return true;
  } catch (error) {
    const translated = translate(error);
    // An organisation policy is told with the status of a lost race.
    const isOvertaken = statusOf(error) === 412 || statusOf(error) === 409;
    if (isOvertaken && !(translated instanceof AppError)) return false;
    throw translated;
  }
}

function requireOwn(seen: Seen, { name, clusterId }: Pick<Bucket, 'name' | 'clusterId'>): void {
  if (seen.clusterId !== clusterId) throw new AppError('NAME_TAKEN', `bucket ${name} is not of this cluster`);
}

/** Somebody made it meanwhile: an earlier try of ours whose answer was lost, or a stranger. */
async function adopt(storage: Storage, bucket: Bucket): Promise<void> {
  const seen = await look(storage, bucket.name);
  requireThere(seen, bucket);
  requireOwn(seen, bucket);
}

function requireThere(
  seen: Awaited<ReturnType<typeof look>>,
  { name }: Pick<Bucket, 'name'>,
): asserts seen is Seen {
  if (seen === 'forbidden') throw new AppError('NAME_TAKEN', `bucket ${name} is of another project`);
  if (seen === 'absent') throw new AppError('PROVIDER_UNAVAILABLE', `bucket ${name} comes and goes`);
}

/**
 * Where a location is away, of its buckets a list has nothing but the names, and that only for who asks
 * (https://cloud.google.com/storage/quotas#buckets). What could not be seen proves nothing.
 * @param matters whether one of that name may be looked for
 * @throws AppError PROVIDER_UNAVAILABLE if such a one is away
 */
async function bucketsOf(
  storage: Storage,
  matters: (name: string) => boolean,
  prefix?: string,
): Promise<Listed<StorageBucket>> {
  const query = { ...(prefix !== undefined && { prefix }), returnPartialSuccess: true };
  const [buckets] = await storage.getBuckets(query).catch(rethrow);
  const missing = buckets.filter(({ unreachable }) => unreachable).map(({ name }) => name);
  const needed = missing.find(matters);
  if (needed !== undefined)
    throw new AppError('PROVIDER_UNAVAILABLE', `Cloud Storage cannot look where ${needed} is`);
  return { found: buckets.filter(({ unreachable }) => !unreachable), missing };
}

/** Our project's list tells a stranger's bucket, which is no business of ours, from one that we may not read. */
async function requireForeign(storage: Storage, name: string): Promise<'gone'> {
  const { found } = await bucketsOf(storage, (one) => one === name, name);
  if (!found.some((bucket) => bucket.name === name)) return 'gone';
  throw new AppError('PERMISSION_DENIED', `bucket ${name} may not be read`);
}

/** Old versions included. @returns also whether there are more */
async function firstObjects(bucket: StorageBucket, limit: number): Promise<[readonly File[], boolean]> {
  const [files, nextPage] = await bucket
    .getFiles({ maxResults: limit, autoPaginate: false, versions: true })
    .catch((error: unknown) => {
      // Another call at the same time was quicker.
      if (statusOf(error) === 404) return [[], null] as const;
      throw translate(error);
    });
  return [files, Boolean(nextPage)];
}

/** Has the service empty it, beside us. */
async function haveEmptied(bucket: StorageBucket): Promise<void> {
  await bucket.setMetadata({ lifecycle: EMPTYING }).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw translate(error);
  });
}

async function deleteFiles(files: readonly File[]): Promise<void> {
  const queue = files.values();
  const workers = Array.from({ length: DELETIONS_IN_PARALLEL }, async () => {
    for (const file of queue) await deleteFile(file);
  });
  // All of them end before an error is told: nothing of this call goes on behind the caller's back.
  const failed = (await Promise.allSettled(workers)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** The precondition makes the call one that the client may repeat. A newer object of that name is left for the next call. */
async function deleteFile(file: File): Promise<void> {
  const { generation, temporaryHold, eventBasedHold } = file.metadata;
  if ((temporaryHold || eventBasedHold) && !(await release(file))) return;
  await file
    .delete(generation === undefined ? {} : { ifGenerationMatch: generation })
    .catch((error: unknown) => {
      if (statusOf(error) !== 404 && statusOf(error) !== 412) throw translate(error);
    });
}

/**
 * Whoever may write an object may put a hold on it with the same call, and no one can delete it then, nor the service by itself:
 * https://cloud.google.com/storage/docs/object-holds
 * @returns false if it was changed meanwhile, or is gone
 */
async function release(file: File): Promise<boolean> {
  const { metageneration } = file.metadata;
  try {
    await file.setMetadata(
      { temporaryHold: false, eventBasedHold: false },
      metageneration === undefined ? {} : { ifMetagenerationMatch: metageneration },
    );
    return true;
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 412) return false;
    throw translate(error);
  }
}

/** Objects that came meanwhile, or a change of the bucket, call for another look. */
async function deleteBucket(
  bucket: StorageBucket,
  metageneration: Seen['metageneration'],
): Promise<'gone' | 'pending'> {
  try {
    await bucket.delete(metageneration === undefined ? {} : { ifMetagenerationMatch: metageneration });
    return 'gone';
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return 'gone';
    if (status === 409 || status === 412) return 'pending';
    throw translate(error);
  }
}

/** HTTP status, if the service answered at all. */
function statusOf(error: unknown): number | undefined {
  if (isOfMetadata(error)) return undefined;
  const code = Number((error as { code?: unknown }).code);
  return Number.isInteger(code) && code >= 100 ? code : undefined;
}

/**
 * Carries no cause: the client's errors hold whole requests. What the service calls wrong in itself (400 and the like) is a fault
 * of this code and comes out as it is.
 */
function translate(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  const message = String((error as Error).message);
  const detail = `Cloud Storage: ${scrub(message)}`;
  if ((status === 412 || status === 400) && isForbiddenByPolicy(message)) {
    return new AppError('CLOUD_SETUP', detail);
  }
  if (status === 401 || status === 403) return new AppError('PERMISSION_DENIED', detail);
  if (status === 429) return new AppError('CLOUD_BUSY', detail);
  if (status === undefined || status === 408 || status >= 500) {
    return new AppError('PROVIDER_UNAVAILABLE', detail);
  }
  return error;
}

function rethrow(error: unknown): never {
  throw translate(error);
}
