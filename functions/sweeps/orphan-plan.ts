/** Which things in the cloud are nobody's, and what is to be done about each. Pure. */
import { ledgerKey } from '../../shared/documents/ledger.ts';
import { type Orphan, orphanKey } from '../../shared/documents/orphan.ts';
import { regionOf } from '../../shared/places.ts';
import { days, minutes } from '../../shared/units.ts';
import { BASE32 } from '../cloud.ts';
import { LABELS } from '../labels.ts';
import type { FoundResource } from '../providers/provider.ts';
import { SCHEDULES } from '../schedules.ts';
import { type Claims, isClaimed } from './orphan-claims.ts';
import type { Listing } from './orphan-listing.ts';

/** Younger things are left alone: somebody may be about to write down, or to take away, what was made a moment ago. */
const GROWN_UP_MS = minutes(15);
const EVERY_MS = SCHEDULES.orphans.everyMs;
/** Of what the cloud does not say how old it is: so long after an earlier sweep saw it. The Scheduler is not punctual to the second. */
const SEEN_MS = EVERY_MS - minutes(1);

export interface Found {
  key: string;
  resource: FoundResource;
}

export interface OrphanPlan {
  /** Not known before. */
  report: readonly (Found & { state: 'found' | 'unproven'; owner?: string })[];
  /** Known, but what proves whose they are has come or gone. */
  restate: readonly { key: string; state: 'found' | 'unproven' }[];
  /** To be deleted now, in this order. */
  remove: readonly Found[];
  /** Not there any more. */
  gone: readonly string[];
}

interface Moment {
  nowMs: number;
  /** Cloud time since then. */
  elapsed(sinceMs: number): number;
}

/** Things that are labelled for another cell are its business, and so is what has no labels beside them. */
export function ofThisCell(found: readonly FoundResource[], cell: string): FoundResource[] {
  const idsOf = (ours: boolean): ReadonlySet<string | undefined> =>
    new Set(
      found
        .filter(({ labels }) => labels[LABELS.cell] !== undefined && (labels[LABELS.cell] === cell) === ours)
        .map(({ clusterId }) => clusterId),
    );
  const [here, elsewhere] = [idsOf(true), idsOf(false)];
  return found.filter(({ labels, clusterId }) => {
    const labelled = labels[LABELS.cell];
    return labelled === undefined ? here.has(clusterId) || !elsewhere.has(clusterId) : labelled === cell;
  });
}

/**
 * @param found of this cell
 * @param claims by cluster; of a cluster that is not among them nothing is in doubt
 * @param known every orphan that is open
 */
export function planOrphans(
  listing: Listing,
  claims: ReadonlyMap<string, Claims>,
  known: readonly Orphan[],
  cell: string,
  moment: Moment,
): OrphanPlan {
  const plan = { report: [], restate: [], remove: [], gone: [] } as {
    [K in keyof OrphanPlan]: OrphanPlan[K][number][];
  };
  const { found } = listing;
  const clusters = found.filter(({ kind }) => kind === 'cluster');
  const there = new Set<string>();
  for (const resource of found) {
    const before = known.find((orphan) => isSameThing(orphan, resource));
    if (before) there.add(before.key);
    const of = claims.get(resource.clusterId ?? '');
    if (!of) continue;
    if (isClaimed(resource, of)) {
      // Somebody has come to need it: a record, for one, by a cluster that was tried again.
      if (before && !of.everything) plan.gone.push(before.key);
      continue;
    }
    if (resource.createdAt && moment.elapsed(resource.createdAt.getTime()) < GROWN_UP_MS) continue;
    // What is on its way out needs nobody; what a cluster made goes with it, and is looked at once that is gone.
    if (resource.going) continue;
    if (isPart(resource) && clusters.some((cluster) => isOf(cluster, resource))) continue;
    const isOurs = isProven(resource, of, cell) && !mayBeOfAnotherTry(resource, of, found);
    const state = isOurs ? 'found' : 'unproven';
    const key = before?.key ?? orphanKey(resource, resource.createdAt ?? turnAt(moment.nowMs));
    if (!before)
      plan.report.push({ key, resource, state, ...(of.owner !== undefined && { owner: of.owner }) });
    else if ((before.state === 'unproven') !== (state === 'unproven')) plan.restate.push({ key, state });
    if (state === 'found' && isDue(resource, before, moment)) plan.remove.push({ key, resource });
  }
  return {
    ...plan,
    remove: inOrder(plan.remove, found),
    gone: [
      ...plan.gone,
      ...known.filter((one) => !there.has(one.key) && wouldBeListed(one, listing)).map(({ key }) => key),
    ],
  };
}

