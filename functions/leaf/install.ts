/** Installs a mesh and a product by a Helm Job in the leaf itself, and tells from the Job and the workloads how far it is. */
import { ensureGuards, ensureNamespaces } from './guards.ts';
import { balancerTroubleOf, reasonOf, troublesOf } from './installer-failure.ts';
import { hasCondition, isBetweenTries, isEnding, isOver } from './job.ts';
import { type KubeMetadata, type KubeObject, type KubeRef, type Leaf, refOf } from './leaf.ts';
import { installJob, isInstallation, jobRef, prerequisites, valuesRef } from './manifests.ts';
import {
  CONTROL_PLANE_RELEASE,
  GATEWAY_NAMESPACE,
  GATEWAY_RELEASE,
  isBeforeOurs,
  MESH_NAMESPACES,
} from './mesh.ts';
import { HUB_NAMESPACE, INSTALLER_BINDING, OURS_SELECTOR } from './names.ts';
import type { InstallPlan } from './plan.ts';

/** Workloads that serve, of those that should. */
export interface Parts {
  ready: number;
  of: number;
}

/** Its parts are 0 of 0 before Helm has made any; while it runs, a namespace that is still empty counts as one that is not ready. */
export type InstallProgress = Parts & {
  /** For people; scrubbed. */
  detail: string;
} & (
    | { status: 'done' }
    | {
        status: 'running';
        /** Helm is done, and the Job will have ended within seconds. */
        isEnding: boolean;
      }
    | {
        status: 'failed';
        /** After an address was asked for, which may be what it waited for: see `gatewayAddress`. */
        isGatewayAsked: boolean;
      }
  );

/**
 * Starts the installation unless it was started, and says how far it is. Safe to repeat.
 * @param prepare makes what the product needs besides, in its namespace, before anything of it runs; safe to repeat
 * @param chartToken gives what Helm reads the charts with, anew for each start; absent: everybody may read them
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED, and what these two throw
 */
export async function ensureInstalled(
  leaf: Leaf,
  plan: InstallPlan,
  prepare: () => Promise<void> = async () => undefined,
  chartToken?: () => Promise<string>,
): Promise<InstallProgress> {
  const job = await leaf.find(jobRef(plan));
  if (!job) {
    const locks = await locksOf(leaf, plan);
    const others = await endOthers(leaf, plan);
    if (others === 'ending') {
      return runs(NO_PARTS, 'An earlier installer is ending.');
    }
    const going = others === 'none' ? await start(leaf, plan, locks, prepare, chartToken) : [];
    return runs(NO_PARTS, going.length > 0 ? untilGone(going) : 'The installer is starting.');
  }
  const ended = isOver(job);
  if (ended) await revoke(leaf, plan);
  if (hasCondition(job, 'Failed')) {
    const [parts, reason, troubles, gateway] = await Promise.all([
      partsOf(leaf, plan),
      reasonOf(leaf, job),
      troublesOf(leaf, plan),
      leaf.find(GATEWAY_SERVICE),
    ]);
    const addressless = gateway && addressOf(gateway) === undefined ? await addresslessOf(leaf, gateway) : [];
    const detail = [...addressless, ...troubles, reason].join(' ');
    const isGatewayAsked = gateway !== undefined;
    return { status: 'failed', ...parts, detail: detail.slice(0, MAX_DETAIL), isGatewayAsked };
  }
  if (isBetweenTries(job)) await unlockBetweenTries(leaf, plan);
  if (ended) {
    const parts = await partsOf(leaf, plan);
    if (parts.ready === parts.of) {
      return { status: 'done', ...parts, detail: `All ${parts.of} parts are ready.` };
    }
    return runs(parts, toldOf(parts));
  }
  const parts = await partsSoFar(leaf, plan);
  return runs(parts, parts.of === 0 ? 'The installer is running.' : toldOf(parts), isEnding(job));
}

/** For people, of namespaces. */
export const untilGone = (going: readonly string[]): string =>
  `Somebody deletes ${going.join(', ')}; it is made anew once that has gone.`;

const NO_PARTS: Parts = { ready: 0, of: 0 };

const runs = (parts: Parts, detail: string, isEnding = false): InstallProgress => ({
  status: 'running',
  ...parts,
  detail,
  isEnding,
});

const toldOf = ({ ready, of }: Parts): string => `${ready} of ${of} parts are ready.`;

async function addresslessOf(leaf: Leaf, gateway: KubeObject): Promise<string[]> {
  const why = await balancerTroubleOf(leaf, gateway);
  return ['The gateway has no address.', ...(why === '' ? [] : [`The cloud says: ${why}`])];
}

