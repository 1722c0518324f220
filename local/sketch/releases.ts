/** What `helm upgrade --install --wait` does to a sketched cluster: the charts, messages and Secrets of the model's Helm. */
import type { KubeObject } from '../../functions/leaf/leaf.ts';
import type { Fields } from '../kubernetes/objects.ts';
import type { UpgradeArguments } from '../kubernetes/programs/helm-arguments.ts';
import {
  findChart,
  HelmError,
  pulledText,
  readValues,
  renderChart,
} from '../kubernetes/programs/helm-chart.ts';
import { apply, remove } from './api.ts';
import type { SketchLeaf } from './sketch-leaf.ts';
import type { Kept } from './table.ts';
import { readyAtMs, wantedOf } from './workloads.ts';

const SECRET = { apiVersion: 'v1', kind: 'Secret' } as const;
const INSTALLER_BINDING = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  name: 'hub-installer',
} as const;

/** All revisions, the oldest first. */
const historyOf = (leaf: SketchLeaf, { namespace, release }: UpgradeArguments): Kept[] =>
  [...leaf.objects.each(SECRET, namespace)]
    .filter(({ type, metadata }) => type === 'helm.sh/release.v1' && metadata.labels?.name === release)
    .sort((a, b) => revisionOf(a) - revisionOf(b));

const revisionOf = ({ metadata }: Kept): number => Number(metadata.labels?.version);
const statusOf = ({ metadata }: Kept): string => metadata.labels?.status ?? 'failed';

/** The one right that is looked at: the installer's own, which is taken from it before its Job goes. @throws HelmError */
export function requireRights(leaf: SketchLeaf, account: string): void {
  if (leaf.objects.get(INSTALLER_BINDING, undefined, INSTALLER_BINDING.name)) return;
  throw new HelmError(
    `query: failed to query with labels: secrets is forbidden: User "system:serviceaccount:${account}" cannot list resource "secrets" in API group ""`,
  );
}

export interface Installed {
  args: UpgradeArguments;
  secret: string;
  upgrades: boolean;
  awaited: readonly KubeObject[];
}

/** Of the container that runs Helm. */
interface InstallFrom {
  /** Its registry logins. */
  config: string | undefined;
  readFile(path: string): string | undefined;
  log(text: string): void;
}

/** @throws HelmError */
export function install(
  leaf: SketchLeaf,
  args: UpgradeArguments,
  { config, readFile, log }: InstallFrom,
): Installed {
  const history = historyOf(leaf, args);
  const last = history.at(-1);
  const upgrades = last !== undefined && statusOf(last) !== 'uninstalled';
  const failed = (message: string): HelmError =>
    new HelmError(upgrades ? `UPGRADE FAILED: ${message}` : message);
  if (!upgrades) log(`Release "${args.release}" does not exist. Installing it now.`);
  if (last && statusOf(last).startsWith('pending')) {
    throw failed('another operation (install/upgrade/rollback) is in progress');
  }
  const { chart, version } = findChart(args, { registry: leaf.edges.registry, config });
  log(pulledText(args, version));
  const manifest = manifestOf(leaf, args, chart, version, readFile);
  const revision = last ? revisionOf(last) + 1 : 1;
  const secret = `sh.helm.release.v1.${args.release}.v${revision}`;
  leaf.manifests.set(`${args.namespace}/${secret}`, manifest);
  leaf.make({
    ...SECRET,
    metadata: {
      name: secret,
      namespace: args.namespace,
      labels: {
        name: args.release,
        owner: 'helm',
        status: upgrades ? 'pending-upgrade' : 'pending-install',
        version: String(revision),
      },
    },
    type: 'helm.sh/release.v1',
  });
  for (const object of manifest) apply(leaf, 'helm', object);
  for (const object of (last && leaf.manifests.get(`${args.namespace}/${last.metadata.name}`)) ?? []) {
    if (upgrades && !manifest.some((other) => isSameObject(other, object))) remove(leaf, object);
  }
  return { args, secret, upgrades, awaited: manifest.filter(({ kind }) => AWAITED.has(kind)) };
}

