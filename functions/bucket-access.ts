/** Who may use a cluster's bucket: every workload of that cluster, and no other. Pure. */

/** One entry of a bucket's allow policy. */
export interface Binding {
  role: string;
  members: string[];
  condition?: unknown;
}

/**
 * What a workload may do: what pachd's storage client does, which reads, lists, writes (over what is there, too) and deletes objects. Google's
 * own `roles/storage.objectUser` may also change what is said of an object, and so put a hold on it, and make managed folders, which
 * would both outlive the cluster: https://cloud.google.com/storage/docs/access-control/iam-roles
 */
export const DATA_PERMISSIONS: readonly string[] = [
  'storage.objects.create',
  'storage.objects.delete',
  'storage.objects.get',
  'storage.objects.list',
];

/** The project's own role of these, which Terraform makes (`modules/network`). */
export const dataRole = (projectId: string): string => `projects/${projectId}/roles/hub_cluster_data`;

interface ClusterIdentity {
  projectId: string;
  /** The number, not the name: pools are found by it. */
  projectNumber: string;
  location: string;
  /** Name in GKE, which holds Hub's id and the generation. */
  cluster: string;
}

/**
 * IAM's name for all workloads of one cluster. Never bind to a namespace and service account: the pool is one per project, so that
 * the same pair in another tenant's cluster is the same principal.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#identity-sameness
 */
export const clusterPrincipals = ({ projectId, projectNumber, location, cluster }: ClusterIdentity): string =>
  `principalSet://iam.googleapis.com/projects/${projectNumber}/locations/global/workloadIdentityPools/${projectId}.svc.id.goog` +
  `/kubernetes.cluster/https://container.googleapis.com/v1/projects/${projectId}/locations/${location}/clusters/${cluster}`;

/**
 * People, groups and service accounts of the operator's project stay as they are; workloads and the public do not, nor does whoever may look
 * at the project: a new bucket lets them read all that is in it. https://cloud.google.com/storage/docs/access-control/iam#convenience-values
 */
const isForeign = (member: string): boolean =>
  /^(principal|principalSet):\/\/|^(allUsers|allAuthenticatedUsers)$|^projectViewer:|^serviceAccount:[^[]+\.svc\.id\.goog\[/.test(
    member,
  );

/**
 * The bindings with which these principals, and no other workload, may use the data, and do no more than that.
 * @param dataRole of the bucket's project
 * @returns undefined if that is so already
 */
export function planBindings(
  bindings: readonly Binding[],
  principals: string,
  dataRole: string,
): Binding[] | undefined {
  const isRight = ({ role, members, condition }: Binding): boolean =>
    role === dataRole && condition === undefined && members.includes(principals);
  const isWrong = (binding: Binding, member: string): boolean =>
    isForeign(member) && !(isRight(binding) && member === principals);
  const wrong = bindings.some((binding) => binding.members.some((member) => isWrong(binding, member)));
  if (!wrong && bindings.some(isRight)) return undefined;
  const kept = bindings
    .map((binding) => ({ ...binding, members: binding.members.filter((member) => !isForeign(member)) }))
    .filter(({ members }) => members.length > 0);
  return [...kept, { role: dataRole, members: [principals] }];
}
