/**
 * What an endpoint is: its name in the policy, what it takes, what it answers. Everything before the handler (who asks, what may be
 * sent) happens here and in the same order for all, so that no handler can forget it.
 */

import { z } from 'zod';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { emailAddress } from '../../shared/email.ts';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { tellDenied } from '../audit.ts';
import { asAppError } from '../failure.ts';
import { identify } from '../http/auth.ts';
import { readJson } from '../http/body.ts';
import { parseInput } from '../http/problem.ts';
import { type RequestRates, takeForAddress } from '../http/request-rates.ts';
import type { Ports } from '../ports.ts';
import type { Principal } from '../tokens.ts';
import { authorize, type EndpointName, isOfCluster, isPublic } from './policy.ts';
import { etagOf } from './reply.ts';

/** A request as its handler sees it: everything checked. */
export interface Call<Body = unknown, Query = unknown> {
  ports: Ports;
  /** @throws AppError UNAUTHENTICATED; only endpoints that are public get that far without one */
  principal(): Principal;
  /** The `{id}` of the path; empty if it has none. */
  id: string;
  /** The `{email}` of the path, in the one spelling in which Hub compares addresses; empty if it has none. */
  email: string;
  body: Body;
  query: Query;
  header(name: string): string | undefined;
  /**
   * For the endpoints of a cluster.
   * @param as whose policy it goes by, where the answer is that of another endpoint
   * @throws AppError what the policy says
   */
  authorize(cluster: Cluster, as?: EndpointName): void;
}

export interface Reply {
  /** A text is sent as it is, with a content-type among the headers. */
  body: object | string;
  headers?: Record<string, string>;
}

/** What a reply may have in its headers beside what every reply has; HTTP takes them in any case. */
export type ReplyHeader = 'Content-Disposition' | 'ETag' | 'Location';

export interface Endpoint<Body = unknown, Query = unknown> {
  name: EndpointName;
  summary: string;
  /** What it answers when all is well. */
  status: 200 | 202;
  /** Each answer makes something, so that a HEAD, which throws the answer away, is refused. */
  makes?: true;
  reply: z.ZodType;
  /** By content-type: what it answers in other forms than JSON; for the documentation. */
  texts?: Readonly<Record<string, z.ZodType>>;
  /** Headers that it always sends; for the documentation. */
  sends?: readonly ReplyHeader[];
  /** What it refuses, beyond what every endpoint of its kind does; for the documentation. */
  refuses?: readonly ErrorCode[];
  /** Request headers it reads; for the documentation. */
  headers?: z.ZodObject;
  body?: z.ZodType<Body>;
  query?: z.ZodType<Query>;
  handle(call: Call<Body, Query>): Promise<Reply>;
}

/** Lets the handler's types follow from the schemas. */
export const endpoint = <Body = undefined, Query = unknown>(spec: Endpoint<Body, Query>): Endpoint =>
  spec as Endpoint;

/** An HTTP request, as far as an endpoint looks at it. */
interface HttpCall {
  request: Request;
  /** How often this instance was asked, and by whom. */
  rates: RequestRates;
  id: string;
  /** As it is in the path, decoded; undefined if the path has none. */
  email: string | undefined;
  queries: Record<string, string[]>;
}

/** Anything not declared is refused: a caller who misspells a field should hear of it. */
const NOTHING = z.strictObject({});
const inPath = z.object({ email: emailAddress });

/** @throws AppError */
export async function serve(
  ports: Ports,
  endpoint: Endpoint,
  { request, rates, id, email, queries }: HttpCall,
): Promise<Reply> {
  const { name } = endpoint;
  const header = (key: string): string | undefined => request.headers.get(key) ?? undefined;
  if (isPublic(name)) takeForAddress(rates, ports, request.headers);
  const principal = isPublic(name) ? undefined : await identify(ports, rates, request.headers);
  const decide = (cluster?: Cluster, as = name): void => {
    try {
      authorize(as, principal, cluster);
    } catch (error) {
      const { code } = asAppError(error);
      if (principal) tellDenied(ports, { actor: principal.uid, route: as, code });
      throw error;
    }
    if (cluster && isGuarded(name)) requireUnchanged(cluster, header('if-match'));
  };
  if (!isOfCluster(name)) decide();
  const query = parseInput(endpoint.query ?? NOTHING, single(queries));
  return endpoint.handle({
    ports,
    principal: () => {
      if (!principal) throw new AppError('UNAUTHENTICATED');
      return principal;
    },
    id,
    email: email === undefined ? '' : parseInput(inPath, { email }).email,
    body: await parseBody(endpoint, request),
    query,
    header,
    authorize: decide,
  });
}

/** What `If-Match` guards: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
export const isGuarded = (name: EndpointName): boolean => isOfCluster(name) && !name.startsWith('GET ');

/**
 * Each time the cluster is read, the last time in the transaction that changes it. A weak tag is one that was compressed on its way.
 * @throws AppError CLUSTER_CHANGED
 */
function requireUnchanged(cluster: Cluster, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const seen = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!seen.includes(etagOf(cluster))) throw new AppError('CLUSTER_CHANGED');
}

async function parseBody(endpoint: Endpoint, request: Request): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  const sent = await readJson(request);
  if (!endpoint.body) {
    // Nothing is asked for, and nothing but an empty object is taken.
    if (sent) parseInput(NOTHING, sent);
    return undefined;
  }
  if (!sent) throw new AppError('INVALID_BODY', 'There is none.');
  return parseInput(endpoint.body, sent);
}

/** @throws AppError INVALID_ARGUMENT if a parameter is given more than once: two readers could take different ones */
function single(queries: Record<string, string[]>): Record<string, string> {
  const entries = Object.entries(queries).map(([key, values]) => {
    if (values.length > 1)
      throw new AppError('INVALID_ARGUMENT', undefined, {
        errors: [{ field: key.slice(0, 64), message: 'It is given more than once.' }],
      });
    return [key, values[0] ?? ''];
  });
  return Object.fromEntries(entries);
}
