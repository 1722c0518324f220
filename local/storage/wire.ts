/** How buckets and objects look in the JSON API. https://cloud.google.com/storage/docs/json_api/v1 */
import type { Binding, Policy } from '../iam/policy.ts';
import { ServiceError, STATUS } from '../service.ts';
import type { Bucket, BucketSettings, Holds, LifecycleRule, Page, StoredObject } from './model.ts';

/** Parsed JSON of a request, not trusted. */
export type Json = Record<string, unknown>;

const asRecord = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const instant = (ms: number): string => new Date(ms).toISOString();

export function parseJson(raw: Buffer): Json {
  if (raw.length === 0) return {};
  return asRecord(JSON.parse(raw.toString('utf8')));
}

export function bucketSettings(body: Json): BucketSettings {
  const iam = asRecord(body.iamConfiguration);
  const uniform = asRecord(iam.uniformBucketLevelAccess).enabled;
  const prevention = iam.publicAccessPrevention;
  const softDelete = asRecord(body.softDeletePolicy).retentionDurationSeconds;
  const kmsKeyName = asText(asRecord(body.encryption).defaultKmsKeyName);
  const location = asText(body.location);
  const storageClass = asText(body.storageClass);
  return {
    labels: Object.fromEntries(
      Object.entries(asRecord(body.labels)).map(([name, value]) => [
        name,
        value === null ? null : String(value),
      ]),
    ),
    ...(location && { location }),
    ...(storageClass && { storageClass }),
    ...(typeof uniform === 'boolean' && { uniformAccess: uniform }),
    ...((prevention === 'enforced' || prevention === 'inherited') && { publicAccessPrevention: prevention }),
    ...(softDelete !== undefined && { softDeleteS: Number(softDelete) }),
    ...(kmsKeyName && { kmsKeyName }),
    ...(body.lifecycle !== undefined && { lifecycle: lifecycleRules(body.lifecycle) }),
  };
}

/**
 * Null takes all rules away.
 * @throws ServiceError for actions and conditions that are not here: one that is kept and not evaluated would delete too much
 */
function lifecycleRules(lifecycle: unknown): LifecycleRule[] {
  const { rule } = asRecord(lifecycle);
  return (Array.isArray(rule) ? rule.map(asRecord) : []).map(({ action, condition }) => {
    const { type } = asRecord(action);
    const { age, ...others } = asRecord(condition);
    if ((type !== 'Delete' && type !== 'AbortIncompleteMultipartUpload') || Object.keys(others).length > 0) {
      throw new ServiceError(STATUS.INVALID_ARGUMENT, 'Such lifecycle rules are not here.', 'invalid');
    }
    return { action: type, age: Number(age) };
  });
}

/** Holds of an object, from the JSON that comes with an upload, or with a change of what is said of it. */
const holdSettings = ({ temporaryHold, eventBasedHold }: Json): Holds => ({
  ...(typeof temporaryHold === 'boolean' && { temporaryHold }),
  ...(typeof eventBasedHold === 'boolean' && { eventBasedHold }),
});

/**
 * @throws ServiceError for anything but holds: what is changed and not kept would be missed
 */
export function objectChange(body: Json): Holds {
  const { temporaryHold: _temporary, eventBasedHold: _eventBased, ...others } = body;
  if (Object.keys(others).length > 0)
    throw new ServiceError(STATUS.INVALID_ARGUMENT, 'Only holds can be changed here.', 'invalid');
  return holdSettings(body);
}

/** Content type, own metadata and holds of an object, from the JSON that comes with an upload. */
export function objectSettings(
  body: Json,
): { contentType?: string; metadata: Record<string, string> } & Holds {
  const contentType = asText(body.contentType);
  const metadata = Object.entries(asRecord(body.metadata)).map(([name, value]) => [name, String(value)]);
  return {
    metadata: Object.fromEntries(metadata),
    ...(contentType && { contentType }),
    ...holdSettings(body),
  };
}

