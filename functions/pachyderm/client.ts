/** The port `pachyderm.ts` over pachd's own gRPC API and its sign-in pages. */
import type { Clock, Random } from '../cloud.ts';
import { versionOf, whoAmI } from './about.ts';
import { setMembers } from './access.ts';
import { ask } from './calls.ts';
import { connectionError } from './errors.ts';
import { type GrpcChannel, grpcChannel } from './grpc.ts';
import { proveLocked } from './locked.ts';
import { principalOf } from './members.ts';
import type { Pachyderm, Pachyderms } from './pachyderm.ts';
import type { Reach } from './reach.ts';
import { signIn } from './sign-in.ts';
import { registerToken, signOut } from './tokens.ts';

export const createPachyderms = (clock: Pick<Clock, 'now'>, random: Random): Pachyderms => ({
  async open(reach) {
    const stream = await reach.dial('grpc').catch((error: unknown) => {
      throw connectionError('opening pachd', error);
    });
    return clientOver(grpcChannel(stream, reach.authority), reach, clock, random);
  },
});

function clientOver(
  channel: GrpcChannel,
  reach: Reach,
  clock: Pick<Clock, 'now'>,
  random: Random,
): Pachyderm {
  return {
    version: () => versionOf(channel),
    whoAmI: (token) => whoAmI(channel, token),
    provesLocked: (admin, claim) => proveLocked({ channel, reach, clock, random }, admin, claim),
    setMembers: (admin, bindings) => setMembers(channel, admin, bindings),
    registerToken: (admin, order) => registerToken(channel, clock, admin, order),
    async revoke(admin, email) {
      await ask(channel, 'auth_v2.API/RevokeAuthTokensForUser', { username: principalOf(email) }, admin);
    },
    signOut: (token) => signOut(channel, token),
    signIn: (authorize) => signIn(channel, reach, authorize),
    close: () => channel.close(),
  };
}
