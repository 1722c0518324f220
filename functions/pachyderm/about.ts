/** What pachd says of itself and of whoever asks. */
import { cut } from '../../shared/errors.ts';
import { ask, askedBy, callOne, translated } from './calls.ts';
import { isAway, NOT_ACTIVATED, wordsOf } from './errors.ts';
import { type GrpcChannel, GrpcRefusal } from './grpc.ts';
import type { Identity } from './pachyderm.ts';

/** A longer one is no version. */
const MAX_VERSION = 100;

export async function versionOf(channel: GrpcChannel): Promise<{ text: string }> {
  const { major, minor, micro, additional } = await ask(channel, 'versionpb_v2.API/GetVersion', {});
  return { text: cut(`${major}.${minor}.${micro}${additional}`, MAX_VERSION) };
}

export async function whoAmI(channel: GrpcChannel, token?: string): Promise<Identity> {
  const method = 'auth_v2.API/WhoAmI';
  try {
    const { username, expiration } = await callOne(channel, method, {}, askedBy(token));
    return { known: true, username, expiresAt: expiration && expiration.seconds * 1000 };
  } catch (error) {
    if (!(error instanceof GrpcRefusal) || isAway(error)) throw translated(method, error, token);
    const reason = wordsOf(error, token === undefined ? [] : [token]);
    return { known: false, reason, ...(error.message.includes(NOT_ACTIVATED) && { unasked: true }) };
  }
}
