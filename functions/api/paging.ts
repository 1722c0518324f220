/**
 * Opaque page tokens: where the next page starts, signed together with whose list it is and how it is filtered, so that a token
 * fits one list of one user and cannot be made up.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { Query, Snapshot, Value } from '../cloud.ts';
import type { Call } from './endpoint.ts';

/** What a token is good for. */
interface PageScope {
  list: string;
  uid: string;
  filter?: string | undefined;
}

/** Values after which the page starts; instants as milliseconds. */
const position = z.array(z.union([z.string(), z.number()]));
type Position = z.infer<typeof position>;

export function pageToken(key: string, scope: PageScope, after: Position): string {
  const payload = Buffer.from(JSON.stringify(after)).toString('base64url');
  return `${payload}.${signature(key, scope, payload).toString('base64url')}`;
}

/** @throws AppError INVALID_PAGE_TOKEN */
function parsePageToken(key: string, scope: PageScope, token: string): Position {
  const [payload = '', mac = '', ...rest] = token.split('.');
  const expected = signature(key, scope, payload);
  const given = Buffer.from(mac, 'base64url');
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new AppError('INVALID_PAGE_TOKEN');
  return position.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
}

const signature = (key: string, { list, uid, filter }: PageScope, payload: string): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify([list, uid, filter ?? null, payload]))
    .digest();

/** A list whose pages are asked for. */
interface Listing extends Pick<Query, 'collection' | 'where'> {
  /** What orders it; then, and without it alone, the names of its documents do. */
  by?: { field: string; direction: 'asc' | 'desc'; holds: 'instant' | 'number' };
  /** As what it was asked for: a token of another one is refused. */
  filter?: string | undefined;
}

/**
 * One page of a list, and where the next one starts.
 * @throws AppError INVALID_PAGE_TOKEN; CommitError `unavailable`
 */
export async function listPage(
  { ports, principal, query }: PagedCall,
  { collection, where = [], by, filter }: Listing,
): Promise<{ page: readonly Snapshot[]; nextPageToken?: string }> {
  const { pageSize, pageToken: token } = query;
  const key = ports.settings.pageTokenKey;
  const scope: PageScope = { list: collection, uid: principal().uid, filter };
  const after = token === undefined ? undefined : parsePageToken(key, scope, token);
  const found = await ports.documents.query({
    collection,
    ...(where.length > 0 && { where }),
    ...(by && { orderBy: [[by.field, by.direction]] }),
    ...(after && { startAfter: valuesOf(after, by) }),
    // One more than asked for: whether there is a next page.
    limit: pageSize + 1,
  });
  const page = found.slice(0, pageSize);
  const last = page.at(-1);
  if (found.length <= pageSize || !last) return { page };
  return { page, nextPageToken: pageToken(key, scope, positionOf(last, by)) };
}

type PagedCall = Pick<
  Call<unknown, { pageSize: number; pageToken?: string | undefined }>,
  'ports' | 'principal' | 'query'
>;

/** The query orders by the field, so that it is there even in a document that is not readable otherwise. */
function positionOf({ path, data }: Snapshot, by: Listing['by']): Position {
  if (!by) return [path];
  const value = data[by.field];
  return [value instanceof Date ? value.getTime() : Number(value), path];
}

function valuesOf(position: Position, by: Listing['by']): Value[] {
  if (!by) return [...position];
  const [value, ...path] = position;
  return [by.holds === 'instant' ? new Date(Number(value)) : Number(value), ...path];
}
