import { describe, expect, test } from 'vitest';
import { clusterReply, createClusterBody } from '../../shared/api/clusters.ts';
import { ERRORS } from '../../shared/errors.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import type { Sending } from '../../test/request.ts';
import type { Settings } from '../ports.ts';
import { ENDPOINTS } from './app.ts';
import { type EndpointName, isPublic, POLICY, partsOf } from './policy.ts';

interface Operation {
  operationId: string;
  security: object[];
  tags: string[];
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  responses: Record<string, Response>;
}
interface Response {
  description: string;
  /** Those that may be missing are described where they are. */
  headers: Record<string, { $ref: string } | { description: string }>;
  content: Record<string, { schema: object }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Record<string, unknown>>;
    headers: Record<string, { required: boolean }>;
    securitySchemes: Record<string, unknown>;
  };
}

const read = async () => {
  const api = apiUnderTest();
  return api.send<Document>('GET', '/v1/openapi.json');
};

describe('GET /v1/openapi.json', () => {
  test('is there for everybody and may be kept', async () => {
    const { status, headers, body } = await read();
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Hub', version: 'v1' } });
  });

  test('has every endpoint, and no other', async () => {
    const { paths } = (await read()).body;
    const names = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(names.sort()).toEqual(Object.keys(POLICY).sort());
  });

  test('says for each who may call it, what it takes, and every way in which it refuses', async () => {
    const { paths } = (await read()).body;
    const ids = new Set<string>();
    for (const endpoint of ENDPOINTS) {
      const { method, path } = partsOf(endpoint.name);
      const operation = paths[path]?.[method.toLowerCase()];
      if (!operation) throw new Error(`${endpoint.name} is missing`);
      ids.add(operation.operationId);
      expect(operation.security).toEqual(isPublic(endpoint.name) ? [] : [{ idToken: [] }]);
      const inPath = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(operation.requestBody !== undefined).toBe(endpoint.body !== undefined);
      expect(operation.responses).toHaveProperty(String(endpoint.status));
      for (const code of endpoint.refuses ?? []) {
        const { description, content } = operation.responses[ERRORS[code].http] ?? {};
        expect(description).toContain(code);
        expect(content).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        });
      }
    }
    expect(ids.size).toBe(ENDPOINTS.length);
  });

  test('has a target for every reference', async () => {
    const { body } = await read();
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
    expect(references.length).toBeGreaterThan(20);
    for (const target of new Set(references)) {
      const [, kind = '', name = ''] = /^#\/components\/(schemas|headers)\/(.+)$/.exec(target ?? '') ?? [];
      expect(Object.keys(body.components[kind as 'schemas'] ?? {}), target).toContain(name);
    }
    expect(JSON.stringify(body)).not.toContain('$defs');
  });

  test('closes what callers send and leaves replies open', async () => {
    const { schemas } = (await read()).body.components;
    expect(schemas.CreateCluster).toMatchObject({ additionalProperties: false, required: ['name'] });
    expect(Object.keys(schemas.CreateCluster?.properties ?? {})).toEqual(
      Object.keys(createClusterBody.shape),
    );
    expect(schemas.Cluster).not.toHaveProperty('additionalProperties');
    expect(Object.keys(schemas.Cluster?.properties ?? {})).toEqual(Object.keys(clusterReply.shape));
    expect(schemas.ClusterError).toMatchObject({ type: 'object' });
  });

  test('is in order, by the rules that those go by who draw pages and clients from such documents', async () => {
    const { body } = await read();
    // Loaded here: it is heavy, and the other tests do without.
    const { createConfig, lintFromString } = await import('@redocly/openapi-core');
    const rules = { 'no-invalid-schema-examples': 'error', 'operation-tag-defined': 'error' } as const;
    const config = await createConfig({ extends: ['recommended-strict'], rules });
    const lint = async (document: unknown) =>
      (await lintFromString({ source: JSON.stringify(document), config })).map(
        ({ ruleId, message }) => `${ruleId}: ${message}`,
      );
    expect(await lint(body)).toEqual([]);
    const broken = { ...body, tags: body.tags.slice(1), info: { ...body.info, title: undefined } };
    const found = (await lint(broken)).join('\n');
    expect(found).toMatch(/^struct: .*title/m);
    expect(found).toMatch(/^operation-tag-defined: /m);
  });

  test('groups its endpoints, each under one heading that is explained, and has none for nothing', async () => {
    const { tags, paths } = (await read()).body;
    const used = Object.values(paths).flatMap((operations) =>
      Object.values(operations).map((one) => one.tags),
    );
    expect(used.filter(({ length }) => length !== 1)).toEqual([]);
    expect(new Set(used.flat())).toEqual(new Set(tags.map(({ name }) => name)));
  });

  test('describes every field, parameter and schema', async () => {
    const { body } = await read();
    const bare = bareIn(body);
    expect(bare.found).toEqual([]);
    // It has looked at them.
    expect(bare.looked).toBeGreaterThan(400);
    const { Cluster, ...schemas } = body.components.schemas;
    const without = {
      ...Cluster,
      properties: { ...(Cluster?.properties as object), name: { type: 'string' } },
    };
    const broken = { ...body, components: { ...body.components, schemas: { ...schemas, Cluster: without } } };
    expect(bareIn(broken).found).toEqual(['components.schemas.Cluster.name']);
  });

  test('has an example of all that is sent, and each example is what its schema takes', () => {
    const wrong = ENDPOINTS.flatMap(({ name, body, reply }) => {
      if (body && !body.meta()?.examples) return [`${name} has none`];
      return [body, reply].flatMap((schema) =>
        ((schema?.meta()?.examples ?? []) as unknown[]).flatMap((example) => {
          const { error } = schema?.safeParse(example) ?? {};
          return error ? [`${name}: ${error.message}`] : [];
        }),
      );
    });
    expect(wrong).toEqual([]);
  });
});

