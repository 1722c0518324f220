/** CustomResourceDefinitions: names, versions, and that their schemas are structural. */
import type { Schema } from '../custom-schema.ts';
import type { Fault } from '../errors.ts';
import { denied, duplicate, invalidValue, required } from '../faults.ts';
import type { Fields, Stored } from '../objects.ts';
import { LABEL_1035, nameFaults, SUBDOMAIN } from './names.ts';
import { choiceFaults } from './values.ts';

export function definitionFaults(definition: Stored): Fault[] {
  const spec: Fields = definition.spec ?? {};
  const names: Fields = spec.names ?? {};
  const versions: Fields[] = spec.versions ?? [];
  const faults = [
    ...nameFaults('spec.group', spec.group, SUBDOMAIN),
    ...(spec.scope
      ? choiceFaults('spec.scope', spec.scope, ['Cluster', 'Namespaced'])
      : [required('spec.scope')]),
    ...nameFaults('spec.names.plural', names.plural, LABEL_1035),
    ...(names.kind ? [] : [required('spec.names.kind')]),
  ];
  const { name } = definition.metadata;
  if (faults.length === 0 && name !== `${names.plural}.${spec.group}`) {
    faults.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (versions.filter((version) => version.storage).length !== 1) {
    faults.push(
      invalidValue(
        'spec.versions',
        versions.map((version) => version.name),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  const seen = new Set<string>();
  for (const [i, version] of versions.entries()) {
    const at = `spec.versions[${i}]`;
    faults.push(...nameFaults(`${at}.name`, version.name, LABEL_1035));
    if (seen.has(version.name)) faults.push(duplicate(`${at}.name`, version.name));
    seen.add(version.name);
    faults.push(...schemaOfVersion(version, at));
  }
  return faults;
}

function schemaOfVersion(version: Fields, at: string): Fault[] {
  const field = `${at}.schema.openAPIV3Schema`;
  const schema: Schema | undefined = version.schema?.openAPIV3Schema;
  if (!schema) return [required(field, 'schemas are required')];
  if (schema.type !== 'object') {
    return [
      schema.type === undefined
        ? required(`${field}.type`, 'must not be empty at the root')
        : invalidValue(`${field}.type`, schema.type, 'must be object at the root'),
    ];
  }
  return structuralFaults(schema, field, 'root');
}

type Place = 'root' | 'field' | 'item';

const EMPTY_TYPE: Readonly<Record<Place, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/** https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema */
function structuralFaults(schema: Schema, at: string, place: Place): Fault[] {
  const faults: Fault[] = [];
  const open = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (schema.type === undefined && !open) faults.push(required(`${at}.type`, EMPTY_TYPE[place]));
  const { properties, additionalProperties, items } = schema;
  if (properties && typeof additionalProperties === 'object') {
    faults.push(
      denied(`${at}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  }
  if (schema.type === 'array' && !items) faults.push(required(`${at}.items`, 'must be specified'));
  if (schema['x-kubernetes-list-type'] === 'map' && !schema['x-kubernetes-list-map-keys']?.length) {
    faults.push(
      required(`${at}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'),
    );
  }
  for (const [name, child] of Object.entries(properties ?? {})) {
    // The server knows better what metadata is.
    if (place === 'root' && name === 'metadata') continue;
    faults.push(...structuralFaults(child, `${at}.properties[${name}]`, 'field'));
  }
  if (typeof additionalProperties === 'object') {
    faults.push(...structuralFaults(additionalProperties, `${at}.additionalProperties`, 'field'));
  }
  if (items) faults.push(...structuralFaults(items, `${at}.items`, 'item'));
  return faults;
}
