/**
 * The request that makes a cluster and all that is put into it, against the CIS GKE Benchmark (numbers of v1.4), the Kubernetes pages on
 * multi-tenancy and Pod Security, and Google's hardening guide. Each rule is a function of what is sent, so that it can be shown what is wrong.
 */
import { exposureOf } from '../../../functions/access/exposure.ts';
import type { KubeObject } from '../../../functions/leaf/leaf.ts';
import { installJob, namespaces, prerequisites } from '../../../functions/leaf/manifests.ts';
import { HUB_NAMESPACE } from '../../../functions/leaf/names.ts';
import { apiServerPolicies } from '../../../functions/leaf/network.ts';
import { type ClusterBody, clusterBody, type GkeSettings } from '../../../functions/providers/gke/request.ts';
import { PRODUCTS } from '../../../shared/catalog/catalog.ts';
import { aPlan } from '../../a-plan.ts';
import { findings } from './findings.ts';

const SETTINGS: GkeSettings = {
  projectId: 'hub-test',
  cell: 'eu-1',
  zones: { 'europe-west1': ['europe-west1-b'] },
  network: 'projects/hub-test/global/networks/hub',
  nodeServiceAccount: 'hub-nodes@hub-test.iam.gserviceaccount.com',
  kmsKeys: { 'europe-west1': 'projects/hub-test/locations/europe-west1/keyRings/hub/cryptoKeys/etcd' },
};

export const aBody = (): ClusterBody =>
  clusterBody(
    {
      id: 'abcdefgh234567ab',
      generation: 1,
      location: 'europe-west1-b',
      region: 'europe-west1',
      machineType: 'e2-standard-4',
      nodes: 2,
      diskGiB: 50,
    },
    SETTINGS,
  );

type Rule = readonly [number: number, standard: string, holds: (body: ClusterBody) => boolean | undefined];

const everyPool = (
  { nodePools }: ClusterBody,
  holds: (pool: NonNullable<ClusterBody['nodePools']>[number]) => boolean | undefined,
): boolean => (nodePools ?? []).length > 0 && (nodePools ?? []).every((pool) => holds(pool) === true);

export const RULES: readonly Rule[] = [
  [
    27,
    '5.2.1 nodes have a service account of their own that may do little',
    (body) => everyPool(body, ({ config }) => /^hub-nodes@/.test(config?.serviceAccount ?? '')),
  ],
  [
    28,
    '5.2.2 Workload Identity, and the metadata server that speaks for it',
    (body) =>
      body.workloadIdentityConfig?.workloadPool === 'hub-test.svc.id.goog' &&
      everyPool(body, ({ config }) => config?.workloadMetadataConfig?.mode === 'GKE_METADATA'),
  ],
  [
    28,
    '5.4.1 no legacy metadata',
    (body) => everyPool(body, ({ config }) => config?.metadata?.['disable-legacy-endpoints'] === 'true'),
  ],
  [
    29,
    '5.6.5 nodes without public addresses',
    (body) =>
      body.networkConfig?.defaultEnablePrivateNodes === true &&
      everyPool(body, ({ networkConfig }) => networkConfig?.enablePrivateNodes === true),
  ],
  [
    29,
    '5.6.3, 5.6.4 no address of the API server at all',
    (body) => body.controlPlaneEndpointsConfig?.ipEndpointsConfig?.enabled === false,
  ],
  [
    29,
    '5.8.1, 5.8.2 no client certificates and no password',
    (body) =>
      body.masterAuth?.clientCertificateConfig?.issueClientCertificate === false &&
      !body.masterAuth.username &&
      !body.masterAuth.password,
  ],
  [29, '5.8.4 no legacy authorization', (body) => body.legacyAbac?.enabled === false],
  [
    29,
    'no bindings to everybody',
    (body) =>
      body.rbacBindingConfig?.enableInsecureBindingSystemAuthenticated === false &&
      body.rbacBindingConfig.enableInsecureBindingSystemUnauthenticated === false,
  ],
  [
    29,
    'anonymous requests reach only the health checks',
    (body) => body.anonymousAuthenticationConfig?.mode === 'LIMITED',
  ],
  [
    29,
    '4.2.4 no read-only port of the kubelet',
    (body) =>
      everyPool(body, ({ config }) => config?.kubeletConfig?.insecureKubeletReadonlyPortEnabled === false),
  ],
  [
    30,
    '5.5.1 Container-Optimized OS',
    (body) => everyPool(body, ({ config }) => config?.imageType === 'COS_CONTAINERD'),
  ],
  [
    30,
    '5.5.2, 5.5.3 repaired and upgraded by themselves',
    (body) =>
      everyPool(body, ({ management }) => management?.autoRepair === true && management.autoUpgrade === true),
  ],
  [
    30,
    '5.5.4 a release channel',
    (body) => ['REGULAR', 'STABLE'].includes(String(body.releaseChannel?.channel)),
  ],
  [30, '5.5.5 shielded nodes', (body) => body.shieldedNodes?.enabled === true],
  [
    30,
    '5.5.6, 5.5.7 integrity monitoring and secure boot',
    (body) =>
      everyPool(
        body,
        ({ config }) =>
          config?.shieldedInstanceConfig?.enableIntegrityMonitoring === true &&
          config.shieldedInstanceConfig.enableSecureBoot === true,
      ),
  ],
  [
    31,
    '5.3.1 Secrets are encrypted with a key of the operator’s',
    (body) =>
      body.databaseEncryption?.state === 'ENCRYPTED' && (body.databaseEncryption.keyName ?? '') !== '',
  ],
  [
    32,
    '5.6.7 NetworkPolicy is enforced',
    (body) => body.networkConfig?.datapathProvider === 'ADVANCED_DATAPATH',
  ],
  [
    32,
    '5.6.1 traffic between the pods of a node is seen',
    (body) => body.networkConfig?.enableIntraNodeVisibility === true,
  ],
  [29, '5.10.1 no dashboard', (body) => body.addonsConfig?.kubernetesDashboard?.disabled === true],
];

