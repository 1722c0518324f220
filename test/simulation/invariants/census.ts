/** All clusters that there ever were, and what documents and cloud hold of each, behind their APIs: the checks look without taking time. */
import type { ClusterRow } from '../../../local/container/state.ts';
import { type Cluster, clusterPath } from '../../../shared/documents/cluster.ts';
import { type Ledger, ledgerPath } from '../../../shared/documents/ledger.ts';
import { findErrorRow } from '../../../shared/errors.ts';
import { ENDING } from '../../../shared/lifecycle/derive.ts';
import { rowOf } from '../../../shared/lifecycle/table.ts';
import type { World } from '../world.ts';

export interface Census {
  /** By id: each as it was when it was last recorded, which is before the commit that is being looked at. */
  known: ReadonlyMap<string, Cluster>;
  /** Ids of those that are in the middle of something. */
  busy: ReadonlySet<string>;
  /**
   * Whether nothing is to happen to it soon. What is stuck goes on by itself, unless no waiting cures it; that whose name somebody else has does
   * so in vain.
   */
  isAtRest(now: Cluster): boolean;
  /** From now on this is what it was before. */
  record(now: Cluster): void;
  /** As its document has it at this moment. */
  clusterNow(id: string): Cluster | undefined;
  ledgerOf(id: string): Ledger['entries'];
  /** Whatever the cloud has of this cluster's. */
  objectsOf(id: string): string[];
  /** The one that its document speaks of: a half-made one of the same name may still go in another zone. */
  ownCluster(now: Cluster): ClusterRow | undefined;
  /** Anybody's but a stranger's. */
  isOurs(row: ClusterRow): boolean;
  /** The name at which its application is served. */
  hostOf(id: string): string;
}

export function takeCensus({ hub, strangers, squatted }: World): Census {
  const known = new Map<string, Cluster>();
  const busy = new Set<string>();

  const isOurs = ({ resource, location }: ClusterRow): boolean =>
    !strangers.has(`${location}/${resource.name}`);

  const isAtRest = ({ id, state, error }: Cluster): boolean => {
    if (state === 'queued') return true;
    if (squatted.has(id) && (ENDING.has(state) || state === 'stuck')) return true;
    return state === 'stuck'
      ? error !== undefined && findErrorRow(error.code)?.retry === false
      : rowOf(state).step === undefined;
  };

  return {
    known,
    busy,
    isAtRest,
    isOurs,
    record(now) {
      known.set(now.id, now);
      if (isAtRest(now)) busy.delete(now.id);
      else busy.add(now.id);
    },
    clusterNow(id) {
      const found = hub.documents.peek<Omit<Cluster, 'id'>>(clusterPath(id));
      return found && { ...found.data, id };
    },
    ledgerOf: (id) => hub.documents.peek<Ledger>(ledgerPath(id))?.data.entries ?? {},
    objectsOf: (id) =>
      squatted.has(id)
        ? []
        : hub.inventory().flatMap(({ kind, name, of }) => (of.includes(id) ? [`${kind} ${name}`] : [])),
    ownCluster: (now) =>
      hub
        .cloudClusters()
        .find((one) => isOurs(one) && one.resource.name === nameOf(now) && one.location === now.location),
    hostOf: (id) => `${id}.${hub.ports.settings.zone}`,
  };
}

export const nameOf = ({ id, generation }: Pick<Cluster, 'id' | 'generation'>): string =>
  `hub-${id}-g${generation}`;

/** `hub-<id>-g<n>` → its id. */
export const idOf = (name: string): string | undefined => /^hub-([a-z2-7]{16})-g\d+$/.exec(name)?.[1];

/** The cloud may be upgrading it. */
export const isLive = ({ status }: ClusterRow): boolean => status === 'RUNNING' || status === 'RECONCILING';

export const stands = (row: ClusterRow | undefined): boolean => row !== undefined && isLive(row);
