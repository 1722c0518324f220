import { describe, expect, test } from 'vitest';
import { LOWEST_PRICE, priceOfResource } from '../../shared/catalog/catalog.ts';
import { pachyderm } from '../../shared/catalog/pachyderm.ts';
import { PRIORITY_CLASS } from '../../shared/catalog/product.ts';
import { aPlan } from '../../test/a-plan.ts';
import type { KubeObject } from './leaf.ts';
import { apiServerPolicies } from './network.ts';
import type { InstallPlan } from './plan.ts';
import { MEMBER_ROLES } from './roles.ts';

const PLAN = aPlan();
const NAMESPACES = PLAN.namespaces.map(({ name }) => name);
const guards = (kind: string, namespace?: string): KubeObject[] =>
  PLAN.guards.filter(
    (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
  );
const policy = (namespace: string, name: string): KubeObject['spec'] =>
  guards('NetworkPolicy', namespace).find(({ metadata }) => metadata.name === name)?.spec;

test('the mesh comes first, and the product last', () => {
  expect(PLAN.releases.map(({ name, namespace }) => `${namespace}/${name}`)).toEqual([
    'istio-system/base',
    'istio-system/istiod',
    'istio-ingress/hub-gateway',
    'app/app',
  ]);
});

test('the gateway is one door with TLS, found by the label that its Gateway selects', () => {
  const gateway = PLAN.releases.find(({ name }) => name === 'hub-gateway');
  expect(gateway?.values).toMatchObject({
    labels: { istio: 'hub-gateway' },
    service: { type: 'LoadBalancer', ports: [{ port: 443, protocol: 'TCP' }] },
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
  });
});

test('all that people need to come in is placed before what they have made, where there is not room for both', () => {
  const [only, ...others] = guards('PriorityClass');
  expect(others).toEqual([]);
  expect(only).toMatchObject({ metadata: { name: PRIORITY_CLASS }, value: 1_000_000, globalDefault: false });
  const named = { priorityClassName: PRIORITY_CLASS };
  const plan = aPlan({ product: pachyderm, version: '2.12.2' });
  const valuesOf = (name: string) => plan.releases.find((release) => release.name === name)?.values;
  expect(valuesOf('istiod')).toMatchObject({ global: named });
  expect(valuesOf('hub-gateway')).toMatchObject(named);
  const application = Object.fromEntries(
    ['pachd', 'etcd', 'pgbouncer', 'proxy', 'console'].map((part) => [part, named]),
  );
  expect(valuesOf('pachyderm')).toMatchObject({ ...application, postgresql: { primary: named } });
});

const OTHER_CLASSES = ['standard', 'standard-rwo', 'premium-rwo', 'dynamic-rwo', 'hub-encrypted'];

test('the disk of a volume says of which cluster it is, and no class can be named whose disks do not', () => {
  expect(guards('StorageClass')).toMatchObject([
    {
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      parameters: {
        type: 'pd-balanced',
        labels: 'managed-by=hub,hub-cluster=aaaabbbbccccdddd,hub-cell=a-cell',
      },
    },
  ]);
  const hard = guards('ResourceQuota').find(({ metadata }) => metadata.namespace === 'app')?.spec.hard;
  for (const name of OTHER_CLASSES)
    expect(hard[`${name}.storageclass.storage.k8s.io/persistentvolumeclaims`]).toBe('0');
});

test('all that volumes may claim, which no cap counts, costs less than a fifth of the smallest cluster', () => {
  const hard = guards('ResourceQuota').find(({ metadata }) => metadata.namespace === 'app')?.spec.hard;
  const [, sizeGiB] = /^(\d+)Gi$/.exec(hard['requests.storage']) ?? [];
  const { hourlyMicros } = priceOfResource('disk', { sizeGiB: Number(sizeGiB) });
  expect(hourlyMicros).toBeLessThan(LOWEST_PRICE.hourlyMicros / 5);
});

describe('with a key of the operator’s', () => {
  const key = 'projects/p/locations/europe-west1/keyRings/hub-leaves/cryptoKeys/data';
  const encrypted = aPlan({ dataKey: key });
  const ofKind = (kind: string) => encrypted.guards.filter((object) => object.kind === kind);
  const nameOf = (plan: InstallPlan) =>
    plan.guards.find(({ kind }) => kind === 'StorageClass')?.metadata.name ?? '';

  test('volumes that name no class are encrypted with it, and no other class can be named', () => {
    expect(ofKind('StorageClass')).toMatchObject([
      {
        metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
        provisioner: 'pd.csi.storage.gke.io',
        parameters: { 'disk-encryption-kms-key': key },
        reclaimPolicy: 'Delete',
        volumeBindingMode: 'WaitForFirstConsumer',
      },
    ]);
    const hard = ofKind('ResourceQuota').find(({ metadata }) => metadata.namespace === 'app')?.spec.hard;
    // Nor the one from before there was a key.
    for (const name of [...OTHER_CLASSES, nameOf(PLAN)])
      expect(hard[`${name}.storageclass.storage.k8s.io/persistentvolumeclaims`]).toBe('0');
    expect(hard).not.toHaveProperty([
      `${nameOf(encrypted)}.storageclass.storage.k8s.io/persistentvolumeclaims`,
    ]);
  });

  test('each key has a class of its own, for what is in one cannot be changed', () => {
    const names = [PLAN, encrypted, aPlan({ dataKey: `${key}-2` })].map(nameOf);
    expect(new Set(names).size).toBe(3);
    expect(names).toEqual([
      'hub-volumes',
      expect.stringMatching(/^hub-volumes-[0-9a-f]{8}$/),
      expect.stringMatching(/^hub-volumes-[0-9a-f]{8}$/),
    ]);
  });

  test('the same is installed as without, where volumes are GKE’s to encrypt', () => {
    expect(encrypted.releases).toEqual(PLAN.releases);
    expect(guards('StorageClass')[0]?.parameters).not.toHaveProperty('disk-encryption-kms-key');
  });
});

test('no namespace asks for side-cars', () => {
  expect(JSON.stringify(PLAN)).not.toMatch(/istio-injection|istio\.io\/rev/);
});

describe('what a namespace may use', () => {
  const hardOf = (namespace: string) => guards('ResourceQuota', namespace)[0]?.spec.hard;

  test('is limited everywhere', () => {
    for (const namespace of NAMESPACES) expect(guards('ResourceQuota', namespace)).toHaveLength(1);
  });

  test('one load balancer in all, the gateway’s', () => {
    const balancers = NAMESPACES.map((name) => [name, hardOf(name)['services.loadbalancers']]);
    expect(Object.fromEntries(balancers)).toEqual({
      'hub-system': '0',
      'hub-members': '0',
      'istio-system': '0',
      'istio-ingress': '1',
      app: '0',
    });
  });

  test('pipelines, each a controller and two Services, end at some number', () => {
    expect(hardOf('app')).toMatchObject({ replicationcontrollers: '500', services: '1000' });
  });

  test('nothing runs where members’ accounts are', () => {
    expect(hardOf('hub-members')).toMatchObject({ pods: '0', services: '0', persistentvolumeclaims: '0' });
  });

  test('containers that say nothing count for something, and nobody’s processors are limited', () => {
    for (const namespace of NAMESPACES.filter((name) => name !== 'hub-members')) {
      const [limit] = guards('LimitRange', namespace)[0]?.spec.limits ?? [];
      expect(limit).toMatchObject({ type: 'Container', defaultRequest: { cpu: '50m', memory: '128Mi' } });
      expect(limit.default?.cpu).toBeUndefined();
    }
    // One that asks for more memory than a limit it never named could not start.
    expect(guards('LimitRange', 'app')[0]?.spec.limits[0].default).toBeUndefined();
  });
});

describe('the network', () => {
  test('has no way in or out of any namespace but those that are named', () => {
    for (const namespace of NAMESPACES) {
      expect(policy(namespace, 'hub-nothing')).toEqual({
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
      });
    }
    expect(guards('NetworkPolicy', 'hub-members')).toHaveLength(1);
  });

  test('nobody is let in from everywhere but the gateway by TLS and the webhooks', () => {
    const open = guards('NetworkPolicy').flatMap(({ metadata, spec }) =>
      ((spec.ingress ?? []) as { from?: object[]; ports?: { port: number }[] }[])
        .filter(({ from }) => from === undefined)
        .map(({ ports }) => [metadata.namespace, spec.podSelector, ports]),
    );
    expect(open).toEqual([
      ['istio-system', { matchLabels: { app: 'istiod' } }, [{ protocol: 'TCP', port: 15017 }]],
      ['istio-ingress', { matchLabels: { istio: 'hub-gateway' } }, [{ protocol: 'TCP', port: 443 }]],
    ]);
  });

  test('no rule selects all namespaces', () => {
    for (const { spec } of guards('NetworkPolicy')) {
      expect(JSON.stringify(spec)).not.toContain('"namespaceSelector":{}');
    }
  });

  test('only the gateway reaches the product', () => {
    const gateway = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'istio-ingress' } },
      podSelector: { matchLabels: { istio: 'hub-gateway' } },
    };
    const ways = guards('NetworkPolicy', 'app').flatMap(({ spec }) => spec.ingress ?? []);
    expect(ways).toEqual([{ from: [{ podSelector: {} }] }, { from: [gateway] }]);
  });

  test('the product reaches the internet and its identity, and nothing of the operator’s network', () => {
    const [outside, metadata] = policy('app', 'hub-outside').egress;
    expect(outside.ports).toEqual([
      { protocol: 'TCP', port: 443 },
      { protocol: 'TCP', port: 80 },
    ]);
    const [{ ipBlock }] = outside.to;
    expect(ipBlock.cidr).toBe('0.0.0.0/0');
    expect(ipBlock.except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']),
    );
    expect(metadata).toEqual({
      to: [{ ipBlock: { cidr: '169.254.169.252/32' } }, { ipBlock: { cidr: '169.254.169.254/32' } }],
      ports: [
        { protocol: 'TCP', port: 988 },
        { protocol: 'TCP', port: 80 },
      ],
    });
  });

  test('the API server is reached at its own address only, and by those who need it', () => {
    const policies = apiServerPolicies('app', [{ address: '10.0.0.2', port: 443 }]);
    expect(policies.map(({ metadata }) => metadata.namespace)).toEqual(['istio-system', 'hub-system', 'app']);
    expect(policies[0]?.spec).toEqual({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '10.0.0.2/32' } }], ports: [{ protocol: 'TCP', port: 443 }] }],
    });
    expect(apiServerPolicies('app', [])).toEqual([]);
  });
});

