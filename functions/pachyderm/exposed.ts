/** Whether a Pachyderm can be used under its name: a verified certificate, pachd's version over it, the console's page over it. */
import { AppError } from '../../shared/errors.ts';
import type { Pachyderms } from './pachyderm.ts';
import { reachByTls, type TlsTarget } from './reach.ts';
import { page } from './sign-in.ts';

/** @throws AppError LEAF_UNAVAILABLE if not (yet), with the reason; PRODUCT_REFUSED */
export async function requireExposed(
  pachyderms: Pachyderms,
  target: TlsTarget,
  version: string,
): Promise<void> {
  const reach = reachByTls(target);
  const pachyderm = await pachyderms.open(reach);
  try {
    const { text } = await pachyderm.version();
    if (text !== version) throw new AppError('PRODUCT_REFUSED', `it is ${text}, not ${version}`);
    const { status, text: html } = await page(reach, 'console', { path: '/' });
    if (status !== 200 || !/<html/i.test(html)) {
      throw new AppError('LEAF_UNAVAILABLE', `the console answers HTTP ${status}`);
    }
    // Nobody may come in this way either.
    const stranger = await pachyderm.whoAmI();
    if (stranger.known) throw new AppError('LOCK_FAILED', 'somebody without a token is let in');
  } finally {
    pachyderm.close();
  }
}
