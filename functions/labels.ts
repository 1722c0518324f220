/** The labels of everything that Hub makes in the cloud, where the cloud takes labels: whose it is can be told without asking anybody. */
export const LABELS = { managedBy: 'managed-by', cluster: 'hub-cluster', cell: 'hub-cell' } as const;

/** Labels of everything made for a cluster. GKE puts a cluster's labels on the Compute Engine resources it makes for it. */
export const labelsOf = (id: string, cell: string): Record<string, string> => ({
  [LABELS.managedBy]: 'hub',
  [LABELS.cluster]: id,
  [LABELS.cell]: cell,
});
