/**
 * What can be proved to belong to a cluster. Pure. Nothing else is ever listed as owned, let alone deleted:
 *
 * - a label `hub-cluster=<id>`: GKE puts a cluster's labels on the disks of its nodes, Hub's own StorageClass on those of volumes
 *   (functions/leaf/plan.ts). It outweighs everything else: another id in it means that it is not ours;
 * - a label `goog-k8s-cluster-name=hub-<id>-g<n>`, which GKE itself writes on the disks of nodes and, where it does, on those of volumes and on
 *   forwarding rules;
 * - a name that GKE derives from the cluster's: `gke-hub-<id>-g<n>-…` (nodes' disks and GKE's own firewalls);
 * - the name of the one firewall that Hub itself makes for a cluster: `hub-<id>-g<n>-webhooks`;
 * - the name of the subnetwork that Hub has GKE make with a cluster: `hub-<id>-g<n>`, and the letter of its zone;
 * - a firewall for the cluster's nodes: its target tags are `gke-hub-<id>-g<n>-<hash>-node`;
 * - a forwarding rule, address, target pool or health check with the name of a load balancer (`a<uid>`) that such a firewall (`k8s-fw-a<uid>`)
 *   was made for, and the health check of its nodes (`k8s-<hash>-node`) that such a firewall (`k8s-<hash>-node-http-hc`) lets through. So GKE
 *   calls them up to 1.36: https://github.com/kubernetes/cloud-provider-gcp (providers/gce);
 * - a backend service, network endpoint group or health check with a name that begins as that of such a firewall does: `k8s2-<hash>-…`, where
 *   the hash is the cluster's (40 bits). So GKE calls them from 1.37 on, with the add-on for Ingress and without it:
 *   https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer and
 *   https://github.com/kubernetes/ingress-gce (pkg/utils/namer/l4_namer.go, pkg/l4/resources/l4netlb.go). The forwarding rule is still called
 *   `a<uid>` and its address as it is: the one is known by the backend service that it leads to, the other by the rule.
 *
 * The id is 80 random bits, so a name that holds it is no accident. What cannot be proved: a disk, or part of a load balancer, without any
 * of these, for example after somebody deleted the firewall by hand; and from 1.37 on an address whose rule is gone, which there is for the
 * seconds in which GKE makes the rule. Draining a cluster before deleting it leaves none.
 */
import type { ListingScope } from '../../../shared/clean-up.ts';
import { CLUSTER_ID } from '../../../shared/documents/fields.ts';
import { LABELS } from '../../labels.ts';
import { NAME } from '../../names.ts';
import type { FoundResource } from '../provider.ts';
import type { GkeCluster, Leftover, LeftoverKind } from './client.ts';

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
    { kind: 'firewall', filter: `name eq "gke-hub-${id}-g.*|hub-${id}-g.*|k8s[23]?-.*"` },
    // They have no labels either.
    { kind: 'subnetwork', filter: `name eq "hub-${id}-g.*"` },
  ];
}

const BY_FIREWALL = 'name of a load balancer that a firewall of its nodes names';
const BY_RULE = 'what such a load balancer leads to, or the name of one that does';

/** The same in words, and the clusters beside it. @param except places that were away */
export function listingScopes(
  clusterId: string,
  projectId: string,
  except: readonly string[],
): ListingScope[] {
  const byLabel = [`label ${LABELS.cluster}=${clusterId}`, `label ${GKE_LABEL}=hub-${clusterId}-g*`];
  const project = { in: `projects/${projectId}`, ...(except.length > 0 && { except: [...except] }) };
  return [
    {
      ...project,
      kinds: ['cluster'],
      by: [`label ${LABELS.cluster}=${clusterId}`, `name hub-${clusterId}-g*`],
    },
    { ...project, kinds: ['disk'], by: [...byLabel, `name gke-hub-${clusterId}-g*`] },
    {
      ...project,
      kinds: ['address', 'forwarding-rule'],
      by: [...byLabel, BY_FIREWALL, BY_RULE],
    },
    {
      ...project,
      kinds: [
        'target-pool',
        'backend-service',
        'network-endpoint-group',
        'health-check',
        'region-health-check',
      ],
      by: [BY_FIREWALL],
    },
    {
      ...project,
      kinds: ['firewall'],
      by: [
        `name gke-hub-${clusterId}-g*`,
        `name hub-${clusterId}-g*-webhooks`,
        `target tags gke-hub-${clusterId}-g*-node`,
      ],
    },
    { ...project, kinds: ['subnetwork'], by: [`name hub-${clusterId}-g*`] },
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
    (leftover.kind === 'subnetwork' && new RegExp(`^${cluster}(-[a-z])?$`).test(leftover.name)) ||
    (leftover.targetTags.length > 0 &&
      leftover.targetTags.every((tag) => new RegExp(`^gke-${cluster}-[0-9a-f]{8}-node$`).test(tag)))
  );
}

