/**
 * Between the messages of the wire and the model: values, documents, writes, queries. Messages come as protobufjs decodes them and
 * go as plain objects that it takes.
 */
import type { Message } from '../grpc.ts';
import type { DocumentWrite, Precondition, WriteResult } from './commit.ts';
import type { StoredDocument } from './documents.ts';
import { project } from './fields.ts';
import type { CommitResult } from './model.ts';
import { checkFieldName, checkId, checkParent, type FieldPath, parseFieldPath } from './paths.ts';
import type { Cursor, Filter, Operator, Query } from './query.ts';
import { checkQuery } from './query-limits.ts';
import type { Transform } from './transforms.ts';
import { doubleValue, type Fields, integerValue, invalid, NAN, numberOf, type Value } from './values.ts';

// Time.

export const toTimestamp = (micros: number): Message => {
  const seconds = Math.floor(micros / 1e6);
  return { seconds, nanos: (micros - seconds * 1e6) * 1000 };
};

/** Cut to microseconds, as Firestore stores them. */
export const fromTimestamp = (timestamp: Message): number =>
  Number(timestamp.seconds ?? 0) * 1e6 + Math.floor((timestamp.nanos ?? 0) / 1000);

// Values.

/** @throws ServiceError INVALID_ARGUMENT */
export function fromValue(message: Message): Value {
  switch (message.valueType) {
    case 'nullValue':
      return null;
    case 'booleanValue':
    case 'stringValue':
      return message[message.valueType];
    case 'integerValue':
      return integerValue(BigInt(message.integerValue.toString()));
    case 'doubleValue':
      return doubleValue(message.doubleValue);
    case 'timestampValue': {
      const { seconds, nanos } = message.timestampValue;
      return { time: [Number(seconds ?? 0), Math.floor((nanos ?? 0) / 1000)] };
    }
    case 'bytesValue':
      return { bytes: Buffer.from(message.bytesValue).toString('base64') };
    case 'referenceValue':
      return { ref: message.referenceValue };
    case 'geoPointValue':
      return { geo: [message.geoPointValue.latitude ?? 0, message.geoPointValue.longitude ?? 0] };
    case 'arrayValue':
      return (message.arrayValue.values ?? []).map(fromValue);
    case 'mapValue':
      return { map: fromFields(message.mapValue.fields) };
    default:
      throw invalid('Value has no kind that a document can hold.');
  }
}

export function fromFields(messages: Record<string, Message> | undefined): Fields {
  const fields: Fields = {};
  for (const [name, message] of Object.entries(messages ?? {})) {
    checkFieldName(name);
    fields[name] = fromValue(message);
  }
  return fields;
}

export function toValue(value: Value): Message {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { integerValue: value };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (value === null) return { nullValue: 0 };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toValue) } };
  if ('time' in value) {
    return { timestampValue: { seconds: value.time[0], nanos: value.time[1] * 1000 } };
  }
  if ('map' in value) return { mapValue: { fields: toFields(value.map) } };
  if ('int' in value) return { integerValue: value.int };
  if ('double' in value) return { doubleValue: numberOf(value) };
  if ('bytes' in value) return { bytesValue: Buffer.from(value.bytes, 'base64') };
  if ('ref' in value) return { referenceValue: value.ref };
  return { geoPointValue: { latitude: value.geo[0], longitude: value.geo[1] } };
}

function toFields(fields: Fields): Record<string, Message> {
  const messages: Record<string, Message> = {};
  for (const name in fields) messages[name] = toValue(fields[name] as Value);
  return messages;
}

// Documents.

export const fromMask = (mask: Message | null | undefined): FieldPath[] | undefined =>
  mask ? (mask.fieldPaths ?? []).map(parseFieldPath) : undefined;

export const toDocument = (document: StoredDocument, mask?: readonly FieldPath[]): Message => ({
  name: document.name,
  fields: toFields(mask ? project(document.fields, mask) : document.fields),
  createTime: toTimestamp(document.createMicros),
  updateTime: toTimestamp(document.updateMicros),
});

// Writes.

/** @throws ServiceError INVALID_ARGUMENT */
export function fromWrite(write: Message): DocumentWrite {
  const common = {
    fields: {},
    mask: undefined,
    transforms: (write.updateTransforms ?? []).map(fromTransform),
    precondition: fromPrecondition(write.currentDocument),
  };
  switch (write.operation) {
    case 'update':
      return {
        ...common,
        op: 'update',
        name: write.update.name,
        fields: fromFields(write.update.fields),
        mask: fromMask(write.updateMask),
      };
    case 'delete':
      return { ...common, op: 'delete', name: write.delete };
    case 'verify':
      return { ...common, op: 'verify', name: write.verify };
    case 'transform':
      return {
        ...common,
        op: 'update',
        name: write.transform.document,
        mask: [],
        transforms: (write.transform.fieldTransforms ?? []).map(fromTransform),
      };
    default:
      throw invalid('A write must have an operation.');
  }
}

