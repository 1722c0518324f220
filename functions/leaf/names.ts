/** What Hub calls its own in a leaf: its namespaces, its label, and whom it lets install. */
import type { KubeRef } from './leaf.ts';

/** Hub's own namespace in a leaf. */
export const HUB_NAMESPACE = 'hub-system';

/** Where the service accounts of people live, and where nothing runs. */
export const MEMBERS_NAMESPACE = 'hub-members';

export const OURS = { 'app.kubernetes.io/managed-by': 'hub' };

export const OURS_SELECTOR = 'app.kubernetes.io/managed-by=hub';

/** The installer may do everything, and only while its Job runs. */
export const INSTALLER_BINDING: KubeRef = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  name: 'hub-installer',
};
