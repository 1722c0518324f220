/**
 * `helm upgrade --install` in a pod, done for real: its command line and its values file are read, the chart's objects are applied
 * with the rights of the pod's service account, a release is kept, and with `--wait` it ends when everything is ready.
 * Messages are Helm 4's, so that what reads a log here reads the real one.
 */
import { create, remove } from '../api.ts';
import type { Outcome, Program, Run } from '../containers.ts';
import { FETCH_MS, POLL_MS } from '../durations.ts';
import { ApiError } from '../errors.ts';
import { serviceAccountCaller } from '../identity.ts';
import { KINDS, type Kind } from '../kinds.ts';
import type { Fields, Stored } from '../objects.ts';
import { mergePatch } from '../patches.ts';
import { requireRight } from '../rights.ts';
import { isReady } from '../workloads.ts';
import { parseUpgrade, type UpgradeArguments, UsageError } from './helm-arguments.ts';
import {
  findChart,
  HelmError,
  pulledText,
  readValues,
  registryConfigPath,
  renderChart,
} from './helm-chart.ts';
import {
  applyAsHelm,
  type Release,
  readRelease,
  releasesOf,
  revisionOf,
  statusOf,
  trimHistory,
  writeRelease,
} from './helm-release.ts';

export const helm: Program = (run) => {
  try {
    return perform(run);
  } catch (error) {
    if (!(error instanceof HelmError || error instanceof UsageError || error instanceof ApiError))
      throw error;
    run.log(`Error: ${error.message}`);
    return { exit: 1 };
  }
};

function perform(run: Run): Outcome {
  const [, command, ...rest] = run.argv;
  if (command === 'version') {
    run.log('version.BuildInfo{Version:"v4.1.4", GitCommit:"", GitTreeState:"clean", GoVersion:"go1.25"}');
    return { exit: 0 };
  }
  if (command !== 'upgrade') throw new HelmError(`unknown command "${command ?? ''}" for "helm"`);
  const args = parseUpgrade(rest);
  const revision = run.memory.revision;
  if (typeof revision === 'number') return watchOver(run, args, revision);
  if (run.stopping) return { exit: 143 };
  if (run.elapsedMs < FETCH_MS) {
    prepare(run, args);
    return { againMs: FETCH_MS - run.elapsedMs };
  }
  return install(run, args);
}

/** What can be told before anything is fetched. */
function prepare(run: Run, args: UpgradeArguments): void {
  if (run.memory.prepared) return;
  run.memory.prepared = true;
  requireRights(run, args);
  const [last] = releasesOf(run.leaf, args.namespace, args.release).slice(-1);
  if (last && statusOf(last) !== 'uninstalled') return;
  if (!args.install) throw new HelmError(`UPGRADE FAILED: "${args.release}" has no deployed releases`);
  run.log(`Release "${args.release}" does not exist. Installing it now.`);
}

/** Helm looks for its releases before anything else. */
function requireRights(run: Run, args: UpgradeArguments): void {
  try {
    requireRight(run.leaf, accountOf(run), 'list', KINDS.Secret, { namespace: args.namespace });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new HelmError(`query: failed to query with labels: ${error.message}`);
  }
}

const accountOf = (run: Run): { namespace: string; name: string } => ({
  namespace: run.pod.metadata.namespace ?? '',
  name: run.pod.spec?.serviceAccountName ?? 'default',
});

/** With the rights of the pod's account: it must hold what it writes, and what it grants. */
function applyObject(run: Run, object: Fields, force: boolean): void {
  const kind = kindOf(run, object);
  const account = accountOf(run);
  const { namespace, name } = object.metadata;
  requireRight(run.leaf, account, 'patch', kind, { namespace, name });
  if (!run.leaf.objects.get(kind, namespace, name)) {
    requireRight(run.leaf, account, 'create', kind, { namespace, name });
  }
  const caller = serviceAccountCaller(account.namespace, account.name);
  applyAsHelm(run.leaf, kind, object, { caller, force });
}

