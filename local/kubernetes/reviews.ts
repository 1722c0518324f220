/**
 * Questions to the API about rights and callers: answered, never stored.
 * https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/
 */
import { badRequest, invalid } from './errors.ts';
import { fault } from './faults.ts';
import { type Caller, serviceAccountName } from './identity.ts';
import { withoutNulls } from './json.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields } from './objects.ts';
import { type Access, reasonToAllow, rulesOf } from './rbac.ts';
import { issuerOf, verifyToken } from './tokens.ts';

/** @throws ApiError 400, 422 */
export function answerReview(
  leaf: LeafCluster,
  caller: Caller,
  kind: Kind,
  namespace: string | undefined,
  review: Fields,
): object {
  const spec: Fields = review.spec ?? {};
  const answered = (status: object): object => ({
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: { creationTimestamp: null },
    ...(Object.keys(spec).length > 0 && { spec }),
    status,
  });
  switch (kind) {
    case KINDS.SelfSubjectReview:
      return { ...answered({ userInfo: userInfo(caller) }), metadata: { creationTimestamp: leaf.now } };
    case KINDS.TokenReview:
      return answered(reviewToken(leaf, spec));
    case KINDS.SelfSubjectRulesReview:
      return answered(rulesStatus(leaf, caller, spec.namespace || undefined));
    case KINDS.SelfSubjectAccessReview:
      return answered(accessStatus(leaf, caller, accessOf(kind, spec)));
    default:
      return answered(accessStatus(leaf, subjectOf(kind, namespace, spec), accessOf(kind, spec)));
  }
}

const userInfo = ({ name, uid, groups, extra }: Caller): object => ({
  username: name,
  ...(uid !== undefined && { uid }),
  groups,
  ...(extra && { extra }),
});

function reviewToken(leaf: LeafCluster, { token, audiences }: Fields): object {
  const verified = verifyToken(leaf, String(token ?? ''), audiences?.length ? audiences : [issuerOf(leaf)]);
  if (!verified) {
    return { user: {}, error: '[invalid bearer token, service account token has been invalidated]' };
  }
  const { namespace, name, uid, extra } = verified;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return {
    authenticated: true,
    user: userInfo({ name: serviceAccountName(namespace, name), uid, groups, extra }),
    audiences: verified.audiences,
  };
}

function accessOf(kind: Kind, spec: Fields): Access {
  const { resourceAttributes: resource, nonResourceAttributes: path } = withoutNulls(spec);
  if ((resource === undefined) === (path === undefined)) {
    const why = 'Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified';
    throw invalid(kind, '', [fault('spec.resourceAttributes', why)]);
  }
  if (path) return { verb: path.verb ?? '', path: path.path ?? '' };
  return {
    verb: resource.verb ?? '',
    group: resource.group ?? '',
    resource: resource.subresource
      ? `${resource.resource ?? ''}/${resource.subresource}`
      : (resource.resource ?? ''),
    ...(resource.name && { name: resource.name }),
    ...(resource.namespace && { namespace: resource.namespace }),
  };
}

/** @throws ApiError 400, 422 */
function subjectOf(kind: Kind, namespace: string | undefined, spec: Fields): Caller {
  if (kind.namespaced && spec.resourceAttributes?.namespace !== namespace) {
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
  }
  if (!spec.user && !spec.groups?.length) {
    throw invalid(kind, '', [
      fault('spec.user', 'Invalid value: "": at least one of user or group must be specified'),
    ]);
  }
  return { name: spec.user ?? '', groups: spec.groups ?? [] };
}

function accessStatus(leaf: LeafCluster, caller: Caller, access: Access): object {
  const reason = reasonToAllow(leaf, caller, access);
  return { allowed: reason !== undefined, ...(reason && { reason }) };
}

function rulesStatus(leaf: LeafCluster, caller: Caller, namespace: string | undefined): object {
  const rules = rulesOf(leaf, caller, namespace);
  return {
    resourceRules: rules
      .filter((rule) => rule.resources)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames && { resourceNames }),
      })),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
}
