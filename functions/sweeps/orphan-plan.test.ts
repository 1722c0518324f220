import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../local/random.ts';
import { ledgerKey, type ResourceKind } from '../../shared/documents/ledger.ts';
import type { Orphan } from '../../shared/documents/orphan.ts';
import { hours, minutes } from '../../shared/units.ts';
import { anOrphan, clusterIdOf } from '../../test/builders.ts';
import type { FoundResource } from '../providers/provider.ts';
import type { Claims } from './orphan-claims.ts';
import { isProven, ofThisCell, planDoubts, planOrphans } from './orphan-plan.ts';

const CELL = 'here';
const NOW_MS = Date.UTC(2026, 0, 5, 12);
const moment = { nowMs: NOW_MS, elapsed: (sinceMs: number) => NOW_MS - sinceMs };
const ALL_KINDS: ReadonlySet<ResourceKind> = new Set([
  'cluster',
  'bucket',
  'disk',
  'address',
  'forwarding-rule',
  'firewall',
  'subnetwork',
  'dns-record',
]);
const ID = clusterIdOf(1);

const labelsOf = (id: string, cell = CELL) => ({ 'managed-by': 'hub', 'hub-cluster': id, 'hub-cell': cell });
const aThing = (fields: Partial<FoundResource> = {}): FoundResource => {
  const { clusterId = ID, generation = 1 } = fields;
  return {
    kind: 'cluster',
    name: `hub-${clusterId}-g${generation}`,
    location: 'europe-west1-b',
    clusterId,
    generation,
    labels: labelsOf(clusterId),
    createdAt: new Date(NOW_MS - hours(10)),
    ...fields,
  };
};
const aRecord = (id: string, type = 'A'): FoundResource => ({
  kind: 'dns-record',
  name: `${type} ${id}.clusters.example.com`,
  location: 'global',
  clusterId: id,
  labels: {},
});
/** What the cloud has of a cluster in use. */
const inUse = (id: string): FoundResource[] => [
  aThing({ clusterId: id }),
  aThing({ clusterId: id, kind: 'bucket', location: 'europe-west1' }),
  aThing({ clusterId: id, kind: 'disk', name: `gke-hub-${id}-g1-default-0a1b2c3d-b000` }),
  aThing({ clusterId: id, kind: 'firewall', name: `hub-${id}-g1-webhooks`, labels: {}, derived: true }),
  aThing({ clusterId: id, kind: 'subnetwork', name: `hub-${id}-g1-b`, labels: {}, derived: true }),
  aRecord(id),
];
const nobodys = (generations = [1]): Claims => ({
  everything: false,
  open: [],
  generations: new Set(generations),
  lines: new Set(
    ['b', 'c'].flatMap((zone) =>
      generations.map((generation) => ledgerKey(aThing({ generation, location: `europe-west1-${zone}` }))),
    ),
  ),
});
const plan = (
  found: FoundResource[],
  claims: Claims = nobodys(),
  known: Orphan[] = [],
  kinds: ReadonlySet<ResourceKind> = ALL_KINDS,
  missing: readonly string[] = [],
) =>
  planOrphans(
    { fromMs: NOW_MS, found, kinds, missing: new Set(missing) },
    new Map([[ID, claims]]),
    known,
    CELL,
    moment,
  );
const doubts = (found: FoundResource[], known: Orphan[] = [], kinds = ALL_KINDS) =>
  planDoubts({ found, kinds }, known, CELL, { ...moment, nowMs: NOW_MS });

test('what is known where nobody could look is not gone', () => {
  const known = (fields: Partial<Orphan>): Orphan => ({ ...anOrphan(fields), key: `${fields.name}` });
  const orphans = [
    known({ name: 'here' }),
    known({ name: 'away', location: 'europe-west9-a' }),
    known({ kind: 'address', name: 'near', location: 'europe-west9' }),
    known({ kind: 'bucket', name: 'unseen', location: 'europe-west8' }),
    known({ kind: 'bucket', name: 'seen', location: 'europe-west9' }),
  ];
  const missing = ['europe-west9-a', 'unseen'];
  expect(plan([], undefined, orphans, ALL_KINDS, missing).gone).toEqual(['here', 'seen']);
  expect(plan([], undefined, orphans).gone).toHaveLength(5);
});

