/**
 * Istio in a leaf: the control plane and one gateway, and no side-cars, since isolation inside is the work of NetworkPolicies. Pure.
 */
import { PRIORITY_CLASS } from '../../shared/catalog/product.ts';
import type { InstallPlan, Release } from './plan.ts';

/**
 * The gateway is what the whole world can reach: of a minor release that is supported take the newest patch, which has the mended holes.
 * https://istio.io/latest/news/security/, https://github.com/istio/istio/releases
 */
export const ISTIO_VERSION = '1.31.4';

/**
 * From then on its holes stay open. A minor release is supported until six weeks after the second one after it, and they come three months
 * apart: 1.32 in November 2026, so 1.33 in February 2027 at the earliest. Until that is out the day is a guess, and this one an early one.
 * https://istio.io/latest/docs/releases/supported-releases/
 */
export const ISTIO_SUPPORTED_UNTIL = '2027-04-01';

export const MESH_NAMESPACE = 'istio-system';
export const GATEWAY_NAMESPACE = 'istio-ingress';
/** Also the name of its Service, and the value of its pods' label `istio`. */
export const GATEWAY_RELEASE = 'hub-gateway';
/** The one workload of its release. */
export const CONTROL_PLANE_RELEASE = 'istiod';

/**
 * In the order of https://istio.io/latest/docs/setup/install/helm/
 * @param imageMirror stands for Docker Hub; the gateway's own image is filled in by the control plane, which has it from the same place
 */
export const meshReleases = (imageMirror?: string): Release[] => [
  {
    name: 'base',
    namespace: MESH_NAMESPACE,
    chart: 'base',
    version: ISTIO_VERSION,
    values: { defaultRevision: 'default' },
    timeout: '1m',
  },
  {
    name: CONTROL_PLANE_RELEASE,
    namespace: MESH_NAMESPACE,
    chart: 'istiod',
    version: ISTIO_VERSION,
    values: {
      ...CONTROL_PLANE,
      global: {
        ...DRAINABLE,
        ...PRIORITY,
        ...(imageMirror !== undefined && { hub: `${imageMirror}/istio` }),
      },
    },
    // A registry that is slow may take ten minutes for an image, which three tries outlast.
    timeout: '4m',
  },
  {
    name: GATEWAY_RELEASE,
    namespace: GATEWAY_NAMESPACE,
    chart: 'gateway',
    version: ISTIO_VERSION,
    values: GATEWAY,
    timeout: '4m',
  },
];

/** The same installation without its product, of which whoever upgrades the mesh was asked nothing. */
export const meshAlone = (plan: InstallPlan): InstallPlan => ({
  ...plan,
  releases: plan.releases.filter(({ namespace }) => MESH_NAMESPACES.includes(namespace)),
});

export const MESH_NAMESPACES: readonly string[] = [MESH_NAMESPACE, GATEWAY_NAMESPACE];

/** Whether the release is one before ours. One that nobody can read, or a newer one, is none. */
export function isBeforeOurs(version: string | undefined): boolean {
  const numbersOf = (text: string): number[] => text.split('.').map(Number);
  if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) return false;
  const [theirs, ours] = [numbersOf(version), numbersOf(ISTIO_VERSION)];
  const at = ours.findIndex((number, index) => number !== theirs[index]);
  return at >= 0 && (theirs[at] ?? 0) < (ours[at] ?? 0);
}

/**
 * The chart's own budget never lets the only copy go: each node that GKE upgrades would wait for it for the full hour that GKE gives, and a
 * deletion with it. https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies
 */
const DRAINABLE = { defaultPodDisruptionBudget: { enabled: false } };

/** Without the gateway nobody comes in. */
const PRIORITY = { priorityClassName: PRIORITY_CLASS };

const SECCOMP = { type: 'RuntimeDefault' };

/** https://github.com/istio/istio/blob/1.31.4/manifests/charts/istio-control/istio-discovery/values.yaml */
const CONTROL_PLANE = {
  // One gateway and no side-cars: the chart's 2 GiB are for meshes of hundreds.
  autoscaleEnabled: false,
  resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
  // The restricted level asks for it.
  seccompProfile: SECCOMP,
  sidecarInjectorWebhook: { enableNamespacesByDefault: false },
};

/** https://github.com/istio/istio/blob/1.31.4/manifests/charts/gateway/values.yaml */
const GATEWAY = {
  ...PRIORITY,
  labels: { istio: GATEWAY_RELEASE },
  autoscaling: { enabled: false },
  replicaCount: 1,
  service: {
    type: 'LoadBalancer',
    // There is no door without TLS, and what the gateway says of its own health is nobody's business outside.
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 443 }],
  },
  // The chart's own, which lets it listen below 1024 without any right, and the one thing more that the restricted level asks for.
  securityContext: {
    seccompProfile: SECCOMP,
    sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
  },
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } },
};
