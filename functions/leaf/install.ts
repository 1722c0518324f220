/** Installs a product by a Helm Job in the leaf itself, and tells from the Job and the workloads how far it is. */
import { AppError } from '../../shared/errors.ts';
import { scrub } from '../log.ts';
import type { KubeObject, Leaf } from './leaf.ts';
import {
  HELM_CONTAINER,
  HUB_NAMESPACE,
  INSTALLER_BINDING,
  type InstallableProduct,
  type InstallPlan,
  installJob,
  jobRef,
  namespaces,
  prerequisites,
  valuesRef,
} from './manifests.ts';

export type { InstallableProduct, InstallPlan } from './manifests.ts';

export interface InstallProgress {
  status: 'done' | 'running' | 'failed';
  /** Parts of the product that serve, of those that should; 0 of 0 before Helm has made any. */
  ready: number;
  of: number;
  /** For people; scrubbed. */
  detail: string;
}

/**
 * Starts the installation unless it was started, and says how far it is. Safe to repeat.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function ensureInstalled(leaf: Leaf, plan: InstallPlan): Promise<InstallProgress> {
  const job = await leaf.find(jobRef(plan));
  if (!job) {
    await start(leaf, plan);
    return { status: 'running', ready: 0, of: 0, detail: 'The installer is starting.' };
  }
  const ended = hasCondition(job, 'Complete') || hasCondition(job, 'Failed');
  if (ended) await revoke(leaf, plan);
  if (hasCondition(job, 'Failed')) {
    return { status: 'failed', ...(await partsOf(leaf, plan)), detail: await reasonOf(leaf, job) };
  }
  if (!ended && isBetweenTries(job)) await unlockRelease(leaf, plan);
  const parts = await partsOf(leaf, plan);
  if (ended && parts.ready === parts.of) {
    return { status: 'done', ...parts, detail: `All ${parts.of} parts are ready.` };
  }
  const detail =
    parts.of === 0 ? 'The installer is running.' : `${parts.ready} of ${parts.of} parts are ready.`;
  return { status: 'running', ...parts, detail };
}

/**
 * Where the product is reached.
 * @throws AppError LEAF_UNAVAILABLE if its Service has no address (yet), PERMISSION_DENIED
 */
export async function endpointsOf(
  leaf: Leaf,
  product: Pick<InstallableProduct, 'namespace' | 'service' | 'endpoints'>,
): Promise<Record<string, string>> {
  const { namespace, service: name } = product;
  const service = await leaf.find({ apiVersion: 'v1', kind: 'Service', namespace, name });
  const ingress: { ip?: string; hostname?: string } | undefined = service?.status?.loadBalancer?.ingress?.[0];
  const address = ingress?.ip ?? ingress?.hostname;
  if (address === undefined) {
    throw new AppError('LEAF_UNAVAILABLE', `the Service ${namespace}/${name} has no address`);
  }
  return product.endpoints(address);
}

/** The Job comes last: that it is there means that all it needs is there. Its spec cannot change, so it is made only once. */
async function start(leaf: Leaf, plan: InstallPlan): Promise<void> {
  await Promise.all(namespaces(plan).map((object) => leaf.apply(object)));
  await Promise.all([unlockRelease(leaf, plan), ...prerequisites(plan).map((object) => leaf.apply(object))]);
  await leaf.apply(installJob(plan));
}

/** The installer's rights and the values, which may hold secrets, last no longer than the Job. */
async function revoke(leaf: Leaf, plan: InstallPlan): Promise<void> {
  await Promise.all([leaf.delete(INSTALLER_BINDING), leaf.delete(valuesRef(plan))]);
}

/**
 * A Helm that was killed leaves its release pending, and every later one refuses to touch it ("another operation is in progress").
 * Called only while no Helm runs.
 */
async function unlockRelease(leaf: Leaf, { product }: InstallPlan): Promise<void> {
  const { namespace, release } = product;
  const pending = await leaf.list({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    labelSelector: `owner=helm,name=${release},status in (pending-install,pending-upgrade,pending-rollback)`,
  });
  await Promise.all(
    pending.map(({ apiVersion, kind, metadata }) =>
      leaf.delete({ apiVersion, kind, namespace, name: metadata.name }),
    ),
  );
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

const conditionOf = (object: KubeObject, type: string): Condition | undefined =>
  ((object.status?.conditions ?? []) as Condition[]).find(
    (condition) => condition.type === type && condition.status === 'True',
  );

/** A try has failed and the next one has no pod yet: the Job waits 10 s and more in between, a Helm needs seconds to start. */
const isBetweenTries = ({ status }: KubeObject): boolean => (status?.failed ?? 0) > 0 && !status?.active;

const hasCondition = (object: KubeObject, type: string): boolean => conditionOf(object, type) !== undefined;

async function partsOf(leaf: Leaf, { product }: InstallPlan): Promise<{ ready: number; of: number }> {
  const { namespace } = product;
  const lists = await Promise.all(
    ['Deployment', 'StatefulSet'].map((kind) => leaf.list({ apiVersion: 'apps/v1', kind, namespace })),
  );
  // What is scaled to nothing is no part that anybody waits for.
  const parts = lists.flat().filter((workload) => wantedOf(workload) > 0);
  return { ready: parts.filter(serves).length, of: parts.length };
}

const wantedOf = (workload: KubeObject): number => workload.spec?.replicas ?? 1;

const serves = (workload: KubeObject): boolean =>
  (workload.status?.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0) &&
  (workload.status?.readyReplicas ?? 0) >= wantedOf(workload);

const LOG_LINES = 10;
const MOST_DETAIL = 1000;

interface ContainerStatus {
  name: string;
  state?: {
    terminated?: { exitCode: number; reason?: string };
    waiting?: { reason?: string; message?: string };
  };
}

/** Why the Job failed: its own reason, what became of its last pod, and the last lines that one logged. */
async function reasonOf(leaf: Leaf, job: KubeObject): Promise<string> {
  const failed = conditionOf(job, 'Failed');
  const pods = await leaf.list({
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: HUB_NAMESPACE,
    labelSelector: `batch.kubernetes.io/job-name=${job.metadata.name}`,
  });
  const last = pods.sort((a, b) => bornAt(b) - bornAt(a))[0];
  const container = last && failedContainer(last);
  const log = last
    ? await leaf.logTail(
        { namespace: HUB_NAMESPACE, name: last.metadata.name, container: container?.name ?? HELM_CONTAINER },
        LOG_LINES,
      )
    : '';
  const parts = [
    `The installer failed: ${failed?.reason ?? 'no reason given'}.`,
    container ? `${container.name} ${endOf(container)}.` : (last?.status?.message ?? ''),
    scrub(log.trim()),
  ];
  return parts
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, MOST_DETAIL);
}

const bornAt = (pod: KubeObject): number => Date.parse(pod.metadata.creationTimestamp ?? '') || 0;

function failedContainer(pod: KubeObject): ContainerStatus | undefined {
  const all: ContainerStatus[] = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  return (
    all.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0) ??
    all.find(({ state }) => state?.waiting && state.waiting.reason !== 'PodInitializing')
  );
}

function endOf({ state }: ContainerStatus): string {
  if (state?.terminated) {
    const { exitCode, reason = 'Error' } = state.terminated;
    return `ended with exit code ${exitCode} (${reason})`;
  }
  return `did not start (${state?.waiting?.reason ?? 'unknown'})`;
}
