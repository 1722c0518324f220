import type { Product } from './product.ts';

/** Data versioning and pipelines: https://github.com/pachyderm/pachyderm. 2.12 dropped the enterprise licence that 2.11 still checks. */
export const pachyderm: Product = {
  id: 'pachyderm',
  label: 'Pachyderm',
  description: 'Data versioning and pipelines.',
  namespace: 'pachyderm',
  release: 'pachyderm',
  chart: 'pachyderm',
  versions: [
    { version: '2.12.2', default: true },
    { version: '2.12.1' },
    { version: '2.12.0' },
    { version: '2.11.6', needsLicense: true },
  ],
  values: ({ clusterId, version, bucket }) => ({
    deployTarget: 'GOOGLE',
    pachd: {
      image: { tag: version },
      clusterDeploymentID: clusterId,
      storage: { backend: 'GOOGLE', google: { bucket } },
    },
    // Until the cluster is locked to its owner and has a certificate, it has an address inside the operator's network only.
    proxy: {
      enabled: true,
      service: { type: 'LoadBalancer', annotations: { 'networking.gke.io/load-balancer-type': 'Internal' } },
    },
    console: { enabled: true },
  }),
  service: 'pachyderm-proxy',
  endpoints: (address) => ({ pachd: `grpc://${address}:80`, console: `http://${address}/` }),
};
