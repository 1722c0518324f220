import { beforeEach, describe, expect, test } from 'vitest';
import { memoryStore } from '../store.ts';
import { apply, create, get, list, patch, remove, update } from './api.ts';
import type { KindRegistry } from './kind-registry.ts';
import { byPreference } from './kind-registry.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { mergePatch } from './patches.ts';
import { changeScale, scaleOf } from './subresources.ts';
import { aLeaf, applied, hasCondition, isThere, live, made, type TestLeaf } from './testing.ts';

const SPEC = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 10 },
    mode: { type: 'string', enum: ['Fast', 'Slow'], default: 'Slow' },
    name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    servers: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, weight: { type: 'integer', default: 1 } },
      },
    },
    ports: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer' } } } },
    from: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
    },
  },
};
const SCHEMA = {
  type: 'object',
  properties: {
    spec: SPEC,
    status: { type: 'object', properties: { replicas: { type: 'integer' }, phase: { type: 'string' } } },
  },
};

const aVersion = (name: string, more: Fields = {}): Fields => ({
  name,
  served: true,
  storage: true,
  schema: { openAPIV3Schema: SCHEMA },
  subresources: {
    status: {},
    scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.replicas' },
  },
  ...more,
});
const aDefinition = (more: Fields = {}): Fields => ({
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [aVersion('v1'), aVersion('v1beta1', { storage: false })],
    ...more,
  },
});

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
});

const kindIn = (kinds: KindRegistry, version = 'v1'): Kind => {
  const kind = kinds.byResource('example.com', version, 'widgets');
  if (!kind) throw new Error('widgets are not served');
  return kind;
};
const define = (more: Fields = {}): Kind => {
  made(leaf, KINDS.CustomResourceDefinition, aDefinition(more));
  return kindIn(leaf.kinds);
};
const aWidget = (spec: Fields = {}): Fields => ({ metadata: { name: 'w' }, spec: { size: 3, ...spec } });

describe('a CustomResourceDefinition', () => {
  test('is served at once, in all its versions, and discovered', () => {
    define();
    const definition = live(leaf, KINDS.CustomResourceDefinition, 'widgets.example.com');
    expect(hasCondition(definition, 'Established')).toBe(true);
    expect(hasCondition(definition, 'NamesAccepted')).toBe(true);
    expect(definition.status?.acceptedNames).toMatchObject({ singular: 'widget', listKind: 'WidgetList' });
    expect(definition.status?.storedVersions).toEqual(['v1']);
    expect(leaf.kinds.groups()).toContainEqual({ name: 'example.com', versions: ['v1', 'v1beta1'] });
    expect(leaf.kinds.of('example.com', 'v1')[0]).toMatchObject({ shortNames: ['wd'], categories: ['all'] });
  });

  test('is served by its own cluster only', async () => {
    define();
    const other = await aLeaf();
    expect(other.leaf.kinds.byName('example.com/v1', 'Widget')).toBeUndefined();
  });

  test('is there again after a restart, with its objects', async () => {
    const store = memoryStore();
    const before = await aLeaf({ store });
    made(before.leaf, KINDS.CustomResourceDefinition, aDefinition());
    made(before.leaf, kindIn(before.leaf.kinds), aWidget());
    before.kubernetes.close();
    const after = await aLeaf({ store });
    expect(live(after.leaf, kindIn(after.leaf.kinds), 'w').spec?.size).toBe(3);
  });

  test('takes its objects along when it goes', async () => {
    const widget = define();
    made(leaf, widget, { ...aWidget(), metadata: { name: 'w', finalizers: ['example.com/wait'] } });
    remove(leaf, KINDS.CustomResourceDefinition, undefined, 'widgets.example.com');
    await here.clock.runFor(0);
    const going = live(leaf, KINDS.CustomResourceDefinition, 'widgets.example.com');
    expect(hasCondition(going, 'Terminating')).toBe(true);
    patch(leaf, widget, 'default', 'w', (object) => ({
      ...object,
      metadata: { ...object.metadata, finalizers: [] },
    }));
    await here.clock.runFor(0);
    expect(isThere(leaf, KINDS.CustomResourceDefinition, 'widgets.example.com')).toBe(false);
    expect(leaf.kinds.byName('example.com/v1', 'Widget')).toBeUndefined();
    expect(leaf.kinds.groups().map(({ name }) => name)).not.toContain('example.com');
  });

  test('whose names are taken is not established', () => {
    define();
    const other = made(leaf, KINDS.CustomResourceDefinition, {
      ...aDefinition({ names: { plural: 'gadgets', kind: 'Widget' } }),
      metadata: { name: 'gadgets.example.com' },
    });
    expect(hasCondition(other, 'NamesAccepted', 'False')).toBe(true);
    expect(leaf.kinds.byResource('example.com', 'v1', 'gadgets')).toBeUndefined();
  });

  test.each<[string, Fields, string]>([
    [
      'another name than its group and plural',
      { group: 'example.org' },
      'must be spec.names.plural+"."+spec.group',
    ],
    [
      'no storage version',
      { versions: [aVersion('v1', { storage: false })] },
      'must have exactly one version marked as storage version',
    ],
    ['no schema', { versions: [aVersion('v1', { schema: undefined })] }, 'schemas are required'],
    [
      'a schema with a field of no type',
      {
        versions: [
          aVersion('v1', { schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } } }),
        ],
      },
      'spec.versions[0].schema.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
    ],
    ['no scope', { scope: undefined }, 'spec.scope: Required value'],
  ])('with %s is refused', (_title, more, message) => {
    expect(() => made(leaf, KINDS.CustomResourceDefinition, aDefinition(more))).toThrow(
      expect.objectContaining({ code: 422, message: expect.stringContaining(message) }),
    );
  });
});

