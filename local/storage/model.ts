/**
 * The state of the Storage stand-in: buckets, whose names are unique in the whole world, and the objects in them.
 * Wrong calls are refused with the words and reasons of the real service.
 */
import { days, minutes, seconds } from '../../shared/units.ts';
import { type Binding, isRole, type Policy } from '../iam/policy.ts';
import { isMember } from '../iam/principals.ts';
import { ServiceError, STATUS, type World } from '../service.ts';
import { crc32c, md5 } from './checksums.ts';

export interface Bucket {
  name: string;
  /** Whose it is. Others learn only that the name is taken. */
  projectId: string;
  location: string;
  storageClass: string;
  labels: Record<string, string>;
  uniformAccess: boolean;
  publicAccessPrevention: 'inherited' | 'enforced';
  /** How long deleted objects are kept, and paid for. 0 switches that off. */
  softDeleteS: number;
  /** That objects are encrypted with unless they say otherwise. */
  kmsKeyName?: string;
  /** What the service does by itself with objects of that age. */
  lifecycle?: LifecycleRule[];
  lifecycleSetAtMs?: number;
  metageneration: number;
  createdAtMs: number;
  updatedAtMs: number;
  /** Its allow policy, once somebody has set one. */
  iam?: { bindings: Binding[]; version: number };
}

export interface LifecycleRule {
  action: 'Delete' | 'AbortIncompleteMultipartUpload';
  /** In days. */
  age: number;
}

export interface StoredObject {
  bucket: string;
  name: string;
  /** Whole microseconds since the epoch; greater with each write of the name. */
  generation: string;
  contentType: string;
  metadata: Record<string, string>;
  /** base64 */
  content: string;
  size: number;
  md5Hash: string;
  crc32c: string;
  createdAtMs: number;
  /** Absent: 1, as before the first change of what is said of it. */
  metageneration?: number;
  /** While one of these is on it, nobody deletes or replaces it. */
  temporaryHold?: boolean;
  eventBasedHold?: boolean;
  /** Set once it is deleted but still kept. */
  softDeletedAtMs?: number;
}

/** What of an object can be changed once it is written; with an upload it can be asked for as well. */
export type Holds = Pick<StoredObject, 'temporaryHold' | 'eventBasedHold'>;

export const isHeld = ({ temporaryHold, eventBasedHold }: Holds): boolean =>
  temporaryHold === true || eventBasedHold === true;

/** What of a bucket can be asked for and changed. A label set to null is removed. */
export interface BucketSettings {
  location?: string;
  storageClass?: string;
  labels?: Record<string, string | null>;
  uniformAccess?: boolean;
  publicAccessPrevention?: Bucket['publicAccessPrevention'];
  softDeleteS?: number;
  kmsKeyName?: string;
  lifecycle?: LifecycleRule[];
}

export interface Page<T> {
  items: T[];
  /** Begin the next page after this name. */
  next?: string;
}

export interface BucketPage extends Page<Bucket> {
  /** Names of those that are there, but whose location is away. */
  unreachable: string[];
}

export interface StorageModel {
  readonly projectId: string;
  /** @throws ServiceError `invalid`, `conflict` */
  insertBucket(name: string, settings: BucketSettings, projectId?: string): Bucket;
  /** @throws ServiceError `notFound`, `forbidden` */
  requireBucket(name: string): Bucket;
  /** Of the project, by name. Some may be missing. */
  listBuckets(options?: { prefix?: string; after?: string; limit?: number }): BucketPage;
  /** @throws ServiceError as `requireBucket`; `invalid`, `conditionNotMet` */
  patchBucket(name: string, settings: BucketSettings, ifMetageneration?: string): Bucket;
  /** @throws ServiceError as `requireBucket`; `conflict` if it holds objects, `conditionNotMet` */
  deleteBucket(name: string, ifMetageneration?: string): void;
  /** @throws ServiceError as `requireBucket` */
  getPolicy(name: string): Policy;
  /** Replaces the policy if it is still the one of that etag. @throws ServiceError as `requireBucket`; `invalid`, `conditionNotMet` */
  setPolicy(name: string, policy: { bindings: readonly Binding[]; etag?: string }): Policy;
  /** Of a bucket of any project: what the callers of the wire are judged by. @throws ServiceError `notFound` */
  bindingsOf(name: string): readonly Binding[];
  /** Creates or replaces; `ifGeneration` 0 only creates. @throws ServiceError as `requireBucket`; `conditionNotMet`, `forbidden` if it is held */
  putObject(
    bucket: string,
    name: string,
    content: Uint8Array,
    options?: { contentType?: string; metadata?: Record<string, string>; ifGeneration?: string } & Holds,
  ): StoredObject;
  /** @throws ServiceError as `requireObject`; `conditionNotMet` */
  patchObject(
    bucket: string,
    name: string,
    holds: Holds,
    options?: { generation?: string; ifMetageneration?: string },
  ): StoredObject;
  /** @throws ServiceError as `requireBucket`; `notFound` */
  requireObject(bucket: string, name: string, generation?: string): StoredObject;
  hasObject(bucket: string, name: string): boolean;
  listObjects(
    bucket: string,
    options?: { prefix?: string; after?: string; limit?: number; softDeleted?: boolean },
  ): Page<StoredObject>;
  /** @throws ServiceError as `requireObject`; `conditionNotMet`, `forbidden` if it is held */
  deleteObject(bucket: string, name: string, options?: { generation?: string; ifGeneration?: string }): void;
  /**
   * Runs one call of the API as the wire would: it may be refused with 503, or carried out and then answered with 503.
   * @param method the API's own id of it, e.g. `storage.buckets.insert`
   */
  call<T>(method: string, run: () => T): T;
}

