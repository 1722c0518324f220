/**
 * The API as OpenAPI 3 documents, one for each group and version: what `kubectl explain` prints, what `kubectl apply` reads merge keys
 * from, and how clients find out that the server checks fields itself.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
 */
import { createHash } from 'node:crypto';
import { noSuchResource } from '../errors.ts';
import type { KindRegistry } from '../kind-registry.ts';
import type { Kind, Subresource } from '../kinds.ts';
import type { Fields } from '../objects.ts';
import { describeField, describeType, KIND_FIELDS } from './descriptions.ts';
import { type Field, type MessageType, messageType, type Scalar, type Type, typeOfKind } from './types.ts';

const ROOT = '/openapi/v3';

/** Documents of Kubernetes' own groups, the same for every cluster. */
const builtIn = new Map<string, string>();

/** The index or a document, as JSON; undefined if the path is neither. @throws ApiError 404 */
export function openApi(kinds: KindRegistry, path: string): string | undefined {
  if (path === ROOT) return JSON.stringify({ paths: indexOf(kinds) });
  if (!path.startsWith(`${ROOT}/`)) return undefined;
  const [root, ...parts] = path.slice(ROOT.length + 1).split('/');
  const [group = '', version = ''] = root === 'api' ? ['', parts[0]] : [parts[0], parts[1]];
  if ((root !== 'api' && root !== 'apis') || parts.length !== (root === 'api' ? 1 : 2))
    throw noSuchResource();
  return documentText(kinds, group, version);
}

const pathOf = (group: string, version: string): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;

function indexOf(kinds: KindRegistry): Fields {
  const paths: Fields = {};
  for (const { group, version } of kinds.all()) {
    const path = pathOf(group, version);
    if (paths[path]) continue;
    const hash = createHash('sha512')
      .update(documentText(kinds, group, version))
      .digest('hex');
    paths[path] = { serverRelativeURL: `${ROOT}/${path}?hash=${hash.toUpperCase()}` };
  }
  return paths;
}

function documentText(kinds: KindRegistry, group: string, version: string): string {
  const served = kinds.of(group, version);
  if (served.length === 0) throw noSuchResource();
  if (served.some((kind) => kind.custom)) return JSON.stringify(documentOf(served, group, version));
  const path = pathOf(group, version);
  const known = builtIn.get(path) ?? JSON.stringify(documentOf(served, group, version));
  builtIn.set(path, known);
  return known;
}

function documentOf(kinds: readonly Kind[], group: string, version: string): object {
  const schemas: Fields = {};
  const paths: Fields = {};
  for (const kind of kinds) {
    const name = addKind(schemas, kind);
    addPaths(paths, `/${pathOf(group, version)}`, kind, name);
  }
  for (const name of ['DeleteOptions', 'Status']) addType(schemas, `meta.v1.${name}`);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.35' },
    paths,
    components: { schemas },
  };
}

/** The name of the kind's schema. */
function addKind(schemas: Fields, kind: Kind): string {
  const type = typeOfKind(kind.apiVersion, kind.kind);
  const name = type
    ? addType(schemas, type.name)
    : `${kind.group.split('.').reverse().join('.')}.${kind.version}.${kind.kind}`;
  const own = type ? schemas[name] : customSchema(schemas, kind);
  const { group, version } = kind;
  schemas[name] = {
    ...own,
    type: 'object',
    properties: { ...KIND_FIELDS, ...own.properties },
    'x-kubernetes-group-version-kind': [{ group, kind: kind.kind, version }],
  };
  return name;
}

function customSchema(schemas: Fields, kind: Kind): Fields {
  const schema: Fields = kind.custom?.schema ?? {};
  const metadata = { $ref: refOf(addType(schemas, 'meta.v1.ObjectMeta')) };
  return { ...schema, properties: { ...schema.properties, metadata } };
}

/** Where Go has the type. */
function definitionName(type: string): string {
  if (type.startsWith('meta.')) return `io.k8s.apimachinery.pkg.apis.${type}`;
  if (type.startsWith('apiextensions.')) return `io.k8s.apiextensions-apiserver.pkg.apis.${type}`;
  return `io.k8s.api.${type}`;
}

const refOf = (name: string): string => `#/components/schemas/${name}`;

/** Adds the type and all that its fields are of; returns the schema's name. */
function addType(schemas: Fields, typeName: string): string {
  const name = definitionName(typeName);
  const type = messageType(typeName);
  if (!type || schemas[name]) return name;
  const schema: Fields = { description: describeType(typeName), type: 'object' };
  // Before its fields: a type may hold itself.
  schemas[name] = schema;
  const fields = [...type.byName.values()];
  if (fields.length > 0) {
    schema.properties = Object.fromEntries(
      fields.map((field) => [field.name, propertyOf(schemas, type, field)]),
    );
  }
  const required = fields
    .filter((field) => field.required && !isRoot(type, field))
    .map((field) => field.name);
  if (required.length > 0) schema.required = required;
  if (type.atomic) schema['x-kubernetes-map-type'] = 'atomic';
  return name;
}

