/**
 * The API's description of itself: OpenAPI 3.1, made from the endpoints and their schemas. The schemas of OpenAPI 3.1 are JSON
 * Schema 2020-12, which zod writes by itself (https://spec.openapis.org/oas/v3.1.1.html#schema-object).
 */
import { z } from 'zod';
import { problem } from '../../shared/api/problem.ts';
import { ERRORS, type ErrorCode } from '../../shared/errors.ts';
import { type Endpoint, isGuarded } from './endpoint.ts';
import { isPublic, POLICY, partsOf } from './policy.ts';

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
    paths,
    components: {
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
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const email = {
    name: 'email',
    in: 'path',
    required: true,
    schema: { type: 'string', format: 'email', maxLength: 254 },
  };
  const parameters = [
    ...(path.includes('{id}') ? [id] : []),
    ...(path.includes('{email}') ? [email] : []),
    ...parametersOf('query', endpoint.query, schemas),
    ...parametersOf('header', endpoint.headers, schemas),
    ...(isGuarded(endpoint.name) ? parametersOf('header', GUARD, schemas) : []),
  ];
  return {
    operationId: operationId(method, path),
    summary: endpoint.summary,
    security: isPublic(endpoint.name) ? [] : [{ [SECURITY]: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(endpoint.body ? { requestBody: { required: true, content: content(endpoint.body) } } : {}),
    responses: {
      [endpoint.status]: {
        description:
          endpoint.status === 202 ? 'Accepted: the rest happens automatically.' : 'What was asked for.',
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
            content: content(problem, 'application/problem+json'),
          },
        ]),
      ),
    },
  };
}

/** Schemas with an id go to the components, and a reference takes their place. */
function schemaOf(schema: z.ZodType, schemas: Json): Json {
  const { $schema: _, ...written } = z.toJSONSchema(schema, {
    // What a reader must expect: replies may gain fields, so only what callers send is closed.
    io: 'input',
    override: ({ jsonSchema }) => {
      // The format says it; the pattern is a page long.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
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
  return Object.entries(properties as Json).map(([name, property]) => ({
    name,
    in: place,
    required: (required as string[]).includes(name),
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
