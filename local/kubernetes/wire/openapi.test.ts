import { describe, expect, test } from 'vitest';
import { KindRegistry } from '../kind-registry.ts';
import { BUILT_IN, KINDS } from '../kinds.ts';
import type { Fields } from '../objects.ts';
import { aggregatedDiscovery } from './aggregated-discovery.ts';
import { negotiate } from './negotiation.ts';
import { openApi } from './openapi.ts';
import { typeOfKind } from './types.ts';

const kinds = new KindRegistry();
const parsed = (path: string): Fields => JSON.parse(openApi(kinds, path) ?? 'null');

describe('OpenAPI', () => {
  test('lists a document for each version, whose address changes with it', () => {
    const { paths } = parsed('/openapi/v3');
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['api/v1', 'apis/apps/v1', 'apis/policy/v1']));
    expect(paths['apis/apps/v1'].serverRelativeURL).toMatch(
      /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/,
    );
  });

  test('has a schema for every kind, and no reference that leads nowhere', () => {
    for (const path of Object.keys(parsed('/openapi/v3').paths)) {
      const { components } = parsed(`/openapi/v3/${path}`);
      const texts = JSON.stringify(components).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
      for (const [, name = ''] of texts) expect(components.schemas, name).toHaveProperty([name]);
    }
    for (const { apiVersion, kind } of BUILT_IN) expect(typeOfKind(apiVersion, kind), kind).toBeDefined();
  });

  test('tells how lists merge and what is required', () => {
    const { schemas } = parsed('/openapi/v3/apis/apps/v1').components;
    const { containers } = schemas['io.k8s.api.core.v1.PodSpec'].properties;
    expect(containers).toMatchObject({
      type: 'array',
      'x-kubernetes-list-map-keys': ['name'],
      'x-kubernetes-patch-merge-key': 'name',
      'x-kubernetes-patch-strategy': 'merge',
    });
    expect(schemas['io.k8s.api.apps.v1.DeploymentSpec'].required).toEqual(['selector', 'template']);
    expect(schemas['io.k8s.api.apps.v1.Deployment']['x-kubernetes-group-version-kind']).toEqual([
      { group: 'apps', kind: 'Deployment', version: 'v1' },
    ]);
  });

  test('says that the server checks fields', () => {
    const { paths } = parsed('/openapi/v3/apis/apps/v1');
    const { patch } = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(patch.parameters.map(({ name }: Fields) => name)).toContain('fieldValidation');
  });

  test('has the kinds that a cluster defines for itself', () => {
    const registry = new KindRegistry();
    const schema = {
      type: 'object',
      properties: { spec: { type: 'object', properties: { host: { type: 'string' } } } },
    };
    const custom = { definition: 'gates.example.org', schema, columns: [], selectable: [], scale: undefined };
    registry.define('gates.example.org', [
      {
        ...KINDS.ConfigMap,
        group: 'example.org',
        apiVersion: 'example.org/v1',
        kind: 'Gate',
        plural: 'gates',
        custom,
      },
    ]);
    const document = JSON.parse(openApi(registry, '/openapi/v3/apis/example.org/v1') ?? '');
    expect(document.components.schemas['org.example.v1.Gate'].properties.spec).toEqual(
      schema.properties.spec,
    );
    expect(() => openApi(kinds, '/openapi/v3/apis/example.org/v1')).toThrow(
      expect.objectContaining({ code: 404 }),
    );
  });
});

test('aggregated discovery tells each resource with its subresources', () => {
  const { items } = aggregatedDiscovery(kinds, true, 'v2') as Fields;
  const pods = items[0].versions[0].resources.find(({ resource }: Fields) => resource === 'pods');
  expect(pods).toMatchObject({ scope: 'Namespaced', shortNames: ['po'], singularResource: 'pod' });
  expect(pods.subresources.map(({ subresource }: Fields) => subresource)).toEqual(
    expect.arrayContaining(['status', 'log', 'eviction', 'portforward']),
  );
});

describe('what the client accepts', () => {
  const kubectl =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

  test.each([
    [kubectl, 'table', 'v1'],
    ['application/vnd.kubernetes.protobuf,application/json', 'object', ''],
    ['application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1', 'metadata', 'v1'],
    ['application/json;as=Table;v=v9;g=meta.k8s.io,*/*', 'object', ''],
    [undefined, 'object', ''],
  ])('%s', (accept, form, version) => {
    expect(negotiate(accept, ['object', 'table', 'metadata'])).toMatchObject({ form, version, yaml: false });
  });

  test('may be YAML, and is 406 if it is nothing that there is', () => {
    expect(negotiate('application/yaml', ['object']).yaml).toBe(true);
    for (const accept of [
      'text/html',
      'application/vnd.kubernetes.protobuf',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
    ]) {
      expect(() => negotiate(accept, ['object'])).toThrow(expect.objectContaining({ code: 406 }));
    }
  });
});
