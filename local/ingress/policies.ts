/** AuthorizationPolicies: whether a request may pass. https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Fields } from '../kubernetes/objects.ts';
import type { AskedRequest } from './server.ts';
import { objectsOf, selects } from './standing.ts';

/** @param labels of the gateway's pods: which policies are meant for them */
export function isAllowed(
  leaf: LeafCluster,
  namespace: string,
  labels: Record<string, string>,
  request: AskedRequest,
): boolean {
  const policies = objectsOf(leaf, 'security.istio.io/v1', 'AuthorizationPolicy', namespace);
  return isAllowedBy(
    policies.filter(({ spec }) => !spec?.selector?.matchLabels || selects(spec.selector.matchLabels, labels)),
    request,
  );
}

/** @param policies those that are meant for the gateway */
export function isAllowedBy(policies: readonly Fields[], request: AskedRequest): boolean {
  const rulesOf = (action: string): Fields[][] =>
    policies
      .filter(({ spec }) => (spec?.action ?? 'ALLOW') === action)
      .map(({ spec }) => (spec?.rules ?? []) as Fields[]);
  if (rulesOf('DENY').some((rules) => rules.some((rule) => concerns(rule, request, true)))) return false;
  const allowing = rulesOf('ALLOW');
  // Once there is one, what none allows is refused; one without a rule allows nothing.
  return (
    allowing.length === 0 || allowing.some((rules) => rules.some((rule) => concerns(rule, request, false)))
  );
}

/** @param unknown what to take a part of a rule for that the stand-in does not know: the safe side */
function concerns({ from, to, when }: Fields, request: AskedRequest, unknown: boolean): boolean {
  if ((from?.length || when?.length) && !unknown) return false;
  const operations: Fields[] = to ?? [];
  return (
    operations.length === 0 || operations.some(({ operation = {} }) => isMeant(operation, request, unknown))
  );
}

const isMeant = (operation: Fields, { host, method, path }: AskedRequest, unknown: boolean): boolean =>
  Object.entries(operation).every(([field, patterns]) => {
    const some = (text: string): boolean => (patterns as string[]).some((pattern) => matches(pattern, text));
    switch (field) {
      // Host names know no case.
      case 'hosts':
        return (patterns as string[]).some((pattern) => matches(pattern.toLowerCase(), host));
      case 'methods':
        return some(method);
      case 'paths':
        return some(path);
      default:
        return unknown;
    }
  });

/** Exact, or with one `*` at its begin or its end. */
function matches(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== '';
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? text.endsWith(pattern.slice(1)) : pattern === text;
}
