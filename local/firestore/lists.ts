/** The two methods that list what is there, page by page. */
import type { Message } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import type { StoredDocument } from './documents.ts';
import type { Guard } from './guard.ts';
import type { Consistency, FirestoreModel } from './model.ts';
import { nameKey } from './order.ts';
import { checkId, checkParent } from './paths.ts';
import { planQuery } from './plan.ts';
import type { Query } from './query.ts';
import { invalid } from './values.ts';
import { fromMask, toDocument } from './wire.ts';

export async function listDocuments(
  model: FirestoreModel,
  guard: Guard,
  r: Message,
  consistency: Consistency,
): Promise<Message> {
  checkParent(r.parent);
  checkId(r.collectionId);
  if (r.orderBy && r.orderBy !== '__name__') throw invalid('Lists are ordered by name only here.');
  const collection = `${r.parent}/${r.collectionId}`;
  const query: Query = {
    scope: { parent: r.parent, collectionId: r.collectionId, allDescendants: false },
    orderBy: [],
    offset: 0,
  };
  guard.list({ ...query, limit: r.pageSize || undefined });
  if (r.showMissing) guard.administer();
  const mask = fromMask(r.mask);
  const found = await reader(model, query, consistency);
  const missing = r.showMissing ? model.documents.documentNames(collection) : [];
  const shown = [...new Set([...found.names, ...missing])];
  const sorted = shown.map((name) => ({ name, key: nameKey(name) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = pageOf(sorted, r, (item) => item.key);
  const documents = page.items.map(({ name }) => {
    const document = found.get(name);
    return document ? toDocument(document, mask) : { name };
  });
  if (!found.counted) model.counters.reads += Math.max(1, documents.length);
  return { documents, nextPageToken: page.nextPageToken };
}

interface Reader {
  names: Iterable<string>;
  get(name: string): StoredDocument | undefined;
  /** Whether the reads are counted already. */
  counted: boolean;
}

/** The documents of a collection as they are, or as a transaction or a past time sees them. */
async function reader(model: FirestoreModel, query: Query, consistency: Consistency): Promise<Reader> {
  if (consistency.transaction === undefined && consistency.micros === undefined) {
    const { parent, collectionId } = query.scope;
    const present = (name: string): boolean => model.documents.get(name) !== undefined;
    const names = [...model.documents.documentNames(`${parent}/${collectionId}`)].filter(present);
    return { names, get: (name) => model.documents.get(name), counted: false };
  }
  const found = new Map((await model.query(planQuery(query), consistency)).map((d) => [d.name, d]));
  return { names: found.keys(), get: (name) => found.get(name), counted: true };
}

export function listCollectionIds(model: FirestoreModel, r: Message): Message {
  checkParent(r.parent);
  if (r.readTime) {
    throw new ServiceError(STATUS.UNIMPLEMENTED, 'Collections of the past cannot be listed here.');
  }
  const ids = model.documents.collectionIds(r.parent).sort();
  const page = pageOf(ids, r, (id) => id);
  return { collectionIds: page.items, nextPageToken: page.nextPageToken };
}

/** A page of a sorted list; the token says after which key the next begins. */
function pageOf<T>(
  sorted: readonly T[],
  { pageSize, pageToken }: { pageSize?: number; pageToken?: string },
  keyOf: (item: T) => string,
): { items: T[]; nextPageToken: string } {
  const after = pageToken ? Buffer.from(pageToken, 'base64').toString('latin1') : undefined;
  const rest = after === undefined ? sorted : sorted.filter((item) => latin1(keyOf(item)) > after);
  const items = rest.slice(0, pageSize || rest.length);
  const last = items.at(-1);
  const more = items.length < rest.length && last !== undefined;
  return {
    items,
    nextPageToken: more ? Buffer.from(latin1(keyOf(last)), 'latin1').toString('base64') : '',
  };
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
