/** What people do to a Hub in one seed, and what is done to its processes. */
import type { Random } from '../../../functions/cloud.ts';
import type { ClusterReply } from '../../../shared/api/clusters.ts';
import type { Problem } from '../../../shared/api/problem.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { Changes } from './changes.ts';
import type { WireHub } from './hub.ts';

type User = 'ada' | 'grace';
type Deed = 'create' | 'delete' | 'share' | 'unshare' | 'retry' | 'kill host' | 'kill cloud';

const DEEDS: readonly (readonly [Deed, weight: number])[] = [
  ['create', 6],
  ['delete', 2],
  ['share', 2],
  ['unshare', 1],
  ['retry', 2],
  ['kill host', 2],
  ['kill cloud', 1],
];
const FIRST_CREATES = 3;
/** Of creates: somebody thinks better of it before much has happened. */
const DELETED_EARLY = 0.4;
/** A minute in which nothing changes is long enough to go on with something else. */
const QUIET_MS = 60_000;

export interface Done {
  /** By idempotency key: the clusters that were answered. */
  made: Map<string, Set<string>>;
  deeds: Map<Deed, number>;
}

export async function live(hub: WireHub, changes: Changes, random: Random, count: number): Promise<Done> {
  const made = new Map<string, Set<string>>();
  const deeds = new Map<Deed, number>();
  const happens = (chance: number): boolean => random.fraction() < chance;
  const integer = (below: number): number => Math.floor(random.fraction() * below);
  const oneOf = <T>(list: readonly T[]): T | undefined => list[integer(list.length)];
  const user = (): User => (happens(0.6) ? 'ada' : 'grace');
  const owned = (holds: (cluster: Cluster) => boolean = () => true) =>
    oneOf(
      changes
        .clusters()
        .filter((cluster) => cluster.owner !== undefined && cluster.state !== 'deleted' && holds(cluster)),
    );
  const friendOf = ({ owner }: Cluster): 'ada' | 'grace' => (owner === 'ada' ? 'grace' : 'ada');

  /** Until so many more changes, or until nothing changes any more. */
  const pass = async (more: number): Promise<void> => {
    const wanted = changes.count + more;
    const holds = (clusters: Cluster[]) => changes.count >= wanted || clusters.every(changes.rests);
    await changes.until(holds, 'for a change', QUIET_MS).catch(() => undefined);
  };

  async function create(): Promise<void> {
    const owner = user();
    const key = `key-${random.base32(10)}`;
    const body = { name: `c-${made.size}`, product: happens(0.75) ? 'hello' : 'pachyderm' };
    const ids = new Set<string>();
    made.set(key, ids);
    const ask = async (): Promise<void> => {
      const { status, body: reply } = await hub.ask<ClusterReply & Problem>(
        owner,
        'POST',
        '/v1/clusters',
        body,
        {
          'idempotency-key': key,
        },
      );
      if (status < 300) ids.add(reply.id);
      changes.note(`${owner} creates ${body.product}: ${status} ${reply.id ?? reply.code}`);
    };
    // Now and then a finger is quicker than a page.
    await Promise.all(happens(0.2) ? [ask(), ask()] : [ask()]);
    const [id] = ids;
    if (id === undefined || !happens(DELETED_EARLY)) return;
    await pass(integer(4));
    await onCluster(owner, 'DELETE', id);
  }

  async function onCluster(
    owner: string,
    method: string,
    id: string,
    rest = '',
    body?: object,
  ): Promise<void> {
    const answer = await hub.ask<Problem>(owner as User, method, `/v1/clusters/${id}${rest}`, body);
    changes.note(`${owner} ${method} ${id}${rest}: ${answer.status} ${answer.body?.code ?? ''}`);
  }

  async function act(deed: Deed): Promise<void> {
    if (deed === 'create') return create();
    if (deed === 'kill host') {
      if (hub.killHost()) changes.note('the host is killed');
      return;
    }
    if (deed === 'kill cloud') {
      changes.note('the cloud is killed, and all with it');
      await hub.restart();
      await changes.listen(hub.addresses.firestore ?? '');
      return;
    }
    const cluster = owned(deed === 'retry' ? ({ state }) => state === 'failed' : undefined);
    if (!cluster?.owner) return;
    const { id, owner } = cluster;
    const member = `/members/${friendOf(cluster)}%40example.com`;
    if (deed === 'delete') await onCluster(owner, 'DELETE', id);
    else if (deed === 'retry') await onCluster(owner, 'POST', id, ':retry');
    else if (deed === 'share') {
      await onCluster(owner, 'PUT', id, member, { role: happens(0.5) ? 'viewer' : 'editor' });
      await hub.ask(friendOf(cluster), 'GET', '/v1/clusters');
    } else await onCluster(owner, 'DELETE', id, member);
  }

  // A pool of the cheap product, so that a create may find a spare.
  await hub.ask('operator', 'PUT', '/v1/pools/default', { product: 'hello', wanted: integer(3) });
  const total = DEEDS.reduce((sum, [, weight]) => sum + weight, 0);
  for (let n = 0; n < count; n++) {
    let drawn = random.fraction() * total;
    const chosen = DEEDS.find(([, weight]) => {
      drawn -= weight;
      return drawn < 0;
    })?.[0];
    // Without clusters there is little to do.
    const deed = n < FIRST_CREATES ? 'create' : chosen;
    if (!deed) continue;
    deeds.set(deed, (deeds.get(deed) ?? 0) + 1);
    await act(deed);
    await pass(integer(5));
  }
  return { made, deeds };
}
