/** The application, by a Helm Job in the leaf itself. */
import { entriesOf } from '../../shared/catalog/catalog.ts';
import { TOPICS } from '../../shared/messages.ts';
import { endpointsOf, ensureInstalled } from '../leaf/install.ts';
import { untilNextLook } from './pace.ts';
import { connect } from './provision.ts';
import { done, fail, type Step, wait } from './step.ts';
import { bucketName } from './target.ts';

/** @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE, PROVIDER_UNAVAILABLE, PERMISSION_DENIED */
export const install: Step = async (cluster, ports) => {
  const { product } = entriesOf(cluster.spec);
  const leaf = await connect(cluster, ports);
  const progress = await ensureInstalled(leaf, {
    clusterId: cluster.id,
    generation: cluster.generation,
    product,
    version: cluster.spec.version,
    bucket: bucketName(cluster),
    images: { helm: ports.settings.install.helmImage, callHome: ports.settings.install.callHomeImage },
    chartSource: ports.settings.install.chartSource,
    projectId: ports.settings.projectId,
    hintTopic: TOPICS.hint,
  });
  if (progress.status === 'failed') return fail('INSTALL_FAILED', progress.detail);
  if (progress.status === 'done') return done({ endpoints: await endpointsOf(leaf, product) });
  const within = progress.of === 0 ? undefined : progress.ready / progress.of;
  return wait(untilNextLook(cluster, ports), progress.detail, {
    ...(within === undefined ? {} : { within }),
  });
};