interface StorageOptions {
  /**
   * Refuses bucket creations and deletions beyond the project's rate, with 429; off by default.
   * https://cloud.google.com/storage/quotas#buckets
   */
  limitBucketRate?: boolean;
  /**
   * What the organisation's policies leave to new buckets; by default everything.
   * https://cloud.google.com/storage/docs/org-policy-constraints
   */
  allowed?: {
    /** How long deleted objects may be kept: `storage.softDeletePolicySeconds`. */
    softDeleteS?: readonly number[];
    /** In lower case: `gcp.resourceLocations`. */
    locations?: readonly string[];
    /** `iam.allowedPolicyMemberDomains`, as far as it is asked of members that are workloads. */
    workloads?: boolean;
  };
}

const LARGEST_PAGE = 1000;
const BUCKET_OPERATION_EVERY_MS = seconds(2);
/** How many bucket operations may come at once before the rate counts. */
const BUCKET_OPERATIONS_AT_ONCE = minutes(1) / BUCKET_OPERATION_EVERY_MS;
/** A week, unless the bucket says otherwise: https://cloud.google.com/storage/docs/soft-delete */
const DEFAULT_SOFT_DELETE_S = 604_800;

const refuse = (code: number, reason: string, message: string): ServiceError =>
  new ServiceError(code, message, reason);
const invalid = (message: string): ServiceError => refuse(STATUS.INVALID_ARGUMENT, 'invalid', message);
const conflict = (message: string): ServiceError => refuse(STATUS.ALREADY_EXISTS, 'conflict', message);
const unavailable = (): ServiceError =>
  refuse(STATUS.UNAVAILABLE, 'backendError', 'We encountered an internal error. Please try again.');
const conditionNotMet = (): ServiceError =>
  refuse(
    STATUS.FAILED_PRECONDITION,
    'conditionNotMet',
    'At least one of the pre-conditions you specified did not hold.',
  );

/** With the reason of a precondition, but nobody set one. The name stands for what of the request is wrong, and is left out for some. */
const violates = (value: string, constraint: string): ServiceError =>
  refuse(
    STATUS.FAILED_PRECONDITION,
    'conditionNotMet',
    `'${value}' violates constraint 'constraints/${constraint}'`,
  );
/** The same reason as for whoever lacks the right to. */
const held = ({ bucket, name, temporaryHold }: StoredObject): ServiceError =>
  refuse(
    STATUS.PERMISSION_DENIED,
    'forbidden',
    `Object '${bucket}/${name}' is under active ${temporaryHold ? 'Temporary' : 'Event-Based'} hold and cannot be deleted, ` +
      'overwritten or archived until hold is removed.',
  );

