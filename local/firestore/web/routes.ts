/** Which REST request is which method, by the google.api.http annotations: https://google.aip.dev/127 */
import type protobuf from 'protobufjs';
import type { Message } from '../../grpc.ts';

interface Route {
  method: protobuf.Method;
  httpMethod: string;
  /** Which field of the request the body is; `*` for all of it. */
  body: string | undefined;
  /** Finds the fields that the path holds, percent-encoded. */
  pattern: RegExp;
  /** By number of the group in the pattern: the field's path, as `document.name`. */
  fields: readonly string[];
  /** `:verb` at the end of the path. */
  verb: string;
}

export interface Match {
  route: Route;
  /** By the field's path, decoded. */
  fields: ReadonlyMap<string, string>;
}

const HTTP_METHODS = ['get', 'post', 'patch', 'put', 'delete'] as const;

export const routesOf = (service: protobuf.Service): Route[] =>
  service.methodsArray.flatMap((method) => {
    method.resolve();
    const options: Message[] = method.parsedOptions ?? [];
    const rule = options.map((option) => option['(google.api.http)']).find(Boolean);
    return rule ? [rule, ...[rule.additional_bindings ?? []].flat()].flatMap((r) => routeOf(method, r)) : [];
  });

function routeOf(method: protobuf.Method, rule: Message): Route[] {
  const httpMethod = HTTP_METHODS.find((name) => rule[name]);
  if (!httpMethod) return [];
  const [, template = '', verb = ''] = /^(.*?)(?::(\w+))?$/.exec(rule[httpMethod]) ?? [];
  const fields: string[] = [];
  const source = template.replace(
    /\{(\w+(?:\.\w+)*)(?:=([^}]*))?\}|[^{]+/g,
    (text, field?: string, inner = '*') => {
      if (field === undefined) return text;
      fields.push(field);
      return `(${segments(inner)})`;
    },
  );
  return [
    {
      method,
      httpMethod: httpMethod.toUpperCase(),
      body: rule.body,
      pattern: RegExp(`^${source}$`),
      fields,
      verb,
    },
  ];
}

/** `*` is one segment; `**`, which stands last, any number, and none takes its slash along. */
const segments = (template: string): string =>
  template.replace(/\/\*\*|\*/g, (star) => (star === '*' ? '[^/]+' : '(?:/[^/]+)*'));

/**
 * A path that means a document has an even number of segments below `documents`, one that means a collection an odd number; the
 * templates alone would take either for both.
 */
const SINGLE = new Set(['GetDocument', 'UpdateDocument', 'DeleteDocument']);
const COLLECTION = new Set(['ListDocuments', 'CreateDocument']);
const SEGMENTS_ABOVE = '/v1/projects/p/databases/d/documents'.split('/').length;

/** @throws URIError if the path is badly encoded */
export function findRoute(routes: readonly Route[], httpMethod: string, path: string): Match | undefined {
  const depth = path.split('/').length - SEGMENTS_ABOVE;
  for (const route of routes) {
    if (route.httpMethod !== httpMethod) continue;
    if (route.verb === '' && !(depth % 2 === 0 ? SINGLE : COLLECTION).has(route.method.name)) continue;
    if (route.verb !== '' && !path.endsWith(`:${route.verb}`)) continue;
    const bare = route.verb === '' ? path : path.slice(0, -route.verb.length - 1);
    const found = route.pattern.exec(bare);
    if (!found) continue;
    const fields = route.fields.map((field, index): [string, string] => [
      field,
      decode(found[index + 1] ?? ''),
    ]);
    return { route, fields: new Map(fields) };
  }
  return undefined;
}

/** An encoded slash stays as it is, for it would split the id that it is in. */
const decode = (path: string): string => decodeURIComponent(path.replace(/%2f/gi, '%252F'));