/**
 * Whether it would have been found if it were there: another sweep, of later, may know of more. A place that is away may be the region of a
 * zone, or a zone of a region.
 */
const wouldBeListed = (
  { kind, name, location, foundAt }: Orphan,
  { fromMs, kinds, missing }: Listing,
): boolean => {
  if (foundAt.getTime() >= fromMs) return false;
  const places = new Set([...missing].map((place) => regionOf(place) ?? place));
  return kinds.has(kind) && !places.has(kind === 'bucket' ? name : (regionOf(location) ?? location));
};

const PARTS_OF_BALANCERS: readonly FoundResource['kind'][] = [
  'forwarding-rule',
  'address',
  'target-pool',
  'backend-service',
  'network-endpoint-group',
  'health-check',
  'region-health-check',
];

/** Evidence stays while anything it may speak of does: without it nobody could tell whose that is. */
function inOrder(remove: readonly Found[], found: readonly FoundResource[]): Found[] {
  const removed = new Set(remove.map(({ resource }) => resource));
  const left = found.filter((one) => PARTS_OF_BALANCERS.includes(one.kind) && !removed.has(one));
  return remove
    .filter(({ resource }) => !resource.evidence || !left.some((one) => isOf(resource, one)))
    .sort((a, b) => placeOf(a.resource) - placeOf(b.resource));
}

/** Of the same try at the same cluster, as far as can be told. */
const isOf = (one: FoundResource, other: FoundResource): boolean =>
  one.clusterId === other.clusterId &&
  (other.generation === undefined || one.generation === other.generation);

const isSameThing = (orphan: Orphan, { kind, name, location, createdAt }: FoundResource): boolean =>
  orphan.kind === kind &&
  orphan.name === name &&
  orphan.location === location &&
  orphan.createdAt?.getTime() === createdAt?.getTime();

/** Sweeps at the same time give the same key to what has no time of its own. */
const turnAt = (nowMs: number): Date => new Date(nowMs - (nowMs % EVERY_MS));

const PARTS: readonly FoundResource['kind'][] = [...PARTS_OF_BALANCERS, 'disk', 'firewall', 'subnetwork'];
const isPart = ({ kind }: FoundResource): boolean => PARTS.includes(kind);

/** A thing with a time of its own is old enough when it comes here. */
const isDue = ({ createdAt }: FoundResource, before: Orphan | undefined, { elapsed }: Moment): boolean =>
  createdAt !== undefined ||
  before?.asked !== undefined ||
  (before !== undefined && elapsed(before.foundAt.getTime()) >= SEEN_MS);

/**
 * Deleting takes two proofs. The thing says by itself that it is of Hub's: by its labels, or, where it takes or gets none, because the cloud
 * says which cluster it was made for. And the ledger knows that Hub asked for that cluster: a Hub that has lost its documents, or shares a
 * project with another one of the same name, must not take what it does not know for what nobody needs. Of a cluster it has to know the place, too:
 * a try whose place was still open in a copy went to another one afterwards.
 */
