/**
 * GKE as a provider of clusters. Every decision is here; `client.ts` only carries requests, so the simulation runs this very code
 * over a client in memory.
 */
import { AppError } from '../../../shared/errors.ts';
import { regionOf } from '../../../shared/places.ts';
import { asProviderError, CloudRefusal, isBusy } from '../../google/refusal.ts';
import { LABELS } from '../../labels.ts';
import { type Listed, missingIn } from '../../listed.ts';
import { scrub } from '../../log.ts';
import { nameOf } from '../../names.ts';
import type { FoundResource, LeafConnection, Observed, OwnedResource, Provider } from '../provider.ts';
import type { GkeClient, GkeCluster, Leftover } from './client.ts';
import { CONDITIONS, meaningOf } from './conditions.ts';
import { type FirewallBody, webhookFirewall, webhookRule } from './firewall.ts';
import {
  ALL_QUERIES,
  balancersOf,
  evidenceOf,
  foundClusters,
  foundLeftovers,
  leftoverQueries,
  listingScopes,
  ownedBy,
  PARTS,
  partOf,
  partQueries,
  queriesOfAllParts,
} from './ownership.ts';
import { clusterBody, type GkeSettings, subnetworkName } from './request.ts';
import { sharedList } from './shared-list.ts';

export type { GkeSettings } from './request.ts';

/** What is asked for everything there is. */
type Listing = Pick<GkeClient, 'listClusters' | 'listLeftovers'>;

export function createGkeProvider(client: GkeClient, settings: GkeSettings): Provider {
  const listClusters = sharedList(() => client.listClusters());
  const listing: Listing = {
    listClusters,
    listLeftovers: (kind, filter) => client.listLeftovers(kind, filter),
  };
  const find = (location: string, name: string): Promise<GkeCluster | undefined> =>
    unless('NOT_FOUND', client.getCluster(location, name));
  const look = async (location: string, name: string, id: string): Promise<GkeCluster | undefined> => {
    const cluster = await find(location, name);
    if (cluster) requireOurs(cluster, id);
    return cluster;
  };

  return {
    clusterName: nameOf,
    locations(region, availability) {
      const zones = settings.zones[region];
      if (!zones) throw new AppError('UNKNOWN_REGION', region);
      return availability === 'regional' ? [region] : zones;
    },
    ensureCluster: (target) =>
      translated(async () => {
        const name = nameOf(target);
        const cluster = await look(target.location, name, target.id);
        if (cluster) return inTheMaking(cluster, settings);
        const asked = await unless(
          'ALREADY_EXISTS',
          client.createCluster(target.location, clusterBody(target, settings)).then(() => true),
        );
        if (asked) return { status: 'pending', detail: 'Asked the cloud for the cluster' };
        // Somebody was quicker: an earlier handler of ours, or a stranger.
        const other = await look(target.location, name, target.id);
        return other ? inTheMaking(other, settings) : { status: 'pending', detail: 'Not listed yet' };
      }),
    ensureWebhookAccess: (target) =>
      translated(async () => {
        const name = nameOf(target);
        const cluster = await look(target.location, name, target.id);
        // Both come with the cluster: a rule with a wider source would be one for strangers, too.
        const controlPlane = cluster && (await findControlPlane(client, cluster, target));
        if (!controlPlane) {
          throw new AppError(
            'PROVIDER_UNAVAILABLE',
            `GKE does not say where the control plane of ${name} is`,
          );
        }
        const rule = webhookFirewall(target, controlPlane, settings);
        const asked = await unless(
          'ALREADY_EXISTS',
          client.createFirewall(rule).then(() => true),
        );
        if (!asked) await requireSources(client, rule);
      }),
    webhookRule,
    subnetwork: subnetworkName,
    observeCluster: (target) =>
      translated(async () => {
        const cluster = await look(target.location, nameOf(target), target.id);
        return cluster ? observed(cluster, settings) : { status: 'absent' };
      }),
    ensureGone: (target, isOvertaken) =>
      translated(() => removeCluster(client, target.location, nameOf(target), target.id, isOvertaken)),
    listOwned: (clusterId, locations) => {
      const regions = locations.flatMap((location) => regionOf(location) ?? []);
      return translated(() => listOwned(listing, clusterId, new Set(regions)));
    },
    listAllOwned: () => translated(() => listAllOwned(listing, new Set(Object.keys(settings.zones)))),
    listingScopes: (clusterId, missing) => listingScopes(clusterId, settings.projectId, missing),
    deleteOwned: (resource) => translated(() => deleteOwned(client, resource)),
  };
}

