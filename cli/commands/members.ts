/** Who may use a cluster, and who pays for it. */
import { Option } from 'commander';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import type { MemberList, MemberReply, TransferAction } from '../../shared/api/members.ts';
import { type Role, role as roles } from '../../shared/documents/cluster.ts';
import { INVITATION_LIFETIME_MS } from '../../shared/documents/invitation.ts';
import { days } from '../../shared/units.ts';
import type { Api } from '../api.ts';
import { type Commands, type CommonOptions, type Context, command, contextOf } from '../context.ts';
import { Failed, WrongUsage } from '../failure.ts';
import { findCluster } from '../find-cluster.ts';
import { table } from '../table.ts';
import { handOverInWords, offerInWords } from './remarks.ts';

interface TransferOptions extends CommonOptions {
  accept?: true;
  decline?: true;
  withdraw?: true;
}

export const memberCommands: Commands = (program, io) => {
  command(program, 'members <cluster>', 'who may use a cluster, and who is invited').action(
    async (called: string, options: CommonOptions) => {
      const context = contextOf(io, options);
      const cluster = await findCluster(context.api, called, 'all');
      const { id } = cluster;
      const { uid } = context.session;
      const list = await listMembers(context.api, id);
      context.print(list, () =>
        [
          table([
            ['ADDRESS', 'ROLE', ''],
            ...list.members.map((member) => [member.email, member.role, standingOf(member)]),
          ]),
          ...[offerInWords(cluster, uid), handOverInWords(cluster, uid)].flatMap((said) => said ?? []),
        ].join('\n'),
      );
    },
  );

  command(program, 'share <cluster> <email>', 'invite somebody to a cluster, or change what a member may do')
    .addHelpText('after', AFTER_AN_OWNER)
    .addOption(new Option('--role <role>', 'what they may do').choices(roles.options).makeOptionMandatory())
    .action(async (called: string, email: string, options: CommonOptions & { role: Role }) => {
      const { hub, api, print } = contextOf(io, options);
      const { role } = options;
      const { id } = await findCluster(api, called);
      const { body } = await api.ask<ClusterReply>('PUT /v1/clusters/{id}/members/{email}', {
        id,
        email,
        body: { role },
      });
      // The answer is the same for both: only its members say whether somebody is one already. What is done is done, also if they cannot be asked.
      const list = options.json ? undefined : await listMembers(api, id).catch(() => undefined);
      const isMember = list && !list.members.some(isPending(email));
      print(body, () =>
        isMember ? `${email} is ${role} of ${body.name}.` : invitationInWords(body, email, role, hub),
      );
    });

  command(
    program,
    'unshare <cluster> <email>',
    'remove somebody, withdraw an invitation, or (your own address) leave',
  )
    .addHelpText('after', AFTER_AN_OWNER)
    .action(async (called: string, email: string, options: CommonOptions) => {
      const { api, print } = contextOf(io, options);
      const { id } = await findCluster(api, called);
      const { body } = await api.ask<ClusterReply>('DELETE /v1/clusters/{id}/members/{email}', { id, email });
      print(body, () => `${email} can no longer use ${body.name}.`);
    });

  command(program, 'transfer <cluster> [email]', 'offer a cluster that you pay for to another of its owners')
    .option('--accept', 'take over a cluster that was offered to you: you pay from then on')
    .option('--decline', 'refuse a cluster that was offered to you: nothing changes for who pays')
    .option('--withdraw', 'withdraw your offer')
    .action(async (called: string, email: string | undefined, options: TransferOptions) => {
      const context = contextOf(io, options);
      const action = transferAction(email, options);
      const cluster = await findCluster(context.api, called);
      const to = email ?? ownAddress(context);
      requirePart(cluster, action, context.session.uid);
      const { id } = cluster;
      const { body } = await context.api.ask<ClusterReply>('POST /v1/clusters/{id}:transfer', {
        id,
        body: { email: to, action },
      });
      context.print(body, () => TRANSFERRED[action](body, to));
    });
};

