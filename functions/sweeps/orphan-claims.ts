/** What the documents say of one cluster's things in the cloud: which of them are its own, and which ever were. */
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import {
  type LedgerEntry,
  ledgerDocument,
  ledgerKey,
  ledgerPath,
  type ResourceKind,
} from '../../shared/documents/ledger.ts';
import { wayFrom } from '../../shared/lifecycle/derive.ts';
import { rowOf, type State } from '../../shared/lifecycle/table.ts';
import { readableClusters } from '../clusters/read.ts';
import { entriesOfTry } from '../clusters/target.ts';
import { readableDocuments } from '../documents.ts';
import type { Ports } from '../ports.ts';
import type { FoundResource } from '../providers/provider.ts';

export interface Claims {
  /** All of it is taken care of, or nobody can judge: nothing of this cluster is an orphan. */
  everything: boolean;
  /** What a cluster that lives stands on, and what its ledger holds open. */
  open: readonly Pick<LedgerEntry, 'kind' | 'name' | 'location' | 'generation'>[];
  /**
   * Generations of which the ledger speaks, open or closed. None: Hub never asked for anything of that id, or what it asked for may still be
   * somebody's.
   */
  generations: ReadonlySet<number>;
  /** Keys of every line of the ledger. */
  lines: ReadonlySet<string>;
  /** Who had it last. */
  owner?: string;
}

/** A step of these takes away whatever there is of its cluster, and looks until nothing is left. */
const TAKING_AWAY: ReadonlySet<State> = new Set([...wayFrom('deleting'), ...wayFrom('undoing')]);

/** At rest, having given back its room: proven to have nothing. */
function isOver(state: State): boolean {
  const row = rowOf(state);
  return row.step === undefined && row.releases === true;
}

/** The cluster first: what was planned since is in the ledger then. @throws CommitError `unavailable` */
export async function readClaims(ports: Ports, id: string): Promise<Claims> {
  const document = await findCluster(ports, id);
  const snapshot = await ports.documents.get(ledgerPath(id));
  const [ledger] = snapshot ? readableDocuments(ports, [snapshot], ledgerDocument) : [];
  const entries = Object.values(ledger?.data.entries ?? {});
  const cluster = document === 'unreadable' ? undefined : document;
  const lives = cluster !== undefined && !isOver(cluster.state);
  const proves = lives || entries.every((entry) => isEnded(entry, cluster));
  return {
    // A cluster without a ledger cannot be judged either.
    everything: document === 'unreadable' || (lives && (!ledger || TAKING_AWAY.has(cluster.state))),
    open: lives
      ? [
          ...standsOn(cluster, ports),
          ...entries.filter((entry) => entry.goneAt === undefined && !isGivenUp(entry, cluster)),
        ]
      : [],
    generations: new Set(proves ? entries.map(({ generation }) => generation) : []),
    lines: new Set(entries.map(ledgerKey)),
    ...(cluster?.owner !== undefined && { owner: cluster.owner }),
  };
}

/**
 * Nothing that the line speaks of is needed any more: it was proven gone, or its cluster was over after that try. Hub keeps no other line of a
 * cluster that does not live; a database that was restored from a copy that is not of one moment may, and then the cluster may be in use.
 */
const isEnded = ({ goneAt, generation }: LedgerEntry, over: Cluster | undefined): boolean =>
  goneAt !== undefined || (over !== undefined && generation <= over.generation);

/** In its ledger, too, unless that is of an earlier moment than the cluster: then this try, or this place, is not. */
const standsOn = (cluster: Cluster, ports: Ports): Claims['open'] =>
  cluster.location === undefined ? [] : entriesOfTry(cluster, cluster.location, ports);

/**
 * A zone that was tried before, or a generation: once the cluster stands elsewhere nobody needs what a late create made there, though the
 * ledger keeps the line until all of it is proven gone.
 */
const isGivenUp = ({ kind, location, generation }: LedgerEntry, cluster: Cluster): boolean =>
  kind === 'cluster' &&
  !MAKING_ROOM.has(cluster.state) &&
  (location !== cluster.location || generation !== cluster.generation);

/** Where it will stand is not settled in these. */
const MAKING_ROOM: ReadonlySet<State> = new Set(['queued', 'provisioning']);

async function findCluster(ports: Ports, id: string): Promise<Cluster | 'unreadable' | undefined> {
  const snapshot = await ports.documents.get(clusterPath(id));
  return snapshot && (readableClusters(ports, [snapshot])[0]?.cluster ?? 'unreadable');
}

/** Made by Hub alone, with a line in the ledger. Anything else a cluster may have made by itself. */
const ASKED_FOR: ReadonlySet<ResourceKind> = new Set(['cluster', 'bucket', 'subnetwork', 'dns-record']);

export function isClaimed({ kind, name, location, generation }: FoundResource, claims: Claims): boolean {
  if (claims.everything) return true;
  return claims.open.some((entry) =>
    entry.kind === kind && entry.name === name && entry.location === location
      ? true
      : !ASKED_FOR.has(kind) &&
        entry.kind === 'cluster' &&
        (generation === undefined || entry.generation === generation),
  );
}
