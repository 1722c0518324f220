/** Who may use a cluster, and who pays for it. */
import type { ClusterReply, MemberReply } from '../../shared/api.ts';
import { role as roles } from '../../shared/documents/cluster.ts';
import { type Commands, type CommonOptions, type Context, command, contextOf } from '../context.ts';
import { Failed, WrongUsage } from '../failure.ts';
import { findCluster } from '../find-cluster.ts';
import { table } from '../table.ts';
import { oneOf } from './arguments.ts';
import { handOverInWords, offerInWords } from './remarks.ts';

const ROLES = roles.options;

export const memberCommands: Commands = (program, io) => {
  command(program, 'members <cluster>', 'who may use a cluster, and who is invited').action(
    async (called: string, options: CommonOptions) => {
      const context = contextOf(io, options);
      const cluster = await findCluster(context.api, called);
      const { id } = cluster;
      const { uid } = context.session;
      const { body } = await context.api.ask<{ members: MemberReply[] }>('GET /v1/clusters/{id}/members', {
        id,
      });
      context.print(body, () =>
        [
          table([
            ['ADDRESS', 'ROLE', ''],
            ...body.members.map((member) => [member.email, member.role, standingOf(member)]),
          ]),
          ...[offerInWords(cluster, uid), handOverInWords(cluster, uid)].flatMap((said) => said ?? []),
        ].join('\n'),
      );
    },
  );

  command(program, 'share <cluster> <email>', 'invite somebody to a cluster, or change what a member may do')
    .requiredOption('--role <role>', ROLES.join(', '))
    .action(async (called: string, email: string, options: CommonOptions & { role: string }) => {
      const { api, print } = contextOf(io, options);
      const role = oneOf(options.role, ROLES, '--role');
      const { id } = await findCluster(api, called);
      const { body } = await api.ask<ClusterReply>('PUT /v1/clusters/{id}/members/{email}', {
        id,
        email,
        body: { role },
      });
      print(
        body,
        () => `${email} is ${role} of ${body.name}, or will be when they next use Hub with that address.`,
      );
    });

  command(
    program,
    'unshare <cluster> <email>',
    'remove somebody, withdraw an invitation, or (your own address) leave',
  ).action(async (called: string, email: string, options: CommonOptions) => {
    const { api, print } = contextOf(io, options);
    const { id } = await findCluster(api, called);
    const { body } = await api.ask<ClusterReply>('DELETE /v1/clusters/{id}/members/{email}', { id, email });
    print(body, () => `${email} can no longer use ${body.name}.`);
  });

  command(program, 'transfer <cluster> [email]', 'offer a cluster that you pay for to another of its owners')
    .option('--accept', 'take over a cluster that was offered to you: you pay from then on')
    .option('--withdraw', 'withdraw your offer')
    .action(
      async (
        called: string,
        email: string | undefined,
        options: CommonOptions & { accept?: true; withdraw?: true },
      ) => {
        const context = contextOf(io, options);
        const to = transferTo(context, email, options);
        const { id } = await findCluster(context.api, called);
        const { body } = await context.api.ask<ClusterReply>('POST /v1/clusters/{id}:transfer', {
          id,
          body: { email: to },
        });
        context.print(body, () => {
          if (options.accept) return `You pay for ${body.name} from now on.`;
          return options.withdraw
            ? `The offer of ${body.name} was withdrawn.`
            : `${to} was asked to pay for ${body.name}. They accept with: hub transfer ${id} --accept`;
        });
      },
    );
};

const standingOf = ({ pending, paying }: MemberReply): string =>
  pending ? 'invited' : paying === undefined ? '' : PAYING[paying];

const PAYING = { pays: 'pays for it', asked: 'was asked to pay for it' } as const;

/** The API has one address for all three: one's own accepts, or withdraws. */
function transferTo(
  { session }: Context,
  email: string | undefined,
  { accept, withdraw }: { accept?: true; withdraw?: true },
): string {
  const said = [email !== undefined, accept === true, withdraw === true].filter(Boolean).length;
  if (said !== 1) throw new WrongUsage('say to whom, or --accept, or --withdraw');
  if (email !== undefined) return email;
  if (session.email === undefined) throw new Failed('Your session names no address.');
  return session.email;
}