describe('a custom resource', () => {
  test('gets defaults and loses what nobody declared', () => {
    const widget = made(leaf, define(), aWidget({ servers: [{ name: 'a' }], typo: 1, free: { any: [1] } }));
    expect(widget.spec).toEqual({
      size: 3,
      mode: 'Slow',
      servers: [{ name: 'a', weight: 1 }],
      free: { any: [1] },
    });
    expect(widget).toMatchObject({ apiVersion: 'example.com/v1', kind: 'Widget' });
  });

  test.each<[string, Fields, string]>([
    [
      'a wrong type',
      { size: 'x' },
      'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
    [
      'too much',
      { size: 11 },
      'spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10',
    ],
    ['too little', { size: 0 }, 'spec.size in body should be greater than or equal to 1'],
    [
      'no choice of those',
      { mode: 'Odd' },
      'spec.mode: Unsupported value: "Odd": supported values: "Fast", "Slow"',
    ],
    ['a text of another form', { name: 'A' }, "spec.name in body should match '^[a-z]+$'"],
    ['a text too long', { name: 'abcdef' }, 'spec.name: Too long: may not be more than 5 bytes'],
    ['a missing field', { size: undefined }, 'spec.size: Required value'],
    ['a missing key', { servers: [{}] }, 'spec.servers[0].name: Required value'],
    [
      'a key twice',
      { servers: [{ name: 'a' }, { name: 'a' }] },
      'spec.servers[1]: Duplicate value: {"name":"a"}',
    ],
    ['both of two', { from: { a: '1', b: '2' } }, 'must validate one and only one schema (oneOf)'],
    ['a list for a number or text', { port: [] }, 'spec.port'],
  ])('with %s is refused', (_title, spec, message) => {
    const kind = define();
    expect(() => made(leaf, kind, aWidget(spec))).toThrow(
      expect.objectContaining({ code: 422, message: expect.stringContaining(message) }),
    );
  });

  test('keeps its status apart, counts changes of its spec, and is the same object when nothing changes', () => {
    const kind = define();
    const widget = made(leaf, kind, { ...aWidget(), status: { phase: 'no' } });
    expect(widget.status).toBeUndefined();
    expect(widget.metadata.generation).toBe(1);
    const status = update(
      leaf,
      kind,
      'default',
      'w',
      { ...widget, status: { phase: 'up' } },
      { subresource: 'status' },
    );
    expect(status).toMatchObject({ status: { phase: 'up' }, metadata: { generation: 1 } });
    const larger = patch(
      leaf,
      kind,
      'default',
      'w',
      (one) => mergePatch(one, { spec: { size: 4 } }) as Stored,
    );
    expect(larger).toMatchObject({ status: { phase: 'up' }, metadata: { generation: 2 } });
    expect(update(leaf, kind, 'default', 'w', larger)).toBe(larger);
    expect(() =>
      update(leaf, kind, 'default', 'w', { ...larger, status: { phase: 1 } }, { subresource: 'status' }),
    ).toThrow(expect.objectContaining({ code: 422 }));
  });

  test('is scaled through the path that its definition names', () => {
    const kind = define();
    const widget = made(leaf, kind, aWidget());
    expect(scaleOf(kind, widget).spec?.replicas).toBe(3);
    changeScale(leaf, kind, 'default', 'w', (scale) => ({ ...scale, spec: { replicas: 5 } }), {});
    expect(live(leaf, kind, 'w').spec?.size).toBe(5);
  });

  test('merges its lists by the keys that the schema names, and only those', () => {
    const kind = define();
    applied(leaf, kind, aWidget({ servers: [{ name: 'a', weight: 2 }], ports: [{ port: 1 }] }), 'one');
    applied(leaf, kind, aWidget({ servers: [{ name: 'b' }] }), 'two');
    expect(live(leaf, kind, 'w').spec?.servers.map(({ name }: Fields) => name)).toEqual(['a', 'b']);
    expect(() =>
      apply(leaf, kind, 'default', 'w', aWidget({ ports: [{ port: 2 }] }) as Stored, {
        manager: 'two',
        force: false,
      }),
    ).toThrow('conflict with "one": .spec.ports');
    applied(leaf, kind, aWidget({ ports: [{ port: 1 }] }), 'one');
    expect(live(leaf, kind, 'w').spec?.servers.map(({ name }: Fields) => name)).toEqual(['b']);
  });

  test('cannot be applied with fields that nobody declared', () => {
    const kind = define();
    expect(() => applied(leaf, kind, aWidget({ typo: 1 }))).toThrow(
      expect.objectContaining({
        code: 500,
        message:
          'failed to create typed patch object (default/w; example.com/v1, Kind=Widget): .spec.typo: field not declared in schema',
      }),
    );
  });

  test('is one object, whichever version is asked for', () => {
    define();
    const beta = kindIn(leaf.kinds, 'v1beta1');
    create(leaf, beta, 'default', aWidget());
    expect(get(leaf, kindIn(leaf.kinds), 'default', 'w').apiVersion).toBe('example.com/v1');
    expect(list(leaf, beta, 'default', () => true)).toHaveLength(1);
    expect(leaf.kinds.stored().filter((kind) => kind.group === 'example.com')).toHaveLength(1);
  });

  test('goes with its namespace and with its owner', async () => {
    const kind = define();
    made(leaf, KINDS.Namespace, { metadata: { name: 'team' } });
    await here.clock.runFor(0);
    create(leaf, kind, 'team', aWidget());
    remove(leaf, KINDS.Namespace, undefined, 'team');
    await here.until(() => !isThere(leaf, KINDS.Namespace, 'team'));
    expect(leaf.objects.get(kind, 'team', 'w')).toBeUndefined();
    const owner = made(leaf, kind, aWidget());
    const ownerReferences = [
      { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: owner.metadata.uid },
    ];
    made(leaf, KINDS.ConfigMap, { metadata: { name: 'owned', ownerReferences } });
    remove(leaf, kind, 'default', 'w');
    expect(isThere(leaf, KINDS.ConfigMap, 'owned')).toBe(false);
  });
});

test('versions are preferred as they are mature', () => {
  expect(['v1beta1', 'foo1', 'v1', 'v2alpha1', 'v10', 'v2', 'v1beta2'].sort(byPreference)).toEqual([
    'v10',
    'v2',
    'v1',
    'v1beta2',
    'v1beta1',
    'v2alpha1',
    'foo1',
  ]);
});
