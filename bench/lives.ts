/** Whole lives of clusters, one to a world, each world with luck of its own: ours and those of the design that went before. */
import { type Change, command, conceive, createClusters } from '../functions/dispatch/commands.ts';
import { withMember } from '../functions/members/membership.ts';
import { type MemoryHub, memoryHub } from '../local/memory/hub.ts';
import { resolveSpec } from '../shared/catalog/catalog.ts';
import { type Cluster, clusterPath, shapeOf } from '../shared/documents/cluster.ts';
import { minutes } from '../shared/units.ts';
import { ask, startLoop, watchUntilReady } from './baseline.ts';
import { watchCloud } from './cloud-time.ts';

/** From the wish until its owner can use it; all times are virtual. */
export interface Creation {
  tookMs: number;
  /** See `CloudTime.busyMs`. */
  busyMs: number;
  /** See `CloudTime.leastMs`. */
  leastMs: number;
  commits: number;
}

export interface Life extends Creation {
  /** From the wish to `deleted`, without the sharing. */
  lifeCommits: number;
  sharingCommits: number;
  /** Of Google's APIs. */
  sharingCalls: number;
}

export interface BaselineCreation extends Creation {
  /** Of the loop and the browser. */
  reads: number;
}

const spec = resolveSpec({});

/** Writes a new cluster. @returns its id */
export async function create(hub: MemoryHub, name: string, owner = 'ada'): Promise<string> {
  const emails = { [owner]: `${owner}@example.com` };
  const birth = conceive(hub.ports, { name, spec, shape: shapeOf(spec), owner, emails });
  await createClusters(hub.ports, [birth], []);
  return birth.cluster.id;
}

export const stateOf = async (hub: MemoryHub, id: string): Promise<Cluster | undefined> =>
  (await hub.documents.get<Cluster>(clusterPath(id)))?.data;

export const untilState = (hub: MemoryHub, id: string, state: Cluster['state'], stepMs = 10): Promise<void> =>
  hub.until(async () => (await stateOf(hub, id))?.state === state, minutes(60), stepMs);

/** A cluster is made, shared with somebody, and deleted. */
export async function live(seed: number): Promise<Life> {
  const hub = memoryHub({ seed });
  const cloud = watchCloud(hub);
  const { counters } = hub.documents;
  hub.startScheduler();
  const id = await hub.run(create(hub, 'one'));
  await untilState(hub, id, 'ready');
  const commits = counters.commits;
  const made = await stateOf(hub, id);
  const askedAtMs = made?.createdAt.getTime() ?? 0;
  const readyAtMs = made?.readyAt?.getTime() ?? 0;
  const times = {
    tookMs: readyAtMs - askedAtMs,
    busyMs: cloud.busyMs(id, askedAtMs, readyAtMs),
    leastMs: cloud.leastMs(id),
  };
  const sharingCalls = await share(hub, id);
  const sharingCommits = counters.commits - commits;
  await hub.run(command(hub.ports, id, 'delete', 'ada'));
  await untilState(hub, id, 'deleted', 1000);
  return { ...times, commits, lifeCommits: counters.commits - sharingCommits, sharingCommits, sharingCalls };
}

/** One more member, until everything in the cluster knows. @returns the calls of Google's APIs that it took */
async function share(hub: MemoryHub, id: string): Promise<number> {
  const calls = countCalls(hub);
  const change = (cluster: Cluster): Change | undefined =>
    withMember(cluster, { uid: 'grace', email: 'grace@example.com', role: 'editor' });
  await hub.run(command(hub.ports, id, 'share', 'ada', { change }));
  await untilState(hub, id, 'ready');
  return calls();
}

/** Starts counting: GKE, Cloud Storage, Cloud DNS. */
function countCalls({ container, storage, dns }: MemoryHub): () => number {
  const ofGke = (): number => [...container.calls.values()].reduce((sum, calls) => sum + calls, 0);
  const before = ofGke();
  let others = 0;
  for (const service of [storage, dns]) {
    const { call } = service;
    service.call = (method, run) => {
      others++;
      return call(method, run);
    };
  }
  return () => ofGke() - before + others;
}

/** The same creation by the loop, up to the moment in which the browser has seen it. */
export async function createByLoop(seed: number): Promise<BaselineCreation> {
  const hub = memoryHub({ seed });
  const cloud = watchCloud(hub);
  startLoop(hub);
  // Anywhere in the loop's turn, as people come.
  await hub.clock.runFor(minutes(1) + hub.ports.random.fraction() * minutes(1));
  const before = { ...hub.documents.counters };
  const askedAtMs = hub.clock.now();
  const id = await hub.run(ask(hub, 'ada'));
  let seen = false;
  void watchUntilReady(hub, id).then(() => {
    seen = true;
  });
  await hub.until(() => seen, minutes(60), 10);
  const seenAtMs = hub.clock.now();
  const after = hub.documents.counters;
  return {
    tookMs: seenAtMs - askedAtMs,
    busyMs: cloud.busyMs(id, askedAtMs, seenAtMs),
    leastMs: cloud.leastMs(id),
    commits: after.commits - before.commits,
    reads: after.reads - before.reads,
  };
}