const AFTER_AN_OWNER =
  '\nWhoever is an owner no more takes all keys along: a Pachyderm restarts, and everybody signs in to it again, robots too.';

const listMembers = async (api: Api, id: string): Promise<MemberList> =>
  (await api.ask<MemberList>('GET /v1/clusters/{id}/members', { id })).body;

const isPending =
  (address: string) =>
  ({ email, pending }: MemberReply): boolean =>
    pending && email.toLowerCase() === address.toLowerCase();

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** @param hub its address */
const invitationInWords = ({ name, id }: ClusterReply, email: string, role: string, hub: string): string =>
  [
    `${email} is invited to ${name} as ${role}, for ${INVITATION_LIFETIME_MS / days(1)} days, until ${dayOf(new Date(Date.now() + INVITATION_LIFETIME_MS))}.`,
    'Hub sends no e-mail. Send them the address of the cluster, where they sign in with that e-mail address:',
    `  ${hub}/clusters/${id}`,
  ].join('\n');

function standingOf({ pending, paying, expiresAt }: MemberReply): string {
  if (!pending) return paying === undefined ? '' : PAYING[paying];
  return expiresAt === undefined ? 'invited' : `invited until ${dayOf(new Date(expiresAt))}`;
}

const PAYING = { pays: 'pays for it', asked: 'was asked to pay for it' } as const;

const TRANSFERRED: Record<TransferAction, (cluster: ClusterReply, to: string) => string> = {
  offer: ({ name, id }, to) =>
    `${to} was asked to pay for ${name}. They accept with: hub transfer ${id} --accept`,
  accept: ({ name }) => `You pay for ${name} from now on.`,
  withdraw: ({ name }) => `The offer of ${name} was withdrawn.`,
  decline: ({ name }) => `You declined to pay for ${name}.`,
};

/** @throws WrongUsage */
function transferAction(email: string | undefined, options: TransferOptions): TransferAction {
  const said = (['accept', 'decline', 'withdraw'] as const).filter((one) => options[one]);
  const [action = 'offer'] = said;
  if (said.length + (email === undefined ? 0 : 1) !== 1)
    throw new WrongUsage('say to whom, or --accept, or --decline, or --withdraw');
  return action;
}

/** By which the API is asked for what concerns oneself. @throws Failed */
function ownAddress({ session }: Context): string {
  if (session.email === undefined) throw new Failed('Your session names no address.');
  return session.email;
}

/**
 * The API would refuse it, too; here it is known what they can do instead.
 * @param uid of who asks; empty if it is not known
 * @throws Failed
 */
function requirePart(cluster: ClusterReply, action: TransferAction, uid: string): void {
  const { id, name, owner, offeredTo } = cluster;
  if (uid === '' || owner === undefined) return;
  const isPayer = owner === uid;
  const isAsked = offeredTo === uid;
  const refuse = (what: string, remedy?: string): never => {
    throw new Failed(`${what} Nothing was done.`, { code: 'TRANSFER_OTHERWISE', ...(remedy && { remedy }) });
  };
  const answer = `Accept with: hub transfer ${id} --accept. Or decline with: hub transfer ${id} --decline`;
  const withdrawal = `Withdraw that with: hub transfer ${id} --withdraw`;
  if (isPayer && (action === 'accept' || action === 'decline'))
    refuse(
      offeredTo === undefined
        ? `You pay for ${name} already.`
        : `You pay for ${name} and have offered it to another owner.`,
      offeredTo === undefined ? undefined : withdrawal,
    );
  if (!isPayer && action === 'withdraw')
    refuse(
      isAsked
        ? `${name} was offered to you: only whoever pays for it can withdraw that.`
        : `Only whoever pays for ${name} can withdraw an offer of it.`,
      isAsked ? answer : undefined,
    );
  if (!isPayer && action === 'offer')
    refuse(
      `Only whoever pays for ${name} can offer it.`,
      isAsked ? `It was offered to you. ${answer}` : `Who that is: hub members ${id}`,
    );
  if (!isPayer && action === 'decline' && !isAsked) refuse(`${name} was not offered to you.`);
}