test('what another sweep found since this one began to list is not gone', () => {
  const known = (name: string, foundAtMs: number): Orphan => ({
    ...anOrphan({ name, foundAt: new Date(foundAtMs) }),
    key: name,
  });
  expect(plan([], undefined, [known('before', NOW_MS - 1), known('since', NOW_MS)]).gone).toEqual(['before']);
});

describe('whose documents are read', () => {
  test('of 1,000 clusters in use only those whose turn it is, and each once in a day', () => {
    const random = seededRandom(1);
    const ids = Array.from({ length: 1000 }, () => random.base32(16));
    const found = ids.flatMap(inUse);
    const looks = Array.from({ length: 96 }, (_, turn) =>
      planDoubts({ found, kinds: ALL_KINDS }, [], CELL, { ...moment, nowMs: NOW_MS + turn * minutes(15) }),
    );
    expect(looks.flat().sort()).toEqual([...ids].sort());
    expect(Math.max(...looks.map(({ length }) => length))).toBeLessThan(25);
    expect(looks.every(({ length }) => length > 0)).toBe(true);
  });

  test.each<[string, FoundResource[]]>([
    ['that has no address', inUse(ID).slice(0, 4)],
    ['that has no bucket', inUse(ID).filter(({ kind }) => kind !== 'bucket')],
    ['of which only parts are there', inUse(ID).slice(2, 3)],
    ['that is there twice', [...inUse(ID), aThing({ location: 'europe-west1-c' })]],
    ['of which there is another try', [...inUse(ID), aThing({ generation: 2 })]],
    ['of which something is not proven', [...inUse(ID), aThing({ kind: 'disk', name: 'x', labels: {} })]],
    ['that is being deleted', [aThing({ going: true }), ...inUse(ID).slice(1)]],
  ])('always of a cluster %s', (_, found) => {
    expect(doubts(found)).toEqual([ID]);
  });

  test('always of a cluster of which something leaked', () => {
    expect(doubts(inUse(ID))).toEqual([]);
    expect(doubts(inUse(ID), [{ ...anOrphan({ clusterId: ID }), key: 'x' }])).toEqual([ID]);
  });

  test('of none that began less than a quarter of an hour ago', () => {
    expect(doubts([aThing({ createdAt: new Date(NOW_MS - minutes(14)) })])).toEqual([]);
  });

  test('of no more because addresses or buckets cannot be listed', () => {
    const kinds = new Set<ResourceKind>(
      [...ALL_KINDS].filter((kind) => kind !== 'dns-record' && kind !== 'bucket'),
    );
    const found = inUse(ID).filter(({ kind }) => kinds.has(kind));
    expect(doubts(found, [], kinds)).toEqual([]);
  });
});

describe('what proves that something is Hub’s', () => {
  test.each<[string, Partial<FoundResource>, boolean]>([
    ['its labels', {}, true],
    ['labels of another cluster', { labels: labelsOf(clusterIdOf(2)) }, false],
    ['labels of another cell', { labels: labelsOf(ID, 'there') }, false],
    ['labels without the cell', { labels: { 'managed-by': 'hub', 'hub-cluster': ID } }, false],
    ['its name alone', { labels: {} }, false],
    ['the cloud’s word', { kind: 'firewall', labels: {}, derived: true }, true],
    [
      'the cloud’s word against its labels',
      { kind: 'disk', labels: { 'managed-by': 'x' }, derived: true },
      false,
    ],
    ['a try that the ledger does not know', { generation: 2 }, false],
    ['a place that the ledger does not know', { location: 'europe-west1-d' }, false],
  ])('%s', (_, fields, expected) => {
    expect(isProven(aThing(fields), nobodys(), CELL)).toBe(expected);
  });

  test('nothing, of what the ledgers do not know', () => {
    expect(isProven(aThing(), nobodys([]), CELL)).toBe(false);
    expect(isProven(aRecord(ID), nobodys([]), CELL)).toBe(false);
    expect(isProven(aRecord(ID), nobodys(), CELL)).toBe(true);
  });

  test('labels, but not under another name', () => {
    const { generation: _, ...renamed } = aThing({ name: 'another' });
    expect(isProven(renamed, nobodys(), CELL)).toBe(false);
    expect(isProven({ ...renamed, kind: 'disk' }, nobodys(), CELL)).toBe(true);
  });
});

