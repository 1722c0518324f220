/**
 * What can be proved to belong to a cluster. Pure. Nothing else is ever listed as owned, let alone deleted:
 *
 * - a label `hub-cluster=<id>`: GKE puts a cluster's labels on the Compute Engine resources it makes for it (nodes' disks always;
 *   volumes if their StorageClass says so), and it outweighs everything else: another id in it means that it is not ours;
 * - a label `goog-k8s-cluster-name=hub-<id>-g<n>`, which GKE itself writes on disks and, where it does, on forwarding rules;
 * - a name that GKE derives from the cluster's: `gke-hub-<id>-g<n>-…` (nodes' disks and GKE's own firewalls);
 * - the name of the one firewall that Hub itself makes for a cluster: `hub-<id>-g<n>-webhooks`;
 * - a firewall for the cluster's nodes: its target tags are `gke-hub-<id>-g<n>-<hash>-node`;
 * - a forwarding rule or address with the name of a load balancer (`a<uid>`) that such a firewall (`k8s-fw-a<uid>`) was made for.
 *
 * The id is 80 random bits, so a name that holds it is no accident. What cannot be proved: a disk, rule or address without any
 * of these, for example after somebody deleted the firewall by hand. Draining a cluster before deleting it leaves none.
 */
import type { Leftover, LeftoverKind } from './client.ts';
import { LABELS } from './request.ts';

const GKE_LABEL = 'goog-k8s-cluster-name';

/**
 * GKE's own label holds the generation, and Compute Engine's filters promise no wildcards in labels, so each is asked for. A cluster
 * tried more often than that is still found by Hub's label.
 */
const GENERATIONS_ASKED = 12;

const escapeLiteral = (text: string): string => text.replace(/[^a-z0-9-]/g, '');

/** What to ask Compute Engine for. Its two grammars cannot be mixed in one filter. */
export function leftoverQueries(clusterId: string): { kind: LeftoverKind; filter: string }[] {
  const id = escapeLiteral(clusterId);
  const byLabel = [
    `labels.${LABELS.cluster}=${id}`,
    ...Array.from({ length: GENERATIONS_ASKED }, (_, i) => `labels.${GKE_LABEL}=hub-${id}-g${i + 1}`),
  ].join(' OR ');
  return [
    { kind: 'disk', filter: byLabel },
    { kind: 'disk', filter: `name eq "gke-hub-${id}-g.*"` },
    { kind: 'address', filter: byLabel },
    { kind: 'forwarding-rule', filter: byLabel },
    // Firewalls have no labels, and tags are a list, which filters do not look into: the few that can be ours are asked for by name.
    { kind: 'firewall', filter: `name eq "gke-hub-${id}-g.*|hub-${id}-g.*|k8s-.*"` },
  ];
}

export function ownedBy(leftover: Leftover, clusterId: string): boolean {
  const label = leftover.labels[LABELS.cluster];
  if (label !== undefined) return label === clusterId;
  const cluster = `hub-${escapeLiteral(clusterId)}-g[0-9]+`;
  return (
    new RegExp(`^${cluster}$`).test(leftover.labels[GKE_LABEL] ?? '') ||
    new RegExp(`^gke-${cluster}-`).test(leftover.name) ||
    (leftover.kind === 'firewall' && new RegExp(`^${cluster}-webhooks$`).test(leftover.name)) ||
    (leftover.targetTags.length > 0 &&
      leftover.targetTags.every((tag) => new RegExp(`^gke-${cluster}-[0-9a-f]{8}-node$`).test(tag)))
  );
}

/** The load balancers that owned firewalls speak of. */
export function evidenceOf(found: readonly Leftover[]): { balancer: string; firewall: string }[] {
  return found
    .filter(({ kind }) => kind === 'firewall')
    .flatMap(({ name }) => {
      const balancer = /^k8s-fw-(a[0-9a-f]{31})$/.exec(name)?.[1];
      return balancer ? [{ balancer, firewall: name }] : [];
    });
}
