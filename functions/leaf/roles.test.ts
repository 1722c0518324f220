/** The Roles of members, judged by the Kubernetes stand-in: rights are what the API says, not what a manifest looks like. */
import { beforeAll, describe, expect, test } from 'vitest';
import { aWorld } from '../../local/a-world.ts';
import { type Caller, serviceAccountCaller } from '../../local/kubernetes/identity.ts';
import type { LeafCluster } from '../../local/kubernetes/leaf-cluster.ts';
import { createLeaves } from '../../local/kubernetes/leaves.ts';
import { allows } from '../../local/kubernetes/rbac.ts';
import { memoryLeaves } from '../../local/memory/leaf.ts';
import { hello } from '../../shared/catalog/hello.ts';
import type { Role } from '../../shared/documents/cluster.ts';
import { aPlan } from '../../test/a-plan.ts';
import { ensureInstalled } from './install.ts';
import { MEMBERS_NAMESPACE } from './names.ts';
import { MEMBER_ROLES } from './roles.ts';

const ROLES: readonly Role[] = ['viewer', 'editor', 'owner'];
const CREDENTIALS: Caller = {
  name: 'credentials@a-project.iam.gserviceaccount.com',
  groups: ['system:authenticated'],
};

let cluster: LeafCluster;

beforeAll(async () => {
  const leaves = createLeaves(aWorld(), {
    compute: { create: () => undefined, remove: () => undefined },
    publish: () => undefined,
    isAccessToken: () => true,
    https: false,
  });
  const entry = await leaves.start({ name: 'leaf', location: 'x-y1-a', nodeCount: 1, machineType: 'e2' });
  const leaf = memoryLeaves(leaves).open(entry);
  await ensureInstalled(leaf, aPlan({ product: hello, version: '1.1.0' }));
  for (const role of ROLES) {
    await leaf.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: role, namespace: 'hello' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: MEMBER_ROLES[role] },
      subjects: [{ kind: 'ServiceAccount', name: role, namespace: MEMBERS_NAMESPACE }],
    });
  }
  cluster = leaves.findByServer(entry.server) as LeafCluster;
});

const GROUPS: Readonly<Record<string, string>> = { deployments: 'apps', statefulsets: 'apps', jobs: 'batch' };

/** @param what as kubectl says it: `get pods/log` */
function may(caller: Caller, what: string, namespace: string): boolean {
  const [verb = '', resource = ''] = what.split(' ');
  return allows(cluster, caller, {
    verb,
    resource,
    group: GROUPS[resource.split('/')[0] ?? ''] ?? '',
    namespace,
  });
}

const whoMay = (what: string, namespace = 'hello'): Role[] =>
  ROLES.filter((role) => may(serviceAccountCaller(MEMBERS_NAMESPACE, role), what, namespace));

describe('in the product’s namespace', () => {
  test.each<[string, Role[]]>([
    ['list pods', ['viewer', 'editor', 'owner']],
    ['watch deployments', ['viewer', 'editor', 'owner']],
    ['get jobs', ['viewer', 'editor', 'owner']],
    ['get pods/log', ['editor', 'owner']],
    ['delete pods', ['editor', 'owner']],
    ['create pods/portforward', ['owner']],
    ['patch deployments/scale', ['owner']],
  ])('%s: %j', (what, roles) => expect(whoMay(what)).toEqual(roles));

  test.each([
    ...['get secrets', 'list secrets', 'create secrets', 'create pods', 'patch pods', 'create pods/exec'],
    ...['create pods/attach', 'patch pods/ephemeralcontainers', 'get pods/proxy', 'create jobs'],
    ...['create deployments', 'patch deployments', 'update statefulsets', 'delete deployments'],
    ...[
      'create rolebindings',
      'create serviceaccounts/token',
      'delete networkpolicies',
      'patch resourcequotas',
    ],
    ...['get nodes', 'deletecollection pods', 'impersonate users'],
  ])('%s: nobody', (what) => expect(whoMay(what)).toEqual([]));
});

test.each(['hub-system', MEMBERS_NAMESPACE, 'istio-system', 'istio-ingress', 'kube-system', 'default'])(
  'in %s members may nothing',
  (namespace) => {
    for (const what of ['list pods', 'get secrets', 'create pods/exec', 'create serviceaccounts/token']) {
      expect(whoMay(what, namespace)).toEqual([]);
    }
  },
);

test('who hands out credentials makes tokens of members, comes to the application, and does nothing else', () => {
  expect(may(CREDENTIALS, 'create serviceaccounts/token', MEMBERS_NAMESPACE)).toBe(true);
  for (const namespace of ['hub-system', 'kube-system', 'hello']) {
    expect(may(CREDENTIALS, 'create serviceaccounts/token', namespace)).toBe(false);
  }
  for (const what of ['create serviceaccounts', 'get secrets', 'list pods', 'create rolebindings']) {
    expect(may(CREDENTIALS, what, MEMBERS_NAMESPACE)).toBe(false);
  }
  for (const what of ['list pods', 'get pods/portforward', 'create pods/portforward']) {
    expect(may(CREDENTIALS, what, 'hello')).toBe(true);
    expect(may(CREDENTIALS, what, 'istio-ingress')).toBe(false);
  }
  for (const what of ['get secrets', 'delete pods', 'get pods/log', 'create pods/exec', 'create pods']) {
    expect(may(CREDENTIALS, what, 'hello')).toBe(false);
  }
});