/** @param of numbers of the list */
export const brokenRules = (body: ClusterBody, of: readonly number[]): string[] =>
  RULES.filter(([number, , holds]) => of.includes(number) && holds(body) !== true).map(
    ([, standard]) => standard,
  );

export interface Installed {
  /** Of which product. */
  product: string;
  namespace: string;
  objects: readonly KubeObject[];
}

/** All that Hub puts into clusters, for each product; what charts bring along is held by the namespaces' own level. */
export const installed = (): Installed[] =>
  PRODUCTS.map((product) => {
    const version = product.versions[0]?.version ?? '';
    const digest = `@sha256:${'0'.repeat(64)}`;
    const images = { helm: `mirror/helm${digest}`, callHome: `mirror/google-cloud-cli${digest}` };
    const plan = aPlan({ product, version, images });
    const servers = [{ address: '172.16.0.2', port: 443 }];
    return {
      product: product.id,
      namespace: product.namespace,
      objects: [
        ...namespaces(plan),
        ...plan.guards,
        ...apiServerPolicies(plan.productNamespace, servers),
        ...prerequisites(plan),
        installJob(plan),
        ...exposureOf('abc.clusters.example.com', product),
      ],
    };
  });

const ofKind = ({ objects }: Installed, kind: string): KubeObject[] =>
  objects.filter((one) => one.kind === kind);

const selectsAll = (selector: unknown): boolean =>
  typeof selector === 'object' && selector !== null && Object.keys(selector).length === 0;