const isSameObject = (a: KubeObject, b: KubeObject): boolean =>
  a.kind === b.kind && a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;

/** Of those that `--wait` waits for, the kinds that the charts have. */
const AWAITED = new Set(['Deployment', 'StatefulSet', 'Service']);

/** Charts that draw nothing by chance give the same for the same values, whatever the cluster. */
const rendered = new Map<string, readonly KubeObject[]>();

function manifestOf(
  leaf: SketchLeaf,
  args: UpgradeArguments,
  chart: ReturnType<typeof findChart>['chart'],
  version: string,
  readFile: (path: string) => string | undefined,
): readonly KubeObject[] {
  const texts = args.valuesFiles.map((path) => readFile(path));
  const key = JSON.stringify([chart.name, version, args.release, args.namespace, texts]);
  const known = rendered.get(key);
  if (known) return known;
  let byChance = false;
  const values: Fields = readValues(args, readFile);
  const manifest = renderChart(chart, version, values, args, () => {
    byChance = true;
    return leaf.world.random.base32(32);
  }) as KubeObject[];
  if (!byChance) rendered.set(key, manifest);
  return manifest;
}

/** When all that it waits for is ready, if nothing comes between; Infinity: never. */
export const settledAtMs = (leaf: SketchLeaf, { awaited }: Installed): number =>
  Math.max(0, ...awaited.map((object) => readyTimeOf(leaf, object)));

function readyTimeOf(leaf: SketchLeaf, { apiVersion, kind, metadata }: KubeObject): number {
  const live = leaf.objects.get({ apiVersion, kind }, metadata.namespace, metadata.name);
  if (!live) return Infinity;
  if (kind === 'Service') return leaf.addressesAtMs.get(live.metadata.uid) ?? 0;
  return readyAtMs(leaf, live);
}

function says(leaf: SketchLeaf, object: KubeObject): string {
  const { kind, metadata } = object;
  const live = leaf.objects.get(object, metadata.namespace, metadata.name);
  const message = !live
    ? 'Resource not found'
    : kind === 'Service'
      ? 'Service is pending: no address yet'
      : `Available: less than ${wantedOf(live)}`;
  return `resource ${kind}/${metadata.namespace}/${metadata.name} not ready. status: InProgress, message: ${message}`;
}

function mark(leaf: SketchLeaf, { args, secret }: Pick<Installed, 'args' | 'secret'>, status: string): void {
  const live = leaf.objects.get(SECRET, args.namespace, secret);
  if (!live) throw new HelmError('release: not found');
  const { metadata } = live;
  leaf.replace({ ...live, metadata: { ...metadata, labels: { ...metadata.labels, status } } });
}

/** @throws HelmError */
export function conclude(leaf: SketchLeaf, installed: Installed, log: (text: string) => void): void {
  const { args, secret, upgrades } = installed;
  for (const one of historyOf(leaf, args)) {
    if (statusOf(one) === 'deployed') mark(leaf, { args, secret: one.metadata.name }, 'superseded');
  }
  mark(leaf, installed, 'deployed');
  const history = historyOf(leaf, args);
  for (const one of args.historyMax > 0 ? history.slice(0, -args.historyMax) : []) {
    leaf.manifests.delete(`${args.namespace}/${one.metadata.name}`);
    leaf.objects.erase(one);
  }
  if (upgrades) log(`Release "${args.release}" has been upgraded. Happy Helming!`);
  log(`NAME: ${args.release}\nSTATUS: deployed\nREVISION: ${secret.slice(secret.lastIndexOf('.v') + 2)}`);
}

/** It ends before all is ready. @returns what to throw */
export function abandon(
  leaf: SketchLeaf,
  installed: Installed,
  why: 'context deadline exceeded' | 'context canceled',
): HelmError {
  mark(leaf, installed, 'failed');
  const waiting = installed.awaited
    .filter((object) => readyTimeOf(leaf, object) > leaf.nowMs)
    .map((object) => `${says(leaf, object)}\n`);
  const told = why === 'context canceled' ? why : `${waiting.join('')}${why}`;
  return new HelmError(`${installed.upgrades ? 'UPGRADE FAILED: ' : ''}${told}`);
}
