/**
 * The design that went before, written small on the same stand-ins: one loop reads every living cluster every ten seconds and takes
 * the next step of each, one after the other; the browser asks for its cluster every two seconds.
 */
import type { Snapshot } from '../functions/cloud.ts';
import { endpointsOf, ensureInstalled } from '../functions/leaf/install.ts';
import type { MemoryHub } from '../local/memory/hub.ts';
import { findProduct } from '../shared/catalog/catalog.ts';
import { TOPICS } from '../shared/messages.ts';

export const LOOP_MS = 10_000;
export const BROWSER_MS = 2_000;

interface Living {
  state: 'creating' | 'storing' | 'installing' | 'ready';
  living: boolean;
  createdAt: Date;
  readyAt?: Date;
  [field: string]: Date | string | boolean | undefined;
}

const LOCATION = 'europe-west1-b';

/** Creates a cluster's document; the loop finds it. */
export async function ask(hub: MemoryHub, id: string): Promise<void> {
  const data: Living = { state: 'creating', living: true, createdAt: new Date(hub.clock.now()) };
  await hub.documents.commit([{ op: 'create', path: `baseline/${id}`, data }]);
}

/** Starts the loop. Returns what stops it. */
export function startLoop(hub: MemoryHub): () => void {
  let stopped = false;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const living = await hub.documents.query<Living>({
        collection: 'baseline',
        where: [['living', '==', true]],
      });
      for (const snapshot of living) await advance(hub, snapshot);
      await hub.clock.sleepUntil(hub.clock.after(LOOP_MS));
    }
  };
  void loop();
  return () => {
    stopped = true;
  };
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
  const id = path.slice('baseline/'.length);
  const { provider, leaves, buckets, settings } = hub.ports;
  const target = {
    id,
    generation: 1,
    location: LOCATION,
    region: 'europe-west1',
    machineType: 'e2-standard-4',
    nodes: 2,
    diskGiB: 50,
  };
  const write = (change: Partial<Living>) => hub.documents.commit([{ op: 'update', path, data: change }]);
  if (data.state === 'creating') {
    if ((await provider.ensureCluster(target)).status === 'ready') await write({ state: 'storing' });
  } else if (data.state === 'storing') {
    await buckets.ensureBucket({ name: `hub-${id}-g1`, region: target.region, clusterId: id });
    await write({ state: 'installing' });
  } else if (data.state === 'installing') {
    const product = findProduct('pachyderm');
    const seen = await provider.observeCluster(target);
    if (seen.status !== 'ready' || !product) return;
    const leaf = leaves.open(seen.connection);
    const { status } = await ensureInstalled(leaf, {
      clusterId: id,
      generation: 1,
      product,
      version: '2.12.2',
      bucket: `hub-${id}-g1`,
      images: { helm: settings.install.helmImage, callHome: settings.install.callHomeImage },
      chartSource: settings.install.chartSource,
      projectId: settings.projectId,
      hintTopic: TOPICS.hint,
    });
    if (status !== 'done') return;
    await endpointsOf(leaf, product);
    await write({ state: 'ready', readyAt: new Date(hub.clock.now()) });
  }
}
