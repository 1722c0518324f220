/** What a cluster would cost and how long it would take, before anybody asks for it. It promises nothing: others may be quicker. */
import { type QuoteReply, quoteQuery, quoteReply } from '../../shared/api/catalog.ts';
import { priceOf, resolveSpec } from '../../shared/catalog/catalog.ts';
import { type Allowance, accountPath, cellPath } from '../../shared/documents/account.ts';
import type { ClusterSpec } from '../../shared/documents/cluster.ts';
import { durationsDocument, durationsPath } from '../../shared/documents/durations.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { CLAIM_WAY, COLD_WAY } from '../../shared/lifecycle/derive.ts';
import { estimate } from '../../shared/lifecycle/estimate.ts';
import { describe } from '../../shared/lifecycle/transition.ts';
import { refusalOf } from '../../shared/standing.ts';
import { type Blocked, planAdmission, planRoom } from '../accounts/admission.ts';
import { accountLimits, cellLimits, parseAllowance } from '../accounts/allowance.ts';
import { readBreaker, whereNext } from '../breaker/breaker.ts';
import { findOwed } from '../clusters/queue.ts';
import { findSpares } from '../pool/claim.ts';
import type { Ports } from '../ports.ts';
import { exhausted } from '../steps/admit.ts';
import { findEmail, type Principal } from '../tokens.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { toMoney, toSpecReply } from './reply.ts';

const get = endpoint({
  name: 'GET /v1/quote',
  summary:
    'What a cluster would cost, how long it would take, and what it would wait for or why it would be refused.',
  status: 200,
  reply: quoteReply,
  refuses: ['UNKNOWN_PRODUCT', 'UNKNOWN_VERSION', 'UNKNOWN_SIZE', 'UNKNOWN_REGION', 'UNSUPPORTED_ISOLATION'],
  query: quoteQuery,
  async handle({ ports, principal, query }) {
    const spec = resolveSpec(query, ports.settings);
    return { body: await quote(ports, principal(), spec) };
  },
});

export const QUOTE_ENDPOINTS: readonly Endpoint[] = [get];

async function quote(ports: Ports, principal: Principal, spec: ClusterSpec): Promise<QuoteReply> {
  const { documents, settings } = ports;
  const { hourlyMicros } = priceOf(spec);
  const [found, cell, spares, owed, durations, breaker] = await Promise.all([
    documents.get(accountPath(principal.uid)),
    documents.get(cellPath(settings.cell)),
    findSpares(ports, spec),
    findOwed(ports),
    documents.get(durationsPath(spec.region)),
    readBreaker(ports, spec.region),
  ]);
  const account = parseAllowance(found);
  const refusal = refusalOfOwner(principal, account);
  const ofAccount = { now: account, defaults: accountLimits(ports) };
  const ofCell = {
    now: parseAllowance(cell),
    defaults: cellLimits(ports),
    making: settings.limits.cellMaking,
  };
  // A spare has its place in the cell already.
  const isSpare =
    !refusal && spares.length > 0 && !planAdmission(account, ofAccount.defaults, hourlyMicros, 'account');
  const whyWait = (): Blocked | undefined => {
    const blocked = planRoom(hourlyMicros, ofAccount, ofCell);
    if (blocked) return blocked;
    const choice = whereNext(ports, breaker, spec);
    if (choice && !('location' in choice)) return exhausted(choice, ports);
    return owed?.error && { blocked: owed.error.code };
  };
  const room: Blocked | undefined = refusal ? { blocked: refusal } : isSpare ? undefined : whyWait();
  // What cannot be read was written by another version of this code, and is no reason to tell nothing.
  const observed = durationsDocument.safeParse(durations?.data).data?.steps;
  const { expectedMs, samples } = estimate(isSpare ? CLAIM_WAY : COLD_WAY, observed);
  return {
    ...toSpecReply(spec),
    hourlyPrice: toMoney(hourlyMicros, true),
    wait: {
      basis: isSpare ? 'spare' : samples === undefined ? 'typical' : 'observed',
      expectedMs: room ? null : expectedMs,
      ...(samples === undefined ? {} : { samples }),
    },
    room: room ? describe(room.blocked, room.detail) : null,
  };
}

/** As what whoever asks would be refused any cluster: what POST /v1/clusters looks at first, too. */
const refusalOfOwner = (principal: Principal, account: Allowance | undefined): ErrorCode | undefined =>
  findEmail(principal) === undefined ? 'EMAIL_NOT_VERIFIED' : account && refusalOf(account, 'make');
