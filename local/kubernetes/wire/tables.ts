/** Objects as tables, for `kubectl get`. https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables */
import { badRequest } from '../errors.ts';
import type { Kind } from '../kinds.ts';
import type { Fields, Stored } from '../objects.ts';
import { ageOf, type Cell } from './cells.ts';
import { type Column, columnsOfKind, PLAIN_COLUMNS } from './columns.ts';
import { jsonPathOf } from './json-path.ts';

/** How much of each object its row carries. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** @throws ApiError 400 */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') || 'Metadata';
  if (asked === 'None' || asked === 'Metadata' || asked === 'Object') return asked;
  throw badRequest(`unrecognized includeObject value: "${asked}"`);
}

interface TableOptions {
  kind: Kind;
  /** `v1` or `v1beta1` */
  version: string;
  includeObject: IncludeObject;
  nowMs: number;
}

/** @param withColumns false for the second and further events of a watch: the client has them */
export function tableOf(
  { kind, version, includeObject, nowMs }: TableOptions,
  objects: readonly Stored[],
  metadata: Fields,
  withColumns = true,
): object {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: withColumns ? columns.map(({ cell: _, ...definition }) => definition) : [],
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, nowMs)),
      ...conditionsOf(object),
      ...(includeObject !== 'None' && {
        object: includeObject === 'Object' ? object : partialOf(object, version),
      }),
    })),
  };
}

/** Only what an object is, not what it says. */
export const partialOf = (object: Stored, version = 'v1'): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata: object.metadata,
});

/** Clients may leave out what is over. */
function conditionsOf({ kind, status }: Stored): object {
  if (kind !== 'Pod' || (status?.phase !== 'Succeeded' && status?.phase !== 'Failed')) return {};
  const message = status.phase === 'Succeeded' ? 'The pod has completed successfully.' : 'The pod failed.';
  return { conditions: [{ type: 'Completed', status: 'True', reason: status.phase, message }] };
}

const custom = new WeakMap<Kind, readonly Column[]>();

function columnsOf(kind: Kind): readonly Column[] {
  if (!kind.custom) return columnsOfKind(kind);
  const known = custom.get(kind);
  if (known) return known;
  const columns = customColumns(kind.custom.columns);
  custom.set(kind, columns);
  return columns;
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns */
function customColumns(defined: readonly Fields[]): readonly Column[] {
  if (defined.length === 0) return PLAIN_COLUMNS;
  const [name] = PLAIN_COLUMNS as [Column];
  return [
    name,
    ...defined.map(
      (one): Column => ({
        name: one.name,
        type: one.type,
        format: one.format ?? '',
        description: one.description ?? '',
        priority: one.priority ?? 0,
        cell: (object, nowMs) => customCell(one.type, jsonPathOf(object, one.jsonPath), nowMs),
      }),
    ),
  ];
}

function customCell(type: string, found: readonly unknown[], nowMs: number): Cell {
  const [first] = found;
  if (first === undefined || first === null) return null;
  switch (type) {
    case 'integer':
    case 'number':
      return typeof first === 'number' ? first : null;
    case 'boolean':
      return typeof first === 'boolean' ? first : null;
    case 'date':
      return typeof first === 'string' ? ageOf(first, nowMs) : null;
    default:
      return found.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(',');
  }
}
