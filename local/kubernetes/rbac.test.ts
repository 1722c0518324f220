import { beforeEach, describe, expect, test } from 'vitest';
import { apply, create, get, update } from './api.ts';
import { type Caller, serviceAccountCaller } from './identity.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { type Access, allows, forbiddenTo, type Rule } from './rbac.ts';
import { accessOf } from './request-attributes.ts';
import { answerReview } from './reviews.ts';
import { parseResourcePath } from './routes.ts';
import { aLeaf, made, type TestLeaf } from './testing.ts';

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
});

const ANN: Caller = { name: 'ann@example.com', groups: ['team', 'system:authenticated'] };
const ROBOT = serviceAccountCaller('default', 'robot');
const GROUP = 'rbac.authorization.k8s.io';

const bind = (subject: object, role: object, namespaced = true) =>
  made(leaf, namespaced ? KINDS.RoleBinding : KINDS.ClusterRoleBinding, {
    metadata: { generateName: 'b-' },
    roleRef: { apiGroup: GROUP, ...role },
    subjects: [subject],
  });
const grant = (subject: object, rules: Rule[], namespaced = true) => {
  const kind = namespaced ? 'Role' : 'ClusterRole';
  const role = made(leaf, KINDS[kind], { metadata: { generateName: 'r-' }, rules });
  return bind(subject, { kind, name: role.metadata.name }, namespaced);
};
const USER = { kind: 'User', name: ANN.name };
const ACCOUNT = { kind: 'ServiceAccount', name: 'robot', namespace: 'default' };

const on = (verb: string, resource: string, more: Partial<Access> = {}): Access => ({
  verb,
  group: '',
  resource,
  namespace: 'default',
  ...more,
});
const READ_PODS: Rule = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };

describe('a caller may', () => {
  test('nothing but ask what it may, where nobody granted anything', () => {
    expect(allows(leaf, ANN, on('get', 'pods'))).toBe(false);
    expect(allows(leaf, ANN, { verb: 'get', path: '/apis/apps' })).toBe(true);
    expect(allows(leaf, ANN, { verb: 'get', path: '/metrics' })).toBe(false);
    const ask = { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' };
    expect(allows(leaf, ANN, ask)).toBe(true);
  });

  test.each([
    ['a user by name', USER, ANN],
    ['a group', { kind: 'Group', name: 'team' }, ANN],
    ['a service account', ACCOUNT, ROBOT],
    ['all service accounts of a namespace', { kind: 'Group', name: 'system:serviceaccounts:default' }, ROBOT],
  ])('what a Role grants to %s, in its namespace only', (_title, subject, caller) => {
    grant(subject, [READ_PODS]);
    expect(allows(leaf, caller, on('list', 'pods'))).toBe(true);
    expect(allows(leaf, caller, on('delete', 'pods'))).toBe(false);
    expect(allows(leaf, caller, on('list', 'secrets'))).toBe(false);
    expect(allows(leaf, caller, on('list', 'pods', { namespace: 'kube-system' }))).toBe(false);
    expect(allows(leaf, caller, { verb: 'list', group: '', resource: 'pods' })).toBe(false);
  });

  test('everywhere what a ClusterRoleBinding grants, and in one namespace what a RoleBinding to a ClusterRole does', () => {
    bind(USER, { kind: 'ClusterRole', name: 'view' }, true);
    bind(ACCOUNT, { kind: 'ClusterRole', name: 'view' }, false);
    expect(allows(leaf, ANN, on('list', 'pods'))).toBe(true);
    expect(allows(leaf, ANN, on('list', 'pods', { namespace: 'kube-system' }))).toBe(false);
    expect(allows(leaf, ROBOT, on('list', 'pods', { namespace: 'kube-system' }))).toBe(true);
    expect(allows(leaf, ROBOT, { verb: 'list', group: '', resource: 'pods' })).toBe(true);
  });

  test('reach a subresource only by its own name or a pattern for it', () => {
    grant(USER, [READ_PODS, { apiGroups: ['apps'], resources: ['*/scale'], verbs: ['get'] }]);
    expect(allows(leaf, ANN, on('get', 'pods/log'))).toBe(false);
    expect(allows(leaf, ANN, on('get', 'deployments/scale', { group: 'apps' }))).toBe(true);
    expect(allows(leaf, ANN, on('get', 'deployments', { group: 'apps' }))).toBe(false);
  });

  test('touch only the named objects where names are given', () => {
    grant(USER, [
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['key'], verbs: ['get', 'list'] },
    ]);
    expect(allows(leaf, ANN, on('get', 'secrets', { name: 'key' }))).toBe(true);
    expect(allows(leaf, ANN, on('get', 'secrets', { name: 'other' }))).toBe(false);
    expect(allows(leaf, ANN, on('list', 'secrets'))).toBe(false);
  });

  test('do everything as one of the masters', () => {
    const master: Caller = { name: 'hub', groups: ['system:masters'] };
    expect(allows(leaf, master, on('escalate', 'anything', { group: 'any.example' }))).toBe(true);
    expect(allows(leaf, master, { verb: 'post', path: '/anything' })).toBe(true);
  });
});

