/**
 * The roles that every cluster has from the start, with what they hold in a real one as far as it concerns kinds served here.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
import { create } from './api.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { EVERYTHING, type Rule } from './rbac.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

const rule = (group: string, resources: string, verbs: readonly string[]): Rule => ({
  apiGroups: [group],
  resources: resources.split(' '),
  verbs,
});
const paths = (urls: string): Rule => ({ nonResourceURLs: urls.split(' '), verbs: ['get'] });

const NETWORKING = 'networking.k8s.io';

/** All but Secrets and rights. */
const VIEW: readonly Rule[] = [
  rule(
    '',
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
    READ,
  ),
  rule(
    '',
    'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
    READ,
  ),
  rule('', 'namespaces', READ),
  rule('discovery.k8s.io', 'endpointslices', READ),
  rule(
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
    READ,
  ),
  rule('autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status', READ),
  rule('batch', 'cronjobs cronjobs/status jobs jobs/status', READ),
  rule('policy', 'poddisruptionbudgets poddisruptionbudgets/status', READ),
  rule(NETWORKING, 'ingresses ingresses/status networkpolicies', READ),
];

const EDIT: readonly Rule[] = [
  rule('', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy', READ),
  rule('', 'serviceaccounts', ['impersonate']),
  rule('', 'pods pods/attach pods/exec pods/portforward pods/proxy', WRITE),
  rule('', 'pods/eviction', ['create']),
  rule(
    '',
    'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
    WRITE,
  ),
  rule('', 'serviceaccounts/token', ['create']),
  rule(
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
    WRITE,
  ),
  rule('autoscaling', 'horizontalpodautoscalers', WRITE),
  rule('batch', 'cronjobs jobs', WRITE),
  rule('policy', 'poddisruptionbudgets', WRITE),
  rule(NETWORKING, 'ingresses networkpolicies', WRITE),
  rule('coordination.k8s.io', 'leases', [...READ, ...WRITE]),
];

const ADMIN: readonly Rule[] = [
  rule('authorization.k8s.io', 'localsubjectaccessreviews', ['create']),
  rule('rbac.authorization.k8s.io', 'rolebindings roles', [...READ, ...WRITE]),
];

const HEALTH = '/healthz /livez /readyz /version /version/';

const ROLES: Readonly<Record<string, readonly Rule[]>> = {
  'cluster-admin': EVERYTHING,
  'system:basic-user': [
    rule('authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews', ['create']),
    rule('authentication.k8s.io', 'selfsubjectreviews', ['create']),
  ],
  'system:discovery': [paths(`/api /api/* /apis /apis/* /openapi /openapi/* ${HEALTH}`)],
  'system:public-info-viewer': [paths(HEALTH)],
  'system:service-account-issuer-discovery': [
    paths(
      '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
    ),
  ],
  'system:auth-delegator': [
    rule('authentication.k8s.io', 'tokenreviews', ['create']),
    rule('authorization.k8s.io', 'subjectaccessreviews', ['create']),
  ],
};

const LABEL = 'rbac.authorization.k8s.io/aggregate-to-';

/** Roles made of whatever roles carry their label, and the labels of those that come with the cluster. */
const AGGREGATED: ReadonlyArray<readonly [name: string, rules: readonly Rule[], into: string | undefined]> = [
  ['view', VIEW, 'edit'],
  ['edit', EDIT, 'admin'],
  ['admin', ADMIN, undefined],
];

const BINDINGS: ReadonlyArray<readonly [role: string, ...groups: string[]]> = [
  ['cluster-admin', 'system:masters'],
  ['system:basic-user', 'system:authenticated'],
  ['system:discovery', 'system:authenticated'],
  ['system:public-info-viewer', 'system:authenticated', 'system:unauthenticated'],
  ['system:service-account-issuer-discovery', 'system:serviceaccounts'],
];

const BORN = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};

export function addDefaultRoles(leaf: LeafCluster): void {
  const role = (name: string, labels: Record<string, string>, content: object): void => {
    const metadata = { name, ...BORN, labels: { ...BORN.labels, ...labels } };
    create(leaf, KINDS.ClusterRole, undefined, { metadata, ...content });
  };
  for (const [name, rules] of Object.entries(ROLES)) role(name, {}, { rules });
  for (const [name, rules, into] of AGGREGATED) {
    role(`system:aggregate-to-${name}`, { [`${LABEL}${name}`]: 'true' }, { rules });
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [`${LABEL}${name}`]: 'true' } }] };
    role(name, into === undefined ? {} : { [`${LABEL}${into}`]: 'true' }, { aggregationRule, rules: [] });
  }
  for (const [name, ...groups] of BINDINGS) {
    create(leaf, KINDS.ClusterRoleBinding, undefined, {
      metadata: { name, ...BORN },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: groups.map((group) => ({
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Group',
        name: group,
      })),
    });
  }
}
