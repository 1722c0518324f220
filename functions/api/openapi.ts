/**
 * The API's description of itself: OpenAPI 3.1, made from the endpoints and their schemas. The schemas of OpenAPI 3.1 are JSON
 * Schema 2020-12, which zod writes by itself (https://spec.openapis.org/oas/v3.1.1.html#schema-object).
 */
import { z } from 'zod';
import { problem } from '../../shared/api/problem.ts';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { usualRetryAfter } from '../http/problem.ts';
import { type Endpoint, isGuarded, type ReplyHeader } from './endpoint.ts';
import { isPublic, POLICY, partsOf } from './policy.ts';
import { idInWords, RESOURCES, tagOf } from './resources.ts';

type Json = Record<string, unknown>;

export function openApiDocument(endpoints: readonly Endpoint[]): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    const { method, path } = partsOf(endpoint.name);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(endpoint, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hub',
      version: 'v1',
      description:
        'Ask for a ready cluster, watch it being created, delete it. Errors are application/problem+json.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: RESOURCES.map(({ tag: name, description }) => ({ name, description })),
    paths,
    components: {
      headers: Object.fromEntries(
        Object.entries(HEADERS).map(([name, header]) => [name, { ...header, required: true }]),
      ),
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        [SECURITY]: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A Firebase ID token of this Hub.',
        },
      },
    },
  };
}

const SECURITY = 'idToken';

/** What replies have in their headers, for callers; those that harden a browser are nobody's business. */
const HEADERS = {
  'Cache-Control': {
    description: '`no-store`, or for how long anybody may keep the reply.',
    schema: { type: 'string' },
  },
  'Content-Disposition': {
    description: 'Under which name a browser saves it.',
    schema: { type: 'string' },
  },
  ETag: {
    description: 'Version of what is shown; sent back as If-Match, it guards against changes since.',
    schema: { type: 'string' },
  },
  Location: { description: 'Path of the cluster.', schema: { type: 'string', format: 'uri-reference' } },
  'Retry-After': {
    description: 'Seconds after which it is worth asking again.',
    schema: { type: 'integer', minimum: 1 },
  },
  'WWW-Authenticate': {
    description: 'https://www.rfc-editor.org/rfc/rfc6750#section-3',
    schema: { type: 'string' },
  },
  'X-Request-Id': {
    description: 'Id of the request, by which an operator finds it in the log.',
    schema: { type: 'string' },
  },
} satisfies Record<ReplyHeader, unknown> & Json;
type Header = keyof typeof HEADERS;

const OF_EVERY_REPLY: readonly Header[] = ['Cache-Control', 'X-Request-Id'];

/** @param sometimes those that a reply may lack */
const headersOf = (always: readonly Header[], sometimes: readonly Header[] = []): Json =>
  Object.fromEntries([
    ...[...OF_EVERY_REPLY, ...always].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
    ...sometimes.map((name) => [name, HEADERS[name]]),
  ]);

function headersOfRefusal(status: number, codes: readonly ErrorCode[]): Json {
  const hasRetryAfter = (code: ErrorCode): boolean => usualRetryAfter(code) !== undefined;
  const isAlways = codes.every(hasRetryAfter);
  return headersOf(
    [
      ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
      ...(isAlways ? (['Retry-After'] as const) : []),
    ],
    !isAlways && codes.some(hasRetryAfter) ? ['Retry-After'] : [],
  );
}

const GUARD = z.object({
  'If-Match': z.string().optional().meta({
    description: 'The ETag of the cluster as you know it: if it has another one by now, nothing is done.',
  }),
});

