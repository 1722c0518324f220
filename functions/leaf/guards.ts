/**
 * What Hub itself keeps in a leaf for as long as it stands: the namespaces, and in them limits, ways through the network and rights. One
 * list, by which it is installed, looked at and repaired, so that whatever joins it is made, missed and brought back.
 */
import { createHash } from 'node:crypto';
import { type KubeMetadata, type KubeObject, type Leaf, type LeafQuery, refOf } from './leaf.ts';
import { namespaces } from './manifests.ts';
import { HUB_NAMESPACE, OURS_SELECTOR } from './names.ts';
import { type ApiServer, apiServerPolicies } from './network.ts';
import type { InstallPlan } from './plan.ts';

/**
 * Nothing can be made in a namespace that somebody is deleting, nor can it be made anew before it has gone.
 * @returns those for which that is so; all others are there
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function ensureNamespaces(leaf: Leaf, plan: InstallPlan): Promise<string[]> {
  const applied = await Promise.all(namespaces(plan).map((object) => leaf.apply(recorded(object, plan))));
  return applied.filter(isGoing).map(({ metadata }) => metadata.name);
}

/** All else, in those namespaces and beside them. @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED */
export async function ensureGuards(leaf: Leaf, plan: InstallPlan): Promise<void> {
  const guards = guardsOf(plan, await apiServersOf(leaf));
  await Promise.all(guards.map((object) => leaf.apply(object)));
}

/** What of them is not as this Hub keeps it. */
interface LostGuards {
  /** Was there, and is not any more. */
  lost: KubeObject[];
  /** A Hub of before kept others, or had none; not that somebody took them away. */
  outdated: KubeObject[];
}

/**
 * Those of them that are not there, are going, or do not carry the labels and annotations that Kubernetes goes by. What they say besides is
 * not compared, for the API writes it in ways of its own; each repair says it again.
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function findLostGuards(leaf: Leaf, plan: InstallPlan): Promise<LostGuards> {
  const wanted = [...namespaces(plan), ...guardsOf(plan, await apiServersOf(leaf))];
  const kinds = new Map(
    wanted.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
  );
  const lists = await Promise.all([...kinds.values()].map((kind) => leaf.list({ ...kind, ...OURS_ALONE })));
  const there = new Map(lists.flat().map((one) => [keyOf(one), one]));
  const outdated = outdatedOf(plan, there);
  const waiting = new Set(outdated.map(keyOf));
  const lost = wanted.filter((object) => !isKept(there.get(keyOf(object)), object));
  return { lost: lost.filter((object) => !waiting.has(keyOf(object))), outdated };
}

/**
 * Which of them were kept when all of them were applied last, so that those of a newer Hub are not taken for what somebody took away: every
 * cluster finds them missing at once. It stands on Hub's own namespace; where that is gone nothing is known, and all that is missing is lost.
 */
const RECORD_ANNOTATION = 'hub/guards';

const recorded = (object: KubeObject, plan: InstallPlan): KubeObject =>
  object.metadata.name === HUB_NAMESPACE
    ? {
        ...object,
        metadata: {
          ...object.metadata,
          annotations: {
            ...object.metadata.annotations,
            [RECORD_ANNOTATION]: recordable(plan).map(digestOf).join(' '),
          },
        },
      }
    : object;

/** The ways to the cluster's own API change with its addresses, not with Hub. */
const recordable = (plan: InstallPlan): KubeObject[] => [...namespaces(plan), ...plan.guards];

/** Forty objects are a fraction of what annotations may hold, 256 KiB. Equal text comes from equal code: the plan makes it in one order. */
const digestOf = (object: KubeObject): string =>
  createHash('sha256').update(JSON.stringify(object), 'utf8').digest('hex').slice(0, 12);

function outdatedOf(plan: InstallPlan, there: ReadonlyMap<string, KubeMetadata>): KubeObject[] {
  const holder = namespaces(plan).find(({ metadata }) => metadata.name === HUB_NAMESPACE);
  const found = holder && there.get(keyOf(holder));
  if (!found || isGoing(found)) return [];
  const known = new Set(found.metadata.annotations?.[RECORD_ANNOTATION]?.split(' '));
  return recordable(plan).filter((object) => !known.has(digestOf(object)));
}

const OURS_ALONE = { labelSelector: OURS_SELECTOR, metadataOnly: true } as const satisfies Partial<LeafQuery>;

const keyOf = (object: KubeMetadata): string => {
  const { apiVersion, kind, namespace = '', name } = refOf(object);
  return [apiVersion, kind, namespace, name].join(' ');
};

const isKept = (there: KubeMetadata | undefined, { metadata: wanted }: KubeObject): boolean =>
  there !== undefined &&
  !isGoing(there) &&
  hasAll(there.metadata.labels, wanted.labels) &&
  hasAll(there.metadata.annotations, wanted.annotations);

type Texts = Readonly<Record<string, string>>;

const hasAll = (there: Texts = {}, wanted: Texts = {}): boolean =>
  Object.entries(wanted).every(([key, value]) => there[key] === value);

const isGoing = ({ metadata }: KubeMetadata): boolean => metadata.deletionTimestamp !== undefined;

const guardsOf = (plan: InstallPlan, servers: readonly ApiServer[]): KubeObject[] => [
  ...plan.guards,
  ...apiServerPolicies(plan.productNamespace, servers),
];

/** Where the cluster says that its own API is, from inside. */
async function apiServersOf(leaf: Leaf): Promise<ApiServer[]> {
  const slices = await leaf.list({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    namespace: 'default',
    labelSelector: 'kubernetes.io/service-name=kubernetes',
  });
  return slices.flatMap(({ endpoints, ports }) =>
    ((endpoints ?? []) as { addresses: string[] }[]).flatMap(({ addresses }) =>
      addresses.flatMap((address) =>
        ((ports ?? []) as { port: number }[]).map(({ port }) => ({ address, port })),
      ),
    ),
  );
}
