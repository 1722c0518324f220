/** Claims and volumes: a disk for each claim that a pod waits for, taken away with the claim. */
import { removeFinalizer } from '../api.ts';
import { provisionMs, reclaimMs } from '../durations.ts';
import { newUid } from '../identifiers.ts';
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { type Fields, keyOf, keyOfObject, type Stored } from '../objects.ts';
import { quantityOf } from '../quantities.ts';
import { isBeingDeleted, isOver } from '../workloads.ts';

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';
/** Set by the scheduler where a volume waits for its first pod. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

const PROVISION = 'provision-volume';
const RECLAIM = 'reclaim-volume';
const GROW = 'grow-volume';
/** An estimate from experience: the disk and then its file system. */
const GROW_MS = 15_000;

/** Keys of the claims that the pod mounts. */
export const claimsOf = (pod: Stored): string[] =>
  (pod.spec?.volumes ?? []).flatMap((volume: Fields) => {
    const name: string | undefined = volume.persistentVolumeClaim?.claimName;
    return name === undefined ? [] : [keyOf(pod.metadata.namespace, name)];
  });

function isUsed(leaf: LeafCluster, claim: Stored): boolean {
  const key = keyOfObject(claim);
  for (const pod of leaf.objects.each(KINDS.Pod, claim.metadata.namespace)) {
    if (!isOver(pod) && claimsOf(pod).includes(key)) return true;
  }
  return false;
}

export const claims: Controller = {
  kind: KINDS.PersistentVolumeClaim,
  follows: [[KINDS.Pod, (_leaf, pod) => claimsOf(pod)]],
  reconcile(leaf, claim) {
    const key = keyOfObject(claim);
    if (isBeingDeleted(claim)) {
      if (!isUsed(leaf, claim)) removeFinalizer(leaf, KINDS.PersistentVolumeClaim, claim, CLAIM_FINALIZER);
      return;
    }
    if (claim.spec?.volumeName) return growIfAsked(leaf, claim);
    if (leaf.isDue(PROVISION, key)) return;
    const storageClass = leaf.objects.get(KINDS.StorageClass, undefined, claim.spec?.storageClassName ?? '');
    if (!storageClass) return;
    const waits = storageClass.volumeBindingMode === 'WaitForFirstConsumer';
    if (waits && claim.metadata.annotations?.[SELECTED_NODE] === undefined) return;
    leaf.after(PROVISION, key, provisionMs(leaf.world.random));
  },
};

const sizeOf = (claim: Stored): string | undefined => claim.spec?.resources?.requests?.storage;

/** A bound claim that asks for more than its volume has gets more after a while. */
function growIfAsked(leaf: LeafCluster, claim: Stored): void {
  const key = keyOfObject(claim);
  const wanted = quantityOf(sizeOf(claim));
  if (claim.status?.phase !== 'Bound' || wanted <= quantityOf(claim.status.capacity?.storage)) return;
  if (!leaf.isDue(GROW, key)) leaf.after(GROW, key, GROW_MS);
}

function grow(leaf: LeafCluster, key: string): void {
  const claim = leaf.objects.find(KINDS.PersistentVolumeClaim, key);
  const volume = leaf.objects.get(KINDS.PersistentVolume, undefined, claim?.spec?.volumeName ?? '');
  if (!claim || !volume) return;
  const capacity = { storage: sizeOf(claim) };
  leaf.objects.put(KINDS.PersistentVolume, { ...volume, spec: { ...volume.spec, capacity } });
  leaf.objects.setStatus(KINDS.PersistentVolumeClaim, claim, { ...claim.status, capacity });
}

export const volumes: Controller = {
  kind: KINDS.PersistentVolume,
  follows: [
    [
      KINDS.PersistentVolumeClaim,
      (_leaf, claim) => (claim.spec?.volumeName ? [keyOf(undefined, claim.spec.volumeName)] : []),
    ],
  ],
  reconcile(leaf, volume) {
    const { namespace, name, uid } = volume.spec?.claimRef ?? {};
    const claim = name && leaf.objects.get(KINDS.PersistentVolumeClaim, namespace, name);
    if (claim && claim.metadata.uid === uid) return;
    const released =
      volume.status?.phase === 'Released'
        ? volume
        : leaf.objects.setStatus(KINDS.PersistentVolume, volume, { phase: 'Released' });
    const key = keyOfObject(released);
    if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete' || leaf.isDue(RECLAIM, key)) return;
    leaf.after(RECLAIM, key, reclaimMs(leaf.world.random));
  },
};

