/**
 * Signing in as people do: pachd sends to dex, dex to Hub's OpenID provider, and the code travels back. Hub signs in so itself, as a
 * principal of its own that the bindings make cluster admin; so no standing token of Hub's is kept anywhere, and the root token stays
 * in the leaf. Each time it proves that people can sign in, too.
 */
import { AppError, cut } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import type { WebReply, WebRequest } from '../net/exchange.ts';
import { ask } from './calls.ts';
import { HUB_CONNECTOR } from './dex.ts';
import { elsewhere } from './elsewhere.ts';
import { connectionError } from './errors.ts';
import type { GrpcChannel } from './grpc.ts';
import { type Door, type Reach, visit } from './reach.ts';

const PAGE_TIMEOUT_MS = seconds(10);

/** No name in the DNS is longer: https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4 */
const MAX_ORIGIN = 263;

export async function signIn(
  channel: GrpcChannel,
  reach: Reach,
  authorize: (request: URL) => Promise<URL>,
): Promise<string> {
  const { loginUrl, state } = await ask(channel, 'auth_v2.API/GetOIDCLogin', {});
  const login = new URL(loginUrl);
  // People's own clients open it as it is, so it is no proof that Hub would get further from elsewhere.
  if (login.origin !== new URL(`https://${reach.authority}`).origin) {
    throw elsewhere(`it sends people to ${cut(login.origin, MAX_ORIGIN)}`);
  }
  // Should there be another connector beside Hub's, which the proof of the lock finds, dex would ask which one.
  login.searchParams.set('connector_id', HUB_CONNECTOR);
  const request = await upstreamOf(reach, login);
  const answer = await authorize(request);
  const back = await page(reach, 'identity', { path: pathOf(answer) });
  const callback = redirectOf(back, 'dex did not accept the code');
  const done = await page(reach, 'callback', { path: pathOf(new URL(callback, loginUrl)) });
  if (done.status !== 200) throw refused('pachd did not accept the code', done);
  const { pachToken } = await ask(channel, 'auth_v2.API/Authenticate', { oidcState: state });
  return pachToken;
}

/** Follows dex to the provider behind it. @throws AppError PRODUCT_REFUSED if dex asks something itself */
async function upstreamOf(reach: Reach, login: URL): Promise<URL> {
  let at = login;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const reply = await page(reach, 'identity', { path: pathOf(at) });
    const next = new URL(redirectOf(reply, 'dex did not lead to a provider'), at);
    if (next.origin !== login.origin || !next.pathname.startsWith(dexPathOf(login))) return next;
    at = next;
  }
  throw elsewhere('dex leads in circles');
}

const MAX_HOPS = 5;

/** `/dex/auth` → `/dex/`. */
const dexPathOf = ({ pathname }: URL): string => pathname.slice(0, pathname.lastIndexOf('/') + 1);

export const pathOf = ({ pathname, search }: URL): string => `${pathname}${search}`;

/** @throws AppError LEAF_UNAVAILABLE also for what the server says to be a fault of its own: it proves nothing */
export async function page(
  reach: Reach,
  door: Door,
  request: Omit<WebRequest, 'timeoutMs'>,
): Promise<WebReply> {
  const name = `the ${door} page`;
  const reply = await visit(reach, door, { ...request, timeoutMs: PAGE_TIMEOUT_MS }).catch(
    (error: unknown) => {
      throw connectionError(name, error);
    },
  );
  if (reply.status >= 502) throw new AppError('LEAF_UNAVAILABLE', `${name}: HTTP ${reply.status}`);
  return reply;
}

function redirectOf(reply: WebReply, what: string): string {
  if (reply.location === undefined || reply.status < 300 || reply.status > 399) throw refused(what, reply);
  return reply.location;
}

/** Without the page's text: it may repeat the code or an address. */
const refused = (what: string, { status }: WebReply): AppError =>
  new AppError(status >= 500 ? 'LEAF_UNAVAILABLE' : 'PRODUCT_REFUSED', `${what}: HTTP ${status}`);
