import { beforeEach, describe, expect, test } from 'vitest';
import { patch } from './api.ts';
import { KINDS, type KindName } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields } from './objects.ts';
import { mergePatch } from './patches.ts';
import { aClaim, aDeployment, aJob, aLeaf, made, podTemplate } from './testing.ts';

let leaf: LeafCluster;
beforeEach(async () => {
  leaf = (await aLeaf()).leaf;
});

const named = (content: Fields, name = 'thing'): Fields => ({ metadata: { name }, ...content });
const pod = (container: Fields, spec: Fields = {}): Fields =>
  named({ spec: { containers: [{ name: 'a', image: 'a:1', ...container }], ...spec } });
const service = (spec: Fields): Fields => named({ spec: { ports: [{ port: 80 }], ...spec } });
const policy = (spec: Fields): Fields => named({ spec: { podSelector: {}, ...spec } });
const RBAC = 'rbac.authorization.k8s.io';
const binding = (more: Fields): Fields =>
  named({ roleRef: { apiGroup: RBAC, kind: 'Role', name: 'r' }, subjects: [], ...more });

type Case = [title: string, kind: KindName, object: Fields, field: string, says: string];

const CASES: Case[] = [
  // Names and labels
  [
    'a name in capitals',
    'ConfigMap',
    named({}, 'Wrong'),
    'metadata.name',
    "Invalid value: \"Wrong\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'",
  ],
  ['a namespace with a dot', 'Namespace', named({}, 'a.b'), 'metadata.name', 'a lowercase RFC 1123 label'],
  [
    'a Service that starts with a digit',
    'Service',
    { ...service({}), metadata: { name: '1a' } },
    'metadata.name',
    'a DNS-1035 label',
  ],
  [
    'a name too long',
    'Namespace',
    named({}, 'a'.repeat(64)),
    'metadata.name',
    'must be no more than 63 bytes',
  ],
  [
    'no name',
    'ConfigMap',
    { metadata: {} },
    'metadata.name',
    'Required value: name or generateName is required',
  ],
  [
    'a label’s value with a space',
    'ConfigMap',
    { metadata: { name: 'a', labels: { a: 'b c' } } },
    'metadata.labels',
    'a valid label must be an empty string',
  ],
  [
    'a label’s key with two slashes',
    'ConfigMap',
    { metadata: { name: 'a', labels: { 'a/b/c': 'd' } } },
    'metadata.labels',
    'a qualified name must consist of',
  ],
  [
    'a finalizer without a domain',
    'ConfigMap',
    { metadata: { name: 'a', finalizers: ['wait'] } },
    'metadata.finalizers[0]',
    'name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    'an owner without a uid',
    'ConfigMap',
    { metadata: { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p' }] } },
    'metadata.ownerReferences[0].uid',
    'Required value',
  ],
  // Pods
  ['no containers', 'Pod', named({ spec: {} }), 'spec.containers', 'Required value'],
  ['no image', 'Pod', pod({ image: undefined }), 'spec.containers[0].image', 'Required value'],
  [
    'two containers of a name',
    'Pod',
    named({
      spec: {
        containers: [
          { name: 'a', image: 'a' },
          { name: 'a', image: 'b' },
        ],
      },
    }),
    'spec.containers[1].name',
    'Duplicate value: "a"',
  ],
  [
    'a container named in capitals',
    'Pod',
    pod({ name: 'A' }),
    'spec.containers[0].name',
    'a lowercase RFC 1123 label',
  ],
  [
    'a mount of no volume',
    'Pod',
    pod({ volumeMounts: [{ name: 'x', mountPath: '/x' }] }),
    'spec.containers[0].volumeMounts[0].name',
    'Not found: "x"',
  ],
  [
    'a volume of no source',
    'Pod',
    pod({}, { volumes: [{ name: 'v' }] }),
    'spec.volumes[0]',
    'Required value: must specify a volume type',
  ],
  [
    'a volume of two sources',
    'Pod',
    pod({}, { volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] }),
    'spec.volumes[0].hostPath',
    'Forbidden: may not specify more than 1 volume type',
  ],
  [
    'a port out of range',
    'Pod',
    pod({ ports: [{ containerPort: 70000 }] }),
    'spec.containers[0].ports[0].containerPort',
    'must be between 1 and 65535, inclusive',
  ],
  [
    'a port’s name too long',
    'Pod',
    pod({ ports: [{ containerPort: 1, name: 'a-very-long-port' }] }),
    'spec.containers[0].ports[0].name',
    'must be no more than 15 bytes',
  ],
  [
    'a protocol nobody speaks',
    'Pod',
    pod({ ports: [{ containerPort: 1, protocol: 'X' }] }),
    'spec.containers[0].ports[0].protocol',
    'Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
  ],
  [
    'a variable without a name',
    'Pod',
    pod({ env: [{ value: '1' }] }),
    'spec.containers[0].env[0].name',
    'Required value',
  ],
  [
    'a variable of two sources',
    'Pod',
    pod({ env: [{ name: 'A', value: '1', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
    'spec.containers[0].env[0].valueFrom',
    'may not be specified when `value` is not empty',
  ],
  [
    'more asked than allowed',
    'Pod',
    pod({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    'spec.containers[0].resources.requests',
    'Invalid value: "2": must be less than or equal to cpu limit of 1',
  ],
  [
    'less than nothing',
    'Pod',
    pod({ resources: { requests: { cpu: '-1' } } }),
    'spec.containers[0].resources.requests[cpu]',
    'must be greater than or equal to 0',
  ],
  [
    'a probe that asks nothing',
    'Pod',
    pod({ livenessProbe: {} }),
    'spec.containers[0].livenessProbe',
    'Required value: must specify a handler type',
  ],
  [
    'a liveness probe that wants two successes',
    'Pod',
    pod({ livenessProbe: { tcpSocket: { port: 1 }, successThreshold: 2 } }),
    'spec.containers[0].livenessProbe.successThreshold',
    'must be 1',
  ],
  [
    'a policy of restarts that is none',
    'Pod',
    pod({}, { restartPolicy: 'Often' }),
    'spec.restartPolicy',
    'Unsupported value: "Often": supported values: "Always", "Never", "OnFailure"',
  ],
  // Workloads
  [
    'a selector of other labels',
    'Deployment',
    aDeployment({ selector: { matchLabels: { app: 'x' } } }),
    'spec.template.metadata.labels',
    'Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ],
  [
    'no selector',
    'StatefulSet',
    named({ spec: { template: podTemplate() } }),
    'spec.selector',
    'Required value',
  ],
  [
    'an empty selector',
    'DaemonSet',
    named({ spec: { selector: {}, template: podTemplate() } }),
    'spec.selector',
    'empty selector is invalid for daemonset',
  ],
  [
    'fewer than no replicas',
    'Deployment',
    aDeployment({ replicas: -1 }),
    'spec.replicas',
    'must be greater than or equal to 0',
  ],
  [
    'pods that never restart',
    'Deployment',
    aDeployment({ template: podTemplate({ restartPolicy: 'Never' }) }),
    'spec.template.spec.restartPolicy',
    'Unsupported value: "Never": supported values: "Always"',
  ],
  [
    'an update that may neither add nor take away',
    'Deployment',
    aDeployment({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 0 } } }),
    'spec.strategy.rollingUpdate.maxUnavailable',
    'may not be 0 when `maxSurge` is 0',
  ],
  [
    'a Job that restarts for ever',
    'Job',
    aJob('thing', [], { template: podTemplate() }),
    'spec.template.spec.restartPolicy',
    'Required value: valid values: "OnFailure", "Never"',
  ],
  [
    'a budget of both',
    'PodDisruptionBudget',
    named({ spec: { minAvailable: 1, maxUnavailable: 1 } }),
    'spec',
    'minAvailable and maxUnavailable cannot be both set',
  ],
  [
    'an autoscaler of no most',
    'HorizontalPodAutoscaler',
    named({ spec: { scaleTargetRef: { kind: 'Deployment', name: 'a' } } }),
    'spec.maxReplicas',
    'must be greater than 0',
  ],
  // Network
  ['no ports', 'Service', service({ ports: [] }), 'spec.ports', 'Required value'],
  [
    'two ports without names',
    'Service',
    service({ ports: [{ port: 1 }, { port: 2 }] }),
    'spec.ports[0].name',
    'Required value',
  ],
  [
    'a port twice',
    'Service',
    service({
      ports: [
        { name: 'a', port: 1 },
        { name: 'b', port: 1 },
      ],
    }),
    'spec.ports[1]',
    'Duplicate value',
  ],
  ['a type that is none', 'Service', service({ type: 'Open' }), 'spec.type', 'Unsupported value: "Open"'],
  [
    'an address that is none',
    'Service',
    service({ clusterIP: 'x' }),
    'spec.clusterIPs[0]',
    'must be a valid IP address',
  ],
  [
    'no name elsewhere',
    'Service',
    service({ type: 'ExternalName', ports: [] }),
    'spec.externalName',
    'Required value',
  ],
  [
    'a peer that is nobody',
    'NetworkPolicy',
    policy({ ingress: [{ from: [{}] }] }),
    'spec.ingress[0].from[0]',
    'Required value: must specify a peer',
  ],
  [
    'a block that is none',
    'NetworkPolicy',
    policy({ egress: [{ to: [{ ipBlock: { cidr: '1.2.3.4' } }] }] }),
    'spec.egress[0].to[0].ipBlock.cidr',
    'must be a valid CIDR value',
  ],
  [
    'a direction that is none',
    'NetworkPolicy',
    policy({ policyTypes: ['Sideways'] }),
    'spec.policyTypes[0]',
    'Unsupported value: "Sideways"',
  ],
  // Rights
  [
    'a rule without verbs',
    'Role',
    named({ rules: [{ apiGroups: [''], resources: ['pods'] }] }),
    'rules[0].verbs',
    'Required value: verbs must contain at least one value',
  ],
  [
    'a rule without groups',
    'ClusterRole',
    named({ rules: [{ verbs: ['get'], resources: ['pods'] }] }),
    'rules[0].apiGroups',
    'Required value: resource rules must supply at least one api group',
  ],
  [
    'paths in a Role',
    'Role',
    named({ rules: [{ verbs: ['get'], nonResourceURLs: ['/'] }] }),
    'rules[0].nonResourceURLs',
    'namespaced rules cannot apply to non-resource URLs',
  ],
  [
    'a binding to nothing',
    'RoleBinding',
    binding({ roleRef: { apiGroup: RBAC, kind: 'Role' } }),
    'roleRef.name',
    'Required value',
  ],
  [
    'a binding of the whole cluster to a Role',
    'ClusterRoleBinding',
    binding({}),
    'roleRef.kind',
    'Unsupported value: "Role": supported values: "ClusterRole"',
  ],
  [
    'a subject of no kind',
    'RoleBinding',
    binding({ subjects: [{ kind: 'Robot', name: 'r' }] }),
    'subjects[0].kind',
    'Unsupported value: "Robot"',
  ],
  // What keeps and bounds
  [
    'a key with a space',
    'ConfigMap',
    named({ data: { 'a b': '1' } }),
    'data[a b]',
    'a valid config key must consist of',
  ],
  [
    'a certificate without its key',
    'Secret',
    named({ type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }),
    'data[tls.key]',
    'Required value',
  ],
  [
    'registry credentials that are no JSON',
    'Secret',
    named({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'eA==' } }),
    'data[.dockerconfigjson]',
    '<secret contents redacted>',
  ],
  [
    'a claim of no size',
    'PersistentVolumeClaim',
    named({ spec: { accessModes: ['ReadWriteOnce'] } }),
    'spec.resources[storage]',
    'Required value',
  ],
  [
    'an access that is none',
    'PersistentVolumeClaim',
    { ...aClaim('a'), spec: { ...aClaim('a').spec, accessModes: ['Any'] } },
    'spec.accessModes',
    'Unsupported value: "Any"',
  ],
  [
    'a scope that is none',
    'ResourceQuota',
    named({ spec: { hard: { pods: '1' }, scopes: ['Some'] } }),
    'spec.scopes',
    'Unsupported value: "Some"',
  ],
  [
    'a least above the most',
    'LimitRange',
    named({ spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] } }),
    'spec.limits[0].min[cpu]',
    'min value 2 is greater than max value 1',
  ],
  ['a class of nobody', 'StorageClass', named({}), 'provisioner', 'Required value'],
  [
    'a priority of the system',
    'PriorityClass',
    named({ value: 1 }, 'system-mine'),
    'metadata.name',
    "priority class names with 'system-' prefix are reserved",
  ],
];

describe('refused with 422 and its cause', () => {
  test.each(CASES)('%s', (_title, kind, object, field, says) => {
    let refusal: Fields = {};
    try {
      made(leaf, KINDS[kind], object);
    } catch (error) {
      refusal = error as Fields;
    }
    expect(refusal).toMatchObject({ code: 422, reason: 'Invalid' });
    const causes: Fields[] = refusal.details.causes;
    const cause = causes.find((one) => one.field === field && String(one.message).includes(says));
    expect(cause, JSON.stringify(causes)).toBeDefined();
  });
});

test('all causes are told at once', () => {
  expect(() => made(leaf, KINDS.Pod, pod({ name: 'A', image: undefined }))).toThrow(
    /^Pod "thing" is invalid: \[spec\.containers\[0\]\.name: Invalid value: "A": .*, spec\.containers\[0\]\.image: Required value\]$/,
  );
});

const SELECTED = {
  selector: { matchLabels: { app: 'x' } },
  template: { metadata: { labels: { app: 'x' } } },
};
test.each<[string, KindName, Fields, Fields, string]>([
  [
    'the selector of a Deployment',
    'Deployment',
    aDeployment(),
    { spec: SELECTED },
    'spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable',
  ],
  [
    'the claims of a StatefulSet',
    'StatefulSet',
    aDeployment({ serviceName: 'a' }),
    { spec: { serviceName: 'b' } },
    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ],
  [
    'the template of a Job',
    'Job',
    aJob('web', ['true']),
    { spec: { template: { spec: { dnsPolicy: 'Default' } } } },
    'field is immutable',
  ],
  [
    'the type of a Secret',
    'Secret',
    named({}, 'web'),
    { type: 'other' },
    'type: Invalid value: "other": field is immutable',
  ],
  [
    'the account of a pod',
    'Pod',
    { ...pod({}), metadata: { name: 'web' } },
    { spec: { hostname: 'x' } },
    'pod updates may not change fields other than `spec.containers[*].image`',
  ],
  [
    'the role of a binding',
    'RoleBinding',
    { ...binding({}), metadata: { name: 'web' } },
    { roleRef: { name: 'x' } },
    'cannot change roleRef',
  ],
  [
    'the class of a claim',
    'PersistentVolumeClaim',
    aClaim('web'),
    { spec: { storageClassName: 'premium-rwo' } },
    'spec is immutable after creation',
  ],
  [
    'the provisioner of a class',
    'StorageClass',
    named({ provisioner: 'a' }, 'web'),
    { provisioner: 'b' },
    'provisioner: Forbidden: updates to provisioner are forbidden.',
  ],
])('%s never changes', (_title, kindName, object, change, says) => {
  const kind = KINDS[kindName];
  made(leaf, kind, object);
  expect(() =>
    patch(
      leaf,
      kind,
      kind.namespaced ? 'default' : undefined,
      'web',
      (live) => mergePatch(live, change) as Fields,
    ),
  ).toThrow(expect.objectContaining({ code: 422, message: expect.stringContaining(says) }));
});

test('the image of a pod may change', () => {
  made(leaf, KINDS.Pod, pod({}));
  const changed = patch(leaf, KINDS.Pod, 'default', 'thing', (live) => ({
    ...live,
    spec: { ...live.spec, containers: [{ ...live.spec?.containers[0], image: 'a:2' }] },
  }));
  expect(changed.spec?.containers[0].image).toBe('a:2');
  expect(changed.metadata.generation).toBe(2);
});

describe('what the API server fills in', () => {
  test.each<[string, KindName, Fields, Fields]>([
    [
      'quantities in one way of writing',
      'Pod',
      pod({ resources: { requests: { cpu: '0.5', memory: '1024Mi' } } }),
      { spec: { containers: [{ resources: { requests: { cpu: '500m', memory: '1Gi' } } }] } },
    ],
    [
      'requests as large as the limits',
      'Pod',
      pod({ resources: { limits: { cpu: 1 } } }),
      { spec: { containers: [{ resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }] } },
    ],
    [
      'how often a probe asks',
      'Pod',
      pod({ readinessProbe: { httpGet: { port: 80 } } }),
      {
        spec: {
          containers: [
            {
              readinessProbe: {
                periodSeconds: 10,
                timeoutSeconds: 1,
                successThreshold: 1,
                failureThreshold: 3,
                httpGet: { path: '/', scheme: 'HTTP' },
              },
            },
          ],
        },
      },
    ],
    [
      'the directions of a policy',
      'NetworkPolicy',
      policy({ egress: [{ ports: [{ port: 53 }] }] }),
      { spec: { policyTypes: ['Ingress', 'Egress'], egress: [{ ports: [{ protocol: 'TCP' }] }] } },
    ],
    [
      'the group of a role and of people',
      'RoleBinding',
      named({ roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] }),
      { roleRef: { apiGroup: RBAC }, subjects: [{ apiGroup: RBAC }] },
    ],
    [
      'the defaults of limits',
      'LimitRange',
      named({ spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } }),
      { spec: { limits: [{ default: { cpu: '2' }, defaultRequest: { cpu: '2' } }] } },
    ],
  ])('%s', (_title, kind, object, expected) => {
    expect(made(leaf, KINDS[kind], object)).toMatchObject(expected);
  });

  test('filling in twice changes nothing', () => {
    const first = made(
      leaf,
      KINDS.Pod,
      pod({ resources: { limits: { cpu: '0.5' } }, livenessProbe: { exec: { command: ['a'] } } }),
    );
    expect(patch(leaf, KINDS.Pod, 'default', 'thing', (live) => ({ ...live }))).toBe(first);
  });
});
