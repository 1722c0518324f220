/** count, sum and average over what a query finds: https://firebase.google.com/docs/firestore/query-data/aggregation-queries */
import type { StoredDocument } from './documents.ts';
import { getField } from './fields.ts';
import type { FieldPath } from './paths.ts';
import { doubleValue, integerValue, invalid, isInteger, numberOf, type Value } from './values.ts';

export type Aggregation = { alias: string } & (
  | { kind: 'count'; upTo: number | undefined }
  | { kind: 'sum' | 'average'; field: FieldPath }
);

const MAX_AGGREGATIONS = 5;

/** Only documents that have every field named count, for each of the aggregations. */
export function aggregate(
  aggregations: readonly Aggregation[],
  found: readonly StoredDocument[],
): Record<string, Value> {
  if (aggregations.length === 0 || aggregations.length > MAX_AGGREGATIONS) {
    throw invalid(
      `The maximum number of aggregations allowed in an aggregation query is ${MAX_AGGREGATIONS}.`,
    );
  }
  const fields = aggregatedFields(aggregations);
  const documents = found.filter((d) => fields.every((field) => getField(d.fields, field) !== undefined));
  return Object.fromEntries(aggregations.map((a) => [a.alias, resultOf(a, documents)]));
}

export const aggregatedFields = (aggregations: readonly Aggregation[]): FieldPath[] =>
  aggregations.flatMap((a) => (a.kind === 'count' ? [] : [a.field]));

function resultOf(aggregation: Aggregation, documents: readonly StoredDocument[]): Value {
  if (aggregation.kind === 'count') return Math.min(documents.length, aggregation.upTo ?? documents.length);
  const values = documents.map((d) => getField(d.fields, aggregation.field));
  const numbers = values.map(numberOf).filter((n) => n !== undefined);
  if (aggregation.kind === 'average') {
    return numbers.length === 0
      ? null
      : doubleValue(numbers.reduce<number>((sum, n) => sum + Number(n), 0) / numbers.length);
  }
  if (values.every((v) => isInteger(v) || numberOf(v) === undefined)) {
    const sum = numbers.reduce<bigint>((total, n) => total + BigInt(n), 0n);
    // Beyond 64 bits an integer sum becomes a double.
    return BigInt.asIntN(64, sum) === sum ? integerValue(sum) : doubleValue(Number(sum));
  }
  return doubleValue(numbers.reduce<number>((sum, n) => sum + Number(n), 0));
}
