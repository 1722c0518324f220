/**
 * The stand-ins in memory, which the simulation trusts, against the product's own adapters with the official clients over the wire: the
 * same random operations, and every difference is a fault of one of them. A failure prints its seed and path, and the few operations that
 * are left after shrinking; `HUB_FIDELITY=seed:path` replays it, `HUB_FIDELITY_RUNS` looks longer.
 */
import { Firestore } from '@google-cloud/firestore';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Documents } from '../../functions/cloud.ts';
import { createDocuments } from '../../functions/google/documents.ts';
import { silentLog } from '../../functions/log.ts';
import { realClock } from '../../local/clock.ts';
import { deployedIndexes } from '../../local/deployed.ts';
import { createFaults } from '../../local/faults.ts';
import type { StoredDocument } from '../../local/firestore/documents.ts';
import { createFirestore, serveFirestore } from '../../local/firestore/server.ts';
import { memoryDocuments } from '../../local/memory/documents.ts';
import { seededRandom } from '../../local/random.ts';
import { memoryStore, type Store } from '../../local/store.ts';
import { actions, busInMemory, outcomeOf as outcomeOfBus, wireBuses } from './fidelity/bus.ts';
import { buckets, gke, names, type TwoFaces } from './fidelity/clouds.ts';
import { Database, type Outcome, outcomeOf, type Watched } from './fidelity/database.ts';
import { type Operation, operations, PATHS, type PlannedWrite } from './fidelity/operations.ts';

const RUNS = Number(process.env.HUB_FIDELITY_RUNS ?? 100);
const [seed = '20260301', path] = (process.env.HUB_FIDELITY ?? '').split(/:(.*)/).filter(Boolean);
/** A run takes much less, and shrinking is many runs. */
const timeout = 240_000 + RUNS * 1000;
const replay = { seed: Number(seed), numRuns: RUNS, ...(path ? { path, endOnFailure: true } : {}) };
/** Only as long as a slow machine needs. */
const SOON = { timeout: 60_000, interval: 2 };

const indexes = deployedIndexes();
const undo: (() => Promise<unknown>)[] = [];
let wireClients: ConstructorParameters<typeof Database>[0];

beforeAll(async () => {
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none');
  const random = seededRandom(1);
  const world = {
    projectId: 'demo',
    clock: realClock(),
    random,
    faults: createFaults({}, random),
    store: memoryStore(),
    log: silentLog,
  };
  const face = await serveFirestore(world, 0, { model: createFirestore(world, { indexes }) });
  const open = () => new Firestore({ projectId: 'demo', host: `127.0.0.1:${face.port}`, ssl: false });
  const clients = [open(), open()] as const;
  wireClients = [listening(clients[0]), listening(clients[1])];
  undo.push(() => face.close(), ...clients.map((client) => () => client.terminate()));
});
afterAll(async () => {
  for (const one of undo.reverse()) await one();
});

const listening = (client: Firestore): Watched => ({
  ...createDocuments(client),
  watch: (path, onChange) =>
    client.doc(path).onSnapshot(({ updateTime }) => {
      if (!updateTime) return onChange(undefined);
      const { seconds, nanoseconds } = updateTime;
      // As the adapter says it.
      const version = `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
      onChange({ version, updateTime: updateTime.toDate() });
    }),
});

function inMemory(store: Store = memoryStore()) {
  const documents = memoryDocuments(realClock(), { store, indexes });
  return { store, database: new Database([documents, documents]), documents };
}

/** A database in memory with the same documents, to try on what must not happen to the first. */
function copyOf(store: Store) {
  const copy = memoryStore();
  for (const [key, row] of store.table<StoredDocument>('documents').entries())
    copy.table<StoredDocument>('documents').set(key, row);
  return memoryDocuments(realClock(), { store: copy, indexes });
}

async function compare(list: readonly Operation[]): Promise<void> {
  const wire = new Database(wireClients);
  const memory = inMemory();
  try {
    for (const operation of list) {
      if (operation.kind === 'race') await race(wire, memory, operation.commits);
      else expect(await ask(memory.database, operation)).toEqual(await ask(wire, operation));
      expect(await memory.database.all()).toEqual(await wire.all());
    }
    for (const side of [wire, memory.database]) {
      await vi.waitFor(async () => expect(await side.watched()).not.toBe('not yet'), SOON);
      expect(await side.watched()).toBe('told');
    }
  } finally {
    await wire.clear();
  }
}

async function ask(database: Database, operation: Exclude<Operation, { kind: 'race' }>): Promise<unknown> {
  const { kind, client } = operation;
  if (kind === 'commit') return database.commit(client, operation.writes);
  if (kind === 'get') return database.get(client, operation.path);
  if (kind === 'watch') return database.watch(client, operation.path);
  return database[kind](client, operation.query);
}

/** What two commits at once have done over the wire, memory must be able to do in one of the two orders; it then does. */
async function race(
  wire: Database,
  { database, documents, store }: ReturnType<typeof inMemory>,
  commits: readonly [PlannedWrite[], PlannedWrite[]],
): Promise<void> {
  const outcomes = await Promise.all([wire.commit(0, commits[0]), wire.commit(1, commits[1])]);
  const seen = { outcomes, contents: await contentsOf(wireClients[0]) };
  const inOrder = async (target: Documents, [first, second]: readonly [0 | 1, 0 | 1]) => {
    const plans = commits.map((writes) => database.plan(writes));
    const done: Outcome[] = [];
    for (const one of [first, second]) {
      done[one] = await outcomeOf(async () => target.commit(plans[one] ?? []));
    }
    return { outcomes: done, contents: await contentsOf(target) };
  };
  const forwards = await inOrder(copyOf(store), [0, 1]);
  const order = equal(forwards, seen) ? ([0, 1] as const) : ([1, 0] as const);
  expect(await inOrder(documents, order)).toEqual(seen);
}

const contentsOf = (documents: Documents): Promise<unknown[]> =>
  Promise.all(PATHS.map(async (path) => (await documents.get(path))?.data));

/** As strictly as `toEqual`. */
function equal(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b);
    return true;
  } catch {
    return false;
  }
}

test('documents: memory and the official client over the wire answer alike', { timeout }, async () => {
  await fc.assert(fc.asyncProperty(operations, compare), replay);
});

test('messages: memory and Pub/Sub over the wire deliver alike, and give up alike', { timeout }, async () => {
  const wire = await wireBuses();
  undo.push(wire.close);
  const alike = fc.asyncProperty(actions, async (list) => {
    expect(await outcomeOfBus(busInMemory(), list)).toEqual(await outcomeOfBus(wire.open(), list));
  });
  // Each begins with servers of its own.
  await fc.assert(alike, { ...replay, numRuns: Math.ceil(RUNS / 2) });
});

async function sameAnswers<Ask>({ asks, memory, wire }: TwoFaces<Ask>): Promise<void> {
  const alike = fc.asyncProperty(asks, async (list) => {
    const [here, there] = [await memory(), await wire()];
    try {
      for (const ask of list) expect(await here.ask(ask)).toEqual(await there.ask(ask));
    } finally {
      await here.close();
      await there.close();
    }
  });
  // Each begins with servers of its own.
  await fc.assert(alike, { ...replay, numRuns: Math.ceil(RUNS / 2) });
}

test('names: memory and Cloud DNS over the wire answer alike', { timeout }, () => sameAnswers(names));
test('buckets: memory and Cloud Storage over the wire answer alike', { timeout }, () => sameAnswers(buckets));
test('GKE: memory and the official clients over the wire answer alike', { timeout }, () => sameAnswers(gke));