function install(run: Run, args: UpgradeArguments): Outcome {
  requireRights(run, args);
  const history = releasesOf(run.leaf, args.namespace, args.release);
  const last = history.at(-1);
  const upgrades = last !== undefined && statusOf(last) !== 'uninstalled';
  const failed = (message: string): HelmError =>
    new HelmError(upgrades ? `UPGRADE FAILED: ${message}` : message);
  if (last && statusOf(last).startsWith('pending')) {
    throw failed('another operation (install/upgrade/rollback) is in progress');
  }
  const { registry } = run.leaf.edges;
  const logins = registryConfigPath(run.container);
  const config = logins === undefined ? undefined : run.readFile(logins);
  const { chart, version } = findChart(args, { registry, config });
  run.log(pulledText(args, version));
  const before = upgrades ? readRelease(last) : undefined;
  const given = readValues(args, run.readFile);
  const values = args.reuseValues && before ? (mergePatch(before.values, given) as Fields) : given;
  const manifest = renderChart(chart, version, values, args, () => run.leaf.world.random.base32(32));
  ensureNamespace(run, args);
  const release: Release = {
    name: args.release,
    namespace: args.namespace,
    revision: last ? revisionOf(last) + 1 : 1,
    chart: chart.name,
    chartVersion: version,
    appVersion: version,
    status: upgrades ? 'pending-upgrade' : 'pending-install',
    description: upgrades ? 'Preparing upgrade' : 'Initial install underway',
    values,
    manifest,
    firstDeployedAt: before?.firstDeployedAt ?? run.leaf.now,
    deployedAt: run.leaf.now,
  };
  writeRelease(run.leaf, release);
  try {
    for (const object of manifest) applyObject(run, object, args.forceConflicts);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    writeRelease(run.leaf, { ...release, status: 'failed', description: error.message });
    throw failed(error.message);
  }
  for (const object of before?.manifest ?? []) removeUnless(run, object, manifest);
  run.memory.revision = release.revision;
  run.memory.waitsFor = JSON.stringify(
    manifest
      .filter((object) => AWAITED.has(object.kind))
      .map(
        ({ apiVersion, kind, metadata }): WaitsFor => [apiVersion, kind, metadata.namespace, metadata.name],
      ),
  );
  return args.wait ? { againMs: POLL_MS } : deployed(run, args, release);
}

/** Kinds that `--wait` waits for; the others are ready once they are there. */
const AWAITED = new Set([
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'Service', 'PersistentVolumeClaim', 'Pod'],
]);

/** What is waited for, short enough to be remembered between two looks. */
type WaitsFor = [apiVersion: string, kind: string, namespace: string, name: string];

function ensureNamespace(run: Run, args: UpgradeArguments): void {
  if (run.leaf.objects.get(KINDS.Namespace, undefined, args.namespace)) return;
  if (!args.createNamespace) {
    throw new HelmError(`create: failed to create: namespaces "${args.namespace}" not found`);
  }
  create(run.leaf, KINDS.Namespace, undefined, {
    metadata: { name: args.namespace, labels: { name: args.namespace } },
  });
}

function kindOf(run: Run, object: Fields): Kind {
  const kind = run.leaf.kinds.byName(object.apiVersion, object.kind);
  if (!kind) {
    throw new HelmError(
      `unable to build kubernetes objects from release manifest: resource mapping not found for name: "${object.metadata.name}" namespace: "${object.metadata.namespace}" from "": no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`,
    );
  }
  return kind;
}

function removeUnless(run: Run, object: Fields, manifest: Fields[]): void {
  const { name, namespace } = object.metadata;
  const stays = manifest.some(
    (other) =>
      other.kind === object.kind && other.metadata.name === name && other.metadata.namespace === namespace,
  );
  const kind = kindOf(run, object);
  if (!stays && run.leaf.objects.get(kind, namespace, name)) {
    remove(run.leaf, kind, namespace, name, { propagation: 'Background' });
  }
}

