/** The `Buckets` port directly on the Storage stand-in's model: for tests and the simulation, without a wire in between. */
import { dataRole, planBindings } from '../../functions/bucket-access.ts';
import {
  type Buckets,
  bucketPrefix,
  type FoundBucket,
  mayBeOfHub,
  OBJECTS_AT_A_TIME,
} from '../../functions/buckets.ts';
import { keyIn } from '../../functions/data-key.ts';
import { isForbiddenByPolicy } from '../../functions/google/refusal.ts';
import { labelsOf } from '../../functions/labels.ts';
import { AppError } from '../../shared/errors.ts';
import { ServiceError } from '../service.ts';
import {
  type Bucket,
  type BucketPage,
  isHeld,
  type LifecycleRule,
  type StorageModel,
} from '../storage/model.ts';

/** @throws AppError PROVIDER_UNAVAILABLE if one that matters is away */
function requireListed(page: BucketPage, matters: (name: string) => boolean): BucketPage {
  const needed = page.unreachable.find(matters);
  if (needed === undefined) return page;
  throw new AppError('PROVIDER_UNAVAILABLE', `Cloud Storage cannot look where ${needed} is`);
}

export function memoryBuckets(
  model: StorageModel,
  cell: string,
  key?: string,
  atATime = OBJECTS_AT_A_TIME,
): Buckets {
  const find = (name: string): Bucket | undefined => {
    try {
      return model.call('storage.buckets.get', () => model.requireBucket(name));
    } catch (error) {
      if (reasonOf(error) === 'notFound') return undefined;
      throw error;
    }
  };

  /** The project's own list tells a stranger's from one that may not be read. */
  const requireForeign = (name: string): 'gone' => {
    const { items } = model.call('storage.buckets.list', () =>
      requireListed(model.listBuckets({ prefix: name }), (one) => one === name),
    );
    if (!items.some((bucket) => bucket.name === name)) return 'gone';
    throw new AppError('PERMISSION_DENIED', `bucket ${name} may not be read`);
  };

  return {
    ensureBucket: ({ name, region, clusterId }) =>
      translated(() => {
        const insert = (): void => {
          model.insertBucket(name, {
            location: region,
            uniformAccess: true,
            publicAccessPrevention: 'enforced',
            softDeleteS: 0,
            ...(key !== undefined && { kmsKeyName: keyIn(key, region) }),
            labels: labelsOf(clusterId, cell),
          });
        };
        const known = orForbidden(() => find(name));
        if (known === undefined) return model.call('storage.buckets.insert', insert);
        if (known === 'forbidden' || known.labels['hub-cluster'] !== clusterId) {
          throw new AppError('NAME_TAKEN', `bucket ${name} is not of this cluster`);
        }
      }),

    ensureAccess: ({ name, clusterId }, principals) =>
      translated(() => {
        const known = orForbidden(() => find(name));
        if (known === undefined) throw new AppError('PROVIDER_UNAVAILABLE', `bucket ${name} comes and goes`);
        if (known === 'forbidden' || known.labels['hub-cluster'] !== clusterId) {
          throw new AppError('NAME_TAKEN', `bucket ${name} is not of this cluster`);
        }
        const { bindings, etag } = model.call('storage.buckets.getIamPolicy', () => model.getPolicy(name));
        const wanted = planBindings(bindings, principals, dataRole(model.projectId));
        if (!wanted) return;
        model.call('storage.buckets.setIamPolicy', () => model.setPolicy(name, { bindings: wanted, etag }));
      }),

    ensureBucketGone: ({ name, clusterId }) =>
      translated(() => {
        const known = orForbidden(() => find(name));
        if (known === undefined) return 'gone';
        if (known === 'forbidden') return requireForeign(name);
        if (known.labels['hub-cluster'] !== clusterId) return 'gone';
        const page = model.call('storage.objects.list', () => model.listObjects(name, { limit: atATime }));
        if (page.next !== undefined && !known.lifecycle?.length) {
          model.call('storage.buckets.patch', () => model.patchBucket(name, { lifecycle: EMPTYING }));
        }
        for (const object of page.items) {
          if (isHeld(object)) {
            model.call('storage.objects.patch', () => model.patchObject(name, object.name, RELEASED));
          }
          model.call('storage.objects.delete', () => model.deleteObject(name, object.name));
        }
        if (page.next !== undefined) return 'more';
        model.call('storage.buckets.delete', () => model.deleteBucket(name));
        return 'gone';
      }),

    listBuckets: (clusterId) =>
      translated(() => {
        const names: string[] = [];
        let after: string | undefined;
        do {
          const from = after === undefined ? {} : { after };
          const page = model.call('storage.buckets.list', () =>
            requireListed(model.listBuckets({ prefix: bucketPrefix(clusterId), ...from }), () => true),
          );
          names.push(
            ...page.items.filter(({ labels }) => labels['hub-cluster'] === clusterId).map(({ name }) => name),
          );
          after = page.next;
        } while (after !== undefined);
        return names;
      }),

    listAllBuckets: () =>
      translated(() => {
        const found: FoundBucket[] = [];
        const missing: string[] = [];
        let after: string | undefined;
        do {
          const from = after === undefined ? {} : { after };
          const page = model.call('storage.buckets.list', () =>
            requireListed(model.listBuckets(from), (name) => mayBeOfHub(name, {})),
          );
          missing.push(...page.unreachable);
          for (const { name, location, labels, createdAtMs } of page.items) {
            if (!mayBeOfHub(name, labels)) continue;
            const createdAt = new Date(createdAtMs);
            found.push({ name, location: location.toLowerCase(), labels, createdAt });
          }
          after = page.next;
        } while (after !== undefined);
        return { found, missing };
      }),
  };
}

const EMPTYING: LifecycleRule[] = [
  { action: 'Delete', age: 0 },
  { action: 'AbortIncompleteMultipartUpload', age: 0 },
];

const RELEASED = { temporaryHold: false, eventBasedHold: false };

const reasonOf = (error: unknown): string | undefined =>
  error instanceof ServiceError ? error.reason : undefined;

function orForbidden<T>(run: () => T): T | 'forbidden' {
  try {
    return run();
  } catch (error) {
    if (reasonOf(error) === 'forbidden') return 'forbidden';
    throw error;
  }
}

/** The model's refusals as the port words them; what is wrong in the call itself comes out as it is. */
async function translated<T>(run: () => T): Promise<T> {
  try {
    return run();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'backendError' || reason === 'rateLimitExceeded') {
      throw new AppError('PROVIDER_UNAVAILABLE', `Cloud Storage: ${reason}`);
    }
    if (error instanceof ServiceError && isForbiddenByPolicy(error.message)) {
      throw new AppError('CLOUD_SETUP', `Cloud Storage: ${error.message}`);
    }
    throw error;
  }
}
