/** The calls of Pachyderm's API that Hub makes, typed; each is one row of what it asks and what it answers. */
import { seconds } from '../../shared/units.ts';
import { pachydermError } from './errors.ts';
import { GRPC, type GrpcChannel, GrpcRefusal } from './grpc.ts';
import { pachydermProtos } from './protos.ts';

export interface Resource {
  type: number;
  name?: string;
}

export interface Connector {
  id: string;
  type: string;
  jsonConfig: string;
  config?: { fields: Record<string, { stringValue?: string; boolValue?: boolean }> };
}

interface Timestamp {
  seconds: number;
  nanos?: number;
}

interface Repo {
  name: string;
  type: string;
  project?: { name: string };
}

type Nothing = Record<never, never>;

/** Request and answer of each method; of a streaming one, each of its answers. */
interface Calls {
  'versionpb_v2.API/GetVersion': [
    Nothing,
    { major: number; minor: number; micro: number; additional: string },
  ];
  'auth_v2.API/WhoAmI': [Nothing, { username: string; expiration?: Timestamp }];
  'auth_v2.API/Authorize': [
    { resource: Resource; permissions: readonly number[] },
    { authorized: boolean; satisfied: number[]; missing: number[]; principal: string },
  ];
  'auth_v2.API/GetRoleBinding': [
    { resource: Resource },
    { binding?: { entries: Record<string, { roles: Record<string, boolean> }> } },
  ];
  'auth_v2.API/ModifyRoleBinding': [
    { resource: Resource; principal: string; roles: readonly string[] },
    Nothing,
  ];
  'auth_v2.API/GetConfiguration': [
    Nothing,
    { configuration?: { issuer: string; requireEmailVerified: boolean } },
  ];
  'auth_v2.API/GetOIDCLogin': [Nothing, { loginUrl: string; state: string }];
  'auth_v2.API/Authenticate': [{ oidcState: string }, { pachToken: string }];
  'auth_v2.API/RestoreAuthToken': [
    { token: { hashedToken: string; subject: string; expiration: Timestamp } },
    Nothing,
  ];
  'auth_v2.API/RevokeAuthToken': [{ token: string }, { number: number }];
  'auth_v2.API/RevokeAuthTokensForUser': [{ username: string }, { number: number }];
  'auth_v2.API/ExtractAuthTokens': [Nothing, { tokens: { subject: string }[] }];
  'auth_v2.API/GetRobotToken': [{ robot: string; ttl: number }, { token: string }];
  'identity_v2.API/ListIDPConnectors': [Nothing, { connectors: Connector[] }];
  'license_v2.API/GetActivationCode': [Nothing, Nothing];
  'enterprise_v2.API/GetActivationCode': [Nothing, Nothing];
  'proxy.API/Listen': [{ channel: string }, { extra: string }];
  'pfs_v2.API/ListProject': [Nothing, { project?: { name: string } }];
  'pfs_v2.API/ListRepo': [{ type?: string }, { repo?: Repo }];
}

type Method = keyof Calls;

/** One call inside one cluster; a step ends within 60 s and makes several. */
const CALL_TIMEOUT_MS = seconds(10);

interface Asked {
  /** Who asks; nobody if absent. */
  token?: string | undefined;
  timeoutMs: number;
  /** See `CallOptions`. */
  onlyFirst?: true;
}

interface Codec {
  encode(value: object): Uint8Array;
  decode(bytes: Uint8Array): object;
}

const codecs = new Map<Method, Codec>();

function codecOf(method: Method): Codec {
  const known = codecs.get(method);
  if (known) return known;
  const [service = '', name = ''] = method.split('/');
  const { resolvedRequestType, resolvedResponseType } =
    pachydermProtos().lookupService(service).methods[name] ?? {};
  if (!resolvedRequestType || !resolvedResponseType) throw new Error(`${method} is not in protos.ts`);
  const codec: Codec = {
    encode: (value) => resolvedRequestType.encode(resolvedRequestType.fromObject(value)).finish(),
    decode: (bytes) =>
      resolvedResponseType.toObject(resolvedResponseType.decode(bytes), {
        longs: Number,
        defaults: true,
        arrays: true,
        objects: true,
      }),
  };
  codecs.set(method, codec);
  return codec;
}

/** All answers of a call. @throws GrpcRefusal */
export async function callAll<M extends Method>(
  channel: GrpcChannel,
  method: M,
  request: Calls[M][0],
  { token, ...asked }: Asked,
): Promise<Calls[M][1][]> {
  const codec = codecOf(method);
  const metadata = token === undefined ? {} : { 'authn-token': token };
  const replies = await channel.call(`/${method}`, codec.encode(request), { metadata, ...asked });
  try {
    return replies.map((bytes) => codec.decode(bytes) as Calls[M][1]);
  } catch {
    throw new GrpcRefusal(GRPC.INTERNAL, 'the answer cannot be decoded');
  }
}

/** @throws GrpcRefusal */
export async function callOne<M extends Method>(
  channel: GrpcChannel,
  method: M,
  request: Calls[M][0],
  asked: Asked,
): Promise<Calls[M][1]> {
  const [reply] = await callAll(channel, method, request, asked);
  if (!reply) throw new GrpcRefusal(GRPC.INTERNAL, 'there is no message in the answer');
  return reply;
}

/** A call that must be answered. @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED */
export async function ask<M extends Method>(
  channel: GrpcChannel,
  method: M,
  request: Parameters<typeof callOne<M>>[2],
  token?: string,
): ReturnType<typeof callOne<M>> {
  try {
    return await callOne(channel, method, request, askedBy(token));
  } catch (error) {
    throw translated(method, error, token);
  }
}

/** The same for a call with many answers. @throws AppError LEAF_UNAVAILABLE, PRODUCT_REFUSED */
export async function askAll<M extends Method>(
  channel: GrpcChannel,
  method: M,
  request: Parameters<typeof callAll<M>>[2],
  token: string,
): ReturnType<typeof callAll<M>> {
  try {
    return await callAll(channel, method, request, askedBy(token));
  } catch (error) {
    throw translated(method, error, token);
  }
}

export const askedBy = (token?: string): Asked => ({ token, timeoutMs: CALL_TIMEOUT_MS });

export const translated = (method: string, error: unknown, token?: string): unknown =>
  error instanceof GrpcRefusal ? pachydermError(method, error, token === undefined ? [] : [token]) : error;
