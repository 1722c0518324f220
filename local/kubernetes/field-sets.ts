/** Sets of fields: which fields a value has, which of them changed, and what one set leaves of another. */
import { equal, isMap } from './json.ts';
import type { Kind } from './kinds.ts';
import type { FieldSet, Stored } from './objects.ts';
import {
  fieldSite,
  itemSite,
  itemStep,
  METADATA,
  metadataSite,
  rootSite,
  type Site,
  setStep,
  shapeOf,
} from './schema.ts';

const LEAF: FieldSet = Object.freeze({});

export const isLeaf = (set: FieldSet): boolean => {
  for (const _ in set) return false;
  return true;
};

/** The fields of an object that somebody can own: all but its identity and what the server keeps. */
export function fieldsOfObject(kind: Kind, object: { metadata: object; [field: string]: unknown }): FieldSet {
  const root = rootSite(kind);
  const fields: FieldSet = {};
  for (const field in object) {
    if (field === 'apiVersion' || field === 'kind' || field === 'metadata' || field === 'status') continue;
    if (object[field] !== undefined) fields[`f:${field}`] = fieldsOf(fieldSite(root, field), object[field]);
  }
  const metadata = ownedMetadata(object.metadata);
  if (!isLeaf(metadata)) fields['f:metadata'] = metadata;
  return fields;
}

const OWNED_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

function ownedMetadata(metadata: object): FieldSet {
  const fields: FieldSet = {};
  for (const field of OWNED_METADATA) {
    const value = (metadata as Record<string, unknown>)[field];
    if (value !== undefined && value !== null) fields[`f:${field}`] = fieldsOf(metadataSite(field), value);
  }
  return fields;
}

function fieldsOf(site: Site, value: unknown): FieldSet {
  const shape = shapeOf(site, value);
  if (shape.type === 'atomic') return LEAF;
  const fields: FieldSet = {};
  if (shape.type === 'map') {
    const map = value as Record<string, unknown>;
    for (const name in map) {
      if (map[name] !== undefined && map[name] !== null)
        fields[`f:${name}`] = fieldsOf(fieldSite(site, name), map[name]);
    }
  } else if (shape.type === 'set') {
    for (const item of value as unknown[]) fields[setStep(item)] = LEAF;
  } else {
    const inner = itemSite(site);
    for (const item of value as Record<string, unknown>[]) {
      const own = fieldsOf(inner, item);
      // An item that is one whole is a leaf itself.
      fields[itemStep(item, shape.keys)] = isLeaf(own) ? LEAF : { '.': LEAF, ...own };
    }
  }
  return fields;
}

/** What a step leads to: the value of a field, an item of a list. */
function valueAt(site: Site, value: unknown, step: string): unknown {
  if (step.startsWith('f:')) return isMap(value) ? value[step.slice(2)] : undefined;
  if (!Array.isArray(value)) return undefined;
  const shape = shapeOf(site, value);
  if (shape.type === 'set') return value.find((item) => setStep(item) === step);
  if (shape.type === 'list-map') return value.find((item) => itemStep(item, shape.keys) === step);
  return undefined;
}

/** The place that a step leads to. */
export function siteAt(site: Site, step: string): Site {
  return step.startsWith('f:') ? fieldSite(site, step.slice(2)) : itemSite(site);
}

/** The fields of `set` whose value differs between the two objects. */
export function changedFields(
  kind: Kind,
  set: FieldSet,
  before: Stored,
  after: Stored,
): FieldSet | undefined {
  const { 'f:metadata': metadata, ...rest } = set;
  const out = changed(rootSite(kind), rest, before, after) ?? {};
  const inner = metadata && changed(METADATA, metadata, before.metadata, after.metadata);
  if (inner) return { ...out, 'f:metadata': inner };
  return isLeaf(out) ? undefined : out;
}

function changed(site: Site, set: FieldSet, before: unknown, after: unknown): FieldSet | undefined {
  if (before === after) return undefined;
  if (isLeaf(set)) return equal(before, after) ? undefined : LEAF;
  const out: FieldSet = {};
  for (const step in set) {
    if (step === '.') {
      if ((before === undefined) !== (after === undefined)) out['.'] = LEAF;
      continue;
    }
    const child = set[step] as FieldSet;
    const differs = changed(
      siteAt(site, step),
      child,
      valueAt(site, before, step),
      valueAt(site, after, step),
    );
    if (differs) out[step] = differs;
  }
  return isLeaf(out) ? undefined : out;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const out: FieldSet = { ...a };
  for (const step in b) {
    const mine = out[step];
    const theirs = b[step] as FieldSet;
    out[step] = mine ? union(mine, theirs) : theirs;
  }
  return out;
}

/** `a` without the leaves of `b`; undefined if nothing is left. */
export function subtract(a: FieldSet, b: FieldSet): FieldSet | undefined {
  if (isLeaf(b)) return undefined;
  const out: FieldSet = {};
  for (const step in a) {
    const mine = a[step] as FieldSet;
    const theirs = b[step];
    if (!theirs) out[step] = mine;
    else if (!isLeaf(mine)) {
      const rest = subtract(mine, theirs);
      if (rest) out[step] = rest;
    }
  }
  return isLeaf(out) ? undefined : out;
}

/** Leaf paths as messages write them: `.spec.template.spec.containers[name="pachd"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  return Object.entries(set).flatMap(([step, child]) => {
    const path = step === '.' ? prefix : `${prefix}${stepText(step)}`;
    return isLeaf(child) ? [path] : pathsOf(child, path);
  });
}

function stepText(step: string): string {
  if (step.startsWith('f:')) return `.${step.slice(2)}`;
  const key: unknown = JSON.parse(step.slice(2));
  if (!isMap(key)) return `[=${JSON.stringify(key)}]`;
  return `[${Object.entries(key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`;
}