function operationOf(endpoint: Endpoint, schemas: Json): Json {
  const { method, path } = partsOf(endpoint.name);
  const content = (schema: z.ZodType, type = 'application/json'): Json => ({
    [type]: { schema: schemaOf(schema, schemas) },
  });
  const parameters = [
    ...pathParameters(path),
    ...parametersOf('query', endpoint.query, schemas),
    ...parametersOf('header', endpoint.headers, schemas),
    ...(isGuarded(endpoint.name) ? parametersOf('header', GUARD, schemas) : []),
  ];
  return {
    operationId: operationId(method, path),
    summary: endpoint.summary,
    tags: [tagOf(endpoint.name)],
    security: isPublic(endpoint.name) ? [] : [{ [SECURITY]: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(endpoint.body ? { requestBody: { required: true, content: content(endpoint.body) } } : {}),
    responses: {
      [endpoint.status]: {
        description:
          endpoint.status === 202 ? 'Accepted: the rest happens automatically.' : 'What was asked for.',
        headers: headersOf(endpoint.sends ?? []),
        content: Object.assign(
          content(endpoint.reply),
          ...Object.entries(endpoint.texts ?? {}).map(([type, schema]) => content(schema, type)),
        ),
      },
      ...Object.fromEntries(
        refusals(endpoint).map(([status, codes]) => [
          status,
          {
            description: codes.map((code) => `${code}: ${ERRORS[code].say}`).join(' '),
            headers: headersOfRefusal(status, codes),
            content: content(problem, 'application/problem+json'),
          },
        ]),
      ),
    },
  };
}

function pathParameters(path: string): Json[] {
  const common = { in: 'path', required: true };
  const id = () => ({ name: 'id', ...common, description: idInWords(path), schema: { type: 'string' } });
  const email = {
    ...{
      name: 'email',
      ...common,
      description: 'Of the member, or of who is invited; in any case of letters.',
    },
    schema: { type: 'string', format: 'email', maxLength: 254 },
  };
  return [...(path.includes('{id}') ? [id()] : []), ...(path.includes('{email}') ? [email] : [])];
}

/** Schemas with an id go to the components, and a reference takes their place. */
function schemaOf(schema: z.ZodType, schemas: Json): Json {
  const { $schema: _, ...written } = z.toJSONSchema(schema, {
    // What a reader must expect: replies may gain fields, so only what callers send is closed.
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // The format says it; the pattern is a page long.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      // Bounds of what JavaScript can count say nothing about the field.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // zod leaves out those of what it transforms, as they might be of what comes out. Ours are of what is sent.
      const { examples } = z.globalRegistry.get(zodSchema) ?? {};
      if (examples) Object.assign(jsonSchema, { examples });
    },
  });
  const text = JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/');
  const { $defs, ...found } = JSON.parse(text) as Json;
  Object.assign(schemas, $defs);
  return found;
}

function parametersOf(place: 'query' | 'header', schema: z.ZodType | undefined, schemas: Json): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, schemas);
  return Object.entries(properties as Record<string, Json>).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: (required as string[]).includes(name),
    description,
    schema: property,
  }));
}

/** `POST /v1/clusters/{id}:retry` → `postClustersIdRetry` */
const operationId = (method: string, path: string): string =>
  method.toLowerCase() +
  (path.match(/[a-z]+/gi) ?? [])
    .slice(1)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** The codes of each status. */
function refusals(endpoint: Endpoint): [number, ErrorCode[]][] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codesOf(endpoint))) {
    const { http } = ERRORS[code];
    byStatus.set(http, [...(byStatus.get(http) ?? []), code]);
  }
  return [...byStatus];
}

function codesOf(endpoint: Endpoint): ErrorCode[] {
  const verdicts: ('allow' | ErrorCode)[] = Object.values(POLICY[endpoint.name]);
  return [
    'INVALID_ARGUMENT',
    'TOO_MANY_REQUESTS',
    ...(isPublic(endpoint.name) ? [] : (['TOKEN_EXPIRED', 'TOKEN_REVOKED', 'TOKEN_INVALID'] as const)),
    ...verdicts.filter((verdict) => verdict !== 'allow'),
    ...(endpoint.name.includes('{id}') ? (['NOT_FOUND'] as const) : []),
    ...(endpoint.name.startsWith('GET')
      ? []
      : (['INVALID_BODY', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const)),
    ...(isGuarded(endpoint.name) ? (['CLUSTER_CHANGED'] as const) : []),
    ...(endpoint.refuses ?? []),
    'UNAVAILABLE',
    'BUG',
  ];
}
