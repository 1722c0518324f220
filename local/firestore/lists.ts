/** The two methods that list what is there, page by page. */
import type { Message } from '../grpc.ts';
import type { Guard } from './guard.ts';
import type { FirestoreModel } from './model.ts';
import { nameKey } from './order.ts';
import { checkId, checkParent } from './paths.ts';
import { invalid } from './values.ts';
import { fromMask, toDocument } from './wire.ts';

export function listDocuments(model: FirestoreModel, guard: Guard, r: Message): Message {
  checkParent(r.parent);
  checkId(r.collectionId);
  if (r.orderBy && r.orderBy !== '__name__') throw invalid('Lists are ordered by name only here.');
  const collection = `${r.parent}/${r.collectionId}`;
  guard.list({
    scope: { parent: r.parent, collectionId: r.collectionId, allDescendants: false },
    orderBy: [],
    offset: 0,
    limit: r.pageSize || undefined,
  });
  if (r.showMissing) guard.administer();
  const mask = fromMask(r.mask);
  const names = [...model.documents.documentNames(collection)];
  const shown = r.showMissing ? names : names.filter((name) => model.documents.get(name));
  const sorted = shown.map((name) => ({ name, key: nameKey(name) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const page = pageOf(sorted, r, (item) => item.key);
  const documents = page.items.map(({ name }) => {
    const document = model.documents.get(name);
    return document ? toDocument(document, mask) : { name };
  });
  model.counters.reads += Math.max(1, documents.length);
  return { documents, nextPageToken: page.nextPageToken };
}

export function listCollectionIds(model: FirestoreModel, r: Message): Message {
  checkParent(r.parent);
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