/**
 * All that is promised of them: the driver's own, which says nothing of the cluster, and what the class asks for.
 * https://github.com/kubernetes-sigs/gcp-compute-persistent-disk-csi-driver#controller-level-parameters
 */
export function diskLabelsOf(parameters: Readonly<Record<string, string>> = {}): Record<string, string> {
  const asked = (parameters.labels ?? '').split(',').filter(Boolean);
  return { 'goog-gke-volume': '', ...Object.fromEntries(asked.map((label) => label.split('=', 2))) };
}

function provision(leaf: LeafCluster, key: string): void {
  const claim = leaf.objects.find(KINDS.PersistentVolumeClaim, key);
  if (!claim || isBeingDeleted(claim) || claim.spec?.volumeName) return;
  const project = leaf.world.projectId;
  const name = `pvc-${claim.metadata.uid}`;
  const zone = zoneFor(leaf, claim);
  const storageClass = leaf.objects.get(KINDS.StorageClass, undefined, claim.spec?.storageClassName ?? '');
  const kmsKeyName = storageClass?.parameters?.['disk-encryption-kms-key'];
  leaf.edges.compute.create('disk', {
    name,
    location: zone,
    labels: diskLabelsOf(storageClass?.parameters),
    ...(kmsKeyName && { kmsKeyName }),
    cluster: leaf.record.name,
  });
  const capacity = { storage: claim.spec?.resources?.requests?.storage };
  leaf.objects.put(KINDS.PersistentVolume, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      uid: newUid(leaf.world.random),
      resourceVersion: '',
      creationTimestamp: leaf.now,
      annotations: { 'pv.kubernetes.io/provisioned-by': 'pd.csi.storage.gke.io' },
      finalizers: [VOLUME_FINALIZER],
    },
    spec: {
      capacity,
      accessModes: claim.spec?.accessModes,
      volumeMode: 'Filesystem',
      storageClassName: claim.spec?.storageClassName,
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] },
          ],
        },
      },
      persistentVolumeReclaimPolicy: storageClass?.reclaimPolicy ?? 'Delete',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace: claim.metadata.namespace,
        name: claim.metadata.name,
        uid: claim.metadata.uid,
      },
      csi: {
        driver: 'pd.csi.storage.gke.io',
        fsType: 'ext4',
        volumeHandle: `projects/${project}/zones/${zone}/disks/${name}`,
      },
    },
    status: { phase: 'Bound' },
  });
  leaf.objects.put(KINDS.PersistentVolumeClaim, {
    ...claim,
    spec: { ...claim.spec, volumeName: name },
    status: { phase: 'Bound', accessModes: claim.spec?.accessModes, capacity },
  });
}

function zoneFor(leaf: LeafCluster, claim: Stored): string {
  const node = claim.metadata.annotations?.[SELECTED_NODE];
  const labels =
    node === undefined ? undefined : leaf.objects.get(KINDS.Node, undefined, node)?.metadata.labels;
  return labels?.['topology.kubernetes.io/zone'] ?? leaf.record.zones[0] ?? leaf.record.location;
}

/** The disk goes first: a volume that is gone from the API has no disk any more. */
function reclaim(leaf: LeafCluster, key: string): void {
  const volume = leaf.objects.find(KINDS.PersistentVolume, key);
  if (!volume) return;
  const [, zone = ''] = /zones\/([^/]+)\//.exec(volume.spec?.csi?.volumeHandle ?? '') ?? [];
  leaf.edges.compute.remove('disk', volume.metadata.name, zone);
  leaf.objects.erase(KINDS.PersistentVolume, volume);
}

export const volumeTasks = { [PROVISION]: provision, [RECLAIM]: reclaim, [GROW]: grow };