describe('members', () => {
  const rulesOf = (name: string): { resources: string[]; verbs: string[] }[] =>
    guards('Role', 'app').find(({ metadata }) => metadata.name === name)?.rules;
  const rightsOf = (name: string): string[] =>
    rulesOf(name).flatMap(({ resources, verbs }) =>
      resources.flatMap((one) => verbs.map((verb) => `${verb} ${one}`)),
    );

  test('of whatever role see no Secret, run nothing in a pod, and make nothing', () => {
    for (const role of Object.values(MEMBER_ROLES)) {
      const rights = rightsOf(role);
      expect(
        rights.filter((right) => /secrets|serviceaccounts|exec|attach|ephemeral|proxy|\*/.test(right)),
      ).toEqual([]);
      expect(
        rights.filter((right) => /^(create|deletecollection|bind|escalate|impersonate) /.test(right)),
      ).toEqual(role === 'hub-owner' ? ['create pods/portforward'] : []);
      expect(rights.filter((right) => /^(update|patch) (?!\w+\/scale$)/.test(right))).toEqual([]);
    }
  });

  test('who view only look, and at no logs', () => {
    expect(new Set(rulesOf('hub-viewer').flatMap(({ verbs }) => verbs))).toEqual(
      new Set(['get', 'list', 'watch']),
    );
    expect(rightsOf('hub-viewer')).not.toContain('get pods/log');
  });

  test('who edit also read logs and start pods again, who own also scale and forward ports', () => {
    const added = (name: string, to: string) =>
      rightsOf(name).filter((right) => !rightsOf(to).includes(right));
    expect(added('hub-editor', 'hub-viewer')).toEqual(['get pods/log', 'delete pods']);
    expect(added('hub-owner', 'hub-editor')).toEqual([
      'get pods/portforward',
      'create pods/portforward',
      ...['deployments/scale', 'statefulsets/scale'].flatMap((one) =>
        ['get', 'update', 'patch'].map((verb) => `${verb} ${one}`),
      ),
    ]);
  });

  test('get their tokens from one function, which signs in to the application besides, and can do nothing else', () => {
    expect(guards('Role', 'hub-members').map((role) => role.rules)).toEqual([
      [{ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }],
    ]);
    expect(rightsOf('hub-sign-in')).toEqual(['list pods', 'get pods/portforward', 'create pods/portforward']);
    const subject = {
      kind: 'User',
      apiGroup: 'rbac.authorization.k8s.io',
      name: 'credentials@a-project.iam.gserviceaccount.com',
    };
    expect(guards('RoleBinding').map(({ metadata, subjects }) => [metadata.namespace, subjects])).toEqual([
      ['hub-members', [subject]],
      ['app', [subject]],
    ]);
  });
});
