/** What is installed in a cluster, from its document. */
import { entriesOf } from '../../shared/catalog/catalog.ts';
import { TOPICS } from '../../shared/messages.ts';
import { keyIn } from '../data-key.ts';
import { type InstallPlan, planInstall } from '../leaf/plan.ts';
import { bucketName } from '../steps/target.ts';
import type { Place } from './place.ts';

/** @param round tells one installation of the same from another: a repair is a Job of its own */
export function installationOf({ cluster, product, host, ports }: Place, round?: string): InstallPlan {
  const { cpus, memoryGiB } = entriesOf(cluster.spec).size;
  const { install, projectId, credentialsAccount, dataEncryptionKey } = ports.settings;
  return planInstall({
    clusterId: cluster.id,
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
    ...(round !== undefined && { round }),
  });
}