export function createStorageModel(world: World, options: StorageOptions = {}): StorageModel {
  const { clock, faults, store } = world;
  const buckets = store.table<Bucket>('buckets');
  const objects = store.table<StoredObject>('objects');
  const takeTurn = options.limitBucketRate ? bucketRate(world) : () => undefined;

  const objectsOf = (bucket: string, softDeleted: boolean): StoredObject[] =>
    [...objects.values()].filter(
      (object) => object.bucket === bucket && (object.softDeletedAtMs !== undefined) === softDeleted,
    );

  const remove = (object: StoredObject, { softDeleteS }: Bucket): void => {
    objects.delete(liveKey(object.bucket, object.name));
    if (softDeleteS > 0) objects.set(softKey(object), { ...object, softDeletedAtMs: clock.now() });
  };

  /** What the rules have done by now, found when somebody looks: a round a day, the first a day after they were set. */
  const applyLifecycle = (bucket: Bucket): void => {
    const { name, lifecycle = [], lifecycleSetAtMs: setAtMs } = bucket;
    const age = Math.min(...lifecycle.filter(({ action }) => action === 'Delete').map((rule) => rule.age));
    if (setAtMs === undefined || !Number.isFinite(age)) return;
    const rounds = Math.floor(clock.elapsed(setAtMs) / days(1));
    for (const object of rounds > 0 ? objectsOf(name, false) : []) {
      const lastedMs = clock.elapsed(object.createdAtMs) - (clock.elapsed(setAtMs) - rounds * days(1));
      if (lastedMs >= days(age) && !isHeld(object)) remove(object, bucket);
    }
  };

  const requireAny = (name: string): Bucket => {
    const bucket = buckets.get(name);
    if (!bucket) throw refuse(STATUS.NOT_FOUND, 'notFound', 'The specified bucket does not exist.');
    return bucket;
  };
  const requireBucket = (name: string): Bucket => {
    const bucket = requireAny(name);
    if (bucket.projectId !== world.projectId) {
      const message =
        'The caller does not have storage.buckets.get access to the Google Cloud Storage bucket. ' +
        "Permission 'storage.buckets.get' denied on resource (or it may not exist).";
      throw refuse(STATUS.PERMISSION_DENIED, 'forbidden', message);
    }
    applyLifecycle(bucket);
    return bucket;
  };

  let lastGeneration = 0;
  const nextGeneration = (): string => {
    lastGeneration = Math.max(Math.floor(clock.now()) * 1000, lastGeneration + 1);
    return String(lastGeneration);
  };

  const findLive = (bucket: string, name: string): StoredObject | undefined =>
    objects.get(liveKey(bucket, name));

  const requireObject = (bucket: string, name: string, generation?: string): StoredObject => {
    requireBucket(bucket);
    const object = findLive(bucket, name);
    if (!object || (generation !== undefined && generation !== object.generation)) {
      throw refuse(STATUS.NOT_FOUND, 'notFound', `No such object: ${bucket}/${name}`);
    }
    return object;
  };

  return {
    projectId: world.projectId,
    insertBucket(name, settings, projectId = world.projectId) {
      requireName(name);
      takeTurn();
      const holder = buckets.get(name);
      if (holder) throw conflict(holder.projectId === projectId ? ALREADY_YOURS : NAME_TAKEN);
      const now = clock.now();
      const bucket: Bucket = {
        name,
        projectId,
        location: settings.location?.toUpperCase() ?? 'US',
        storageClass: settings.storageClass ?? 'STANDARD',
        labels: {},
        uniformAccess: false,
        publicAccessPrevention: 'inherited',
        softDeleteS: DEFAULT_SOFT_DELETE_S,
        metageneration: 1,
        createdAtMs: now,
        updatedAtMs: now,
      };
      applySettings(bucket, settings, now);
      requireAllowed(bucket, options.allowed);
      buckets.set(name, bucket);
      return bucket;
    },
    requireBucket,
    listBuckets({ prefix = '', after, limit } = {}) {
      const own = [...buckets.values()].filter((bucket) => bucket.projectId === world.projectId);
      const page = pageOf(own, prefix, after, limit);
      const away = new Set(page.items.filter(({ location }) => faults.hit('unreachable', location)));
      return {
        ...page,
        items: page.items.filter((bucket) => !away.has(bucket)),
        unreachable: [...away].map(({ name }) => name),
      };
    },
    patchBucket(name, settings, ifMetageneration) {
      const bucket = structuredClone(requireBucket(name));
      requireMatch(ifMetageneration, bucket.metageneration);
      applySettings(bucket, settings, clock.now());
      bucket.metageneration++;
      bucket.updatedAtMs = clock.now();
      buckets.set(name, bucket);
      return bucket;
    },
    deleteBucket(name, ifMetageneration) {
      requireMatch(ifMetageneration, requireBucket(name).metageneration);
      if (objectsOf(name, false).length > 0) throw conflict('The bucket you tried to delete is not empty.');
      takeTurn();
      buckets.delete(name);
      for (const kept of objectsOf(name, true)) objects.delete(softKey(kept));
    },
    getPolicy: (name) => policyOf(requireBucket(name)),
    setPolicy(name, { bindings, etag }) {
      const bucket = requireBucket(name);
      requireMatch(etag, policyOf(bucket).etag);
      requireBindings(bucket, bindings, options.allowed);
      const version = (bucket.iam?.version ?? 1) + 1;
      const changed = { ...bucket, iam: { bindings: structuredClone([...bindings]), version } };
      buckets.set(name, changed);
      return policyOf(changed);
    },
    bindingsOf: (name) => policyOf(requireAny(name)).bindings,
    putObject(bucket, name, content, { contentType, metadata, ifGeneration, ...holds } = {}) {
      requireBucket(bucket);
      requireObjectName(name);
      const old = findLive(bucket, name);
      requireMatch(ifGeneration, old?.generation ?? 0);
      if (old && isHeld(old)) throw held(old);
      const object: StoredObject = {
        bucket,
        name,
        generation: nextGeneration(),
        contentType: contentType ?? 'application/octet-stream',
        metadata: metadata ?? {},
        content: Buffer.from(content).toString('base64'),
        size: content.length,
        md5Hash: md5(content),
        crc32c: crc32c(content),
        createdAtMs: clock.now(),
        ...holds,
      };
      objects.set(liveKey(bucket, name), object);
      return object;
    },
    patchObject(bucket, name, holds, { generation, ifMetageneration } = {}) {
      const object = requireObject(bucket, name, generation);
      const { metageneration = 1 } = object;
      requireMatch(ifMetageneration, metageneration);
      const changed = { ...object, ...holds, metageneration: metageneration + 1 };
      objects.set(liveKey(bucket, name), changed);
      return changed;
    },
    requireObject,
    hasObject: (bucket, name) => findLive(bucket, name) !== undefined,
    listObjects(bucket, { prefix = '', after, limit, softDeleted = false } = {}) {
      requireBucket(bucket);
      return pageOf(objectsOf(bucket, softDeleted), prefix, after, limit);
    },
    deleteObject(bucket, name, { generation, ifGeneration } = {}) {
      const object = requireObject(bucket, name, generation);
      requireMatch(ifGeneration, object.generation);
      if (isHeld(object)) throw held(object);
      remove(object, requireBucket(bucket));
    },
    call(method, run) {
      if (faults.hit('unavailable', method)) throw unavailable();
      const answer = run();
      if (faults.hit('reply-lost', method)) throw unavailable();
      return answer;
    },
  };
}

