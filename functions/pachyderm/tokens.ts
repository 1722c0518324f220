/** Session tokens: made by Hub, known to pachd by their hash only. */
import { AppError } from '../../shared/errors.ts';
import { minutes } from '../../shared/units.ts';
import type { Clock } from '../cloud.ts';
import { askedBy, callOne, translated } from './calls.ts';
import { EXPIRED, SAME_HASH } from './errors.ts';
import { GRPC, type GrpcChannel, GrpcRefusal } from './grpc.ts';
import { principalOf } from './members.ts';
import type { TokenOrder } from './pachyderm.ts';

const MIN_LIFE_MS = minutes(1);
const MAX_LIFE_MS = minutes(60);

/** pachd counts whole seconds by its own clock, and takes a token that has less than one left for one that never ends. */
export async function registerToken(
  channel: GrpcChannel,
  clock: Pick<Clock, 'now'>,
  admin: string,
  { hash, email, expiresAt }: TokenOrder,
): Promise<void> {
  const lifeMs = expiresAt - clock.now();
  if (!(lifeMs >= MIN_LIFE_MS && lifeMs <= MAX_LIFE_MS) || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new AppError('BUG', 'a token must live for one to sixty minutes and be given by its hash');
  }
  await restoreToken(channel, admin, { hash, subject: principalOf(email), expiresAt });
}

export async function restoreToken(
  channel: GrpcChannel,
  admin: string,
  { hash, subject, expiresAt }: { hash: string; subject: string; expiresAt: number },
): Promise<void> {
  const method = 'auth_v2.API/RestoreAuthToken';
  const expiration = { seconds: Math.floor(expiresAt / 1000) };
  try {
    await callOne(channel, method, { token: { hashedToken: hash, subject, expiration } }, askedBy(admin));
  } catch (error) {
    // An earlier try came through and its answer was lost: nobody else has this hash.
    if (error instanceof GrpcRefusal && error.message.includes(SAME_HASH)) return;
    throw translated(method, error, admin);
  }
}

export async function signOut(channel: GrpcChannel, token: string): Promise<void> {
  const method = 'auth_v2.API/RevokeAuthToken';
  try {
    await callOne(channel, method, { token }, askedBy(token));
  } catch (error) {
    const ended =
      error instanceof GrpcRefusal &&
      (error.status === GRPC.UNAUTHENTICATED || error.message.includes(EXPIRED));
    if (ended) return;
    throw translated(method, error, token);
  }
}