export const bucketResource = (bucket: Bucket): Json => ({
  kind: 'storage#bucket',
  id: bucket.name,
  name: bucket.name,
  selfLink: `https://www.googleapis.com/storage/v1/b/${bucket.name}`,
  location: bucket.location,
  locationType: /^(US|EU|ASIA)$/.test(bucket.location) ? 'multi-region' : 'region',
  storageClass: bucket.storageClass,
  timeCreated: instant(bucket.createdAtMs),
  updated: instant(bucket.updatedAtMs),
  metageneration: String(bucket.metageneration),
  etag: Buffer.from(String(bucket.metageneration)).toString('base64'),
  iamConfiguration: {
    uniformBucketLevelAccess: { enabled: bucket.uniformAccess },
    publicAccessPrevention: bucket.publicAccessPrevention,
  },
  softDeletePolicy: {
    retentionDurationSeconds: String(bucket.softDeleteS),
    effectiveTime: instant(bucket.createdAtMs),
  },
  ...(bucket.kmsKeyName !== undefined && { encryption: { defaultKmsKeyName: bucket.kmsKeyName } }),
  ...(bucket.lifecycle?.length && {
    lifecycle: {
      rule: bucket.lifecycle.map(({ action, age }) => ({ action: { type: action }, condition: { age } })),
    },
  }),
  ...(Object.keys(bucket.labels).length > 0 && { labels: bucket.labels }),
});

export const policyResource = (bucket: string, { bindings, etag }: Policy): Json => ({
  kind: 'storage#policy',
  resourceId: `projects/_/buckets/${bucket}`,
  version: 1,
  bindings,
  etag,
});

/**
 * Bindings that are none are bindings of nothing, which are refused where their role is looked at.
 * @throws ServiceError for conditions: one that is kept and not evaluated would let in too many
 */
export function policyInput(body: Json): { bindings: Binding[]; etag?: string } {
  const etag = asText(body.etag);
  const bindings = Array.isArray(body.bindings) ? body.bindings.map(asRecord) : [];
  if (bindings.some(({ condition }) => condition !== undefined)) {
    throw new ServiceError(STATUS.INVALID_ARGUMENT, 'Conditions are not here.', 'invalid');
  }
  return {
    bindings: bindings.map(({ role, members }) => ({
      role: String(role),
      members: Array.isArray(members) ? members.map(String) : [],
    })),
    ...(etag !== undefined && { etag }),
  };
}

export const objectResource = (object: StoredObject): Json => ({
  kind: 'storage#object',
  id: `${object.bucket}/${object.name}/${object.generation}`,
  name: object.name,
  bucket: object.bucket,
  generation: object.generation,
  metageneration: String(object.metageneration ?? 1),
  contentType: object.contentType,
  storageClass: 'STANDARD',
  size: String(object.size),
  md5Hash: object.md5Hash,
  crc32c: object.crc32c,
  etag: Buffer.from(object.generation).toString('base64'),
  timeCreated: instant(object.createdAtMs),
  updated: instant(object.createdAtMs),
  ...(Object.keys(object.metadata).length > 0 && { metadata: object.metadata }),
  ...holdSettings({ ...object }),
  ...(object.softDeletedAtMs !== undefined && { softDeleteTime: instant(object.softDeletedAtMs) }),
});

export const listResource = <T>(kind: string, page: Page<T>, resource: (item: T) => Json): Json => ({
  kind,
  ...(page.items.length > 0 && { items: page.items.map(resource) }),
  ...(page.next !== undefined && { nextPageToken: Buffer.from(page.next).toString('base64url') }),
});

/** What `listResource` made of a name. */
export const parsePageToken = (token: string): string => Buffer.from(token, 'base64url').toString('utf8');

/**
 * The parts of a multipart/related body: the object's JSON, then its content.
 * @throws SyntaxError if it does not have two parts
 */
export function parseMultipart(
  raw: Buffer,
  contentType: string,
): { settings: Json; type: string; content: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (!boundary) throw new SyntaxError('no boundary');
  const marker = Buffer.from(`--${boundary}`);
  const starts: number[] = [];
  for (let at = raw.indexOf(marker); at >= 0; at = raw.indexOf(marker, at + marker.length)) starts.push(at);
  const [first, second] = starts.slice(0, -1).map((start, index) => {
    // A part ends with the line break that precedes the next marker.
    const part = raw.subarray(start + marker.length + 2, (starts[index + 1] ?? raw.length) - 2);
    const blank = part.indexOf('\r\n\r\n');
    return { head: part.subarray(0, blank).toString('utf8'), body: part.subarray(blank + 4) };
  });
  if (!first || !second) throw new SyntaxError('not two parts');
  const type = /content-type:\s*([^\r\n]+)/i.exec(second.head)?.[1] ?? 'application/octet-stream';
  return { settings: parseJson(first.body), type, content: second.body };
}
