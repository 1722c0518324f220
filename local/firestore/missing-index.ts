/** How production says which index a query lacks, and what to put into `firestore.indexes.json`. */
import { ServiceError, STATUS } from '../service.ts';
import type { Scope } from './documents.ts';
import type { IndexedField, IndexMode, SingleFieldIndex } from './index-config.ts';
import { NAME_FIELD, rootOf } from './paths.ts';
import type { Need } from './required-index.ts';

const SEVERAL_RANGES =
  ' .\nThe query contains range and inequality filters on multiple fields, please refer to the documentation for index selection best practices: https://cloud.google.com/firestore/docs/query-data/multiple-range-fields.';

/** @returns the error that production answers, and below it the JSON of the index */
export function missingIndex(
  scope: Scope,
  need: Need,
  {
    severalRanges,
    present,
  }: { severalRanges: boolean; present: (path: string) => readonly SingleFieldIndex[] },
): ServiceError {
  const [name] = need.order.slice(-1);
  const summed = need.summed.map((path): IndexedField => ({ path, mode: 'ascending' }));
  const fields = [...need.equal, ...need.order.slice(0, -1), ...summed, ...(name ? [name] : [])];
  const database = rootOf(scope.parent).replace(/\/documents$/, '');
  const group = `${database}/collectionGroups/${scope.collectionId}`;
  const console = consoleOf(scope);
  const scopeName = scope.allDescendants ? 'COLLECTION_GROUP' : 'COLLECTION';
  const single = singleField(fields);
  if (single) {
    const { path, mode } = single;
    const link = `${console}?create_exemption=${encoded(`${group}/fields/${path}`, scope.allDescendants, [single])}`;
    const indexes = [...present(path), { group: scope.allDescendants, mode }].map((index) => ({
      ...modeJson(index.mode),
      queryScope: index.group ? 'COLLECTION_GROUP' : 'COLLECTION',
    }));
    return refusal(
      `The query requires a ${scopeName}_${SHORT[mode]} index for collection ${scope.collectionId} and field ${path}. You can create it here: ${link}`,
      'fieldOverrides',
      { collectionGroup: scope.collectionId, fieldPath: path, indexes },
    );
  }
  const link = `${console}?create_composite=${encoded(`${group}/indexes/_`, scope.allDescendants, fields)}`;
  return refusal(
    `The query requires an index. You can create it here: ${link}${severalRanges ? SEVERAL_RANGES : ''}`,
    'indexes',
    {
      collectionGroup: scope.collectionId,
      queryScope: scopeName,
      fields: withoutImpliedName(fields).map((field) => ({
        fieldPath: field.path,
        ...modeJson(field.mode),
      })),
    },
  );
}

/** What production answers while the index is there and not built yet: https://github.com/googleapis/google-cloud-go/pull/12328 */
export const unbuiltIndex = (scope: Scope): ServiceError =>
  new ServiceError(
    STATUS.FAILED_PRECONDITION,
    `The query requires an index. That index is currently building and cannot be used yet. See its status here: ${consoleOf(scope)}`,
  );

function consoleOf({ parent }: Scope): string {
  const project = rootOf(parent).split('/')[1] ?? '';
  return `https://console.firebase.google.com/v1/r/project/${project}/firestore/indexes`;
}

const refusal = (message: string, key: string, json: object): ServiceError =>
  new ServiceError(
    STATUS.FAILED_PRECONDITION,
    `${message}\nIn firestore.indexes.json it belongs into "${key}":\n${JSON.stringify(json)}`,
  );

const SHORT: Readonly<Record<IndexMode, string>> = {
  ascending: 'ASC',
  descending: 'DESC',
  contains: 'CONTAINS',
};

const modeJson = (mode: IndexMode): object =>
  mode === 'contains'
    ? { arrayConfig: 'CONTAINS' }
    : { order: mode === 'ascending' ? 'ASCENDING' : 'DESCENDING' };

function withoutImpliedName(fields: readonly IndexedField[]): readonly IndexedField[] {
  const [before, name] = fields.slice(-2);
  const implied = before?.mode === 'descending' ? 'descending' : 'ascending';
  return name?.path === NAME_FIELD.text && name.mode === implied && fields.length > 2
    ? fields.slice(0, -1)
    : fields;
}

/** The field, if a single-field index would do. */
function singleField(fields: readonly IndexedField[]): IndexedField | undefined {
  const [first, name] = fields;
  const implied = first?.mode === 'descending' ? 'descending' : 'ascending';
  return fields.length === 2 && name?.mode === implied ? first : undefined;
}

/** A google.firestore.admin.v1.Index in protobuf, as the console's links carry it. */
function encoded(name: string, group: boolean, fields: readonly IndexedField[]): string {
  const parts = fields.map(({ path, mode }) =>
    bytesField(
      3,
      Buffer.concat([
        bytesField(1, Buffer.from(path)),
        mode === 'contains' ? numberField(3, 1) : numberField(2, mode === 'ascending' ? 1 : 2),
      ]),
    ),
  );
  return Buffer.concat([bytesField(1, Buffer.from(name)), numberField(2, group ? 2 : 1), ...parts]).toString(
    'base64url',
  );
}

const numberField = (id: number, value: number): Buffer => Buffer.from([id << 3, value]);

function bytesField(id: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([(id << 3) | 2, ...length]), bytes]);
}
