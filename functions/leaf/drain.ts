/**
 * Empties a leaf of what its cloud would keep when the cluster is deleted: load balancers and disks. Only the cluster itself takes
 * them away cleanly, so this comes before deleting it.
 */
import { type KubeObject, type Leaf, refOf } from './leaf.ts';
import { HUB_NAMESPACE, INSTALLER_BINDING } from './names.ts';

export interface Drained {
  /** Load balancers and volumes that are still there. */
  left: number;
  /** For people. */
  detail: string;
}

/** The cluster's own; it goes with the cluster. */
const SYSTEM_NAMESPACE = 'kube-system';

/**
 * Asks for the removal of all load balancers and volumes, and says how many are left. Safe to repeat.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function ensureDrained(leaf: Leaf): Promise<Drained> {
  // An installer that still runs would make again what is taken away here.
  await stopInstallers(leaf);
  const [services, claims, volumes] = await Promise.all([
    leaf.list({ apiVersion: 'v1', kind: 'Service', pick: within(({ type }) => ({ type })) }),
    leaf.list({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      pick: within(({ volumeName }) => ({ volumeName })),
    }),
    leaf.list({ apiVersion: 'v1', kind: 'PersistentVolume', pick: within(ofVolume) }),
  ]);
  const balancers = services.filter((service) => isOurs(service) && service.spec?.type === 'LoadBalancer');
  const ourClaims = claims.filter(isOurs);
  // A claim cannot go while a pod holds it, and a workload would bring the pod back.
  if (ourClaims.length > 0) await removeHolders(leaf);
  await removeAll(leaf, [...balancers, ...ourClaims]);
  const disks = volumes.filter(leavesDisk);
  const unbound = ourClaims.filter((claim) => !claim.spec?.volumeName);
  return report(balancers.length, disks.length + unbound.length);
}

/** Whatever else somebody wrote into it is not kept. @param pick what of its spec is looked at here */
const within =
  (pick: (spec: KubeSpec) => KubeSpec) =>
  ({ apiVersion, kind, metadata, spec }: KubeObject): KubeObject => {
    const { name, namespace, ownerReferences, deletionTimestamp } = metadata;
    return {
      apiVersion,
      kind,
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        ...(ownerReferences && { ownerReferences }),
        ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      },
      spec: pick(spec ?? {}),
    };
  };

type KubeSpec = NonNullable<KubeObject['spec']>;

const ofVolume = ({ persistentVolumeReclaimPolicy, claimRef }: KubeSpec): KubeSpec => ({
  persistentVolumeReclaimPolicy,
  claimRef: { namespace: claimRef?.namespace },
});

const isOurs = (object: KubeObject): boolean => object.metadata.namespace !== SYSTEM_NAMESPACE;

const isGoing = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

/** A volume is gone only after its disk is. One that is to be kept is none of ours to wait for. */
const leavesDisk = (volume: KubeObject): boolean =>
  volume.spec?.persistentVolumeReclaimPolicy === 'Delete' &&
  volume.spec?.claimRef?.namespace !== SYSTEM_NAMESPACE;

async function stopInstallers(leaf: Leaf): Promise<void> {
  const jobs = await leaf.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: HUB_NAMESPACE });
  const running = jobs.filter((job) => !isGoing(job));
  if (running.length === 0) return;
  // Without its rights a Helm in its last seconds can do nothing more.
  await leaf.delete(INSTALLER_BINDING);
  await removeAll(leaf, running);
}

/** What makes what. */
const WORKLOADS = [
  { apiVersion: 'batch/v1', kind: 'CronJob' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  // Of each pipeline of a Pachyderm there is one.
  { apiVersion: 'v1', kind: 'ReplicationController' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'v1', kind: 'Pod' },
] as const;

/** Deletes what mounts a claim and belongs to nothing else that would be deleted here; what makes pods goes before them. */
async function removeHolders(leaf: Leaf): Promise<void> {
  const found: KubeObject[] = [];
  // One list after the other: each page of each may be as large as Hub reads any.
  for (const kind of WORKLOADS)
    found.push(...(await leaf.list({ ...kind, pick: within((spec) => ({ holds: holdsClaim(spec) })) })));
  const holders = found.filter(
    (one) => isOurs(one) && !one.metadata.ownerReferences?.length && one.spec?.holds,
  );
  await removeAll(
    leaf,
    holders.filter(({ kind }) => kind !== 'Pod'),
  );
  await removeAll(
    leaf,
    holders.filter(({ kind }) => kind === 'Pod'),
  );
}

function holdsClaim(spec: KubeSpec): boolean {
  if (spec.volumeClaimTemplates?.length > 0) return true;
  const template = spec.jobTemplate?.spec?.template ?? spec.template;
  const volumes: { persistentVolumeClaim?: object; ephemeral?: object }[] =
    template?.spec?.volumes ?? spec.volumes ?? [];
  return volumes.some((volume) => volume.persistentVolumeClaim ?? volume.ephemeral);
}

/** Of a Pachyderm's pipelines there are hundreds, and an answer may be as large as what was deleted. */
const AT_ONCE = 20;

async function removeAll(leaf: Leaf, objects: readonly KubeObject[]): Promise<void> {
  const due = objects.filter((object) => !isGoing(object));
  for (let at = 0; at < due.length; at += AT_ONCE)
    await Promise.all(due.slice(at, at + AT_ONCE).map((object) => leaf.delete(refOf(object))));
}

function report(balancers: number, volumes: number): Drained {
  const parts = [
    ...(balancers > 0 ? [`${balancers} load balancer${balancers > 1 ? 's' : ''}`] : []),
    ...(volumes > 0 ? [`${volumes} volume${volumes > 1 ? 's' : ''}`] : []),
  ];
  const left = balancers + volumes;
  if (left === 0) return { left, detail: 'Nothing is left to remove.' };
  return { left, detail: `${parts.join(' and ')} ${left > 1 ? 'are' : 'is'} left.` };
}
