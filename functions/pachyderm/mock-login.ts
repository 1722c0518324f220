/**
 * Tries the login that Pachyderm's chart brings when nobody gives it a provider: dex with `admin` and `password`.
 * https://github.com/pachyderm/pachyderm/blob/master/etc/helm/pachyderm/templates/_helpers.tpl (`pachyderm.idps`)
 */
import { AppError } from '../../shared/errors.ts';
import type { WebReply } from '../net/exchange.ts';
import { ask } from './calls.ts';
import type { GrpcChannel } from './grpc.ts';
import type { Reach } from './reach.ts';
import { page, pathOf } from './sign-in.ts';

/** Names under which such connectors come: the chart's, and those of dex's own examples. */
const MOCK_CONNECTORS = ['test', 'mock', 'local'];

const GUESS = { login: 'admin', password: 'password' };

/** What lets somebody in who is not sent to Hub; undefined if nothing does. @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED */
export async function findMockLogin(
  channel: GrpcChannel,
  reach: Reach,
  issuer: string,
): Promise<string | undefined> {
  const { loginUrl } = await ask(channel, 'auth_v2.API/GetOIDCLogin', {});
  const usual = new URL(loginUrl);
  const finding = await tryLogin(reach, usual, issuer);
  if (finding !== undefined) return finding;
  for (const connector of MOCK_CONNECTORS) {
    const named = new URL(usual);
    named.searchParams.set('connector_id', connector);
    const reply = await page(reach, 'identity', { path: pathOf(named) });
    if (reply.status >= 500) throw unanswered(reply);
    if (reply.location === undefined) continue;
    const found = await tryLogin(reach, new URL(reply.location, named), issuer);
    if (found !== undefined) return `the connector "${connector}" answers: ${found}`;
  }
  return undefined;
}

async function tryLogin(reach: Reach, start: URL, issuer: string): Promise<string | undefined> {
  let at = start;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    if (isWithin(at, issuer)) return undefined;
    if (at.origin !== start.origin) return 'it leads to another provider than Hub';
    if (at.pathname.endsWith('/login')) return tryPassword(reach, at);
    const reply = await page(reach, 'identity', { path: pathOf(at) });
    if (reply.status >= 500) throw unanswered(reply);
    if (reply.location === undefined) return 'it offers a choice of logins, or none';
    at = new URL(reply.location, at);
  }
  return 'its login leads in circles';
}

const MAX_HOPS = 5;

const isWithin = (at: URL, issuer: string): boolean => `${at.origin}${at.pathname}`.startsWith(`${issuer}/`);

/** That there is a password to try is wrong already; which of the two it was helps whoever has to find out why. */
async function tryPassword(reach: Reach, login: URL): Promise<string> {
  const reply = await page(reach, 'identity', { method: 'POST', path: pathOf(login), form: GUESS });
  return reply.location === undefined
    ? 'there is a login by password'
    : 'admin with the password of the chart is let in';
}

const unanswered = ({ status }: WebReply): AppError =>
  new AppError('LEAF_UNAVAILABLE', `the identity server answers HTTP ${status}`);
