/** Who the caller is to Hub, how much of their allowance is taken, and whether they ask for more. */
import { type MeReply, meReply, putQuotaRequestBody } from '../../shared/api/account.ts';
import type { Allowance } from '../../shared/documents/account.ts';
import { microsOf } from '../../shared/money.ts';
import { accountLimits, changeAccount, readAccount } from '../accounts/allowance.ts';
import { acceptInvitations } from '../members/invitations.ts';
import type { Ports } from '../ports.ts';
import { type Principal, requireEmail } from '../tokens.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { toAllowance, toRemarks } from './reply.ts';

const get = endpoint({
  name: 'GET /v1/me',
  summary: 'You: your uid, and what your account has and may have.',
  status: 200,
  reply: meReply,
  async handle({ ports, principal }) {
    // This is what is asked first after signing in.
    await acceptInvitations(ports, principal());
    const account = (await readAccount(ports, principal().uid))?.data;
    return { body: toMe(ports, principal(), account) };
  },
});

const ask = endpoint({
  name: 'PUT /v1/me/quotaRequest',
  summary:
    'Ask an operator for more clusters, or for more money to spend on them. It replaces your earlier request.',
  status: 202,
  reply: meReply,
  refuses: ['EMAIL_NOT_VERIFIED', 'ACCOUNT_CLOSING', 'CONFLICT'],
  body: putQuotaRequestBody,
  async handle({ ports, principal, body: { maxClusters, maxHourlyDollars, reason } }) {
    const email = requireEmail(principal());
    const asked = {
      ...(maxHourlyDollars !== undefined && { maxHourlyMicros: microsOf(maxHourlyDollars) }),
      reason,
      email,
      at: new Date(ports.clock.now()),
    };
    const { after } = await changeAccount(ports, principal().uid, (now) => {
      // Whoever may have none asks for the budget of one at least.
      const asNow = Math.max(1, toAllowance(now, accountLimits(ports)).maxClusters);
      return { request: { maxClusters: maxClusters ?? asNow, ...asked }, declined: undefined };
    });
    return { body: toMe(ports, principal(), after) };
  },
});

const withdraw = endpoint({
  name: 'DELETE /v1/me/quotaRequest',
  summary: 'Withdraw your request to an operator. Repeating it changes nothing.',
  status: 200,
  reply: meReply,
  refuses: ['ACCOUNT_CLOSING', 'CONFLICT'],
  async handle({ ports, principal }) {
    const { after } = await changeAccount(
      ports,
      principal().uid,
      (now) => now?.request && { request: undefined },
    );
    return { body: toMe(ports, principal(), after) };
  },
});

export const ME_ENDPOINTS: readonly Endpoint[] = [get, ask, withdraw];

const toMe = (
  ports: Ports,
  { uid, email, operator }: Principal,
  account: Allowance | undefined,
): MeReply => ({
  uid,
  ...(email === undefined ? {} : { email }),
  operator,
  allowance: toAllowance(account, accountLimits(ports)),
  ...toRemarks(account),
});
