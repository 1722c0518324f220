/** All that Hub puts into a cluster of each product. What the charts bring along is held to the level of their namespace by Kubernetes. */
import { expect, test } from 'vitest';
import type { KubeObject } from '../../functions/leaf/leaf.ts';
import {
  aBody,
  digests,
  edges,
  egress,
  type Installed,
  installed,
  network,
  podSecurity,
  quotas,
} from './checks/gke.ts';
import { promiseOf } from './promise.ts';

const GOOD = installed();

/** The same without what is so, or with it changed. */
const altered = (change: (object: KubeObject) => KubeObject | undefined): readonly Installed[] =>
  installed().map((one) => ({
    ...one,
    objects: one.objects.flatMap((object) => change(structuredClone(object)) ?? []),
  }));
const without = (kind: string, name: string) =>
  altered((object) => (object.kind === kind && object.metadata.name === name ? undefined : object));
const edited = (kind: string, edit: (object: KubeObject) => void) =>
  altered((object) => {
    if (object.kind === kind) edit(object);
    return object;
  });

test('there is something of each kind to look at', () => {
  for (const kind of ['Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'Role', 'Job', 'Gateway'])
    expect(GOOD.every(({ objects }) => objects.some((object) => object.kind === kind))).toBe(true);
});

promiseOf('32', 'nothing goes in or out of a namespace but by a rule that names both ends', network, GOOD, {
  'a namespace has no rule that denies': without('NetworkPolicy', 'hub-nothing'),
  'a rule means every namespace': edited('NetworkPolicy', ({ spec }) => {
    for (const rule of spec.ingress ?? []) for (const peer of rule.from ?? []) peer.namespaceSelector = {};
  }),
  'the way out leads to what is inside': edited('NetworkPolicy', ({ spec }) => {
    for (const rule of spec.egress ?? [])
      for (const { ipBlock } of rule.to ?? [])
        if (ipBlock?.except)
          ipBlock.except = ipBlock.except.filter((net: string) => net !== '169.254.0.0/16');
  }),
  'a rule leads everywhere': edited('NetworkPolicy', ({ spec }) => {
    for (const rule of spec.egress ?? []) delete rule.to;
  }),
});

promiseOf('17, 32', 'what leaves for the internet leaves by the ports of the web', egress, GOOD, {
  'a pool of miners could be reached': edited('NetworkPolicy', ({ spec }) => {
    for (const rule of spec.egress ?? []) rule.ports?.push({ protocol: 'TCP', port: 3333 });
  }),
});

promiseOf('33', 'every namespace is held to a level, and what Hub runs to the strictest', podSecurity, GOOD, {
  'a namespace has no level': edited('Namespace', ({ metadata }) => {
    metadata.labels = {};
  }),
  'the installer is root': edited('Job', ({ spec }) => {
    spec.template.spec.securityContext.runAsNonRoot = false;
  }),
  'the installer is privileged': edited('Job', ({ spec }) => {
    spec.template.spec.containers[0].securityContext.privileged = true;
  }),
  'the node is mounted': edited('Job', ({ spec }) => {
    spec.template.spec.volumes.push({ name: 'node', hostPath: { path: '/' } });
  }),
  'somebody else gets all rights': edited('RoleBinding', ({ roleRef }) => {
    roleRef.name = 'cluster-admin';
  }),
  'a binding is to everybody': edited('RoleBinding', ({ subjects }) => {
    subjects.push({ kind: 'Group', name: 'system:authenticated' });
  }),
});

promiseOf('34', 'every namespace has its counts, and no member may change them', quotas, GOOD, {
  'a namespace has no quota': without('ResourceQuota', 'hub'),
  'a namespace has no limit range': without('LimitRange', 'hub'),
  'anybody may open doors': edited('ResourceQuota', ({ spec }) => {
    if (spec.hard['services.loadbalancers'] === '0') spec.hard['services.loadbalancers'] = '3';
  }),
  'members may change quotas': edited('Role', ({ rules }) => {
    rules.push({ apiGroups: [''], resources: ['resourcequotas'], verbs: ['patch'] });
  }),
  'members may read Secrets': edited('Role', ({ rules }) => {
    rules.push({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] });
  }),
});

promiseOf('37', 'a cluster takes TLS 1.2 or newer, under its own name and certificate', edges, GOOD, {
  'old TLS will do': edited('Gateway', ({ spec }) => {
    spec.servers[0].tls.minProtocolVersion = 'TLSV1_0';
  }),
  'it listens without TLS': edited('Gateway', ({ spec }) => {
    spec.servers.push({ port: { number: 80, protocol: 'HTTP' }, hosts: ['abc'] });
  }),
  'any name will do': edited('Gateway', ({ spec }) => {
    spec.servers[0].hosts = ['*'];
  }),
  'nothing says which names': without('AuthorizationPolicy', 'hub'),
});

promiseOf('41', 'what Hub runs in a cluster is named by digest', digests, GOOD, {
  'a tag will do': edited('Job', ({ spec }) => {
    spec.template.spec.containers[0].image = 'mirror/google-cloud-cli:slim';
  }),
});

/**
 * People run any container in their Pachyderm. What keeps them from others is that a cluster, with all its nodes, is one tenant's; a place
 * in a shared one is not offered.
 */
promiseOf(
  '35',
  'no two tenants share a node',
  ({ labels, pools }: { labels: Record<string, string>; pools: number }) =>
    labels['hub-cluster'] === 'abcdefgh234567ab' && pools === 1
      ? []
      : ['a cluster or its nodes are not one tenant’s'],
  { labels: aBody().resourceLabels ?? {}, pools: aBody().nodePools?.length ?? 0 },
  {
    'a cluster is nobody’s in particular': { labels: {}, pools: 1 },
    'there is a second pool': { labels: { 'hub-cluster': 'abcdefgh234567ab' }, pools: 2 },
  },
);
