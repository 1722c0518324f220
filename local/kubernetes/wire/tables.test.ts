import { describe, expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../../shared/units.ts';
import { BUILT_IN, KINDS, type Kind } from '../kinds.ts';
import type { Fields, Stored } from '../objects.ts';
import { columnsOfKind } from './columns.ts';
import { humanDuration } from './durations.ts';
import { jsonPathOf } from './json-path.ts';
import { tableOf } from './tables.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const object = (kind: Kind, fields: Fields, metadata: Fields = {}): Stored => ({
  apiVersion: kind.apiVersion,
  kind: kind.kind,
  metadata: {
    name: 'one',
    uid: '',
    resourceVersion: '',
    creationTimestamp: '2026-01-01T11:00:00Z',
    ...metadata,
  },
  ...fields,
});

/** What `kubectl get -o wide` shows, by the heads of its columns. */
function shown(kind: Kind, fields: Fields, metadata?: Fields): Record<string, unknown> {
  const one = object(kind, fields, metadata);
  return Object.fromEntries(columnsOfKind(kind).map((column) => [column.name, column.cell(one, NOW)]));
}

test.each([
  [-5_000, '<invalid>'],
  [seconds(119), '119s'],
  [seconds(121), '2m1s'],
  [minutes(9), '9m'],
  [minutes(179), '179m'],
  [hours(5) + minutes(20), '5h20m'],
  [hours(47), '47h'],
  [hours(24 * 7 + 3), '7d3h'],
  [hours(24 * 400), '400d'],
  [hours(24 * 800), '2y70d'],
])('%d ms are shown as %s', (durationMs, text) => {
  expect(humanDuration(durationMs)).toBe(text);
});

describe('a pod is shown as', () => {
  const spec = { containers: [{ name: 'a' }, { name: 'b' }], initContainers: [{ name: 'i' }] };
  const running = { state: { running: {} }, ready: true, restartCount: 0 };
  const row = (status: Fields, metadata?: Fields) => {
    const { Ready, Status, Restarts } = shown(KINDS.Pod, { spec, status }, metadata);
    return [Ready, Status, Restarts];
  };
  const done = { name: 'i', state: { terminated: { exitCode: 0 } }, restartCount: 0 };

  test('what its phase, its containers and its deletion say', () => {
    expect(row({ phase: 'Pending' })).toEqual(['0/2', 'Pending', '0']);
    expect(row({ phase: 'Pending', initContainerStatuses: [{ name: 'i', state: { running: {} } }] })).toEqual(
      ['0/2', 'Init:0/1', '0'],
    );
    const failed = { name: 'i', restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } };
    expect(row({ phase: 'Pending', initContainerStatuses: [failed] })).toEqual([
      '0/2',
      'Init:CrashLoopBackOff',
      '2',
    ]);
    const status = { phase: 'Running', initContainerStatuses: [done], containerStatuses: [running, running] };
    expect(row(status)).toEqual(['2/2', 'Running', '0']);
    expect(row(status, { deletionTimestamp: '2026-01-01T11:59:00Z' })).toEqual(['2/2', 'Terminating', '0']);
    const finishedAt = '2026-01-01T11:50:00Z';
    const crashed = {
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      ready: false,
      restartCount: 4,
      lastState: { terminated: { finishedAt } },
    };
    expect(row({ phase: 'Running', containerStatuses: [running, crashed] })).toEqual([
      '1/2',
      'CrashLoopBackOff',
      '4 (10m ago)',
    ]);
    expect(row({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] })).toEqual(
      ['0/2', 'ExitCode:3', '0'],
    );
  });
});

test('a Service shows its addresses and ports', () => {
  const spec = {
    type: 'LoadBalancer',
    clusterIP: '10.0.0.1',
    ports: [
      { port: 80, nodePort: 30_000 },
      { port: 53, protocol: 'UDP' },
    ],
    selector: { app: 'web' },
  };
  expect(shown(KINDS.Service, { spec })).toMatchObject({
    Type: 'LoadBalancer',
    'External-IP': '<pending>',
    'Port(s)': '80:30000/TCP,53/UDP',
    Age: '60m',
    Selector: 'app=web',
  });
  expect(
    shown(KINDS.Service, { spec, status: { loadBalancer: { ingress: [{ ip: '203.0.113.9' }] } } }),
  ).toMatchObject({ 'External-IP': '203.0.113.9' });
});

test('every kind has a row, whatever its objects lack', () => {
  for (const kind of BUILT_IN) {
    const table = tableOf(
      { kind, version: 'v1', includeObject: 'None', nowMs: NOW },
      [object(kind, {})],
      {},
    ) as Fields;
    expect(table.rows[0].cells).toHaveLength(table.columnDefinitions.length);
    expect(table.rows[0].cells.filter((cell: unknown) => cell === undefined || cell === 'undefined')).toEqual(
      [],
    );
  }
});

test('a custom kind has the columns of its definition', () => {
  const custom = {
    definition: 'gates.example.org',
    schema: {},
    columns: [
      { name: 'Host', type: 'string', jsonPath: '.spec.hosts[*]' },
      {
        name: 'Ready',
        type: 'string',
        jsonPath: '.status.conditions[?(@.type=="Ready")].status',
        priority: 1,
      },
      { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
    selectable: [],
    scale: undefined,
  };
  const kind: Kind = {
    ...KINDS.ConfigMap,
    group: 'example.org',
    apiVersion: 'example.org/v1',
    kind: 'Gate',
    custom,
  };
  const gate = object(kind, {
    spec: { hosts: ['a', 'b'], size: 'wrong' },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const table = tableOf({ kind, version: 'v1', includeObject: 'Metadata', nowMs: NOW }, [gate], {}) as Fields;
  expect(table.columnDefinitions.map(({ name, priority }: Fields) => [name, priority])).toEqual([
    ['Name', 0],
    ['Host', 0],
    ['Ready', 1],
    ['Size', 0],
    ['Age', 0],
  ]);
  expect(table.rows[0].cells).toEqual(['one', 'a,b', 'True', null, '60m']);
  expect(table.rows[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'one' } });
});

test.each([
  ['.a.b', [1]],
  ['.list[0].n', [1]],
  ['.list[-1].n', [2]],
  ['.list[*].n', [1, 2]],
  ['.list[?(@.n=="2")].x', ['two']],
  [".map['dotted.key']", ['v']],
  ['.map.dotted\\.key', ['v']],
  ['.missing.b', []],
  ['not a path', []],
])('the path %s', (path, found) => {
  const root = { a: { b: 1 }, list: [{ n: 1 }, { n: 2, x: 'two' }], map: { 'dotted.key': 'v' } };
  expect(jsonPathOf(root, path)).toEqual(found);
});
