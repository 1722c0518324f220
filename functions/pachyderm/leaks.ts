/**
 * What a cluster's gateway keeps to itself, seen from outside: some methods pachd lets anybody call, two tell the owners of a cluster the
 * operator's licence, and by some they would open it to everybody. Each of them is tried, by nobody in particular, and must get no further than the gateway. https://github.com/pachyderm/pachyderm/blob/master/src/internal/middleware/auth/interceptor.go
 */
import { askedBy, callAll, callOne } from './calls.ts';
import { isAway, pachydermError, wordsOf } from './errors.ts';
import { GRPC, type GrpcChannel, GrpcRefusal } from './grpc.ts';
import type { Reach } from './reach.ts';
import { page } from './sign-in.ts';

/**
 * What gets through that must not; undefined if nothing does. After it, the channel is good for nothing but to be closed.
 * @throws AppError LEAF_UNAVAILABLE if there is no verdict
 */
export async function findLeak(channel: GrpcChannel, reach: Reach): Promise<string | undefined> {
  const found = await Promise.all([
    ...CALLS.map(([what, call]) => trouble(what, () => call(channel))),
    ...PATHS.map((path) => visited(reach, path)),
  ]);
  const leaks = found.filter((leak) => leak !== undefined);
  return leaks.length === 0 ? undefined : leaks.join('; ');
}

/**
 * Each row that changes in the database is told to whoever listens; a sign-in ends in a session for whoever began it. Of the licence pachd itself
 * tells a stranger nothing, in other words than the gateway's.
 */
const CALLS: readonly (readonly [string, (channel: GrpcChannel) => Promise<unknown>])[] = [
  ['auth_v2.API/GetOIDCLogin', (channel) => callOne(channel, 'auth_v2.API/GetOIDCLogin', {}, askedBy())],
  [
    'proxy.API/Listen',
    (channel) => callAll(channel, 'proxy.API/Listen', { channel: 'hub' }, { ...askedBy(), onlyFirst: true }),
  ],
  [
    'license_v2.API/GetActivationCode',
    (channel) => callOne(channel, 'license_v2.API/GetActivationCode', {}, askedBy()),
  ],
  [
    'enterprise_v2.API/GetActivationCode',
    (channel) => callOne(channel, 'enterprise_v2.API/GetActivationCode', {}, askedBy()),
  ],
];

/** The same as JSON, and where a sign-in ends. By GET, to which pachd has another answer than the gateway, and which begins nothing. */
const PATHS = [
  ...['/api/proxy.API/Listen', '/api/auth_v2.API/GetOIDCLogin', '/authorization-code/callback'],
  ...['/api/license_v2.API/GetActivationCode', '/api/enterprise_v2.API/GetActivationCode'],
  ...['/api/auth_v2.API/Deactivate', '/api/auth_v2.API/SetConfiguration'],
  ...['/api/identity_v2.API/CreateIDPConnector', '/api/identity_v2.API/DeleteAll'],
];

async function trouble(what: string, call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call();
    return `${what} answers strangers`;
  } catch (error) {
    if (!(error instanceof GrpcRefusal)) throw error;
    if (error.status === GRPC.PERMISSION_DENIED) return undefined;
    if (isAway(error)) throw pachydermError(what, error);
    return `${what} gets another answer than a refusal: ${wordsOf(error)}`;
  }
}

/** From outside all doors are one. */
async function visited(reach: Reach, path: string): Promise<string | undefined> {
  const { status } = await page(reach, 'console', { path });
  return status === 403 ? undefined : `${path} answers HTTP ${status}`;
}