/** Polls until all is ready, time is up, or the pod is told to stop. */
function watchOver(run: Run, args: UpgradeArguments, revision: number): Outcome {
  requireRights(run, args);
  const awaited = JSON.parse(String(run.memory.waitsFor)) as WaitsFor[];
  const waiting = awaited.flatMap((one) => unreadiness(run, one) ?? []);
  const timeLeft = run.elapsedMs < FETCH_MS + args.timeoutMs;
  if (waiting.length > 0 && timeLeft && !run.stopping) return { againMs: POLL_MS };
  const secret = releasesOf(run.leaf, args.namespace, args.release).find(
    (candidate) => revisionOf(candidate) === revision,
  );
  if (!secret) throw new HelmError('release: not found');
  const release = readRelease(secret);
  if (waiting.length === 0) return deployed(run, args, release);
  const prefix = release.status === 'pending-upgrade' ? 'UPGRADE FAILED: ' : '';
  if (run.stopping) run.log(`Release ${args.release} has been cancelled.`);
  const message = run.stopping ? 'context canceled' : `${waiting.join('\n')}\ncontext deadline exceeded`;
  writeRelease(run.leaf, {
    ...release,
    status: 'failed',
    description: `Release "${args.release}" failed: ${message}`,
  });
  if (!args.rollbackOnFailure || prefix !== '') throw new HelmError(`${prefix}${message}`);
  for (const object of release.manifest) removeUnless(run, object, []);
  writeRelease(run.leaf, { ...release, status: 'uninstalled', description: 'Uninstallation complete' });
  throw new HelmError(
    `release ${args.release} failed, and has been uninstalled due to rollback-on-failure being set: ${message}`,
  );
}

/** Why the object is not ready, in the words of Helm's watcher; undefined if it is. */
function unreadiness(run: Run, [apiVersion, kindName, namespace, name]: WaitsFor): string | undefined {
  const kind = run.leaf.kinds.byName(apiVersion, kindName);
  const live = kind && run.leaf.objects.get(kind, namespace, name);
  const says = (message: string): string =>
    `resource ${kindName}/${namespace}/${name} not ready. status: InProgress, message: ${message}`;
  if (!live) return says('Resource not found');
  switch (kindName) {
    case 'Deployment':
      return count(live, 'availableReplicas', says);
    case 'StatefulSet':
      return count(live, 'readyReplicas', says);
    case 'DaemonSet':
      return onNodes(live, says);
    case 'Service':
      return live.spec?.type === 'LoadBalancer' && !live.status?.loadBalancer?.ingress
        ? says('Service is pending: no address yet')
        : undefined;
    case 'PersistentVolumeClaim':
      return live.status?.phase === 'Bound' ? undefined : says('PVC is not Bound');
    case 'Pod':
      return isReady(live) ? undefined : says('Pod is not ready');
    default:
      return undefined;
  }
}

function count(live: Stored, field: string, says: (message: string) => string): string | undefined {
  const wanted: number = live.spec?.replicas ?? 1;
  const has: number = live.status?.[field] ?? 0;
  const observed = live.status?.observedGeneration === live.metadata.generation;
  const updated: number = live.status?.updatedReplicas ?? 0;
  if (observed && has >= wanted && updated >= wanted) return undefined;
  return says(`${field === 'readyReplicas' ? 'Ready' : 'Available'}: ${has}/${wanted}`);
}

function onNodes({ metadata, status = {} }: Stored, says: (message: string) => string): string | undefined {
  const wanted: number = status.desiredNumberScheduled ?? 0;
  const ready: number = status.numberReady ?? 0;
  if (status.observedGeneration === metadata.generation && ready >= wanted) return undefined;
  return says(`Available: ${ready}/${wanted}`);
}

function deployed(run: Run, args: UpgradeArguments, release: Release): Outcome {
  const upgrades = release.status === 'pending-upgrade';
  for (const secret of releasesOf(run.leaf, args.namespace, args.release)) {
    if (statusOf(secret) === 'deployed')
      writeRelease(run.leaf, { ...readRelease(secret), status: 'superseded' });
  }
  const description = upgrades ? 'Upgrade complete' : 'Install complete';
  writeRelease(run.leaf, { ...release, status: 'deployed', description });
  trimHistory(run.leaf, args.namespace, args.release, args.historyMax);
  if (upgrades) run.log(`Release "${args.release}" has been upgraded. Happy Helming!`);
  run.log(
    [
      `NAME: ${args.release}`,
      `LAST DEPLOYED: ${new Date(release.deployedAt).toUTCString()}`,
      `NAMESPACE: ${args.namespace}`,
      'STATUS: deployed',
      `REVISION: ${release.revision}`,
      `DESCRIPTION: ${description}`,
      'TEST SUITE: None',
    ].join('\n'),
  );
  return { exit: 0 };
}
