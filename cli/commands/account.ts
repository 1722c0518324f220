/** One's own account: what is in it, how much one may have, and its end. */
import type { MeReply, OwnAccountReply, OwnClusterReply } from '../../shared/api/account.ts';
import { RECENT_SIGN_IN_MINUTES } from '../../shared/limits.ts';
import { inDollars } from '../../shared/money.ts';
import { type Commands, type CommonOptions, command, contextOf } from '../context.ts';
import { Failed, UNDELETED, WrongUsage } from '../failure.ts';
import type { Session } from '../sign-in/session.ts';
import { facts, table } from '../table.ts';
import { amount, wholeNumber } from './arguments.ts';

type Account = Pick<MeReply, 'allowance' | 'quotaRequest' | 'declinedRequest' | 'standing' | 'closing'>;

/** Names and what they are; undefined where there is nothing to say. */
export const accountInWords = ({
  allowance,
  quotaRequest,
  declinedRequest,
  standing,
  closing,
}: Account): Record<string, string | undefined> => ({
  Clusters: `${allowance.clusters} of ${allowance.maxClusters}`,
  'Price per hour': `${inDollars(allowance.hourlyPrice)} of ${inDollars(allowance.maxHourlyPrice)}`,
  'Asked for':
    quotaRequest && `${requestInWords(quotaRequest)}, on ${quotaRequest.at}: ${quotaRequest.reason}`,
  Declined: declinedRequest && `${requestInWords(declinedRequest)}, on ${declinedRequest.at}`,
  Held: standing && `${standing.state} since ${standing.since}: ${standing.reason}`,
  Closing: closing && `being deleted since ${closing.since}`,
});

const requestInWords = ({ maxClusters, maxHourlyDollars }: NonNullable<MeReply['declinedRequest']>): string =>
  `${maxClusters} clusters${maxHourlyDollars === undefined ? '' : ` for $${maxHourlyDollars} per hour`}`;

const FATES: Record<OwnClusterReply['whenDeleted'], string> = {
  deleted: 'deleted',
  offered: 'offered to its other owners, and deleted if none of them takes it over',
  left: 'stays, without you',
  forgotten: 'already deleted',
};

const fatesOf = ({ clusters }: OwnAccountReply): string =>
  clusters.length === 0
    ? ''
    : table([
        ['CLUSTER', 'ID', 'STATE', 'IF YOU DELETE YOUR ACCOUNT'],
        ...clusters.map(({ name, id, state, whenDeleted }) => [name, id, state, FATES[whenDeleted]]),
      ]);

const inWords = (account: OwnAccountReply): string =>
  `${facts({
    Address: account.profile.email,
    Name: account.profile.displayName,
    Id: account.uid,
    'Here since': account.profile.createTime,
    ...accountInWords(account),
  })}${account.clusters.length > 0 ? '\n' : ''}${fatesOf(account)}`;

const isTooOld = (error: unknown): error is Failed =>
  error instanceof Failed && error.code === 'SIGN_IN_TOO_OLD';

/** The browser may have been signed in for days, and whoever signs in here by it has signed in then. */
const tooOld = ({ message, code }: Failed, hub: string, { variable }: Session): Failed =>
  new Failed(message, {
    ...(code !== undefined && { code }),
    remedy: !variable
      ? `Sign in anew: hub login --anew --hub ${hub}. Then repeat this within ${RECENT_SIGN_IN_MINUTES} minutes.`
      : `Set ${variable} to one of a sign-in of the last ${RECENT_SIGN_IN_MINUTES} minutes, or unset it and sign in: hub login --anew --hub ${hub}`,
  });

export const accountCommands: Commands = (program, io) => {
  const account = program.command('account').description('your account');
  command(account, 'show', 'what Hub stores about you; all of it with --json').action(
    async (options: CommonOptions) => {
      const { api, print } = contextOf(io, options);
      const { body } = await api.ask<OwnAccountReply>('GET /v1/account');
      print(body, () => inWords(body));
    },
  );
  command(account, 'delete', 'delete your account and your clusters, for good')
    .option('--yes', 'do not ask')
    .action(async (options: CommonOptions & { yes?: true }) => {
      const { hub, session, api, print, say } = contextOf(io, options);
      const { body: seen, headers } = await api.ask<OwnAccountReply>('GET /v1/account');
      if (!options.yes) {
        if (!io.isInteractive) throw new WrongUsage('Nobody can be asked here; say --yes.');
        say(
          `${inWords(seen)}\nThis cannot be undone. What becomes of your clusters and their data is shown above.`,
        );
        const word = seen.profile.email ?? seen.uid;
        if ((await io.ask(`Type ${word} to delete your account: `, UNDELETED)).trim() !== word)
          throw new Failed(UNDELETED);
      }
      // What was looked at: should anything have changed meanwhile, Hub says so and does nothing.
      const ifMatch = headers.get('etag') ?? '';
      const { body } = await api
        .ask<OwnAccountReply>('DELETE /v1/account', { headers: { 'if-match': ifMatch } })
        .catch((error: unknown) => {
          throw isTooOld(error) ? tooOld(error, hub, session) : error;
        });
      print(body, 'Your account is being deleted. At the end you are signed out.');
    });

  const quota = program
    .command('quota')
    .description('how many clusters you may have, and what they may cost');
  const show = (me: MeReply): string => facts(accountInWords(me));
  command(quota, 'show', 'what you have, may have, and have asked for').action(
    async (options: CommonOptions) => {
      const { api, print } = contextOf(io, options);
      const { body } = await api.ask<MeReply>('GET /v1/me');
      print(body, () => show(body));
    },
  );
  command(quota, 'request <clusters>', 'ask an operator for more; replaces an earlier request')
    .requiredOption('--reason <text>', 'what for')
    .option('--dollars <per hour>', 'what all of them together may cost per hour')
    .action(async (clusters: string, options: CommonOptions & { reason: string; dollars?: string }) => {
      const { api, print } = contextOf(io, options);
      const { reason, dollars } = options;
      const request = {
        maxClusters: wholeNumber(clusters, '<clusters>'),
        ...(dollars !== undefined && { maxHourlyDollars: amount(dollars, '--dollars') }),
        reason,
      };
      const { body } = await api.ask<MeReply>('PUT /v1/me/quotaRequest', { body: request });
      print(body, () => show(body));
    });
  command(quota, 'withdraw', 'withdraw your request').action(async (options: CommonOptions) => {
    const { api, print } = contextOf(io, options);
    const { body } = await api.ask<MeReply>('DELETE /v1/me/quotaRequest');
    print(body, () => show(body));
  });
};
