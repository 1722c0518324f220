/**
 * Who may do what: one row per endpoint, one column per caller. Handlers ask it, the tests walk through it cell by cell, and
 * whatever is not in it cannot be mounted.
 */
import { type Cluster, roleOf } from '../../shared/documents/cluster.ts';
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import type { Principal } from '../tokens.ts';

/** What somebody is to the thing they ask for. A stranger is anybody signed in. */
export const CALLERS = ['anonymous', 'stranger', 'viewer', 'editor', 'owner', 'operator'] as const;
type Caller = (typeof CALLERS)[number];

type Rule = Readonly<Record<Caller, 'allow' | ErrorCode>>;

const everyone: Rule = {
  anonymous: 'allow',
  stranger: 'allow',
  viewer: 'allow',
  editor: 'allow',
  owner: 'allow',
  operator: 'allow',
};
const signedIn: Rule = { ...everyone, anonymous: 'UNAUTHENTICATED' };
/** To a stranger a cluster looks exactly like one that does not exist. */
const members: Rule = { ...signedIn, stranger: 'NOT_FOUND' };
const owners: Rule = { ...members, viewer: 'OWNER_ONLY', editor: 'OWNER_ONLY' };
/** What is inside a cluster is its members' alone: who operates Hub has no business there. */
const membersOnly: Rule = { ...members, operator: 'NOT_FOUND' };
const ownersOnly: Rule = { ...owners, operator: 'NOT_FOUND' };
const operators: Rule = {
  anonymous: 'UNAUTHENTICATED',
  stranger: 'OPERATOR_ONLY',
  viewer: 'OPERATOR_ONLY',
  editor: 'OPERATOR_ONLY',
  owner: 'OPERATOR_ONLY',
  operator: 'allow',
};

export const POLICY = {
  'GET /v1/health': everyone,
  'GET /v1/status': everyone,
  'GET /v1/openapi.json': everyone,
  'GET /v1/keys': everyone,
  'GET /v1/catalog': signedIn,
  'GET /v1/quote': signedIn,
  'GET /v1/me': signedIn,
  'PUT /v1/me/quotaRequest': signedIn,
  'DELETE /v1/me/quotaRequest': signedIn,
  'GET /v1/account': signedIn,
  'DELETE /v1/account': signedIn,
  'POST /v1/clusters': signedIn,
  'GET /v1/clusters': signedIn,
  'GET /v1/clusters/{id}': members,
  'DELETE /v1/clusters/{id}': owners,
  'POST /v1/clusters/{id}:retry': owners,
  'POST /v1/clusters/{id}:transfer': ownersOnly,
  // It is their money.
  'POST /v1/clusters/{id}:extend': ownersOnly,
  'GET /v1/clusters/{id}/events': members,
  'GET /v1/clusters/{id}/cleanup': members,
  'GET /v1/clusters/{id}/members': members,
  'PUT /v1/clusters/{id}/members/{email}': ownersOnly,
  // To leave is everybody's own; the endpoint lets them.
  'DELETE /v1/clusters/{id}/members/{email}': ownersOnly,
  'GET /v1/clusters/{id}/credentials': membersOnly,
  'GET /v1/pools': operators,
  'GET /v1/pools/{id}': operators,
  'PUT /v1/pools/{id}': operators,
  'GET /v1/admin/accounts': operators,
  'PUT /v1/admin/accounts/{id}': operators,
  'POST /v1/admin/accounts/{id}:delete': operators,
  'GET /v1/admin/clusters': operators,
  'GET /v1/admin/cells': operators,
  'GET /v1/admin/audit': operators,
  'GET /v1/admin/deadLetters': operators,
  'POST /v1/admin/deadLetters/{id}:replay': operators,
  'POST /v1/admin/deadLetters/{id}:dismiss': operators,
  'GET /v1/admin/orphans': operators,
  'POST /v1/admin/orphans/{id}:delete': operators,
} as const satisfies Record<string, Rule>;

export type EndpointName = keyof typeof POLICY;

/** Method and path of an endpoint. */
export function partsOf(endpoint: EndpointName): { method: string; path: string } {
  const [method = '', path = ''] = endpoint.split(' ');
  return { method, path };
}

/** Whether the endpoint answers without a token. */
export const isPublic = (endpoint: EndpointName): boolean => POLICY[endpoint].anonymous === 'allow';

/** Whether the verdict hangs on a cluster, so that only who has read it can judge. */
export const isOfCluster = (endpoint: EndpointName): boolean => endpoint.includes('/v1/clusters/{id}');

/**
 * @param cluster the one that is asked for, where one is
 * @throws AppError the refusal of the table
 */
export function authorize(endpoint: EndpointName, principal: Principal | undefined, cluster?: Cluster): void {
  const callers = callersOf(principal, cluster);
  if (callers.some((caller) => POLICY[endpoint][caller] === 'allow')) return;
  const refusal: 'allow' | ErrorCode = POLICY[endpoint][callers[0]];
  throw new AppError(refusal === 'allow' ? 'NOT_FOUND' : refusal);
}

/** An operator may be a member too, and may then do what either may. */
function callersOf(principal: Principal | undefined, cluster: Cluster | undefined): [Caller, ...Caller[]] {
  if (!principal) return ['anonymous'];
  const { uid, operator } = principal;
  const role = cluster && roleOf(cluster, uid);
  return [role ?? 'stranger', ...(operator ? (['operator'] as const) : [])];
}