/** 32: nothing goes in or out of any namespace but by a rule that names both its ends. */
export function network(all: readonly Installed[]): string[] {
  const wrong = findings();
  for (const one of all) {
    const policies = ofKind(one, 'NetworkPolicy');
    for (const { metadata } of ofKind(one, 'Namespace')) {
      const own = policies.filter((policy) => policy.metadata.namespace === metadata.name);
      const denies = own.some(
        ({ spec }) =>
          selectsAll(spec.podSelector) &&
          ['Ingress', 'Egress'].every((type) => spec.policyTypes.includes(type)) &&
          spec.ingress === undefined &&
          spec.egress === undefined,
      );
      if (!denies) wrong.push(`${metadata.name} of ${one.product} is open`);
      const names = own.some(({ spec }) =>
        (spec.egress ?? []).some((rule: { ports?: { port: number }[] }) =>
          rule.ports?.some(({ port }) => port === 53),
        ),
      );
      if (!names && metadata.name !== 'hub-members')
        wrong.push(`${metadata.name} of ${one.product} finds no names`);
    }
    for (const { metadata, spec } of policies) {
      const peers = [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap(
        (rule: { from?: object[]; to?: object[] }) => [...(rule.from ?? []), ...(rule.to ?? [])],
      ) as { namespaceSelector?: object; ipBlock?: { cidr: string; except?: string[] } }[];
      for (const { namespaceSelector, ipBlock } of peers) {
        if (selectsAll(namespaceSelector))
          wrong.push(`${metadata.name} of ${one.product} means every namespace`);
        if (ipBlock?.cidr.endsWith('/0')) {
          for (const inside of [
            '10.0.0.0/8',
            '172.16.0.0/12',
            '192.168.0.0/16',
            '100.64.0.0/10',
            '169.254.0.0/16',
          ])
            if (!ipBlock.except?.includes(inside))
              wrong.push(`${metadata.name} of ${one.product} leads to ${inside}`);
        } else if (ipBlock && !ipBlock.cidr.endsWith('/32')) {
          wrong.push(`${metadata.name} of ${one.product} leads to ${ipBlock.cidr}`);
        }
      }
      for (const rule of spec.egress ?? [])
        if (rule.to === undefined || rule.to.length === 0)
          wrong.push(`${metadata.name} of ${one.product} leads everywhere`);
    }
  }
  return wrong;
}

/** 17, 32: what leaves a cluster for the internet goes to ports of the web alone, and none of those that mining pools are reached by. */
export function egress(all: readonly Installed[]): string[] {
  const wrong = findings();
  for (const one of all) {
    for (const { metadata, spec } of ofKind(one, 'NetworkPolicy')) {
      for (const { to = [], ports } of (spec.egress ?? []) as {
        to?: { ipBlock?: { cidr: string } }[];
        ports?: { port: number }[];
      }[]) {
        if (!to.some(({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0')) continue;
        if (!ports || ports.some(({ port }) => port !== 443 && port !== 80))
          wrong.push(`${metadata.namespace} of ${one.product} may leave by other ports`);
      }
    }
  }
  return wrong;
}

/** 33: every namespace has a level, the strictest but for a product that says why not; and what Hub itself runs holds the strictest. */
export function podSecurity(all: readonly Installed[]): string[] {
  const wrong = findings();
  for (const one of all) {
    for (const { metadata } of ofKind(one, 'Namespace')) {
      const level = metadata.labels?.['pod-security.kubernetes.io/enforce'];
      const lenient = one.product === 'pachyderm' && metadata.name === one.namespace;
      if (level !== (lenient ? 'baseline' : 'restricted'))
        wrong.push(`${metadata.name} of ${one.product} is ${level}`);
    }
    for (const { metadata, spec } of ofKind(one, 'Job')) {
      const pod = spec.template.spec;
      if (pod.hostNetwork || pod.hostPID || pod.hostIPC)
        wrong.push(`${metadata.name} is at home on the node`);
      if (pod.volumes.some((volume: { hostPath?: object }) => volume.hostPath))
        wrong.push(`${metadata.name} mounts the node`);
      if (
        pod.securityContext?.runAsNonRoot !== true ||
        pod.securityContext?.seccompProfile?.type !== 'RuntimeDefault'
      )
        wrong.push(`${metadata.name} may be root`);
      for (const { name, securityContext: own } of [...pod.initContainers, ...pod.containers]) {
        if (
          own?.privileged ||
          own?.allowPrivilegeEscalation !== false ||
          own?.readOnlyRootFilesystem !== true ||
          own?.capabilities?.drop?.[0] !== 'ALL'
        )
          wrong.push(`${name} keeps what it does not need`);
      }
    }
    const rights = [...ofKind(one, 'ClusterRoleBinding'), ...ofKind(one, 'RoleBinding')];
    for (const { metadata, roleRef, subjects } of rights) {
      const isInstaller =
        metadata.name === 'hub-installer' && subjects.length === 1 && subjects[0].namespace === HUB_NAMESPACE;
      if (roleRef.name === 'cluster-admin' && !isInstaller) wrong.push(`${metadata.name} gives all rights`);
      if (subjects.some((subject: { kind: string }) => subject.kind === 'Group'))
        wrong.push(`${metadata.name} binds a group`);
    }
  }
  return wrong;
}

/** 34: every namespace has a quota with counts of objects and a limit range, and no role of a member may change them. */
export function quotas(all: readonly Installed[]): string[] {
  const wrong = findings();
  for (const one of all) {
    for (const { metadata } of ofKind(one, 'Namespace')) {
      const [quota] = ofKind(one, 'ResourceQuota').filter(
        (object) => object.metadata.namespace === metadata.name,
      );
      for (const count of [
        'pods',
        'services',
        'services.loadbalancers',
        'services.nodeports',
        'persistentvolumeclaims',
      ])
        if (
          quota?.spec.hard[count] === undefined &&
          !(count === 'services.nodeports' && metadata.name === 'istio-ingress')
        )
          wrong.push(`${metadata.name} of ${one.product} may have any number of ${count}`);
      const runs = quota?.spec.hard.pods !== '0';
      if (runs && !ofKind(one, 'LimitRange').some((object) => object.metadata.namespace === metadata.name))
        wrong.push(`${metadata.name} of ${one.product} has no limit range`);
    }
    const [product] = ofKind(one, 'ResourceQuota').filter(
      (object) => object.metadata.namespace === one.namespace,
    );
    if (product?.spec.hard['services.loadbalancers'] !== '0')
      wrong.push(`${one.product} may open doors of its own`);
    for (const { metadata, rules } of ofKind(one, 'Role')) {
      for (const { resources, verbs } of rules as { resources: string[]; verbs: string[] }[]) {
        const changes = verbs.some((verb) => !['get', 'list', 'watch'].includes(verb));
        const guards = [
          '*',
          'resourcequotas',
          'limitranges',
          'networkpolicies',
          'roles',
          'rolebindings',
          'secrets',
        ];
        if (
          (changes || resources.includes('secrets')) &&
          resources.some((resource) => guards.includes(resource))
        )
          wrong.push(`${metadata.name} of ${one.product} may change ${resources.join()}`);
      }
    }
  }
  return wrong;
}

/** 37: the one listener takes TLS 1.2 or newer, for the one name, and its certificate is the cluster's own. */
export function edges(all: readonly Installed[]): string[] {
  const wrong = findings();
  for (const one of all) {
    const gateways = ofKind(one, 'Gateway');
    if (gateways.length !== 1) wrong.push(`${one.product} has ${gateways.length} gateways`);
    for (const server of gateways.flatMap(({ spec }) => spec.servers)) {
      if (server.port.protocol !== 'HTTPS' || server.port.number !== 443)
        wrong.push(`${one.product} listens on ${server.port.number}`);
      if (!['TLSV1_2', 'TLSV1_3'].includes(server.tls?.minProtocolVersion))
        wrong.push(`${one.product} takes old TLS`);
      if (server.tls?.mode !== 'SIMPLE' || !server.tls.credentialName)
        wrong.push(`${one.product} has no certificate`);
      if (server.hosts.some((host: string) => host.includes('*')))
        wrong.push(`${one.product} takes any name`);
    }
    const policies = ofKind(one, 'AuthorizationPolicy');
    if (!policies.some(({ spec }) => spec.action === 'ALLOW' && spec.rules.length > 0))
      wrong.push(`${one.product} lets any name through`);
  }
  return wrong;
}

/** 41: what Hub itself runs in clusters is named by digest. */
export function digests(all: readonly Installed[]): string[] {
  const wrong = findings();
  for (const one of all) {
    for (const { spec } of ofKind(one, 'Job')) {
      const pod = spec.template.spec;
      for (const { name, image } of [...pod.initContainers, ...pod.containers])
        if (!/@sha256:[0-9a-f]{64}$/.test(image)) wrong.push(`${name} runs ${image}`);
    }
  }
  return wrong;
}
