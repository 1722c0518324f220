/** The port `pachyderm.ts` over pachd's own gRPC API and its sign-in pages. */

import { AppError } from '../../shared/errors.ts';
import type { Clock, Random } from '../cloud.ts';
import { isReady, type Leaf, type Leaves } from '../leaf/leaf.ts';
import type { TlsTarget } from '../net/tls.ts';
import { versionOf, whoAmI } from './about.ts';
import { disown, setMembers } from './access.ts';
import { ask } from './calls.ts';
import { connectionError } from './errors.ts';
import { type GrpcChannel, grpcChannel } from './grpc.ts';
import { findLeak } from './leaks.ts';
import { proveLocked } from './locked.ts';
import { principalOf } from './members.ts';
import type { Pachyderm, Pachyderms, Whereabouts } from './pachyderm.ts';
import { CONSOLE_PORT, type Reach, reachByForward, reachByTls } from './reach.ts';
import { signIn } from './sign-in.ts';
import { registerToken, signOut } from './tokens.ts';

interface PachydermOptions {
  clock: Pick<Clock, 'now'>;
  random: Random;
}

interface PachydermsOptions extends PachydermOptions {
  leaves: Leaves;
  /** Where a host is, and whom it must prove itself to. @throws AppError LEAF_UNAVAILABLE */
  targetOf(host: string): Promise<TlsTarget>;
}

export const createPachyderms = ({ leaves, targetOf, ...options }: PachydermsOptions): Pachyderms => ({
  inside: (where) => openPachyderm(reachInside(leaves.open(where.connection), where), options),
  outside: async (host) => openPachyderm(reachByTls(await targetOf(host)), options),
});

/** @throws AppError LEAF_UNAVAILABLE */
export async function openPachyderm(reach: Reach, { clock, random }: PachydermOptions): Promise<Pachyderm> {
  const stream = await reach.dial('grpc').catch((error: unknown) => {
    throw connectionError('opening pachd', error);
  });
  return pachydermOver(grpcChannel(stream, reach.authority), reach, clock, random);
}

/** The port over a channel that is open. */
export function pachydermOver(
  channel: GrpcChannel,
  reach: Reach,
  clock: Pick<Clock, 'now'>,
  random: Random,
): Pachyderm {
  return {
    version: () => versionOf(channel),
    whoAmI: (token) => whoAmI(channel, token),
    proveLocked: (admin, claim) => proveLocked({ channel, reach, clock, random }, admin, claim),
    findLeak: () => findLeak(channel, reach),
    setMembers: (admin, bindings) => setMembers(channel, admin, bindings),
    registerToken: (admin, order) => registerToken(channel, clock, admin, order),
    async revoke(admin, email) {
      await ask(channel, 'auth_v2.API/RevokeAuthTokensForUser', { username: principalOf(email) }, admin);
    },
    disown: (admin, bindings) => disown(channel, admin, bindings),
    signOut: (token) => signOut(channel, token),
    signIn: (authorize) => signIn(channel, reach, authorize),
    close: () => channel.close(),
  };
}

/** All doors of one Pachyderm lead into the same pod of pachd's: what begins at one of them is known at the others. */
function reachInside(leaf: Leaf, { namespace, host }: Whereabouts): Reach {
  let pachd: Promise<string> | undefined;
  return reachByForward(host, async (port) => {
    pachd ??= readyPod(leaf, namespace, 'pachd');
    const name = await (port === CONSOLE_PORT ? readyPod(leaf, namespace, 'console') : pachd);
    return leaf.forward({ namespace, name }, port);
  });
}

/** @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
async function readyPod(leaf: Leaf, namespace: string, app: string): Promise<string> {
  const pods = await leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: `app=${app}` });
  const pod = pods.find(isReady);
  if (!pod) throw new AppError('LEAF_UNAVAILABLE', `no pod of ${app} is ready`);
  return pod.metadata.name;
}
