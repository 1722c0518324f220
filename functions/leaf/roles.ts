/**
 * What people may do inside a cluster, and what Hub's own functions may there. Pure.
 *
 * Members work in the product's namespace only, and never get more of the product than its own sign-in gives them. So nobody
 * - reads Secrets: the product's root token and its members' bindings are there;
 * - runs anything in a pod (`exec`, `attach`, ephemeral containers): the pod has those Secrets mounted;
 * - makes or changes what makes pods: a new pod could mount them. Scaling is no such change, and deleting a pod only starts it again;
 * - reaches a port past the gateway, but owners, who may do everything in the product anyway.
 *
 * That is what Kubernetes gives them. What a Pachyderm does for them is another thing: the pods of a pipeline run its author's code, with
 * the password of Pachyderm's database in them, a token of the account `pachyderm-worker`, and whatever Secret or account of the namespace
 * the pipeline names (`transform.secrets`, `pod_patch`). So whoever may make pipelines there, an editor, is as good as an owner inside that
 * cluster, and reads its Secrets. Nothing outside of it opens by them: docs/security.md.
 */
import type { Role } from '../../shared/documents/cluster.ts';
import type { KubeObject } from './leaf.ts';
import { MEMBERS_NAMESPACE, OURS } from './names.ts';

/** Names of the Roles in the product's namespace. */
export const MEMBER_ROLES: Readonly<Record<Role, string>> = {
  viewer: 'hub-viewer',
  editor: 'hub-editor',
  owner: 'hub-owner',
};

interface Rule {
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
}

const LOOK = ['get', 'list', 'watch'];

const VIEWER: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: [
      'pods',
      'services',
      'endpoints',
      'events',
      'persistentvolumeclaims',
      'configmaps',
      'replicationcontrollers',
      'resourcequotas',
      'limitranges',
    ],
    verbs: LOOK,
  },
  {
    apiGroups: ['apps'],
    resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
    verbs: LOOK,
  },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: LOOK },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: LOOK },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: LOOK },
];

const EDITOR: readonly Rule[] = [
  ...VIEWER,
  // Logs may hold what people's own pipelines print.
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['delete'] },
];

const OWNER: readonly Rule[] = [
  ...EDITOR,
  // Asked for by POST, or by GET as a WebSocket, which is another verb:
  // https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets
  { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] },
  {
    apiGroups: ['apps'],
    resources: ['deployments/scale', 'statefulsets/scale'],
    verbs: ['get', 'update', 'patch'],
  },
];

const RBAC = 'rbac.authorization.k8s.io';

const roleObject = (namespace: string, name: string, rules: readonly Rule[]): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'Role',
  metadata: { name, namespace, labels: OURS },
  rules,
});

/** Members are bound to them as they come and go. */
export const memberRoles = (namespace: string): KubeObject[] => [
  roleObject(namespace, MEMBER_ROLES.viewer, VIEWER),
  roleObject(namespace, MEMBER_ROLES.editor, EDITOR),
  roleObject(namespace, MEMBER_ROLES.owner, OWNER),
];

const TOKENS = 'hub-tokens';
const SIGN_IN = 'hub-sign-in';

/**
 * The function that hands out credentials makes tokens of members' accounts, and signs in to the application, which it reaches from inside
 * as owners do; it can do nothing else in a cluster. Who can make an owner's token gets no more by the second.
 * @param credentialsAccount its e-mail address, which GKE has as the name of the user
 * @param namespace of the application
 */
export const credentialsRights = (credentialsAccount: string, namespace: string): KubeObject[] => [
  ...rightsIn(MEMBERS_NAMESPACE, TOKENS, credentialsAccount, [
    { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
  ]),
  ...rightsIn(namespace, SIGN_IN, credentialsAccount, [
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] },
  ]),
];

const rightsIn = (namespace: string, name: string, user: string, rules: readonly Rule[]): KubeObject[] => [
  roleObject(namespace, name, rules),
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name, namespace, labels: OURS },
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects: [{ kind: 'User', apiGroup: RBAC, name: user }],
  },
];
