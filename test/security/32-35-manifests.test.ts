/** All that Hub puts into a cluster of each product. What the charts bring along is held to the level of their namespace by Kubernetes. */
import { expect, test } from 'vitest';
import type { KubeObject } from '../../functions/leaf/leaf.ts';
import { ownNodes } from './checks/between-clusters.ts';
import {
  digests,
  edges,
  egress,
  type Installed,
  installed,
  network,
  podSecurity,
  quotas,
} from './checks/gke.ts';
import { promise, promiseOf } from './promise.ts';

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
  'a namespace has no rule that denies': {
    of: without('NetworkPolicy', 'hub-nothing'),
    finds: /^hub-system of pachyderm is open$/,
  },
  'a rule means every namespace': {
    of: edited('NetworkPolicy', ({ spec }) => {
      for (const rule of spec.ingress ?? []) for (const peer of rule.from ?? []) peer.namespaceSelector = {};
    }),
    finds: /^hub-gateway of pachyderm means every namespace$/,
  },
  'the way out leads to what is inside': {
    of: edited('NetworkPolicy', ({ spec }) => {
      for (const rule of spec.egress ?? [])
        for (const { ipBlock } of rule.to ?? [])
          if (ipBlock?.except)
            ipBlock.except = ipBlock.except.filter((net: string) => net !== '169.254.0.0/16');
    }),
    finds: /^hub-outside of pachyderm leads to 169\.254\.0\.0\/16$/,
  },
  'a rule leads everywhere': {
    of: edited('NetworkPolicy', ({ spec }) => {
      for (const rule of spec.egress ?? []) delete rule.to;
    }),
    finds: /^hub-names of pachyderm leads everywhere$/,
  },
});

promiseOf('17, 32', 'what leaves for the internet leaves by the ports of the web', egress, GOOD, {
  'a pool of miners could be reached': {
    of: edited('NetworkPolicy', ({ spec }) => {
      for (const rule of spec.egress ?? []) rule.ports?.push({ protocol: 'TCP', port: 3333 });
    }),
    finds: /^hub-system of pachyderm may leave by other ports$/,
  },
});

promiseOf('33', 'every namespace is held to a level, and what Hub runs to the strictest', podSecurity, GOOD, {
  'a namespace has no level': {
    of: edited('Namespace', ({ metadata }) => {
      metadata.labels = {};
    }),
    finds: /^hub-system of pachyderm is undefined$/,
  },
  'the installer is root': {
    of: edited('Job', ({ spec }) => {
      spec.template.spec.securityContext.runAsNonRoot = false;
    }),
    finds: /^install-\S+ may be root$/,
  },
  'the installer is privileged': {
    of: edited('Job', ({ spec }) => {
      spec.template.spec.containers[0].securityContext.privileged = true;
    }),
    finds: /^helm-base keeps what it does not need$/,
  },
  'the node is mounted': {
    of: edited('Job', ({ spec }) => {
      spec.template.spec.volumes.push({ name: 'node', hostPath: { path: '/' } });
    }),
    finds: /^install-\S+ mounts the node$/,
  },
  'somebody else gets all rights': {
    of: edited('RoleBinding', ({ roleRef }) => {
      roleRef.name = 'cluster-admin';
    }),
    finds: /^hub-tokens gives all rights$/,
  },
  'a binding is to everybody': {
    of: edited('RoleBinding', ({ subjects }) => {
      subjects.push({ kind: 'Group', name: 'system:authenticated' });
    }),
    finds: /^hub-tokens binds a group$/,
  },
});

promiseOf('34', 'every namespace has its counts, and no member may change them', quotas, GOOD, {
  'a namespace has no quota': {
    of: without('ResourceQuota', 'hub'),
    finds: /^hub-system of pachyderm may have any number of pods$/,
  },
  'a namespace has no limit range': {
    of: without('LimitRange', 'hub'),
    finds: /^hub-system of pachyderm has no limit range$/,
  },
  'anybody may open doors': {
    of: edited('ResourceQuota', ({ spec }) => {
      if (spec.hard['services.loadbalancers'] === '0') spec.hard['services.loadbalancers'] = '3';
    }),
    finds: /^pachyderm may open doors of its own$/,
  },
  'members may change quotas': {
    of: edited('Role', ({ rules }) => {
      rules.push({ apiGroups: [''], resources: ['resourcequotas'], verbs: ['patch'] });
    }),
    finds: /^hub-viewer of pachyderm may change resourcequotas$/,
  },
  'members may read Secrets': {
    of: edited('Role', ({ rules }) => {
      rules.push({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] });
    }),
    finds: /^hub-viewer of pachyderm may change secrets$/,
  },
});

promiseOf('37', 'a cluster takes TLS 1.2 or newer, under its own name and certificate', edges, GOOD, {
  'old TLS will do': {
    of: edited('Gateway', ({ spec }) => {
      spec.servers[0].tls.minProtocolVersion = 'TLSV1_0';
    }),
    finds: /^pachyderm takes old TLS$/,
  },
  'it listens without TLS': {
    of: edited('Gateway', ({ spec }) => {
      spec.servers.push({ port: { number: 80, protocol: 'HTTP' }, hosts: ['abc'] });
    }),
    finds: /^pachyderm listens on 80$/,
  },
  'any name will do': {
    of: edited('Gateway', ({ spec }) => {
      spec.servers[0].hosts = ['*'];
    }),
    finds: /^pachyderm takes any name$/,
  },
  'nothing says which names': {
    of: without('AuthorizationPolicy', 'hub'),
    finds: /^pachyderm lets any name through$/,
  },
});

promiseOf('41', 'what Hub runs in a cluster is named by digest', digests, GOOD, {
  'a tag will do': {
    of: edited('Job', ({ spec }) => {
      spec.template.spec.containers[0].image = 'mirror/google-cloud-cli:slim';
    }),
    finds: /^call-home runs mirror\/google-cloud-cli:slim$/,
  },
});

/**
 * People run any container in their Pachyderm. What keeps them from others is that a cluster, with all its nodes, is one tenant's; a place
 * in a shared one is not offered.
 */
promise('35', 'no two tenants share a node', {
  check: ownNodes,
  in: ['between-clusters.ts', 'ownNodes'],
  broken: {
    'nodes are nobody’s in particular': {
      file: 'functions/providers/gke/request.ts',
      from: '      labels,\n      resourceLabels: labels,\n',
      to: '      labels,\n',
      finds: /^hub-\S+ has nodes that are nobody’s$/,
    },
    'everybody is in one cluster': {
      file: 'functions/names.ts',
      from: "'id' | 'generation'>): string =>",
      to: "'id' | 'generation'>): string => id !== '' && generation > 0 ? 'hub-aaaaaaaaaaaaaaaa-g1' :",
      finds: /^[a-z2-7]{16} has no cluster of its own$/,
    },
    'there is a second pool': {
      file: 'functions/providers/gke/request.ts',
      from: 'nodePools: [nodePool(target, settings, labels)],',
      to: "nodePools: ['default', 'more'].map((name) => ({ ...nodePool(target, settings, labels), name })),",
      finds: /^hub-\S+ has 2 pools of nodes$/,
    },
  },
});