interface Bare {
  found: string[];
  looked: number;
}

/** What is not described: of schemas wherever they are, of their fields, and of parameters. */
function bareIn(document: Document): Bare {
  const bare: Bare = { found: [], looked: 0 };
  const look = (way: readonly string[], described: unknown): void => {
    bare.looked++;
    const { description } = described as { description?: string };
    if (!description) bare.found.push(way.join('.'));
  };
  const walk = (value: unknown, way: readonly string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'examples') continue;
      // A field may itself be called so.
      const isFields = key === 'properties' && 'type' in value;
      for (const [name, field] of Object.entries(isFields ? inner : {})) look([...way, name], field);
      walk(inner, isFields ? way : [...way, key]);
    }
  };
  walk(document, []);
  for (const [name, schema] of Object.entries(document.components.schemas)) look([name], schema);
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path)))
    for (const one of operation.parameters ?? []) look([operation.operationId, one.name], one);
  return bare;
}

describe('the headers that it promises', () => {
  interface Case {
    endpoint: EndpointName;
    status: number;
    id?: string;
    /** Absent: Ada. */
    token?: string | undefined;
    more?: Sending;
    /** What makes it answer so. */
    limits?: Partial<Settings['limits']>;
  }
  const [id, gone] = [clusterIdOf(1), clusterIdOf(2)];
  const CASES: readonly Case[] = [
    { endpoint: 'GET /v1/health', status: 200 },
    { endpoint: 'GET /v1/openapi.json', status: 200 },
    { endpoint: 'GET /v1/keys', status: 200 },
    { endpoint: 'GET /v1/me', status: 200 },
    { endpoint: 'GET /v1/account', status: 200 },
    { endpoint: 'GET /v1/clusters/{id}', status: 200, id },
    { endpoint: 'GET /v1/clusters/{id}/cleanup', status: 200, id: gone },
    { endpoint: 'GET /v1/clusters/{id}/members', status: 200, id },
    { endpoint: 'POST /v1/clusters', status: 202, more: { body: { name: 'mine' } } },
    { endpoint: 'DELETE /v1/clusters/{id}', status: 202, id },
    { endpoint: 'POST /v1/clusters', status: 400, more: { body: {} } },
    { endpoint: 'GET /v1/me', status: 401, token: undefined },
    { endpoint: 'GET /v1/pools', status: 403 },
    { endpoint: 'GET /v1/clusters/{id}', status: 404, id: clusterIdOf(3) },
    { endpoint: 'POST /v1/clusters/{id}:retry', status: 409, id },
    { endpoint: 'GET /v1/me', status: 429, limits: { accountRequestsPerMinute: 0 } },
    { endpoint: 'GET /v1/status', status: 503 },
  ];

  test.each(CASES)('are those that are sent: $endpoint, $status', async (one) => {
    const { endpoint, status, id: called = '', more, limits = {} } = one;
    const { body: document } = await read();
    const api = apiUnderTest({ limits });
    await api.given(
      aCluster({ id, owner: 'ada', members: { ada: 'owner' }, state: 'ready' }),
      aCluster({ id: gone, owner: 'ada', members: { ada: 'owner' }, state: 'deleted' }),
    );
    const { method, path } = partsOf(endpoint);
    const token = 'token' in one ? one.token : api.as('ada');
    const answer = await api.send(method, path.replace('{id}', called), token, more);
    expect(answer.status).toBe(status);
    const { headers = {} } = document.paths[path]?.[method.toLowerCase()]?.responses[status] ?? {};
    const always = Object.keys(headers).filter((name) => '$ref' in (headers[name] ?? {}));
    expect(always.filter((name) => !document.components.headers[name]?.required)).toEqual([]);
    expect(always.filter((name) => !answer.headers.has(name))).toEqual([]);
    const sent = Object.keys(document.components.headers).filter((name) => answer.headers.has(name));
    expect(sent.filter((name) => !(name in headers))).toEqual([]);
  });

  test('tell those whom it is worth to come again, and when', async () => {
    const { paths } = (await read()).body;
    const responses = paths['/v1/clusters/{id}/credentials']?.get?.responses;
    // Of all that is refused so, it is worth it for one code.
    expect(responses?.[409]?.headers['Retry-After']).toMatchObject({ schema: { type: 'integer' } });
    expect(responses?.[503]?.headers['Retry-After']).toEqual({ $ref: '#/components/headers/Retry-After' });
    expect(responses?.[404]?.headers).not.toHaveProperty('Retry-After');
  });
});
