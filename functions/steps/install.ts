/** The mesh and the application, by a Helm Job in the leaf itself. */
import { seconds } from '../../shared/units.ts';
import { ensureInstallation, installationOf } from '../access/installation.ts';
import { siteOf } from '../access/site.ts';
import { gatewayAddress } from '../leaf/install.ts';
import { untilNextLook } from './pace.ts';
import { done, fail, type Step, wait } from './step.ts';

/** From the installer's word to its Job's end. */
const ENDING_MS = seconds(2);

/**
 * @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE, PROVIDER_UNAVAILABLE, PERMISSION_DENIED, CLOUD_SETUP, CLOUD_BUSY,
 * LICENSE_MISSING
 */
export const install: Step = async (cluster, ports) => {
  const site = await siteOf(cluster, ports);
  const { leaf } = site;
  const progress = await ensureInstallation(site, await installationOf(site));
  if (progress.status === 'failed') {
    // Helm waits for the address too, and would only say that its time was over.
    const address = await gatewayAddress(leaf);
    return address === undefined && progress.isGatewayAsked
      ? fail('NO_ADDRESS', progress.detail)
      : fail('INSTALL_FAILED', progress.detail);
  }
  if (progress.status === 'done') return done({ parts: progress.of });
  const within = progress.of === 0 ? undefined : progress.ready / progress.of;
  return wait(progress.isEnding ? ENDING_MS : untilNextLook(cluster, ports), progress.detail, {
    ...(within === undefined ? {} : { within }),
  });
};