/** Where GKE tells no more of the nodes' range than how large it was asked for, the subnetwork that it made for the cluster tells it. */
async function findControlPlane(
  client: GkeClient,
  { status, controlPlane }: GkeCluster,
  target: Parameters<typeof subnetworkName>[0],
): Promise<string | undefined> {
  if (controlPlane !== undefined || status === 'PROVISIONING') return controlPlane;
  const region = regionOf(target.location) ?? target.location;
  const own = await unless('NOT_FOUND', client.getSubnetwork(region, subnetworkName(target)));
  return own?.range;
}

/** A rule for another source is of no use to anybody: it goes, and the next try makes it anew. */
async function requireSources(client: GkeClient, { name, sourceRanges }: FirewallBody): Promise<void> {
  const [rule] = (await client.listLeftovers('firewall', `name eq "${name}"`)).found;
  if (!rule || rule.sources?.join() === sourceRanges.join()) return;
  await unless('NOT_FOUND', client.deleteLeftover('firewall', rule.location, name));
  throw new AppError('OPERATION_IN_PROGRESS', `${name} is for another source, and is made anew`);
}

/**
 * A pool that got only some of its machines still waits for the others, and so would what is to run there: a new cluster is better off in another
 * place. One that is in use goes on with what it has.
 */
function inTheMaking(cluster: GkeCluster, settings: GkeSettings): Observed {
  const seen = observed(cluster, settings);
  if (seen.status !== 'ready' || seen.changing || !cluster.nodesPartial) return seen;
  const meaning = meaningOf(cluster.conditions);
  return meaning === 'ZONE_EXHAUSTED' || meaning === 'CLOUD_QUOTA' ? broken(cluster) : seen;
}

function observed(cluster: GkeCluster, settings: GkeSettings): Observed {
  switch (cluster.status) {
    case 'RUNNING':
      if (cluster.nodesFailed) return broken(cluster);
      // GKE says RUNNING when it answers; without a name to reach it by there is nothing to do yet.
      return cluster.endpoint
        ? {
            status: 'ready',
            connection: connection(cluster, cluster.endpoint, settings),
            ...warning(cluster),
          }
        : { status: 'pending', detail: 'Waiting for the address of the cluster' };
    case 'STOPPING':
      return { status: 'deleting' };
    case 'ERROR':
      return broken(cluster);
    case 'DEGRADED':
      return degraded(cluster, settings);
    case 'RECONCILING':
      return changing(cluster, 'The cloud is changing the cluster', settings);
    default:
      return { status: 'pending', detail: 'The cloud is creating the cluster' };
  }
}

/**
 * Google is at work on a cluster that there is: nodes are upgraded, or the control plane, one replica after the other if it is regional. All
 * the while, or for all but some minutes, it answers: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#status
 */
function changing(cluster: GkeCluster, detail: string, settings: GkeSettings): Observed {
  const seen = observed({ ...cluster, status: 'RUNNING' }, settings);
  return seen.status === 'ready' ? { ...seen, changing: true } : { status: 'pending', detail };
}

function broken(cluster: GkeCluster): Observed {
  const meaning = meaningOf(cluster.conditions) ?? 'CLUSTER_CREATE_FAILED';
  return {
    status: 'broken',
    code: meaning === 'usable' || meaning === 'held' ? 'CLUSTER_CREATE_FAILED' : meaning,
    detail: lastWords(cluster) ?? `The cloud says ${cluster.status}.`,
  };
}