/** What a load balancer in the network is made of, and where it is so up to 1.36 or later. What uses others comes before them. */
const FRONT = ['forwarding-rule', 'address'] as const;
const OF_POOLS = ['target-pool', 'health-check'] as const;
const OF_BACKENDS = ['backend-service', 'network-endpoint-group', 'region-health-check'] as const;
export const PARTS = [...FRONT, ...OF_POOLS, ...OF_BACKENDS] as const;

const BALANCER = 'a[0-9a-f]{31}';
/** The health check that all load balancers of a cluster share. */
const NODES_CHECK = 'k8s-[0-9a-f]{16}-node';
/** Firewalls that let through what is balanced, and what checks. */
const SPEAKS_OF = [
  new RegExp(`^k8s-fw-(${BALANCER})$`),
  new RegExp(`^k8s-(${BALANCER})-http-hc$`),
  new RegExp(`^(${NODES_CHECK})-http-hc$`),
  /^k8s[23]-([a-z0-9]{8})-/,
];
/** Of a cluster: all its load balancers' names hold it. */
const HASH = '[a-z0-9]{8}';
const isHash = (part: string): boolean => part.length === 8;
const PROTOCOLS = '(tcp|udp|l3)';

/** What owned firewalls say of parts of load balancers: the names of those, or the hash that is in their names; see `partOf`. */
export function evidenceOf(found: readonly Leftover[]): { part: string; firewall: string }[] {
  return found
    .filter(({ kind }) => kind === 'firewall')
    .flatMap(({ name }) =>
      SPEAKS_OF.flatMap((pattern) => {
        const part = pattern.exec(name)?.[1];
        return part === undefined ? [] : [{ part, firewall: name }];
      }),
    );
}

const OF_HASH = new RegExp(`^k8s[23]-(?:${PROTOCOLS}-)?(?<hash>${HASH})-`);

/**
 * By what word a firewall speaks of a part, if any does.
 * @param parts all that are known: an address is called as its rule is, and that is known by where it leads to
 */
export function partOf(parts: readonly Leftover[]): (part: Leftover) => string {
  const wordOf = ({ name, backend = name }: Leftover): string => OF_HASH.exec(backend)?.groups?.hash ?? name;
  const placeOf = ({ name, location }: Leftover): string => `${location}/${name}`;
  const rules = parts.filter(({ kind }) => kind === 'forwarding-rule');
  const ofRules = new Map(rules.map((rule) => [placeOf(rule), wordOf(rule)]));
  return (part) => (part.kind === 'address' && ofRules.get(placeOf(part))) || wordOf(part);
}

interface Query {
  kind: LeftoverKind;
  filter: string;
}

/** @param words that firewalls say of parts: patterns of names, and of hashes */
function queriesFor(names: readonly string[], hashes: readonly string[]): Query[] {
  const byName = (kinds: readonly LeftoverKind[], patterns: readonly string[]): Query[] =>
    patterns.length === 0 ? [] : kinds.map((kind) => ({ kind, filter: `name eq "${patterns.join('|')}"` }));
  const anyOf = `(${hashes.join('|')})`;
  const fronts = hashes.length === 0 ? names : [...names, BALANCER, `k8s[23]-${PROTOCOLS}-${anyOf}-.*`];
  return [
    ...byName(FRONT, fronts),
    ...byName(OF_POOLS, names),
    ...byName(OF_BACKENDS, hashes.length === 0 ? [] : [`k8s[23]-${anyOf}-.*`]),
  ];
}

/** Where parts may be that firewalls say that of; others are found beside them. */
export function partQueries(words: ReadonlySet<string>): Query[] {
  const all = [...words];
  return queriesFor(
    all.filter((word) => !isHash(word)),
    all.filter(isHash),
  );
}

// Of all clusters at once: whose something is, and what says so.

const patternOf = (before: string, after: string): RegExp => new RegExp(`^${before}${NAME}${after}$`);
const CLUSTER = patternOf('', '');
const FIREWALL = patternOf('', '-webhooks');
const SUBNETWORK = patternOf('', '(?:-[a-z])?');
/** What GKE writes on one that it made: not documented, but on every one that was seen. */
const MADE_FOR = patternOf('auto-created subnetwork for cluster "', '"');
/** What Hub itself gives a name. */
const NAMED: Partial<Record<LeftoverKind, readonly RegExp[]>> = {
  firewall: [FIREWALL],
  subnetwork: [SUBNETWORK],
};
const OF_GKE = patternOf('gke-', '-.*');
const NODES = patternOf('gke-', '-[0-9a-f]{8}-node');

