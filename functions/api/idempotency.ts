/**
 * Idempotency keys: a request that is sent twice has one effect. The record is written in the commit of the effect, so there is
 * never one without the other, and of several requests with the same key one wins that commit and the rest answer from its record.
 */

import { createHash } from 'node:crypto';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import {
  type IdempotentRequest,
  REQUEST_LIFETIME_MS,
  requestDocument,
  requestPath,
} from '../../shared/documents/request.ts';
import { AppError } from '../../shared/errors.ts';
import type { Write } from '../cloud.ts';
import { readDocument } from '../documents.ts';
import type { Ports } from '../ports.ts';

const KEY = /^[\x20-\x7e]{1,128}$/;

/** A request that carries a key. */
interface Keyed {
  path: string;
  bodyHash: string;
}

/**
 * The body counts as it was sent, not with its defaults filled in: the catalog's defaults may change between a request and its
 * repetition, and the caller still repeated the same request.
 * @throws AppError INVALID_IDEMPOTENCY_KEY
 */
export function keyedRequest(uid: string, key: string | undefined, body: object): Keyed | undefined {
  if (key === undefined) return undefined;
  if (!KEY.test(key)) throw new AppError('INVALID_IDEMPOTENCY_KEY');
  return { path: requestPath(sha256([uid, key])), bodyHash: sha256(Object.entries(body).sort(byKey)) };
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
const sha256 = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

type Earlier =
  /** It was carried out: this is the cluster it made. */
  | { cluster: string }
  /** It was not, or so long ago that the key may be used anew. */
  | { cluster?: never; remember(cluster: string): readonly Write[] };

/**
 * What became of an earlier request with the key, and what writes this one down.
 * @throws AppError IDEMPOTENCY_KEY_REUSED, CommitError `unavailable`
 */
export async function lookUp(ports: Ports, request: Keyed | undefined): Promise<Earlier> {
  if (!request) return { remember: () => [] };
  const { path, bodyHash } = request;
  const now = ports.clock.now();
  const found = await readDocument(ports.documents, path, requestDocument);
  const record = found?.data;
  if (record && record.expiresAt.getTime() > now) {
    if (record.bodyHash !== bodyHash) throw new AppError('IDEMPOTENCY_KEY_REUSED');
    return { cluster: record.cluster };
  }
  // Real time: callers repeat a request by their own clock, however fast the cloud's runs.
  const expiresAt = new Date(now + REQUEST_LIFETIME_MS);
  const data = (cluster: string): IdempotentRequest => ({
    schema: DOCUMENT_SCHEMA,
    bodyHash,
    cluster,
    expiresAt,
  });
  return {
    remember: (cluster) => [
      found
        ? { op: 'update', path, data: data(cluster), ifVersion: found.version }
        : { op: 'create', path, data: data(cluster) },
    ],
  };
}
