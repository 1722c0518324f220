/**
 * How lists and maps merge in a server-side apply: which lists are maps by some key, which are sets, what is taken as a whole. From the
 * types of Kubernetes' own kinds and from the schemas of custom ones.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
import { type Schema, schemaOfField } from './custom-schema.ts';
import { isMap } from './json.ts';
import type { Kind } from './kinds.ts';
import { type Field, messageType, type Type, typeOfKind } from './wire/types.ts';

/** A place in an object: what its kind says about the values there. */
export type Site = BuiltInSite | CustomSite | undefined;

interface BuiltInSite {
  readonly type: Type;
  /** Absent for the root and for items. */
  readonly field?: Field;
}

interface CustomSite {
  readonly schema: Schema;
}

type Shape =
  | { type: 'map' }
  | { type: 'list-map'; keys: readonly string[] }
  | { type: 'set' }
  | { type: 'atomic' };

const MAP: Shape = { type: 'map' };
const SET: Shape = { type: 'set' };
const ATOMIC: Shape = { type: 'atomic' };

/** The same for all kinds, whatever the schema of a custom one says. */
export const METADATA: Site = { type: { is: 'message', of: 'meta.v1.ObjectMeta' } };

const roots = new WeakMap<Kind, BuiltInSite | CustomSite>();

/** The object itself. */
export function rootSite(kind: Kind): Site {
  const known = roots.get(kind);
  if (known) return known;
  const type = kind.custom ? undefined : typeOfKind(kind.apiVersion, kind.kind);
  const site = kind.custom
    ? { schema: kind.custom.schema }
    : type && { type: { is: 'message', of: type.name } as const };
  if (site) roots.set(kind, site);
  return site;
}

/** Fields are parsed once, so each has one site. */
const sites = new WeakMap<Field, BuiltInSite>();

export function fieldSite(site: Site, name: string): Site {
  if (site === undefined) return undefined;
  if ('schema' in site) {
    const schema = schemaOfField(site.schema, name);
    return schema && { schema };
  }
  if (site.type.is === 'map') return { type: site.type.of };
  if (site.type.is !== 'message') return undefined;
  const field = messageType(site.type.of)?.byName.get(name);
  if (!field) return undefined;
  const known = sites.get(field) ?? { type: field.type, field };
  sites.set(field, known);
  return known;
}

export const metadataSite = (name: string): Site => fieldSite(METADATA, name);

export function itemSite(site: Site): Site {
  if (site === undefined) return undefined;
  if ('schema' in site) return site.schema.items && { schema: site.schema.items };
  return site.type.is === 'list' || site.type.is === 'wrapped' ? { type: site.type.of } : undefined;
}

/** How a value at that place merges. */
export function shapeOf(site: Site, value: unknown): Shape {
  const map = isMap(value);
  if (!map && !Array.isArray(value)) return ATOMIC;
  if (site === undefined) return map ? MAP : ATOMIC;
  return 'schema' in site ? customShape(site.schema, value) : builtInShape(site, value);
}

function builtInShape({ type, field }: BuiltInSite, value: object): Shape {
  if (!Array.isArray(value)) {
    const whole = field?.atomic || (type.is === 'message' && messageType(type.of)?.atomic);
    return whole ? ATOMIC : MAP;
  }
  if (field?.isSet) return SET;
  return field && field.keys.length > 0 && value.every(isMap)
    ? { type: 'list-map', keys: field.keys }
    : ATOMIC;
}

function customShape(schema: Schema, value: object): Shape {
  if (!Array.isArray(value)) return schema['x-kubernetes-map-type'] === 'atomic' ? ATOMIC : MAP;
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return SET;
  const keys = schema['x-kubernetes-list-map-keys'];
  return listType === 'map' && keys && value.every(isMap) ? { type: 'list-map', keys } : ATOMIC;
}

/** The default of a key that may be left out. */
const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** The item's key as `managedFields` writes it: `k:{"name":"pachd"}`. */
export function itemStep(item: Record<string, unknown>, keys: readonly string[]): string {
  const key: Record<string, unknown> = {};
  for (const name of [...keys].sort()) key[name] = item[name] ?? KEY_DEFAULTS[name];
  return `k:${JSON.stringify(key)}`;
}

export const setStep = (item: unknown): string => `v:${JSON.stringify(item)}`;