/** As for one cluster. Compute Engine promises for labels that one can ask whether they are there. */
export const ALL_QUERIES: readonly { kind: LeftoverKind; filter: string }[] = [
  ...(['disk', 'address', 'forwarding-rule'] as const).map((kind) => ({
    kind,
    filter: `labels.${LABELS.cluster}:* OR labels.${GKE_LABEL}:*`,
  })),
  { kind: 'disk', filter: 'name eq "gke-hub-.*"' },
  { kind: 'firewall', filter: 'name eq "gke-hub-.*|hub-.*|k8s[23]?-.*"' },
  { kind: 'subnetwork', filter: 'name eq "hub-.*"' },
];
/** As for one cluster, by the names that GKE gives to parts of load balancers: one filter has no room for those of all clusters. */
export function queriesOfAllParts(words: Iterable<string>): Query[] {
  const all = [...words];
  return queriesFor(
    all.some((word) => !isHash(word)) ? [BALANCER, NODES_CHECK] : [],
    all.some(isHash) ? [HASH] : [],
  );
}

type Origin = Pick<FoundResource, 'clusterId' | 'generation' | 'derived'>;

function told(text: string | undefined, ...patterns: readonly RegExp[]): Origin | undefined {
  for (const pattern of patterns) {
    const [, clusterId, generation] = pattern.exec(text ?? '') ?? [];
    if (clusterId !== undefined) return { clusterId, generation: Number(generation) };
  }
  return undefined;
}

/** What a label of Hub's says, which is the least: it may be copied along. */
function labelled(labels: Leftover['labels']): Origin | undefined {
  const clusterId = labels[LABELS.cluster];
  return clusterId !== undefined && CLUSTER_ID.test(clusterId) ? { clusterId } : undefined;
}

const isSame = (a: Origin, b: Origin): boolean =>
  a.clusterId === b.clusterId && a.generation === b.generation;

/** What the cloud says by itself: GKE's own label, the nodes that a firewall is for, or what a subnetwork was made for. */
function derivedFrom({ kind, labels, targetTags, description }: Leftover): Origin | undefined {
  if (kind === 'subnetwork') return told(description, MADE_FOR);
  const byLabel = told(labels[GKE_LABEL], CLUSTER);
  if (byLabel || kind !== 'firewall') return byLabel;
  const [first, ...others] = targetTags.map((tag) => told(tag, NODES, CLUSTER));
  return first && others.every((other) => other && isSame(first, other)) ? first : undefined;
}

/** @returns undefined if nothing speaks of a cluster of Hub's */
function originOf(leftover: Leftover): Origin | undefined {
  const derived = derivedFrom(leftover);
  const named = told(leftover.name, OF_GKE, ...(NAMED[leftover.kind] ?? []));
  const origin = named ?? derived ?? labelled(leftover.labels);
  return origin && derived && isSame(origin, derived) ? { ...origin, derived: true } : origin;
}

/** What firewalls say of parts of load balancers, with the cluster whose nodes they are for. */
export function balancersOf(firewalls: readonly Leftover[]): ReadonlyMap<string, Origin> {
  return new Map(
    evidenceOf(firewalls).flatMap(({ part, firewall }): [string, Origin][] => {
      const found = firewalls.find(({ name }) => name === firewall);
      const derived = found && derivedFrom(found);
      return derived ? [[part, { ...derived, derived: true }]] : [];
    }),
  );
}

export function foundLeftovers(
  leftovers: readonly Leftover[],
  balancers: ReadonlyMap<string, Origin>,
): FoundResource[] {
  const nameOf = partOf(leftovers);
  const parts = new Set(leftovers.filter(({ kind }) => kind !== 'firewall').map(nameOf));
  return leftovers.flatMap((leftover): FoundResource[] => {
    const { kind, name, location, labels, createdAt, sizeGiB, going } = leftover;
    const origin = originOf(leftover) ?? (kind === 'firewall' ? undefined : balancers.get(nameOf(leftover)));
    if (!origin) return [];
    const isEvidence = evidenceOf([leftover]).some(({ part }) => parts.has(part));
    return [
      {
        ...origin,
        kind,
        name,
        location,
        labels,
        ...(createdAt && { createdAt }),
        ...(sizeGiB !== undefined && { extent: { sizeGiB } }),
        ...(going && { going }),
        ...(isEvidence && { evidence: true }),
      },
    ];
  });
}

export function foundClusters(clusters: readonly GkeCluster[]): FoundResource[] {
  return clusters.flatMap(({ name, location, labels, status, createdAt, pools }): FoundResource[] => {
    const origin = told(name, CLUSTER) ?? labelled(labels);
    if (!origin) return [];
    return [
      {
        ...origin,
        kind: 'cluster',
        name,
        location,
        labels,
        extent: { pools },
        ...(createdAt && { createdAt }),
        ...(status === 'STOPPING' && { going: true }),
      },
    ];
  });
}
