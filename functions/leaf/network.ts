/**
 * The ways through the network of a leaf: none but these. Pure. A rule needs both ends, the one that sends and the one that takes.
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
import type { KubeObject } from './leaf.ts';
import { GATEWAY_NAMESPACE, GATEWAY_RELEASE, MESH_NAMESPACE } from './mesh.ts';
import { HUB_NAMESPACE, MEMBERS_NAMESPACE, OURS } from './names.ts';

/** An address and port at which the cluster's own API is. */
export interface ApiServer {
  address: string;
  port: number;
}

/** Everything but the API server, which no plan knows. Only the product's namespace has a name of its own. */
export const networkPolicies = (product: string): KubeObject[] => [
  ...[MESH_NAMESPACE, GATEWAY_NAMESPACE, HUB_NAMESPACE, MEMBERS_NAMESPACE, product].map(nothing),
  ...[MESH_NAMESPACE, GATEWAY_NAMESPACE, HUB_NAMESPACE, product].map(names),

  policy(MESH_NAMESPACE, 'webhooks', CONTROL_PLANE, {
    // The API server calls from outside of the cluster, at an address that only a firewall can name; Hub's own does.
    ingress: [{ ports: [tcp(15017)] }],
  }),
  policy(MESH_NAMESPACE, 'gateway', CONTROL_PLANE, {
    ingress: [{ from: [THE_GATEWAY], ports: [tcp(15012)] }],
  }),

  // Whoever comes in, and the product itself when it calls its own name.
  policy(GATEWAY_NAMESPACE, 'public', GATEWAY_PODS, { ingress: [{ ports: [tcp(443)] }] }),
  policy(GATEWAY_NAMESPACE, 'control-plane', GATEWAY_PODS, {
    egress: [{ to: [inNamespace(MESH_NAMESPACE, CONTROL_PLANE)], ports: [tcp(15012)] }],
  }),
  // Ports here are those of pods, and routes name those of Services; which of them is used is said by the routes alone.
  policy(GATEWAY_NAMESPACE, 'product', GATEWAY_PODS, { egress: [{ to: [inNamespace(product)] }] }),

  policy(HUB_NAMESPACE, 'outside', {}, { egress: [OUTSIDE, METADATA] }),

  policy(
    product,
    'within',
    {},
    {
      ingress: [{ from: [{ podSelector: {} }] }],
      egress: [{ to: [{ podSelector: {} }] }],
    },
  ),
  policy(
    product,
    'gateway',
    {},
    {
      ingress: [{ from: [THE_GATEWAY] }],
      // A public address of the cluster's own may be short-cut to the pods behind it.
      egress: [{ to: [THE_GATEWAY], ports: [tcp(443)] }],
    },
  ),
  policy(product, 'outside', {}, { egress: [OUTSIDE, METADATA] }),
];

/** For Helm, Istio, and products that make pods. Its address is inside the network, where otherwise nothing may be reached. */
export const apiServerPolicies = (product: string, servers: readonly ApiServer[]): KubeObject[] =>
  servers.length === 0
    ? []
    : [MESH_NAMESPACE, HUB_NAMESPACE, product].map((namespace) =>
        policy(
          namespace,
          'api-server',
          {},
          {
            egress: servers.map(({ address, port }) => ({
              to: [{ ipBlock: { cidr: `${address}/32` } }],
              ports: [tcp(port)],
            })),
          },
        ),
      );

type Labels = Record<string, string>;

const CONTROL_PLANE: Labels = { app: 'istiod' };
const GATEWAY_PODS: Labels = { istio: GATEWAY_RELEASE };

const tcp = (port: number): object => ({ protocol: 'TCP', port });
const udp = (port: number): object => ({ protocol: 'UDP', port });

/** The label is set by Kubernetes itself, so nobody can claim another's. */
const inNamespace = (name: string, pods?: Labels): object => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  ...(pods && { podSelector: { matchLabels: pods } }),
});

const THE_GATEWAY = inNamespace(GATEWAY_NAMESPACE, GATEWAY_PODS);

function policy(
  namespace: string,
  name: string,
  pods: Labels,
  rules: { ingress?: object[]; egress?: object[] },
): KubeObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `hub-${name}`, namespace, labels: OURS },
    spec: {
      podSelector: Object.keys(pods).length === 0 ? {} : { matchLabels: pods },
      policyTypes: [...(rules.ingress ? ['Ingress'] : []), ...(rules.egress ? ['Egress'] : [])],
      ...rules,
    },
  };
}

const nothing = (namespace: string): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'hub-nothing', namespace, labels: OURS },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
});

/** kube-dns in its own namespace, or what GKE puts in its place: a cache on each node, or Cloud DNS. */
const names = (namespace: string): KubeObject =>
  policy(
    namespace,
    'names',
    {},
    {
      egress: [
        {
          to: [
            inNamespace('kube-system'),
            { ipBlock: { cidr: '169.254.20.10/32' } },
            { ipBlock: { cidr: '169.254.169.254/32' } },
          ],
          ports: [udp(53), tcp(53)],
        },
      ],
    },
  );

/** Everything on the internet, nothing of the operator's network: people run their own code in here. */
const OUTSIDE = {
  to: [
    {
      ipBlock: {
        cidr: '0.0.0.0/0',
        // Private, shared and link-local addresses, and those of class E, which GKE takes for private ones, too:
        // https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips
        except: [
          '10.0.0.0/8',
          '100.64.0.0/10',
          '169.254.0.0/16',
          '172.16.0.0/12',
          '192.168.0.0/16',
          '240.0.0.0/4',
        ],
      },
    },
  ],
  ports: [tcp(443), tcp(80)],
};

/**
 * The GKE metadata server, by which workloads get their own identity and never the node's. Two addresses, by the kind of the network:
 * https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
 */
const METADATA = {
  to: [{ ipBlock: { cidr: '169.254.169.252/32' } }, { ipBlock: { cidr: '169.254.169.254/32' } }],
  ports: [tcp(988), tcp(80)],
};