/** `spec` of a kind is never demanded of whoever writes one. */
const isRoot = (type: MessageType, field: Field): boolean =>
  field.name === 'spec' && type.byName.has('metadata') && type.byName.has('status');

function propertyOf(schemas: Fields, type: MessageType, field: Field): object {
  const description = describeField(type.name, field.name);
  return {
    ...(description !== '' && { description }),
    ...schemaOf(schemas, field.type),
    ...(field.keys.length > 0 && {
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': field.keys,
    }),
    ...(field.isSet && { 'x-kubernetes-list-type': 'set' }),
    ...(field.atomic && {
      [field.type.is === 'list' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type']: 'atomic',
    }),
    ...(field.patch && {
      'x-kubernetes-patch-strategy': field.patch.strategy,
      ...(field.patch.key && { 'x-kubernetes-patch-merge-key': field.patch.key }),
    }),
  };
}

function schemaOf(schemas: Fields, type: Type): Fields {
  switch (type.is) {
    case 'message':
      return { allOf: [{ $ref: refOf(addType(schemas, type.of)) }] };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(schemas, type.of) };
    case 'scalar':
      return scalarSchema(schemas, type.of);
    default:
      return { type: 'array', items: schemaOf(schemas, type.of) };
  }
}

const SCALARS: Readonly<Partial<Record<Scalar, Fields>>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  duration: { type: 'string' },
  raw: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  fields: { type: 'object' },
  json: {},
};

/** Scalars that have a name of their own. */
const NAMED: Readonly<Partial<Record<Scalar, { name: string; schema: Fields }>>> = {
  time: {
    name: 'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
    schema: { type: 'string', format: 'date-time', description: 'An instant, as RFC 3339 writes it.' },
  },
  microtime: {
    name: 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
    schema: { type: 'string', format: 'date-time', description: 'An instant with microseconds.' },
  },
  quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    schema: {
      oneOf: [{ type: 'string' }, { type: 'number' }],
      description: 'A number with a unit: 500m, 2, 1.5Gi.',
    },
  },
  intorstring: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    schema: {
      oneOf: [{ type: 'integer' }, { type: 'string' }],
      format: 'int-or-string',
      description: 'A number, or a text such as a name or a percentage.',
    },
  },
};

function scalarSchema(schemas: Fields, scalar: Scalar): Fields {
  const named = NAMED[scalar];
  if (!named) return SCALARS[scalar] ?? {};
  schemas[named.name] = named.schema;
  return { allOf: [{ $ref: refOf(named.name) }] };
}

const query = (name: string, type: string): object => ({
  name,
  in: 'query',
  schema: { type, uniqueItems: true },
});
const WRITE = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => query(name, 'string'));
const APPLY = [...WRITE, query('force', 'boolean')];

const METHODS: ReadonlyArray<readonly [verb: string, method: string, action: string, parameters: object[]]> =
  [
    ['get', 'get', 'get', []],
    ['update', 'put', 'put', WRITE],
    ['patch', 'patch', 'patch', APPLY],
    ['delete', 'delete', 'delete', [query('dryRun', 'string')]],
  ];

function addPaths(paths: Fields, root: string, kind: Kind, schema: string): void {
  const collection = `${root}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}`;
  const operation = operationOf(kind, schema);
  const many: Fields = {};
  if (kind.verbs.includes('list')) many.get = operation('list', []);
  if (kind.verbs.includes('create')) many.post = operation('post', WRITE);
  if (kind.verbs.includes('deletecollection')) many.delete = operation('deletecollection', []);
  paths[collection] = many;
  const one: Fields = {};
  for (const [verb, method, action, parameters] of METHODS) {
    if (kind.verbs.includes(verb)) one[method] = operation(action, parameters);
  }
  if (Object.keys(one).length > 0) paths[`${collection}/{name}`] = one;
  for (const part of kind.subresources) {
    paths[`${collection}/{name}/${part.name}`] = partOf(kind, part, schema);
  }
}

function partOf(kind: Kind, part: Subresource, schema: string): Fields {
  const [version = '', group = ''] = part.apiVersion.split('/').reverse();
  const operation = operationOf({ group, version, kind: part.kind }, schema);
  const methods: Fields = part.verbs.includes('create') ? { post: operation('post', WRITE) } : {};
  for (const [verb, method, action, parameters] of METHODS) {
    if (part.verbs.includes(verb) && kind.verbs.includes(verb))
      methods[method] = operation(action, parameters);
  }
  return methods;
}

const operationOf =
  ({ group, version, kind }: Pick<Kind, 'group' | 'version' | 'kind'>, schema: string) =>
  (action: string, parameters: readonly object[]): object => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, kind, version },
    parameters,
    responses: {
      '200': {
        description: 'OK',
        content: { 'application/json': { schema: { $ref: refOf(schema) } } },
      },
    },
  });
