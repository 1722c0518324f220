/** Claims of StatefulSets, their volumes, and the disks behind those. */
import { diskLabelsOf } from '../kubernetes/controllers/volumes.ts';
import { provisionMs, reclaimMs } from '../kubernetes/durations.ts';
import type { Fields } from '../kubernetes/objects.ts';
import { isActive } from './pods.ts';
import type { SketchLeaf } from './sketch-leaf.ts';
import { type Kept, keyOf } from './table.ts';

const CLAIM = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' } as const;
const VOLUME = { apiVersion: 'v1', kind: 'PersistentVolume' } as const;
const STORAGE_CLASS = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' } as const;

/** @returns keys of the claims of one of its pods */
export function ensureClaims(leaf: SketchLeaf, set: Kept, pod: string): string[] {
  const { namespace } = set.metadata;
  return ((set.spec?.volumeClaimTemplates ?? []) as Fields[]).map(({ metadata, spec }) => {
    const name = `${metadata.name}-${pod}`;
    if (!leaf.objects.get(CLAIM, namespace, name)) {
      leaf.make({
        ...CLAIM,
        metadata: { name, ...(namespace !== undefined && { namespace }), labels: metadata.labels ?? {} },
        spec,
        status: { phase: 'Pending' },
      });
    }
    return keyOf(namespace, name);
  });
}

const find = (leaf: SketchLeaf, key: string): Kept | undefined => {
  const slash = key.indexOf('/');
  return leaf.objects.get(CLAIM, key.slice(0, slash), key.slice(slash + 1));
};

/** Its disk is made once its first pod has a node. @returns when it is there */
export function bindClaim(leaf: SketchLeaf, key: string, podBoundAtMs: number, zone: string): number {
  const claim = find(leaf, key);
  if (!claim) return Infinity;
  const { uid } = claim.metadata;
  const known = leaf.boundAtMs.get(uid);
  if (known !== undefined) return known;
  const atMs = podBoundAtMs + provisionMs(leaf.world.random);
  leaf.boundAtMs.set(uid, atMs);
  if (atMs !== Infinity) leaf.at(atMs, () => provision(leaf, key, uid, zone));
  return atMs;
}

function provision(leaf: SketchLeaf, key: string, uid: string, zone: string): void {
  const claim = find(leaf, key);
  if (claim?.metadata.uid !== uid || claim.metadata.deletionTimestamp !== undefined) return;
  const { name: cluster } = leaf.record;
  const name = `pvc-${uid}`;
  // The newest class that is the default, where there is one besides GKE's own.
  const storageClass = [...leaf.objects.each(STORAGE_CLASS)].at(-1);
  const kmsKeyName = storageClass?.parameters?.['disk-encryption-kms-key'];
  leaf.edges.compute.create('disk', {
    name,
    location: zone,
    labels: diskLabelsOf(storageClass?.parameters),
    ...(kmsKeyName && { kmsKeyName }),
    cluster,
  });
  const { namespace, name: claimName } = claim.metadata;
  leaf.make({
    ...VOLUME,
    metadata: { name },
    spec: {
      capacity: { storage: claim.spec?.resources?.requests?.storage },
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: { ...CLAIM, namespace, name: claimName, uid },
      csi: { volumeHandle: `projects/${leaf.world.projectId}/zones/${zone}/disks/${name}` },
    },
    status: { phase: 'Bound' },
  });
  leaf.replace({ ...claim, spec: { ...claim.spec, volumeName: name }, status: { phase: 'Bound' } });
}

/** It stays until nobody mounts it. */
export function endClaim(leaf: SketchLeaf, claim: Kept): void {
  if (claim.metadata.deletionTimestamp !== undefined) return;
  leaf.replace({ ...claim, metadata: { ...claim.metadata, deletionTimestamp: leaf.now } });
  settleClaim(leaf, keyOf(claim.metadata.namespace, claim.metadata.name));
}

/** To be called when a pod that mounts it is gone. */
export function settleClaim(leaf: SketchLeaf, key: string): void {
  const claim = find(leaf, key);
  if (claim?.metadata.deletionTimestamp === undefined) return;
  for (const pod of leaf.pods.values()) {
    if (pod.claims.includes(key) && (isActive(pod) || pod.goneAtMs > leaf.nowMs)) return;
  }
  leaf.objects.erase(claim);
  const volume = leaf.objects.get(VOLUME, undefined, claim.spec?.volumeName ?? '');
  if (!volume) return;
  leaf.replace({ ...volume, status: { phase: 'Released' } });
  leaf.after(reclaimMs(leaf.world.random), () => reclaim(leaf, volume));
}

/** The disk goes first. */
function reclaim(leaf: SketchLeaf, volume: Kept): void {
  const [, zone = ''] = /zones\/([^/]+)\//.exec(volume.spec?.csi?.volumeHandle ?? '') ?? [];
  leaf.edges.compute.remove('disk', volume.metadata.name, zone);
  leaf.objects.erase(volume);
}
