/**
 * The design that went before, written small on the same stand-ins: one loop reads every living cluster every ten seconds and takes
 * the next step of each, one after the other; the browser asks for its cluster every two seconds. It does the same work by the same
 * ports, so that only the way of getting on differs.
 */
import { accessOf } from '../functions/access/access.ts';
import { ensureExposed } from '../functions/access/expose.ts';
import { ensureInstallation, installationOf } from '../functions/access/installation.ts';
import { applyMembers } from '../functions/access/members.ts';
import { siteOf } from '../functions/access/site.ts';
import type { DocumentData, Snapshot } from '../functions/cloud.ts';
import { bucketName, targetOf } from '../functions/clusters/target.ts';
import { conceive } from '../functions/dispatch/commands.ts';
import type { MemoryHub } from '../local/memory/hub.ts';
import { resolveSpec } from '../shared/catalog/catalog.ts';
import { type Cluster, shapeOf } from '../shared/documents/cluster.ts';

const LOOP_MS = 10_000;
export const BROWSER_MS = 2_000;

const STATES = ['creating', 'storing', 'installing', 'securing', 'exposing', 'ready'] as const;
type State = (typeof STATES)[number];

interface Living {
  state: State;
  living: boolean;
  createdAt: Date;
  readyAt?: Date;
  /** What the ports are told of it. */
  cluster: Cluster;
}

const LOCATION = 'europe-west1-b';

/** Creates a cluster's document; the loop finds it. @returns its id */
export async function ask(hub: MemoryHub, owner: string): Promise<string> {
  const spec = resolveSpec({});
  const emails = { [owner]: `${owner}@example.com` };
  const { cluster } = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner, emails });
  const living: Living = {
    state: 'creating',
    living: true,
    createdAt: cluster.createdAt,
    cluster: { ...cluster, location: LOCATION },
  };
  const data = living as unknown as DocumentData;
  await hub.documents.commit([{ op: 'create', path: `baseline/${cluster.id}`, data }]);
  return cluster.id;
}

/** It goes on for as long as the program. */
export function startLoop(hub: MemoryHub): void {
  const loop = async (): Promise<void> => {
    for (;;) {
      const living = await hub.documents.query<Living>({
        collection: 'baseline',
        where: [['living', '==', true]],
      });
      for (const snapshot of living) await advance(hub, snapshot);
      await hub.clock.sleepUntil(hub.clock.after(LOOP_MS));
    }
  };
  void loop();
}

/** A browser that watches one cluster until it is ready. */
export async function watchUntilReady(hub: MemoryHub, id: string): Promise<Date> {
  for (;;) {
    const seen = await hub.documents.get<Living>(`baseline/${id}`);
    if (seen?.data.readyAt) return seen.data.readyAt;
    await hub.clock.sleepUntil(hub.clock.after(BROWSER_MS));
  }
}

async function advance(hub: MemoryHub, { path, data }: Snapshot<Living>): Promise<void> {
  const { state, cluster } = data;
  if (state === 'ready') return;
  const { isDone, certificate } = await STEPS[state](hub, cluster);
  const changed = JSON.stringify(certificate) !== JSON.stringify(cluster.certificate);
  if (!isDone && !changed) return;
  const next = isDone ? STATES[STATES.indexOf(state) + 1] : state;
  const change = {
    state: next,
    ...(next === 'ready' && { readyAt: new Date(hub.clock.now()) }),
    ...(changed && { cluster: { ...cluster, certificate } }),
  };
  await hub.documents.commit([{ op: 'update', path, data: change as unknown as DocumentData }]);
}

/** What one look found, and what is to be remembered of the certificate. */
interface Seen {
  isDone: boolean;
  certificate: Cluster['certificate'];
}

type Step = (hub: MemoryHub, cluster: Cluster) => Promise<Seen>;

const STEPS: Readonly<Record<Exclude<State, 'ready'>, Step>> = {
  async creating({ ports }, cluster) {
    const { status } = await ports.provider.ensureCluster(targetOf(cluster));
    return { isDone: status === 'ready', certificate: cluster.certificate };
  },
  async storing({ ports }, cluster) {
    const target = targetOf(cluster);
    await ports.buckets.ensureBucket({
      name: bucketName(cluster),
      region: target.region,
      clusterId: cluster.id,
    });
    await ports.provider.ensureWebhookAccess(target);
    return { isDone: true, certificate: cluster.certificate };
  },
  async installing({ ports }, cluster) {
    const site = await siteOf(cluster, ports);
    const { status } = await ensureInstallation(site, await installationOf(site));
    return { isDone: status === 'done', certificate: cluster.certificate };
  },
  async securing({ ports }, cluster) {
    const site = await siteOf(cluster, ports);
    await applyMembers(site, (at, left) => accessOf(at).secure(at, left));
    return { isDone: true, certificate: cluster.certificate };
  },
  async exposing({ ports }, cluster) {
    const progress = await ensureExposed(await siteOf(cluster, ports));
    return {
      isDone: progress.status === 'exposed',
      certificate: progress.certificate ?? cluster.certificate,
    };
  },
};
