/** The form that an answer takes: the object or list itself, a table of it, or its metadata only; as JSON or YAML. */
import type { ServerResponse } from 'node:http';
import { dump } from 'js-yaml';
import { inVersion } from '../custom-kinds.ts';
import type { Kind } from '../kinds.ts';
import type { Fields, Stored } from '../objects.ts';
import type { Page } from './lists.ts';
import type { Accepted } from './negotiation.ts';
import { type IncludeObject, partialOf, tableOf } from './tables.ts';

export interface Presentation {
  kind: Kind;
  accepted: Accepted;
  includeObject: IncludeObject;
  nowMs: number;
}

export function presentList(how: Presentation, { items, metadata }: Page): object {
  const { kind, accepted } = how;
  if (accepted.form === 'table') return tableOf(tableOptions(how), items, metadata);
  if (accepted.form === 'metadata-list') {
    const partial = items.map((item) => partialOf(item));
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: partial };
  }
  return {
    kind: `${kind.kind}List`,
    apiVersion: kind.apiVersion,
    metadata,
    // As the real server: items of a list do not repeat what they are, unless their kind is a custom one.
    items: kind.custom
      ? items.map((item) => inVersion(kind, item))
      : items.map(({ apiVersion: _, kind: __, ...item }) => item),
  };
}

/** Whatever else there is to answer: an object of the kind, or a Status, a Scale, which have no other form. */
export function presentObject(how: Presentation, stored: object): object {
  const { kind, accepted } = how;
  const body = inVersion(kind, stored);
  if (!isObjectOf(kind, body)) return body;
  if (accepted.form === 'table') {
    const { resourceVersion } = body.metadata;
    return tableOf(tableOptions(how), [body], { resourceVersion });
  }
  return accepted.form === 'metadata' ? partialOf(body) : body;
}

const isObjectOf = (kind: Kind, body: Fields): body is Stored =>
  body.kind === kind.kind && body.apiVersion === kind.apiVersion && body.metadata !== undefined;

const tableOptions = ({ kind, accepted, includeObject, nowMs }: Presentation) => ({
  kind,
  version: accepted.version,
  includeObject,
  nowMs,
});

/** https://www.rfc-editor.org/rfc/rfc7234#section-5.5 */
export const warningHeaders = (warnings: readonly string[]): Record<string, string | string[]> =>
  warnings.length === 0
    ? {}
    : { warning: [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(text)}`) };

export function send(
  response: ServerResponse,
  status: number,
  body: object | string,
  { yaml = false, headers = {} }: { yaml?: boolean; headers?: Record<string, string | string[]> } = {},
): void {
  const [type, text] =
    typeof body === 'string'
      ? ['text/plain; charset=utf-8', body]
      : yaml
        ? ['application/yaml', dump(body, { noRefs: true })]
        : ['application/json', JSON.stringify(body)];
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-cache, private', ...headers });
  response.end(text);
}
