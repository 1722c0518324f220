/** The page that a member of a cluster sees first. */
import { AppError } from '../../shared/errors.ts';
import type { Site } from './site.ts';

/** @throws AppError LEAF_UNAVAILABLE with the reason, until it is there under its name and with a certificate that proves it */
export async function requirePage({ host, ports }: Pick<Site, 'host' | 'ports'>): Promise<void> {
  const { status } = await ports.web.page(host, '/');
  if (status !== 200) throw new AppError('LEAF_UNAVAILABLE', `Its page answers HTTP ${status}.`);
}