const ALREADY_YOURS = 'Your previous request to create the named bucket succeeded and you already own it.';
const NAME_TAKEN =
  'The requested bucket name is not available. The bucket namespace is shared by all users of the system. ' +
  'Please select a different name and try again.';

/** No object name holds either of these two characters, so neither key can be taken for the other. */
const liveKey = (bucket: string, name: string): string => `${bucket}\n${name}`;
const softKey = ({ bucket, name, generation }: StoredObject): string => `${bucket}\n${name}\r${generation}`;

/** The rules that matter for one label: https://cloud.google.com/storage/docs/buckets#naming */
function requireName(name: string): void {
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(name) || name.startsWith('goog')) {
    throw invalid(`Invalid bucket name: '${name}'`);
  }
}

/** https://cloud.google.com/storage/docs/objects#naming */
function requireObjectName(name: string): void {
  if (name === '' || Buffer.byteLength(name) > 1024 || /[\r\n]/.test(name)) {
    throw invalid('The specified object name is not valid.');
  }
}

function applySettings(bucket: Bucket, settings: BucketSettings, nowMs: number): void {
  const { labels = {}, uniformAccess, publicAccessPrevention, softDeleteS, kmsKeyName, lifecycle } = settings;
  for (const [name, value] of Object.entries(labels)) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(name) || !/^[a-z0-9_-]{0,63}$/.test(value ?? '')) {
      throw invalid(`Invalid label: '${name}'`);
    }
    if (value === null) delete bucket.labels[name];
    else bucket.labels[name] = value;
  }
  if (softDeleteS !== undefined) {
    if (softDeleteS !== 0 && (softDeleteS < 604_800 || softDeleteS > 7_776_000)) {
      throw invalid('Soft delete policy retention duration must be 0, or between 7 and 90 days.');
    }
    bucket.softDeleteS = softDeleteS;
  }
  if (kmsKeyName !== undefined) {
    const [, place] =
      /^projects\/[^/]+\/locations\/([^/]+)\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.exec(kmsKeyName) ?? [];
    // https://cloud.google.com/storage/docs/encryption/customer-managed-keys#key-resources
    if (place?.toUpperCase() !== bucket.location) {
      throw invalid(`Cloud KMS key '${kmsKeyName}' not available in '${bucket.location}'.`);
    }
    bucket.kmsKeyName = kmsKeyName;
  }
  if (lifecycle !== undefined) {
    if (lifecycle.some(({ age }) => !Number.isInteger(age) || age < 0)) {
      throw invalid('A lifecycle rule needs an age here: a whole number of days.');
    }
    bucket.lifecycle = lifecycle;
    bucket.lifecycleSetAtMs = nowMs;
  }
  bucket.uniformAccess = uniformAccess ?? bucket.uniformAccess;
  bucket.publicAccessPrevention = publicAccessPrevention ?? bucket.publicAccessPrevention;
}

