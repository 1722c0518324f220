/**
 * Hub signs in to an application as people do, by its own OpenID provider, as a principal that nobody else can be. So no standing token of
 * Hub's is kept anywhere, and each sign-in proves that people can sign in, too.
 */
import { AppError } from '../../shared/errors.ts';
import { asAppError } from '../failure.ts';
import { authorizeHub } from '../oidc/hub.ts';
import type { Pachyderm } from '../pachyderm/pachyderm.ts';
import type { Ports } from '../ports.ts';

/**
 * @returns a token that may do everything; end it with `signOut`
 * @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED
 */
export const signInAsHub = (ports: Ports, clusterId: string, pachyderm: Pachyderm): Promise<string> =>
  pachyderm.signIn((request) => authorizeHub(ports, clusterId, request));

/**
 * Works as Hub in an application, and leaves no session behind. Whoever makes a cluster forget a former owner ends all sessions in it, Hub's
 * too, and another handler may be at work at the same time: what was refused because of that is done once more, in a session of its own.
 * @param work safe to repeat
 * @throws AppError LOCK_FAILED, LEAF_UNAVAILABLE, PRODUCT_REFUSED, and what `work` throws
 */
export async function asHub<T>(
  ports: Ports,
  clusterId: string,
  opening: Promise<Pachyderm>,
  work: (pachyderm: Pachyderm, admin: string) => Promise<T>,
): Promise<T> {
  const pachyderm = await opening;
  const inSession = async (isLast: boolean): Promise<T> => {
    const admin = await signInAsHub(ports, clusterId, pachyderm);
    try {
      return await work(pachyderm, admin);
    } catch (thrown) {
      if (isLast || asAppError(thrown).code !== 'PRODUCT_REFUSED') throw thrown;
      if ((await pachyderm.whoAmI(admin)).known) throw thrown;
    } finally {
      // Should it not be heard, the session ends by itself.
      await pachyderm.signOut(admin).catch(() => undefined);
    }
    // Not a third time: an owner may end Hub's sessions as well, and so hide that nothing shows it to be locked.
    return inSession(true);
  };
  try {
    await requireDoorkeeper(pachyderm);
    return await inSession(false);
  } finally {
    pachyderm.close();
  }
}

/** Before anybody signs in: where nobody is asked who they are, there is no sign-in either. @throws AppError LOCK_FAILED */
export async function requireDoorkeeper(pachyderm: Pachyderm): Promise<void> {
  const stranger = await pachyderm.whoAmI();
  if (stranger.known || stranger.unasked) {
    throw new AppError('LOCK_FAILED', 'it lets people in without a token');
  }
}