export function fromPrecondition(condition: Message | null | undefined): Precondition | undefined {
  if (condition?.conditionType === 'exists') return { exists: condition.exists };
  if (condition?.conditionType === 'updateTime') return { updateMicros: fromTimestamp(condition.updateTime) };
  return undefined;
}

function fromTransform(message: Message): Transform {
  const field = parseFieldPath(message.fieldPath);
  switch (message.transformType) {
    case 'setToServerValue':
      return { field, kind: 'server-time' };
    case 'increment':
    case 'maximum':
    case 'minimum': {
      const operand = fromValue(message[message.transformType]);
      if (numberOf(operand) === undefined)
        throw invalid('The operand of a numeric transform must be a number.');
      return { field, kind: message.transformType, operand };
    }
    case 'appendMissingElements':
      return { field, kind: 'union', elements: (message.appendMissingElements.values ?? []).map(fromValue) };
    case 'removeAllFromArray':
      return { field, kind: 'remove', elements: (message.removeAllFromArray.values ?? []).map(fromValue) };
    default:
      throw invalid('A field transform must have a kind.');
  }
}

export const toWriteResult = ({ updateMicros, transformResults }: WriteResult): Message => ({
  ...(updateMicros === undefined ? {} : { updateTime: toTimestamp(updateMicros) }),
  transformResults: transformResults.map(toValue),
});

export const toCommitResponse = ({ results, commitMicros }: CommitResult): Message => ({
  writeResults: results.map(toWriteResult),
  commitTime: toTimestamp(commitMicros),
});

// Queries.

/** By number in the enum StructuredQuery.FieldFilter.Operator. */
const OPERATORS: readonly (Operator | undefined)[] = [
  undefined,
  '<',
  '<=',
  '>',
  '>=',
  '==',
  '!=',
  'array-contains',
  'in',
  'array-contains-any',
  'not-in',
];
/** By number in the enum StructuredQuery.UnaryFilter.Operator. */
const UNARY: Readonly<Record<number, { op: Operator; value: Value }>> = {
  2: { op: '==', value: NAN },
  3: { op: '==', value: null },
  4: { op: '!=', value: NAN },
  5: { op: '!=', value: null },
};
const OR = 2;
const DESCENDING = 2;

/** @throws ServiceError INVALID_ARGUMENT */
export function fromQuery(parent: string, query: Message): Query {
  checkParent(parent);
  if (query.findNearest) throw invalid('Only RunQuery takes a nearest-neighbour query.');
  const from = query.from ?? [];
  if (from.length !== 1) throw invalid('A query must name one collection.');
  const { collectionId = '', allDescendants = false } = from[0];
  if (collectionId !== '') checkId(collectionId);
  else if (!allDescendants) throw invalid('A query must name one collection.');
  const { offset = 0, limit } = query;
  if (offset < 0) throw invalid('offset is negative');
  if (limit && limit.value < 0) throw invalid('limit is negative');
  const asked: Query = {
    scope: { parent, collectionId, allDescendants },
    where: query.where ? fromFilter(query.where) : undefined,
    orderBy: (query.orderBy ?? []).map((order: Message) => ({
      field: parseFieldPath(order.field.fieldPath),
      descending: order.direction === DESCENDING,
    })),
    startAt: fromCursor(query.startAt),
    endAt: fromCursor(query.endAt),
    offset,
    limit: limit ? (limit.value ?? 0) : undefined,
  };
  checkQuery(asked);
  return asked;
}

function fromFilter(filter: Message): Filter {
  if (filter.compositeFilter) {
    const parts = filter.compositeFilter.filters.map(fromFilter);
    return filter.compositeFilter.op === OR ? { any: parts } : { all: parts };
  }
  if (filter.unaryFilter) {
    const unary = UNARY[filter.unaryFilter.op];
    if (!unary) throw invalid('Unknown unary operator.');
    return { field: parseFieldPath(filter.unaryFilter.field.fieldPath), ...unary };
  }
  const { field, op, value } = filter.fieldFilter;
  const operator = OPERATORS[op];
  if (!operator || !value) throw invalid('Unknown operator, or no operand.');
  const operand = fromValue(value);
  if (/in$|any$/.test(operator) && !Array.isArray(operand)) {
    throw invalid(`'${operator}' requires an array of operands.`);
  }
  return { field: parseFieldPath(field.fieldPath), op: operator, value: operand };
}

const fromCursor = (cursor: Message | null | undefined): Cursor | undefined =>
  cursor ? { values: (cursor.values ?? []).map(fromValue), before: cursor.before === true } : undefined;

export const selectedFields = (query: Message): FieldPath[] | undefined =>
  query.select
    ? (query.select.fields ?? []).map((field: Message) => parseFieldPath(field.fieldPath))
    : undefined;