export function isProven(resource: FoundResource, { generations, lines }: Claims, cell: string): boolean {
  const { kind, labels, clusterId = '', generation, derived } = resource;
  const wanted = { [LABELS.managedBy]: 'hub', [LABELS.cluster]: clusterId, [LABELS.cell]: cell };
  const all = Object.entries(wanted).every(([label, value]) => labels[label] === value);
  const contradicted = Object.entries(wanted).some(
    ([label, value]) => labels[label] !== undefined && labels[label] !== value,
  );
  // These have names of Hub's own, so one with another name is not the one that was asked for.
  const isMisnamed = (kind === 'cluster' || kind === 'bucket') && generation === undefined;
  const says = kind === 'dns-record' || (all && !isMisnamed) || (derived === true && !contradicted);
  const isAskedFor = kind !== 'cluster' || lines.has(ledgerKey(resource));
  return (
    says && isAskedFor && (generation === undefined ? generations.size > 0 : generations.has(generation))
  );
}

/** It does not say of which try it is, and beside it is something of one that the ledger does not know: a record may be that one's. */
const mayBeOfAnotherTry = (
  { clusterId, generation }: FoundResource,
  { generations }: Claims,
  found: readonly FoundResource[],
): boolean =>
  generation === undefined &&
  found.some(
    (one) => one.clusterId === clusterId && one.generation !== undefined && !generations.has(one.generation),
  );

/**
 * A rule uses its address and its target pool or backend, and those what they check and balance by; and evidence is needed until what it
 * speaks of is gone.
 */
const ORDER: readonly FoundResource['kind'][] = [
  ...PARTS_OF_BALANCERS,
  'disk',
  'dns-record',
  'bucket',
  'cluster',
  'firewall',
  'subnetwork',
];
const placeOf = ({ kind, evidence }: FoundResource): number => ORDER.indexOf(kind) + (evidence ? 1 : 0);

/** So many sweeps look once at each cluster that gives no reason to: a day's. */
const TURNS = days(1) / EVERY_MS;

/**
 * The clusters whose documents must be read. One that looks exactly as a cluster in use does (one generation of it, with its bucket and its
 * address, and nothing that is not proven) is no orphan but by a fault that nothing has ever caused, and is looked at once a day: reading the
 * documents of every cluster four times an hour would make an idle one cost something.
 */
export function planDoubts(
  { found, kinds }: Pick<Listing, 'found' | 'kinds'>,
  known: readonly Orphan[],
  cell: string,
  moment: Moment,
): string[] {
  const open = new Set(known.map(({ clusterId }) => clusterId));
  const turn = Math.floor(moment.nowMs / EVERY_MS) % TURNS;
  const isGrownUp = ({ createdAt }: FoundResource): boolean =>
    createdAt === undefined || moment.elapsed(createdAt.getTime()) >= GROWN_UP_MS;
  return [...byCluster(found)].flatMap(([id, things]) => {
    if (!things.some(isGrownUp)) return [];
    return open.has(id) || turnOf(id) === turn || !looksInUse(things, kinds, cell) ? [id] : [];
  });
}

function byCluster(found: readonly FoundResource[]): Map<string, FoundResource[]> {
  const groups = new Map<string, FoundResource[]>();
  for (const resource of found) {
    if (resource.clusterId === undefined) continue;
    const group = groups.get(resource.clusterId);
    if (group) group.push(resource);
    else groups.set(resource.clusterId, [resource]);
  }
  return groups;
}

/** Ids are random, so any two of their characters, which are digits, spread them evenly. */
const turnOf = ([first = '', second = '']: string): number =>
  (BASE32.indexOf(first) * 32 + BASE32.indexOf(second)) % TURNS;

function looksInUse(things: readonly FoundResource[], kinds: Listing['kinds'], cell: string): boolean {
  const generations = new Set(things.flatMap(({ generation }) => generation ?? []));
  const clusters = things.filter(({ kind }) => kind === 'cluster');
  const assumed: Claims = {
    everything: false,
    open: [],
    generations,
    lines: new Set(clusters.map(ledgerKey)),
  };
  return (
    generations.size === 1 &&
    clusters.length === 1 &&
    things.every((one) => !one.going && isProven(one, assumed, cell)) &&
    (!kinds.has('bucket') || things.some(({ kind }) => kind === 'bucket')) &&
    (!kinds.has('dns-record') ||
      things.some(({ kind, name }) => kind === 'dns-record' && name.startsWith('A ')))
  );
}
