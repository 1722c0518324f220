/** Who the caller is to Hub, and how much of their allowance is taken. */
import { type MeReply, meReply } from '../../shared/api.ts';
import { accountPath, allowanceDocument } from '../../shared/documents/account.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { acceptInvitations } from './invitations.ts';
import { toMoney } from './reply.ts';

const get = endpoint({
  name: 'GET /v1/me',
  summary: 'You: your uid, and what your account may have and has.',
  status: 200,
  reply: meReply,
  async handle({ ports, principal }) {
    const { uid, email, operator } = principal();
    // This is what is asked first after signing in.
    await acceptInvitations(ports, principal());
    const snapshot = await ports.documents.get(accountPath(uid));
    const account = snapshot && allowanceDocument.parse(snapshot.data);
    const { accountClusters, accountHourlyMicros } = ports.settings.limits;
    const me: MeReply = {
      uid,
      ...(email === undefined ? {} : { email }),
      operator,
      allowance: {
        clusters: account?.clusters ?? 0,
        maxClusters: account?.maxClusters ?? accountClusters,
        hourlyPrice: toMoney(account?.hourlyMicros ?? 0, true),
        maxHourlyPrice: toMoney(account?.maxHourlyMicros ?? accountHourlyMicros, false),
      },
    };
    return { body: me };
  },
});

export const ME_ENDPOINTS: readonly Endpoint[] = [get];
