/**
 * A seed over real wires: the embedded cloud and the functions' host as processes, people who ask over HTTP, faults at rates drawn from the
 * seed, and SIGKILL for either process. Then no faults any more: all must come to rest, and what is then found from outside must be right.
 * The seed draws what is done and in what order; processes and sockets have a time of their own, so that a replay is alike, not the same.
 */
import { randomStream } from '../../local/random.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { isFinal, listenToChanges } from './wire/changes.ts';
import { faultsText, ratesOf } from './wire/faults.ts';
import { findingsAtEnd, findingsAtRest } from './wire/findings.ts';
import { startWireHub } from './wire/hub.ts';
import { live } from './wire/people.ts';

interface WireOptions {
  /** What people do, and what is done to processes, in all. */
  deeds?: number;
  /** Cloud seconds per second. */
  speed?: number;
  /** As long as nothing at all changes, it counts as hanging. */
  quietMs?: number;
}

interface WireResult {
  seed: number;
  faults: string;
  /** How often each was done. */
  deeds: Record<string, number>;
  clusters: number;
  /** Of states. */
  changes: number;
  tookMs: number;
  /** What is wrong; empty if nothing is. */
  findings: string[];
  /** The last that happened, and where its data is; only if something is wrong. */
  trace?: string[];
  folder?: string;
}

/** What a Hub may do in these tests; people are not to be held up by an allowance. */
const ROOMY = {
  HUB_ACCOUNT_CLUSTERS: '50',
  HUB_ACCOUNT_CREATIONS_PER_HOUR: '100000',
  HUB_NEW_ACCOUNTS_PER_HOUR: '100000',
  HUB_ACCOUNT_REQUESTS_PER_MINUTE: '1000000',
  HUB_ADDRESS_REQUESTS_PER_MINUTE: '1000000',
  HUB_ACCOUNT_HOURLY_DOLLARS: '1000',
  METADATA_SERVER_DETECTION: 'none',
};
const TRACE_LENGTH = 60;

export async function runWireSeed(
  seed: number,
  { deeds: count = 20, speed = 300, quietMs = 180_000 }: WireOptions = {},
): Promise<WireResult> {
  const startedMs = Date.now();
  const faults = faultsText(ratesOf(randomStream(seed, 'wire faults')));
  const calm = { ...ROOMY, HUB_CLOUD_SPEED: String(speed), HUB_SEED: String(seed % 1_000_000) };
  const hub = await startWireHub({ ...calm, HUB_FAULTS: faults });
  const changes = listenToChanges();
  const findings: string[] = [];
  let deeds = {};
  try {
    await changes.listen(hub.addresses.firestore ?? '');
    const done = await live(hub, changes, randomStream(seed, 'wire people'), count);
    deeds = Object.fromEntries(done.deeds);

    changes.note('no faults any more');
    await hub.restart(calm);
    await changes.listen(hub.addresses.firestore ?? '');
    const allRest = (clusters: Cluster[]) => clusters.every(changes.rests);
    await changes.until(allRest, 'for rest', quietMs);
    // What nobody could clean up while everything failed is for an operator.
    for (const { id, state } of changes.clusters()) {
      if (state === 'stuck') await hub.ask('operator', 'POST', `/v1/clusters/${id}:retry`);
    }
    await changes.until((all) => all.every(({ state }) => state !== 'stuck'), 'for what was stuck', quietMs);
    await hub.ask('operator', 'PUT', '/v1/pools/default', { wanted: 0 });
    const noSpares = (clusters: Cluster[]) =>
      clusters.every(
        (cluster) => changes.rests(cluster) && (cluster.pool === undefined || isFinal(cluster.state)),
      );
    await changes.until(noSpares, 'for the pool to be empty', quietMs);
    findings.push(...(await findingsAtRest(hub, changes.clusters(), done)));

    for (const { id, owner, state } of changes.clusters()) {
      if (owner && !isFinal(state)) await hub.ask('operator', 'DELETE', `/v1/clusters/${id}`);
    }
    const allGone = (clusters: Cluster[]) => clusters.every(({ state }) => isFinal(state));
    await changes.until(allGone, 'for all to be deleted', quietMs);
    findings.push(...(await findingsAtEnd(hub, changes.clusters())));
  } catch (error) {
    findings.push(String((error as Error).stack ?? error));
  }
  await changes.close();
  const wrong = findings.length > 0;
  await hub.end(wrong);
  return {
    seed,
    faults,
    deeds,
    clusters: changes.clusters().length,
    changes: changes.count,
    tookMs: Date.now() - startedMs,
    findings,
    ...(wrong && { trace: changes.trace.slice(-TRACE_LENGTH), folder: hub.folder }),
  };
}
