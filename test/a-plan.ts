/** Install plans for tests. */

import { type InstallInput, type InstallPlan, planInstall } from '../functions/leaf/plan.ts';
import type { Product } from '../shared/catalog/product.ts';

export const PRODUCT: Product = {
  id: 'app',
  label: 'App',
  description: 'An app.',
  namespace: 'app',
  release: 'app',
  chart: 'app-chart',
  versions: [{ version: '1.2.3', default: true }],
  values: ({ clusterId, version, bucket, host }) => ({ clusterId, version, bucket, host }),
  podSecurity: 'baseline',
  access: 'public',
  routes: [{ matches: [], service: 'front', port: 80 }],
  endpoints: (host) => ({ console: `https://${host}/` }),
};

export const aPlan = (change: Partial<InstallInput> = {}): InstallPlan =>
  planInstall({
    clusterId: 'aaaabbbbccccdddd',
    cell: 'a-cell',
    generation: 3,
    product: PRODUCT,
    version: '1.2.3',
    bucket: 'hub-aaaabbbbccccdddd-g3',
    host: 'aaaabbbbccccdddd.hub.example',
    machine: { cpus: 4, memoryGiB: 16 },
    images: { helm: 'mirror/helm:4', callHome: 'mirror/google-cloud-cli:slim' },
    chartSource: 'oci://mirror/charts/',
    projectId: 'a-project',
    hintTopic: 'hint',
    credentialsAccount: 'credentials@a-project.iam.gserviceaccount.com',
    ...change,
  });

/** The product without the mesh: for what one release is enough to show. */
export const aloneOf = (plan: InstallPlan): InstallPlan => ({ ...plan, releases: plan.releases.slice(-1) });