const MAX_DETAIL = 1000;

export const GATEWAY_SERVICE: KubeRef = {
  apiVersion: 'v1',
  kind: 'Service',
  name: GATEWAY_RELEASE,
  namespace: GATEWAY_NAMESPACE,
};

/** Where everybody comes in; undefined while it has none. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
export async function gatewayAddress(leaf: Leaf): Promise<string | undefined> {
  const service = await leaf.find(GATEWAY_SERVICE);
  return service && addressOf(service);
}

function addressOf({ status }: KubeObject): string | undefined {
  const ingress: { ip?: string; hostname?: string } | undefined = status?.loadBalancer?.ingress?.[0];
  return ingress?.ip ?? ingress?.hostname;
}

/**
 * What of the releases' workloads is there, whoever made it.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function partsOf(leaf: Leaf, plan: Counted): Promise<Parts> {
  return sum(await partsByNamespace(leaf, plan));
}

/** Nothing of the product is there. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
export async function isProductGone(leaf: Leaf, plan: InstallPlan): Promise<boolean> {
  return (await partsIn(leaf, plan.productNamespace, plan)).of === 0;
}

/** Releases that have not begun yet must not make those that have look like all there is. */
async function partsSoFar(leaf: Leaf, plan: InstallPlan): Promise<Parts> {
  const parts = await partsByNamespace(leaf, plan);
  const { ready, of } = sum(parts);
  return of === 0 ? { ready, of } : { ready, of: of + parts.filter((one) => one.of === 0).length };
}

const sum = (parts: readonly Parts[]): Parts => ({
  ready: parts.reduce((total, { ready }) => total + ready, 0),
  of: parts.reduce((total, { of }) => total + of, 0),
});

type Counted = Pick<InstallPlan, 'releases' | 'productNamespace' | 'scalesItself'>;

const partsByNamespace = (leaf: Leaf, plan: Counted): Promise<Parts[]> =>
  Promise.all(
    [...new Set(plan.releases.map(({ namespace }) => namespace))].map((name) => partsIn(leaf, name, plan)),
  );

async function partsIn(
  leaf: Leaf,
  namespace: string,
  { productNamespace, scalesItself }: Counted,
): Promise<Parts> {
  const lists = await Promise.all(
    ['Deployment', 'StatefulSet'].map((kind) => leaf.list({ apiVersion: 'apps/v1', kind, namespace })),
  );
  const isCounted = ({ metadata }: KubeObject): boolean =>
    namespace !== productNamespace || !scalesItself.includes(metadata.name);
  // What is scaled to nothing is no part that anybody waits for.
  const parts = lists.flat().filter((workload) => wantedOf(workload) > 0 && isCounted(workload));
  return { ready: parts.filter(serves).length, of: parts.length };
}

/**
 * Whether one of the mesh's workloads says that it is of a release before ours.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function isMeshOutdated(leaf: Leaf): Promise<boolean> {
  const lists = await Promise.all(
    MESH_NAMESPACES.map((namespace) =>
      leaf.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, metadataOnly: true }),
    ),
  );
  return lists
    .flat()
    .filter(({ metadata }) => [CONTROL_PLANE_RELEASE, GATEWAY_RELEASE].includes(metadata.name))
    .some(({ metadata }) => isBeforeOurs(metadata.labels?.['app.kubernetes.io/version']));
}

/**
 * Ends installers that are not of this plan: of the Hub of before, which was replaced while they were at work. Two Helms must never run at
 * once, so nothing of this one is begun before none of their pods is left.
 * @returns `ending` as long as any is there; `ours` if another handler has begun this one meanwhile, which is then left to it
 */
async function endOthers(leaf: Leaf, plan: InstallPlan): Promise<'none' | 'ending' | 'ours'> {
  const [jobs, pods] = await Promise.all([
    leaf.list({
      apiVersion: 'batch/v1',
      kind: 'Job',
      namespace: HUB_NAMESPACE,
      labelSelector: OURS_SELECTOR,
    }),
    leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace: HUB_NAMESPACE, labelSelector: OURS_SELECTOR }),
  ]);
  if (jobs.some(({ metadata }) => metadata.name === jobRef(plan).name)) return 'ours';
  const running = jobs.filter((job) => !isOver(job));
  if (running.length > 0) {
    // Without its rights a Helm in its last seconds can do nothing more.
    await leaf.delete(INSTALLER_BINDING);
    await Promise.all(running.map((job) => leaf.delete(refOf(job))));
  }
  const areLeft = running.length > 0 || pods.some(({ status }) => !ENDED_PHASES.includes(status?.phase));
  return areLeft ? 'ending' : 'none';
}

