/** Builders of test data: what a test does not say is plausible, and the same every time. */
import type { DocumentData, Write } from '../functions/cloud.ts';
import { resolveSpec } from '../shared/catalog/catalog.ts';
import { type Cluster, type ClusterSpec, clusterPath, shapeOf } from '../shared/documents/cluster.ts';
import { type DeadLetter, deadLetterPath } from '../shared/documents/dead-letter.ts';
import type { ClusterEvent } from '../shared/documents/event.ts';
import { DOCUMENT_SCHEMA } from '../shared/documents/fields.ts';
import { ledgerPath } from '../shared/documents/ledger.ts';
import type { OrphanFields } from '../shared/documents/orphan.ts';
import { progressOf } from '../shared/lifecycle/derive.ts';
import type { State } from '../shared/lifecycle/table.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const EPOCH_START = Date.UTC(2026, 0, 1);

/** As the code under test wrote it: it names no state of another version. */
export type OwnEvent = ClusterEvent & { from?: State; to: State };

/** A cluster id that ends in this number. */
export function clusterIdOf(n: number): string {
  let digits = '';
  for (let left = n; digits.length < 16; left = Math.floor(left / 32)) digits = BASE32[left % 32] + digits;
  return digits;
}

export const aSpec = (spec: Partial<ClusterSpec> = {}): ClusterSpec => ({ ...resolveSpec({}), ...spec });

/**
 * A cluster at rest, `ready` unless said otherwise. With an `owner`, members, their addresses and readers follow from it; with a `pool` and the state
 * `warm` it is a waiting spare: `aCluster({ state: 'warm', pool: 'default' })`.
 */
export function aCluster(fields: Partial<Cluster> = {}): Cluster {
  const spec = fields.spec ?? aSpec();
  const state = fields.state ?? 'ready';
  const members = fields.members ?? (fields.owner === undefined ? {} : { [fields.owner]: 'owner' as const });
  return {
    id: clusterIdOf(1),
    schema: DOCUMENT_SCHEMA,
    name: fields.pool ?? 'cluster',
    spec,
    specVersion: 1,
    state,
    epoch: 3,
    since: new Date(EPOCH_START),
    shape: shapeOf(spec),
    shard: 0,
    attempts: 0,
    progress: progressOf(state, 0),
    generation: 1,
    exhausted: [],
    endpoints: {},
    conditions: [],
    createdAt: new Date(EPOCH_START),
    ...fields,
    members,
    emails:
      fields.emails ?? Object.fromEntries(Object.keys(members).map((uid) => [uid, `${uid}@example.com`])),
    readers: fields.readers ?? Object.keys(members),
  };
}

/** A disk that was found a moment ago, unless said otherwise. */
export const anOrphan = (fields: Partial<OrphanFields> = {}): OrphanFields => ({
  schema: DOCUMENT_SCHEMA,
  kind: 'disk',
  name: 'pvc-1',
  location: 'europe-west1-b',
  clusterId: clusterIdOf(1),
  foundAt: new Date(EPOCH_START),
  hourlyMicros: 1370,
  state: 'found',
  ...fields,
});

/** What writes a cluster as the engine would have. */
export function writeOf(cluster: Cluster): Write {
  const { id, ...data } = cluster;
  return { op: 'set', path: clusterPath(id), data: data as unknown as DocumentData };
}

/** An empty one, as a cluster is born with. */
export const writeOfLedger = (clusterId: string): Write => ({
  op: 'set',
  path: ledgerPath(clusterId),
  data: { schema: DOCUMENT_SCHEMA, entries: {} },
});

/** A look at the first cluster that was given up, unless said otherwise. */
export const aDeadLetter = (fields: Partial<DeadLetter> = {}): DeadLetter => ({
  id: '17',
  schema: DOCUMENT_SCHEMA,
  topic: 'step-provision',
  body: JSON.stringify({ schema: 1, id: clusterIdOf(1), epoch: 3 }),
  format: 'message',
  deliveries: 10,
  diedAt: new Date(EPOCH_START),
  cluster: clusterIdOf(1),
  reason: 'Its cluster is parked.',
  state: 'open',
  replays: [],
  ...fields,
});

export function writeOfLetter(letter: DeadLetter): Write {
  const { id, ...data } = letter;
  return { op: 'set', path: deadLetterPath(id), data: data as unknown as DocumentData };
}
