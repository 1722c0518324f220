/**
 * The shape of an index and the keys a document has in it. One index serves one combination of equality filters, at most one
 * array-contains filter, and an order: the key is `<equal values><element><order values><name>`, so that the answer to such a
 * query is one range of keys, already in order. Firestore itself works so: https://firebase.google.com/docs/firestore/query-data/index-overview
 */
import type { StoredDocument } from './documents.ts';
import { getField } from './fields.ts';
import { inverted, nameKey, orderKey } from './order.ts';
import { type FieldPath, NAME_FIELD } from './paths.ts';
import { elementsOf } from './values.ts';

export interface OrderPart {
  field: FieldPath;
  /** Sorted against the first part's direction. The direction of the whole is the reader's: it may read backwards. */
  inverted: boolean;
}

export interface IndexShape {
  /** Names the shape. */
  id: string;
  equality: readonly FieldPath[];
  contains: FieldPath | undefined;
  order: readonly OrderPart[];
}

export function indexShape(
  equality: readonly FieldPath[],
  contains: FieldPath | undefined,
  order: readonly OrderPart[],
): IndexShape {
  const id = JSON.stringify([
    equality.map((field) => field.text),
    contains?.text,
    order.map((part) => (part.inverted ? `-${part.field.text}` : part.field.text)),
  ]);
  return { id, equality, contains, order };
}

/** None if the document lacks one of the fields: then no query of this shape can find it. */
export function entriesOf(shape: IndexShape, document: StoredDocument): string[] {
  let prefix = '';
  for (const field of shape.equality) {
    const value = getField(document.fields, field);
    if (value === undefined) return [];
    prefix += orderKey(value);
  }
  const suffix = sortKey(shape.order, document);
  if (suffix === undefined) return [];
  if (!shape.contains) return [prefix + suffix];
  const elements = new Set(elementsOf(getField(document.fields, shape.contains)).map(orderKey));
  return Array.from(elements, (element) => prefix + element + suffix);
}

/** Where a document stands in an order; undefined if it lacks a field and so is not in it. */
export function sortKey(order: readonly OrderPart[], document: StoredDocument): string | undefined {
  let key = '';
  for (const part of order) {
    const value = part.field.text === NAME_FIELD.text ? undefined : getField(document.fields, part.field);
    if (value === undefined && part.field.text !== NAME_FIELD.text) return undefined;
    const plain = value === undefined ? nameKey(document.name) : orderKey(value);
    key += part.inverted ? inverted(plain) : plain;
  }
  return key;
}
