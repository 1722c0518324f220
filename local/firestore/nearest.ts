/**
 * Nearest-neighbour queries, by looking at every document that the filters leave: exact, as Firestore's flat index is.
 * https://firebase.google.com/docs/firestore/vector-search
 */
import type { Message } from '../grpc.ts';
import type { StoredDocument } from './documents.ts';
import { getField, putField } from './fields.ts';
import { type FieldPath, NAME_FIELD, parseFieldPath } from './paths.ts';
import { doubleValue, invalid, numberOf, type Value, vectorOf } from './values.ts';
import { fromValue } from './wire.ts';

interface Nearest {
  field: FieldPath;
  vector: readonly number[];
  measure: Measure;
  limit: number;
  /** Nothing farther (for the dot product: smaller) than this. */
  threshold: number | undefined;
  /** Where the distance is put into the documents of the answer. */
  resultField: FieldPath | undefined;
}

interface Measure {
  of(a: readonly number[], b: readonly number[]): number;
  /** The dot product is large for what is near. */
  descending: boolean;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, at) => sum + x * (b[at] ?? 0), 0);

const length = (a: readonly number[]): number => Math.sqrt(dot(a, a));

/** By number in the enum FindNearest.DistanceMeasure. */
const MEASURES: Readonly<Record<number, Measure>> = {
  1: { of: (a, b) => length(a.map((x, at) => x - (b[at] ?? 0))), descending: false },
  2: { of: (a, b) => 1 - dot(a, b) / (length(a) * length(b)), descending: false },
  3: { of: dot, descending: true },
};

const MAX_DIMENSIONS = 2048;
const MAX_LIMIT = 1000;

/**
 * Takes the nearest-neighbour part out of a StructuredQuery.
 * @throws ServiceError INVALID_ARGUMENT
 */
export function withoutNearest(query: Message): { rest: Message; nearest: Nearest | undefined } {
  const { findNearest, ...rest } = query;
  if (!findNearest) return { rest: query, nearest: undefined };
  if (query.limit) throw invalid('A query limit cannot be used with FindNearest');
  if (query.offset) throw invalid('A query offset cannot be used with FindNearest');
  if (query.startAt || query.endAt) throw invalid('A cursor cannot be used with FindNearest');
  return { rest, nearest: fromFindNearest(findNearest) };
}

function fromFindNearest(message: Message): Nearest {
  const vector = message.queryVector ? numbersOf(fromValue(message.queryVector)) : undefined;
  if (!vector || vector.length === 0) throw invalid('FindNearest requires a query vector.');
  if (vector.length > MAX_DIMENSIONS) {
    throw invalid(`A query vector cannot have more than ${MAX_DIMENSIONS} dimensions.`);
  }
  const measure = MEASURES[message.distanceMeasure];
  if (!measure) throw invalid('FindNearest requires a distance measure.');
  const limit = message.limit?.value ?? 0;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw invalid(`FindNearest limit must be positive and at most ${MAX_LIMIT}.`);
  }
  const resultField = message.distanceResultField ? parseFieldPath(message.distanceResultField) : undefined;
  if (resultField?.text === NAME_FIELD.text) throw invalid('The distance cannot replace the name.');
  return {
    field: parseFieldPath(message.vectorField?.fieldPath ?? ''),
    vector,
    measure,
    limit,
    threshold: message.distanceThreshold ? (message.distanceThreshold.value ?? 0) : undefined,
    resultField,
  };
}

function numbersOf(value: Value | undefined): number[] | undefined {
  const elements = value === undefined ? undefined : vectorOf(value);
  return elements?.map((element) => Number(numberOf(element) ?? Number.NaN));
}

/** The documents with the nearest vectors, nearest first; those without such a vector, or one of another length, are left out. */
export function findNearest(documents: readonly StoredDocument[], nearest: Nearest): StoredDocument[] {
  const { field, vector, measure, limit, threshold, resultField } = nearest;
  const sign = measure.descending ? -1 : 1;
  const found = documents.flatMap((document) => {
    const own = numbersOf(getField(document.fields, field));
    if (own?.length !== vector.length) return [];
    const distance = measure.of(own, vector);
    const far = threshold !== undefined && !(distance * sign <= threshold * sign);
    return far ? [] : [{ document, distance }];
  });
  // A distance that is no number comes last.
  found.sort((a, b) => rank(a.distance * sign) - rank(b.distance * sign));
  return found.slice(0, limit).map(({ document, distance }) => {
    if (!resultField) return document;
    const fields = { ...document.fields };
    putField(fields, resultField, doubleValue(distance));
    return { ...document, fields };
  });
}

const rank = (distance: number): number => (Number.isNaN(distance) ? Number.MAX_VALUE : distance);