const ENDED_PHASES: readonly unknown[] = ['Succeeded', 'Failed'];

/**
 * Whether an installation was begun, by another plan than this, whose end nobody has seen: its values are there as long as that.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export const isInterrupted = async (leaf: Leaf, plan: InstallPlan): Promise<boolean> =>
  (await valuesOfOthers(leaf, plan)).length > 0;

const valuesOfOthers = async (leaf: Leaf, plan: InstallPlan): Promise<KubeMetadata[]> =>
  (await valuesIn(leaf)).filter(({ metadata: { name } }) => name !== valuesRef(plan).name);

async function valuesIn(leaf: Leaf): Promise<KubeMetadata[]> {
  const secrets = await leaf.list({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: HUB_NAMESPACE,
    labelSelector: OURS_SELECTOR,
    metadataOnly: true,
  });
  return secrets.filter(({ metadata: { name } }) => isInstallation(name));
}

/**
 * The Job comes last: that it is there means that all it needs is there. Its spec cannot change, so it is made only once.
 * @returns namespaces that have to go first, and then nothing was begun
 */
async function start(
  leaf: Leaf,
  plan: InstallPlan,
  locks: readonly KubeMetadata[],
  prepare: () => Promise<void>,
  chartToken: (() => Promise<string>) | undefined,
): Promise<string[]> {
  const going = await ensureNamespaces(leaf, plan);
  if (going.length > 0) return going;
  const others = await valuesOfOthers(leaf, plan);
  // Before the installer has any right, and before anything of the product runs.
  await Promise.all([
    prepare(),
    unlock(leaf, locks),
    ensureGuards(leaf, plan),
    ...others.map((secret) => leaf.delete(refOf(secret))),
  ]);
  const token = await chartToken?.();
  await Promise.all(prerequisites(plan, token).map((object) => leaf.apply(object)));
  await leaf.apply(installJob(plan));
  return [];
}

/** The installer's rights, the values, which may hold secrets, and the token beside them last no longer than the Job. */
async function revoke(leaf: Leaf, plan: InstallPlan): Promise<void> {
  await Promise.all([revokeRights(leaf), leaf.delete(valuesRef(plan))]);
}

/**
 * Whether an installer's rights, or the values of this plan, are there; of a cluster in which none is at work, given by a handler that was held
 * up for so long that all was over by then. Each is looked for by its name: who may list Secrets may read them all.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function isUnrevoked(leaf: Leaf, plan: InstallPlan): Promise<boolean> {
  const left = await Promise.all([INSTALLER_BINDING, valuesRef(plan)].map((ref) => leaf.findMetadata(ref)));
  return left.some((one) => one !== undefined);
}

/** Where no installer is at work. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
export const revokeRights = (leaf: Leaf): Promise<void> => leaf.delete(INSTALLER_BINDING);

/**
 * A Helm that was killed leaves its release pending, and every later one refuses to touch it ("another operation is in progress"). So do
 * those that run; whoever takes a lock away has seen, after it, that no Helm runs.
 */
async function locksOf(leaf: Leaf, { releases }: InstallPlan): Promise<KubeMetadata[]> {
  const locks = await Promise.all(
    releases.map(({ namespace, name }) =>
      leaf.list({
        apiVersion: 'v1',
        kind: 'Secret',
        namespace,
        labelSelector: `owner=helm,name=${name},status in (pending-install,pending-upgrade,pending-rollback)`,
        // It holds all that the chart made, Secrets among it.
        metadataOnly: true,
      }),
    ),
  );
  return locks.flat();
}

/** By their uid: by now another handler may have begun a Helm, whose lock of the same name is no old one. */
async function unlock(leaf: Leaf, locks: readonly KubeMetadata[]): Promise<void> {
  await Promise.all(locks.map((lock) => leaf.delete(refOf(lock), lock.metadata.uid)));
}

async function unlockBetweenTries(leaf: Leaf, plan: InstallPlan): Promise<void> {
  const locks = await locksOf(leaf, plan);
  if (locks.length === 0) return;
  const job = await leaf.find(jobRef(plan));
  if (job && isBetweenTries(job)) await unlock(leaf, locks);
}

const wantedOf = (workload: KubeObject): number => workload.spec?.replicas ?? 1;

const serves = (workload: KubeObject): boolean =>
  (workload.status?.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0) &&
  (workload.status?.readyReplicas ?? 0) >= wantedOf(workload);
