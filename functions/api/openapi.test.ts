import { describe, expect, test } from 'vitest';
import { clusterReply, createClusterBody } from '../../shared/api/clusters.ts';
import { ERRORS } from '../../shared/errors.ts';
import { apiUnderTest } from '../../test/api.ts';
import { ENDPOINTS } from './app.ts';
import { isPublic, POLICY, partsOf } from './policy.ts';

interface Operation {
  operationId: string;
  security: object[];
  parameters?: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content: Record<string, { schema: object }> }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>>; securitySchemes: Record<string, unknown> };
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
      const name = target?.replace('#/components/schemas/', '') ?? '';
      expect(Object.keys(body.components.schemas)).toContain(name);
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
});
