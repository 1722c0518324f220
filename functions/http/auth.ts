/** From the Authorization header to who is asking. */
import { AppError } from '../../shared/errors.ts';
import type { Ports } from '../ports.ts';
import type { Principal, TokenVerifier } from '../tokens.ts';
import { type RequestRates, takeForAddress } from './request-rates.ts';

/** https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
const BEARER = /^bearer +([\w.~+/:-]+=*) *$/i;

/** @throws AppError UNAUTHENTICATED, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_INVALID, UNAVAILABLE */
async function authenticate(tokens: TokenVerifier, authorization: string | undefined): Promise<Principal> {
  if (authorization === undefined || !/^bearer\b/i.test(authorization)) throw new AppError('UNAUTHENTICATED');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new AppError('TOKEN_INVALID');
  const principal = await tokens.verify(token);
  // Nobody is the owner of what has no owner.
  if (principal.uid === '') throw new AppError('TOKEN_INVALID');
  return principal;
}

/**
 * The same, and counted: for the account that is proven, or else for the address.
 * @throws AppError those of `authenticate`, TOO_MANY_REQUESTS
 */
export async function identify(
  ports: Pick<Ports, 'tokens' | 'settings'>,
  rates: RequestRates,
  headers: Headers,
): Promise<Principal> {
  let principal: Principal;
  try {
    principal = await authenticate(ports.tokens, headers.get('authorization') ?? undefined);
  } catch (error) {
    takeForAddress(rates, ports, headers);
    throw error;
  }
  rates.take(`account ${principal.uid}`, ports.settings.limits.accountRequestsPerMinute);
  return principal;
}
