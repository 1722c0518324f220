/**
 * A whole Hub on the wire servers under a load that stays the same, for long: memory and handles of both processes must not grow. What is
 * measured is what is held after garbage was collected, and after the documents of lives that are over were taken away.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { firestoreAt, until } from '../journeys/hub.ts';
import { sweepKept } from './soak/broom.ts';
import { type Sample, sampleOf, type Trend, trendsOf } from './soak/samples.ts';
import { startWireHub, type WireHub } from './wire/hub.ts';

interface SoakOptions {
  forMs?: number;
  /** Clusters at once. */
  width?: number;
  /** Cloud seconds per second: not so many that deadlines pass while a busy machine computes. */
  speed?: number;
  onReading?: (reading: Reading) => void;
}

interface Reading {
  atMs: number;
  /** Whose life is over. */
  clusters: number;
  cloud: Sample;
  host: Sample;
}

interface SoakResult {
  trends: { cloud: Trend[]; host: Trend[] };
  flat: boolean;
}

/** All but `crash`: a host that starts anew has forgotten what it leaked. */
const MODERATE = [
  'lost=0.02,duplicate=0.05,late=0.02,unavailable=0.01,reply-lost=0.01,contention=0.02',
  'stockout=0.02,quota=0.01,operation-fails=0.02,slow-operation=0.05,leak=0.05,lost-audit=0.1',
  'job-fails=0.02,slow-pull=0.05,double-fire=0.05,missed-fire=0.05',
].join(',');
const PROBE = pathToFileURL(join(import.meta.dirname, 'soak', 'probe.ts')).href;
/** Of the time: caches fill, code is compiled, pools of connections open. */
const WARM_UP = 0.25;
/** Before handles are counted nobody does anything: connections that are kept in case somebody does have closed by then. */
const REST_MS = seconds(75);
const EVERY_MS = seconds(15);
/** Documents of a life that is over stay so long: two hours of the cloud's time. */
const KEPT_MS = minutes(1);

export async function soak({
  forMs = minutes(10),
  width = 6,
  speed = 120,
  onReading = () => undefined,
}: SoakOptions = {}): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-probe-'));
  const hub = await startWireHub({
    HUB_FAULTS: MODERATE,
    HUB_CLOUD_SPEED: String(speed),
    HUB_ACCOUNT_CLUSTERS: '100',
    HUB_ACCOUNT_CREATIONS_PER_HOUR: '100000',
    HUB_NEW_ACCOUNTS_PER_HOUR: '100000',
    HUB_ACCOUNT_REQUESTS_PER_MINUTE: '1000000',
    HUB_ADDRESS_REQUESTS_PER_MINUTE: '1000000',
    HUB_ACCOUNT_HOURLY_DOLLARS: '1000',
    HUB_PROBE: folder,
    NODE_OPTIONS: `--import=${PROBE}`,
    METADATA_SERVER_DETECTION: 'none',
  });
  const firestore = firestoreAt(hub.addresses.firestore ?? '');
  try {
    await emptyPool(hub);
    const startedMs = Date.now();
    let clusters = 0;
    const read = async (): Promise<Reading> => {
      await sweepKept(firestore, KEPT_MS);
      const reading = {
        atMs: Date.now() - startedMs,
        clusters,
        cloud: await sampleOf(hub.process.pid, folder),
        host: await sampleOf(hub.process.hostPid() ?? 0, folder),
      };
      onReading(reading);
      return reading;
    };
    /** @returns what was read meanwhile */
    const load = async (ms: number): Promise<Reading[]> => {
      const readings: Reading[] = [];
      const endMs = Date.now() + ms;
      const lane = async (index: number): Promise<void> => {
        for (let life = index; Date.now() < endMs; life += 1) {
          await oneLife(hub, life);
          clusters++;
        }
      };
      const watch = async (): Promise<void> => {
        for (; Date.now() < endMs; await sleep(EVERY_MS)) readings.push(await read());
      };
      await Promise.all([watch(), ...Array.from({ length: width }, (_, index) => lane(index))]);
      return readings;
    };
    const rest = async (): Promise<Reading> => {
      await sleep(REST_MS);
      return read();
    };
    await load(forMs * WARM_UP);
    const before = await rest();
    const loaded = await load(forMs * (1 - WARM_UP));
    const after = await rest();
    const trendsIn = (name: 'cloud' | 'host'): Trend[] =>
      trendsOf(
        loaded.map((reading) => reading[name]),
        [before[name], after[name]],
      );
    const trends = { cloud: trendsIn('cloud'), host: trendsIn('host') };
    return { trends, flat: [...trends.cloud, ...trends.host].every(({ flat }) => flat) };
  } finally {
    await firestore.terminate();
    await hub.end(false);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A fresh Hub wants a spare; here nothing is to be there between two rounds. */
async function emptyPool(hub: WireHub): Promise<void> {
  await hub.ask('operator', 'PUT', '/v1/pools/default', { product: 'hello', wanted: 0 });
  const firestore = firestoreAt(hub.addresses.firestore ?? '');
  const spares = await firestore.collection('clusters').get();
  for (const { id } of spares.docs) {
    await hub.ask('operator', 'DELETE', `/v1/clusters/${id}`);
    await settled(hub, id, ({ state }) => state === 'deleted');
  }
  await firestore.terminate();
}

/** A cluster from its creation to its end, used as people do; every third is of the product with the larger inside. */
async function oneLife(hub: WireHub, index: number): Promise<void> {
  const [owner, friend] = index % 2 === 0 ? (['ada', 'grace'] as const) : (['grace', 'ada'] as const);
  const body = { name: `soak-${index}`, product: index % 3 === 2 ? 'pachyderm' : 'hello' };
  const { id } = (await hub.ask<ClusterReply>(owner, 'POST', '/v1/clusters', body)).body;
  const path = `/v1/clusters/${id}`;
  const member = `${path}/members/${friend}@example.com`;
  const calm = ({ state }: Cluster) => state === 'ready' || state === 'failed';
  await settled(hub, id, calm);
  await hub.ask(owner, 'PUT', member, { role: 'editor' });
  await hub.ask(friend, 'GET', '/v1/clusters');
  await settled(hub, id, calm);
  for (const who of [owner, friend]) {
    await hub.ask(who, 'GET', path);
    await hub.ask(who, 'GET', `${path}/events`);
    await hub.status(who, `${path}/credentials?kind=kubeconfig`);
    await hub.ask(who, 'GET', '/v1/clusters');
  }
  await hub.ask(owner, 'DELETE', member);
  await settled(hub, id, calm);
  await hub.ask(friend, 'GET', path);
  await hub.ask(owner, 'DELETE', path);
  await settled(hub, id, ({ state }) => state === 'deleted');
}

/** Each listens with a client of its own, as each browser does. What is stuck an operator frees. */
async function settled(hub: WireHub, id: string, holds: (cluster: Cluster) => boolean): Promise<void> {
  const firestore = firestoreAt(hub.addresses.firestore ?? '');
  try {
    for (;;) {
      const cluster = await until(firestore, id, (read) => holds(read) || read.state === 'stuck');
      if (holds(cluster)) return;
      await hub.ask('operator', 'POST', `/v1/clusters/${id}:retry`);
      await until(firestore, id, ({ state }) => state !== 'stuck');
    }
  } finally {
    await firestore.terminate();
  }
}
