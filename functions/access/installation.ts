/** What is installed in a cluster, from its document, and with what. */
import { entriesOf } from '../../shared/catalog/catalog.ts';
import { TOPICS } from '../../shared/messages.ts';
import { bucketName } from '../clusters/target.ts';
import { keyIn } from '../data-key.ts';
import { ensureInstalled, type InstallProgress } from '../leaf/install.ts';
import type { Leaf } from '../leaf/leaf.ts';
import { CHART_TOKEN_MS } from '../leaf/manifests.ts';
import { type InstallPlan, planInstall } from '../leaf/plan.ts';
import { accessOf } from './access.ts';
import type { Site } from './site.ts';

/**
 * @param round tells one installation of the same from another: a repair is a Job of its own
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function installationOf(site: Site, round?: string): Promise<InstallPlan> {
  const { cluster, product, host, leaf, ports } = site;
  const { cpus, memoryGiB } = entriesOf(cluster.spec).size;
  const { cell, install, projectId, credentialsAccount, dataEncryptionKey } = ports.settings;
  return planInstall({
    clusterId: cluster.id,
    cell,
    generation: cluster.generation,
    product,
    version: cluster.spec.version,
    bucket: bucketName(cluster),
    host,
    machine: { cpus, memoryGiB },
    ...(install.imageMirror !== undefined && { imageMirror: install.imageMirror }),
    images: { helm: install.helmImage, callHome: install.callHomeImage },
    chartSource: install.chartSource,
    projectId,
    hintTopic: TOPICS.hint,
    credentialsAccount,
    ...(dataEncryptionKey !== undefined && { dataKey: keyIn(dataEncryptionKey, cluster.spec.region) }),
    volumes: await standingVolumes(leaf, product.namespace),
    ...(round !== undefined && { round }),
  });
}

/** What a StatefulSet claims for its first volume can never change: a Helm that asks for more would fail. */
async function standingVolumes(leaf: Leaf, namespace: string): Promise<Record<string, string>> {
  const sets = await leaf.list({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace });
  return Object.fromEntries(
    sets.flatMap(({ metadata, spec }): [string, string][] => {
      const size: unknown = spec?.volumeClaimTemplates?.[0]?.spec?.resources?.requests?.storage;
      return typeof size === 'string' ? [[metadata.name, size]] : [];
    }),
  );
}

/**
 * Starts that installation unless it was started, with all that it needs of others, and says how far it is.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED, CLOUD_SETUP, CLOUD_BUSY, PROVIDER_UNAVAILABLE, LICENSE_MISSING
 */
export function ensureInstallation(site: Site, plan: InstallPlan): Promise<InstallProgress> {
  const { leaf, ports } = site;
  const isPrivate = ports.settings.install.chartAccount !== undefined;
  const chartToken = (): Promise<string> => ports.charts.issueToken(CHART_TOKEN_MS);
  return ensureInstalled(leaf, plan, () => accessOf(site).prepare(site), isPrivate ? chartToken : undefined);
}
