/**
 * Who calls, and which members of a policy that is. A workload has no account: its project, its namespace and its Kubernetes service
 * account make up the identity, and the cluster is no part of it but an attribute.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
 */

/** A pod, as the cluster it runs in vouches for it. */
export interface Workload {
  projectId: string;
  /** Zone or region. */
  location: string;
  cluster: string;
  namespace: string;
  serviceAccount: string;
}

export type Principal =
  | { kind: 'anonymous' }
  | { kind: 'user'; email: string }
  | { kind: 'serviceAccount'; email: string }
  | ({ kind: 'workload' } & Workload);

/** Projects have a number beside their name; here it follows from the name. */
export function projectNumberOf(projectId: string): string {
  let hash = 2166136261;
  for (const char of projectId) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
  return String(100_000_000_000 + hash);
}

/** Also the audience of tokens that are to be exchanged. */
export const poolName = (projectId: string): string => `${projectId}.svc.id.goog`;

/** https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#identity-sameness : one pool for all its clusters. */
const poolOf = (projectId: string): string =>
  `iam.googleapis.com/projects/${projectNumberOf(projectId)}/locations/global/workloadIdentityPools/${poolName(projectId)}`;

/** Also the issuer of the cluster's service account tokens. */
export const clusterUrl = ({
  projectId,
  location,
  cluster,
}: Omit<Workload, 'namespace' | 'serviceAccount'>): string =>
  `https://container.googleapis.com/v1/projects/${projectId}/locations/${location}/clusters/${cluster}`;

/** Every way in which a policy can name it. https://cloud.google.com/iam/docs/principal-identifiers */
export function membersOf(principal: Principal): string[] {
  switch (principal.kind) {
    case 'anonymous':
      return ['allUsers'];
    case 'user':
      return ['allUsers', 'allAuthenticatedUsers', `user:${principal.email}`];
    case 'serviceAccount':
      return ['allUsers', 'allAuthenticatedUsers', `serviceAccount:${principal.email}`];
    case 'workload': {
      const { projectId, namespace, serviceAccount } = principal;
      const pool = poolOf(projectId);
      return [
        // Not allAuthenticatedUsers: those are Google's own accounts, and this one is federated.
        'allUsers',
        `principal://${pool}/subject/ns/${namespace}/sa/${serviceAccount}`,
        `serviceAccount:${poolName(projectId)}[${namespace}/${serviceAccount}]`,
        `principalSet://${pool}/namespace/${namespace}`,
        `principalSet://${pool}/kubernetes.cluster/${clusterUrl(principal)}`,
        `principalSet://${pool}/*`,
      ];
    }
  }
}

const KNOWN_MEMBER =
  /^(allUsers|allAuthenticatedUsers|(user|group|serviceAccount|domain|projectOwner|projectEditor|projectViewer):.+|principal(Set)?:\/\/iam\.googleapis\.com\/.+)$/;

export const isMember = (member: string): boolean => KNOWN_MEMBER.test(member);

/** As refusals call it. */
export function titleOf(principal: Principal): string {
  if (principal.kind === 'anonymous') return 'Anonymous caller';
  if (principal.kind !== 'workload') return principal.email;
  const { projectId, namespace, serviceAccount } = principal;
  return `principal://${poolOf(projectId)}/subject/ns/${namespace}/sa/${serviceAccount}`;
}