describe('the default roles', () => {
  const mayAs = (role: string, access: Access): boolean => {
    const caller: Caller = { name: `${role}-user`, groups: [] };
    bind({ kind: 'User', name: caller.name }, { kind: 'ClusterRole', name: role });
    return allows(leaf, caller, access);
  };
  test.each([
    ['view', on('list', 'pods'), true],
    ['view', on('get', 'pods/log'), true],
    ['view', on('get', 'secrets'), false],
    ['view', on('create', 'pods/exec'), false],
    ['edit', on('get', 'secrets'), true],
    ['edit', on('create', 'deployments', { group: 'apps' }), true],
    ['edit', on('create', 'serviceaccounts/token'), true],
    ['edit', on('create', 'rolebindings', { group: GROUP }), false],
    ['admin', on('create', 'rolebindings', { group: GROUP }), true],
    ['admin', on('create', 'resourcequotas'), false],
    ['cluster-admin', on('create', 'resourcequotas'), true],
  ])('%s: %j is %s', async (role, access, expected) => {
    await here.clock.runFor(0);
    expect(mayAs(role, access)).toBe(expected);
  });

  test('take in what others add by a label', async () => {
    made(leaf, KINDS.ClusterRole, {
      metadata: { name: 'widgets', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
      rules: [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }],
    });
    await here.clock.runFor(0);
    expect(mayAs('view', on('get', 'widgets', { group: 'example.com' }))).toBe(true);
    expect(mayAs('admin', on('get', 'widgets', { group: 'example.com' }))).toBe(true);
  });
});

describe('refusals', () => {
  test.each([
    [
      on('list', 'pods'),
      'pods is forbidden: User "system:serviceaccount:default:robot" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
    [
      { verb: 'delete', group: 'apps', resource: 'deployments', namespace: 'x', name: 'web' },
      'deployments.apps "web" is forbidden: User "system:serviceaccount:default:robot" cannot delete resource "deployments" in API group "apps" in the namespace "x"',
    ],
    [
      { verb: 'get', group: '', resource: 'nodes', name: 'n' },
      'nodes "n" is forbidden: User "system:serviceaccount:default:robot" cannot get resource "nodes" in API group "" at the cluster scope',
    ],
    [
      on('get', 'pods/log', { name: 'p' }),
      'pods "p" is forbidden: User "system:serviceaccount:default:robot" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    [
      { verb: 'get', path: '/metrics' },
      'forbidden: User "system:serviceaccount:default:robot" cannot get path "/metrics"',
    ],
  ])('%j is told in the words of Kubernetes', (access, message) => {
    expect(forbiddenTo(ROBOT, access as Access).message).toBe(message);
  });
});

describe('what a request asks for', () => {
  const asked = (method: string, url: string): Access => {
    const { pathname, searchParams } = new URL(url, 'https://leaf');
    const target = parseResourcePath(leaf.kinds, pathname);
    return accessOf({ method, target, query: searchParams, contentType: '' });
  };
  test.each([
    ['GET', '/api/v1/namespaces/a/pods', { verb: 'list', resource: 'pods', namespace: 'a' }],
    ['GET', '/api/v1/namespaces/a/pods?watch=true', { verb: 'watch' }],
    ['GET', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dp', { verb: 'list', name: 'p' }],
    ['GET', '/api/v1/namespaces/a', { verb: 'get', resource: 'namespaces', name: 'a', namespace: 'a' }],
    ['DELETE', '/api/v1/namespaces/a/pods', { verb: 'deletecollection' }],
    [
      'PATCH',
      '/apis/apps/v1/namespaces/a/deployments/w/scale',
      { verb: 'patch', resource: 'deployments/scale' },
    ],
    [
      'POST',
      '/api/v1/namespaces/a/serviceaccounts/s/token',
      { verb: 'create', resource: 'serviceaccounts/token' },
    ],
    ['PUT', '/api/v1/nodes/n', { verb: 'update', name: 'n' }],
  ])('%s %s', (method, url, expected) => {
    expect(asked(method, url)).toMatchObject(expected);
  });
});

describe('nobody gives away more than they hold', () => {
  const ROLE = {
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }],
  };
  const makeRole = (caller: Caller) => create(leaf, KINDS.Role, 'default', ROLE, { manager: 'x', caller });

  test('a Role is refused with what is missing, until the caller holds it', () => {
    expect(() => makeRole(ROBOT)).toThrow(
      'roles.rbac.authorization.k8s.io "reader" is forbidden: user "system:serviceaccount:default:robot" (groups=["system:serviceaccounts" "system:serviceaccounts:default" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
    );
    grant(ACCOUNT, [{ apiGroups: [''], resources: ['secrets'], verbs: ['*'] }]);
    expect(makeRole(ROBOT).metadata.name).toBe('reader');
  });

  test('or may escalate', () => {
    grant(ACCOUNT, [{ apiGroups: [GROUP], resources: ['roles'], verbs: ['escalate'] }]);
    expect(makeRole(ROBOT).metadata.name).toBe('reader');
  });

  const BINDING = {
    metadata: { name: 'readers' },
    roleRef: { apiGroup: GROUP, kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'User', name: 'bob' }],
  };
  const makeBinding = (caller: Caller) =>
    apply(leaf, KINDS.RoleBinding, 'default', 'readers', BINDING, { manager: 'x', force: true, caller })
      .object;

  test('a binding is refused unless the caller holds the role or may bind it', () => {
    expect(() => makeBinding(ROBOT)).toThrow(expect.objectContaining({ code: 404 }));
    made(leaf, KINDS.Role, ROLE);
    expect(() => makeBinding(ROBOT)).toThrow('attempting to grant RBAC permissions not currently held');
    grant(ACCOUNT, [
      { apiGroups: [GROUP], resources: ['roles'], resourceNames: ['reader'], verbs: ['bind'] },
    ]);
    expect(makeBinding(ROBOT).subjects).toEqual([{ apiGroup: GROUP, kind: 'User', name: 'bob' }]);
  });

  test('what does not change the rights may be changed by others', () => {
    made(leaf, KINDS.Role, ROLE);
    const role = get(leaf, KINDS.Role, 'default', 'reader');
    const labelled = { ...role, metadata: { ...role.metadata, labels: { a: 'b' } } };
    const options = { manager: 'x', caller: ROBOT };
    expect(update(leaf, KINDS.Role, 'default', 'reader', labelled, options).metadata.labels).toEqual({
      a: 'b',
    });
  });

  test('the role of a binding never changes', () => {
    made(leaf, KINDS.RoleBinding, BINDING);
    expect(() =>
      update(leaf, KINDS.RoleBinding, 'default', 'readers', {
        ...BINDING,
        roleRef: { ...BINDING.roleRef, name: 'x' },
      }),
    ).toThrow('cannot change roleRef');
  });
});