const policyOf = ({ projectId, iam }: Bucket): Policy => ({
  bindings: structuredClone(iam?.bindings ?? defaultBindings(projectId)),
  etag: Buffer.from(`iam ${iam?.version ?? 1}`).toString('base64'),
});

/** What a bucket with uniform access begins with. */
const defaultBindings = (projectId: string): Binding[] => [
  {
    role: 'roles/storage.legacyBucketOwner',
    members: [`projectEditor:${projectId}`, `projectOwner:${projectId}`],
  },
  { role: 'roles/storage.legacyBucketReader', members: [`projectViewer:${projectId}`] },
  {
    role: 'roles/storage.legacyObjectOwner',
    members: [`projectEditor:${projectId}`, `projectOwner:${projectId}`],
  },
  { role: 'roles/storage.legacyObjectReader', members: [`projectViewer:${projectId}`] },
];

function requireAllowed({ softDeleteS, location }: Bucket, allowed: StorageOptions['allowed'] = {}): void {
  if (allowed.softDeleteS?.includes(softDeleteS) === false)
    throw violates(`${softDeleteS}`, 'storage.softDeletePolicySeconds');
  const place = location.toLowerCase();
  if (allowed.locations?.includes(place) === false) throw violates(place, 'gcp.resourceLocations');
}

const PUBLIC = ['allUsers', 'allAuthenticatedUsers'];

function requireBindings(
  { publicAccessPrevention, projectId }: Bucket,
  bindings: readonly Binding[],
  { workloads = true }: StorageOptions['allowed'] = {},
): void {
  if (!workloads && bindings.some(({ members }) => members.some((member) => /^principal/.test(member)))) {
    const message = 'One or more users named in the policy do not belong to a permitted customer.';
    throw refuse(STATUS.FAILED_PRECONDITION, 'conditionNotMet', message);
  }
  for (const { role, members } of bindings) {
    if (!isRole(role, projectId)) throw invalid(`Role ${role} is not supported for this resource.`);
    const unknown = members.find((member) => !isMember(member));
    if (unknown !== undefined) throw invalid(`The member ${unknown} is of an unknown type.`);
    if (publicAccessPrevention === 'enforced' && members.some((member) => PUBLIC.includes(member))) {
      const message =
        'The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention is enforced.';
      throw refuse(STATUS.FAILED_PRECONDITION, 'conditionNotMet', message);
    }
  }
}

function requireMatch(wanted: string | undefined, actual: number | string): void {
  if (wanted !== undefined && wanted !== String(actual)) throw conditionNotMet();
}

function pageOf<T extends { name: string }>(
  items: T[],
  prefix: string,
  after = '',
  limit = LARGEST_PAGE,
): Page<T> {
  const size = Math.min(limit, LARGEST_PAGE);
  const rest = items
    .filter(({ name }) => name.startsWith(prefix) && name > after)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { items: page, ...(rest.length > size && last && { next: last.name }) };
}

/** A bucket of turns that fills with cloud time; not kept over a restart. */
function bucketRate({ clock }: World): () => void {
  let turns = BUCKET_OPERATIONS_AT_ONCE;
  let sinceMs = clock.now();
  return () => {
    turns = Math.min(BUCKET_OPERATIONS_AT_ONCE, turns + clock.elapsed(sinceMs) / BUCKET_OPERATION_EVERY_MS);
    sinceMs = clock.now();
    if (turns < 1) {
      const message = 'The project exceeded the rate limit for creating and deleting buckets.';
      throw refuse(STATUS.RESOURCE_EXHAUSTED, 'rateLimitExceeded', message);
    }
    turns--;
  };
}