describe('what is done', () => {
  const parts: FoundResource[] = [
    aThing({ kind: 'firewall', name: 'k8s-fw-a1', derived: true, evidence: true, labels: {} }),
    aThing({ kind: 'disk', name: 'pvc-1' }),
    aThing({ kind: 'address', name: 'a1', derived: true, labels: {} }),
    aThing({ kind: 'forwarding-rule', name: 'a1', derived: true, labels: {} }),
  ];
  const names = (list: readonly { resource: FoundResource }[]) =>
    list.map(({ resource: { kind, name } }) => `${kind} ${name}`);

  test('a rule goes before its address, and last what tells whose both are', () => {
    expect(names(plan(parts).remove)).toEqual([
      'forwarding-rule a1',
      'address a1',
      'disk pvc-1',
      'firewall k8s-fw-a1',
    ]);
  });

  test('what tells whose something is stays while that is too young to go', () => {
    const young = aThing({ ...parts[3], createdAt: new Date(NOW_MS - minutes(14)) });
    expect(names(plan([...parts.slice(0, 3), young]).remove)).toEqual(['address a1', 'disk pvc-1']);
  });

  test('parts wait for their cluster, also for one that nobody may touch', () => {
    expect(names(plan([aThing(), ...parts]).remove)).toEqual([`cluster hub-${ID}-g1`]);
    const theirs = plan([aThing({ labels: {} }), ...parts]);
    expect(theirs.remove).toEqual([]);
    expect(names(theirs.report)).toEqual([`cluster hub-${ID}-g1`]);
  });

  test('what the ledger holds open is claimed, and with a cluster whatever that makes', () => {
    const open = {
      kind: 'cluster',
      name: `hub-${ID}-g1`,
      location: 'europe-west1-b',
      generation: 1,
    } as const;
    const claims = { ...nobodys([1, 2]), open: [open] };
    const older = aThing({ kind: 'disk', name: 'pvc-2', generation: 2 });
    const elsewhere = aThing({ location: 'europe-west1-c' });
    expect(names(plan([aThing(), ...parts, older, elsewhere], claims).remove)).toEqual([
      'disk pvc-2',
      `cluster hub-${ID}-g1`,
    ]);
  });

  test('the same thing is reported once, and another one of the same name anew', () => {
    const [first] = plan([aThing()]).report;
    const known: Orphan = {
      ...anOrphan({ ...aThing(), kind: 'cluster', state: 'deleting' }),
      key: first?.key ?? '',
    };
    expect(plan([aThing()], nobodys(), [known])).toMatchObject({ report: [], gone: [] });
    const again = plan([aThing({ createdAt: new Date(NOW_MS - hours(1)) })], nobodys(), [known]);
    expect(again.gone).toEqual([known.key]);
    expect(again.report[0]?.key).not.toBe(known.key);
  });

  test('what was not listed is not gone', () => {
    const known: Orphan = { ...anOrphan(), key: 'x' };
    expect(plan([], nobodys(), [known], new Set(['bucket'])).gone).toEqual([]);
    expect(plan([], nobodys(), [known]).gone).toEqual(['x']);
  });
});

test('what has no labels is of the cell of what is beside it', () => {
  const [here, there, nowhere] = [clusterIdOf(1), clusterIdOf(2), clusterIdOf(3)];
  const found = [
    ...inUse(here),
    ...inUse(there).map((one) =>
      'hub-cell' in one.labels ? { ...one, labels: labelsOf(there, 'there') } : one,
    ),
    aRecord(nowhere),
  ];
  expect(ofThisCell(found, CELL)).toEqual([...inUse(here), aRecord(nowhere)]);
});