/** It runs, and lacks something: not all of that keeps anybody from using it. */
function degraded(cluster: GkeCluster, settings: GkeSettings): Observed {
  switch (meaningOf(cluster.conditions)) {
    case 'usable':
      return observed({ ...cluster, status: 'RUNNING' }, settings);
    case 'held':
      return changing(cluster, 'Google’s own operators are at work on the cluster', settings);
    default:
      return broken(cluster);
  }
}

const warning = (cluster: GkeCluster): { warning?: string } => {
  const about = cluster.conditions.find(({ code }) => CONDITIONS[code] !== undefined);
  return about ? { warning: `${about.code}: ${about.message}` } : {};
};

/** Scrubbed: it comes into documents, and may name accounts. */
function lastWords({ conditions }: GkeCluster): string | undefined {
  const said = conditions.findLast(({ message }) => message !== '')?.message;
  return said && scrub(said);
}

function connection(cluster: GkeCluster, endpoint: string, settings: GkeSettings): LeafConnection {
  const server = `https://${endpoint}`;
  return settings.endpointTrust === 'cluster-ca' && cluster.ca ? { server, ca: cluster.ca } : { server };
}

async function removeCluster(
  client: GkeClient,
  location: string,
  name: string,
  id: string,
  isOvertaken = async () => false,
): Promise<'gone' | 'pending'> {
  const cluster = await unless('NOT_FOUND', client.getCluster(location, name));
  if (!cluster) return 'gone';
  requireOurs(cluster, id);
  if (cluster.status === 'STOPPING' || (await isOvertaken())) return 'pending';
  try {
    // Gone in between is as good as asked for: the next look says so.
    await unless('NOT_FOUND', client.deleteCluster(location, name));
    return 'pending';
  } catch (refusal) {
    if (cluster.status === 'PROVISIONING') await cancelCreation(client, location, refusal);
    throw refusal;
  }
}

/**
 * A cluster that is still being made cannot be deleted. What is going to be deleted need not be finished first, and a creation that
 * hangs never would be. Best effort: GKE may refuse, and then it is waited for.
 */
async function cancelCreation(client: GkeClient, location: string, refusal: unknown): Promise<void> {
  if (!(refusal instanceof CloudRefusal) || !isBusy(refusal)) return;
  const operation = /\boperation-[\w-]*\w/i.exec(refusal.message)?.[0];
  if (!operation) return;
  try {
    await client.cancelOperation(location, operation);
  } catch (error) {
    if (!(error instanceof CloudRefusal)) throw error;
  }
}

/** @param regions where something of it may be */
async function listOwned(
  client: Listing,
  clusterId: string,
  regions: ReadonlySet<string>,
): Promise<Listed<OwnedResource>> {
  const clusters = client.listClusters();
  const lists = leftoverQueries(clusterId).map(({ kind, filter }) => client.listLeftovers(kind, filter));
  await allEnded([clusters, ...lists]);
  const answers = await Promise.all(lists);
  const found = answers.flatMap((one) => one.found).filter((leftover) => ownedBy(leftover, clusterId));
  // What a load balancer made in Compute Engine often names nothing but itself; its firewall names both it and the nodes.
  const evidence = evidenceOf(found);
  const proven = new Set(evidence.map(({ part }) => part));
  const parts = partQueries(proven).map(({ kind, filter }) => client.listLeftovers(kind, filter));
  await allEnded(parts);
  const ofParts = await Promise.all(parts);
  const missing = requireListed([await clusters, ...answers, ...ofParts], regions);
  const candidates = ofParts.flatMap((one) => one.found);
  const nameOf = partOf(candidates);
  const unique = distinct([...found, ...candidates.filter((one) => proven.has(nameOf(one)))]);
  // Evidence goes last: if the firewall were deleted first and the handler died, nothing would tell whose the rest is.
  const left = new Set(unique.filter(({ kind }) => kind !== 'firewall').map(nameOf));
  const needed = new Set(evidence.filter(({ part }) => left.has(part)).map(({ firewall }) => firewall));
  const owned: OwnedResource[] = [
    ...(await clusters).found
      .filter((cluster) => isOwnedCluster(cluster, clusterId))
      .map(({ name, location }) => ({ kind: 'cluster' as const, name, location, clusterId })),
    ...unique
      .filter(({ kind, name }) => kind !== 'firewall' || !needed.has(name))
      .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
      .map(({ kind, name, location }) => ({ kind, name, location, clusterId })),
  ];
  return { found: owned, missing };
}

