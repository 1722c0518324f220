/**
 * Opaque page tokens: where the next page starts, signed together with whose list it is and how it is filtered, so that a token
 * fits one list of one user and cannot be made up.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { Snapshot } from '../cloud.ts';

/** What a token is good for. */
export interface PageScope {
  list: string;
  uid: string;
  filter?: string | undefined;
}

/** Values after which the page starts; instants as milliseconds. */
const position = z.array(z.union([z.string(), z.number()]));
export type Position = z.infer<typeof position>;

export function pageToken(key: string, scope: PageScope, after: Position): string {
  const payload = Buffer.from(JSON.stringify(after)).toString('base64url');
  return `${payload}.${signature(key, scope, payload).toString('base64url')}`;
}

/** @throws AppError INVALID_PAGE_TOKEN */
export function parsePageToken(key: string, scope: PageScope, token: string): Position {
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

/**
 * Cuts a page off what a query for one more than `pageSize` found.
 * @param positionOf where the page after this document starts
 */
export function cutPage(
  key: string,
  scope: PageScope,
  found: readonly Snapshot[],
  pageSize: number,
  positionOf: (last: Snapshot) => Position,
): { page: readonly Snapshot[]; nextPageToken?: string } {
  const page = found.slice(0, pageSize);
  const last = page.at(-1);
  if (found.length <= pageSize || !last) return { page };
  return { page, nextPageToken: pageToken(key, scope, positionOf(last)) };
}