describe('reviews', () => {
  const attributes = { namespace: 'default', verb: 'list', resource: 'pods' };
  const ask = (kind: (typeof KINDS)[keyof typeof KINDS], spec: object, namespace?: string) =>
    answerReview(leaf, ROBOT, kind, namespace, { spec }) as { status: Record<string, unknown> };

  test('tell a caller what it may, and why', () => {
    expect(ask(KINDS.SelfSubjectAccessReview, { resourceAttributes: attributes }).status).toEqual({
      allowed: false,
    });
    grant(ACCOUNT, [READ_PODS]);
    expect(ask(KINDS.SelfSubjectAccessReview, { resourceAttributes: attributes }).status).toEqual({
      allowed: true,
      reason: expect.stringMatching(
        /^RBAC: allowed by RoleBinding "default\/b-.*" of Role ".*" to ServiceAccount "robot\/default"$/,
      ),
    });
    const path = { nonResourceAttributes: { verb: 'get', path: '/version' } };
    expect(ask(KINDS.SelfSubjectAccessReview, path).status.allowed).toBe(true);
    expect(() => ask(KINDS.SelfSubjectAccessReview, {})).toThrow(expect.objectContaining({ code: 422 }));
  });

  test('list the rules that a caller holds', () => {
    grant(ACCOUNT, [READ_PODS]);
    const { status } = ask(KINDS.SelfSubjectRulesReview, { namespace: 'default' });
    expect(status.resourceRules).toContainEqual(READ_PODS);
    expect(status.incomplete).toBe(false);
  });

  test('answer for others, in one namespace or anywhere', () => {
    grant(USER, [READ_PODS]);
    const spec = { user: ANN.name, resourceAttributes: attributes };
    expect(ask(KINDS.SubjectAccessReview, spec).status.allowed).toBe(true);
    expect(ask(KINDS.LocalSubjectAccessReview, spec, 'default').status.allowed).toBe(true);
    expect(() => ask(KINDS.LocalSubjectAccessReview, spec, 'other')).toThrow(
      expect.objectContaining({ code: 400 }),
    );
    expect(ask(KINDS.SubjectAccessReview, { ...spec, user: 'bob' }).status.allowed).toBe(false);
  });

  test('tell a caller who it is', () => {
    expect(ask(KINDS.SelfSubjectReview, {}).status).toEqual({
      userInfo: { username: ROBOT.name, groups: ROBOT.groups },
    });
  });
});