async function listAllOwned(client: Listing, regions: ReadonlySet<string>): Promise<Listed<FoundResource>> {
  const clusters = client.listClusters();
  const lists = ALL_QUERIES.map(({ kind, filter }) => client.listLeftovers(kind, filter));
  await allEnded([clusters, ...lists]);
  const answers = await Promise.all(lists);
  const found = answers.flatMap((one) => one.found);
  const balancers = balancersOf(found);
  const parts = queriesOfAllParts(balancers.keys()).map(({ kind, filter }) =>
    client.listLeftovers(kind, filter),
  );
  await allEnded(parts);
  const ofParts = await Promise.all(parts);
  const missing = requireListed([await clusters, ...answers, ...ofParts], regions);
  const unique = distinct([...found, ...ofParts.flatMap((one) => one.found)]);
  return { found: [...foundClusters((await clusters).found), ...foundLeftovers(unique, balancers)], missing };
}

/**
 * What could not be seen proves nothing.
 * @returns what the lists lack elsewhere
 */
function requireListed(lists: readonly Listed<unknown>[], regions: ReadonlySet<string>): string[] {
  const missing = [...new Set(lists.flatMap((list) => list.missing))].sort();
  const needed = missingIn(missing, regions);
  if (needed.length > 0) throw new CloudRefusal('UNAVAILABLE', `The list lacks ${needed.join(', ')}.`);
  return missing;
}

/** Several queries may find the same. */
function distinct(found: readonly Leftover[]): Leftover[] {
  const unique = new Map<string, Leftover>();
  for (const leftover of found) {
    unique.set(`${leftover.kind}/${leftover.location}/${leftover.name}`, leftover);
  }
  return [...unique.values()];
}

/** No request may outlive the step that made it: waits for all, also when one was refused. */
const allEnded = async (answers: readonly Promise<unknown>[]): Promise<void> =>
  void (await Promise.allSettled(answers));

/** A rule uses its address and its target pool or backend, and those what they check and balance by: what is used goes later. */
const ORDER = [...PARTS, 'disk', 'firewall', 'subnetwork'];

/** By label; and by name if it has no such label, so that nobody can call us done while it stands (deleting it is refused). */
function isOwnedCluster(cluster: GkeCluster, clusterId: string): boolean {
  const label = cluster.labels[LABELS.cluster];
  return label === undefined ? cluster.name.startsWith(`hub-${clusterId}-g`) : label === clusterId;
}

async function deleteOwned(client: GkeClient, resource: OwnedResource): Promise<void> {
  const { kind, name, location, clusterId } = resource;
  if (kind === 'cluster') {
    if (!clusterId) throw new AppError('NAME_TAKEN', `nothing says whose ${name} is`);
    await removeCluster(client, location, name, clusterId);
  } else if (kind !== 'bucket' && kind !== 'dns-record') {
    try {
      await unless('NOT_FOUND', client.deleteLeftover(kind, location, name));
    } catch (refusal) {
      // It is being deleted already.
      if (!(refusal instanceof CloudRefusal) || refusal.reason !== 'resourceNotReady') throw refusal;
    }
  } else {
    throw new AppError('BUG', `a ${kind} is not the business of this provider`);
  }
}

function requireOurs(cluster: GkeCluster, id: string): void {
  const label = cluster.labels[LABELS.cluster];
  if (label === id) return;
  throw new AppError('NAME_TAKEN', `${cluster.name} is labelled ${LABELS.cluster}=${label ?? '(nothing)'}`);
}

/** The answer, or undefined if it was refused with that status. */
async function unless<T>(status: 'NOT_FOUND' | 'ALREADY_EXISTS', answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CloudRefusal && error.status === status) return undefined;
    throw error;
  }
}

async function translated<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asProviderError(error);
  }
}
