/**
 * Server-side apply: who owns which field, what an apply takes, changes and lets go.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 *
 * Ownership is kept for what clients write through the API. What the cluster's own controllers write has no owner, and status is
 * not tracked: clients cannot apply either.
 */
import { ApiError, type Cause, detailsOf } from './errors.ts';
import { changedFields, fieldsOfObject, isLeaf, pathsOf, siteAt, subtract, union } from './field-sets.ts';
import { equal, isMap, withoutNulls } from './json.ts';
import type { Kind } from './kinds.ts';
import type { FieldSet, Fields, ManagedFields, Stored } from './objects.ts';
import { fieldSite, itemSite, itemStep, METADATA, rootSite, type Site, setStep, shapeOf } from './schema.ts';

interface ApplyInput {
  kind: Kind;
  /** What the manager wants: only fields it cares for. */
  applied: Fields & { metadata: Fields };
  manager: string;
  /** Takes fields that others own instead of failing. */
  force: boolean;
  /** For `managedFields[].time`. */
  time: string;
}

/** @throws ApiError 409 naming each field that another manager owns and that would change, unless by force */
export function applyTo(live: Stored, input: ApplyInput): Stored {
  const { kind, manager } = input;
  const applied = withoutNulls(input.applied);
  const fields = fieldsOfObject(kind, applied);
  const entries = live.metadata.managedFields ?? [];
  const mine = entries.find((entry) => isApplierEntry(entry, manager));
  let others = entries.filter((entry) => entry !== mine);

  const merged = mergeObject(kind, live, applied);
  const taken = changedFields(kind, fields, live, merged);
  if (taken) {
    const clashes = others.flatMap((entry) => {
      const both = intersect(entry.fieldsV1, taken);
      return both ? [{ entry, fields: both }] : [];
    });
    if (clashes.length > 0 && !input.force) throw conflictOf(kind, live.metadata.name, clashes);
    for (const clash of clashes) others = others.flatMap((e) => (e === clash.entry ? less(e, taken) : [e]));
  }

  const kept = others.map((entry) => entry.fieldsV1);
  const pruned = mine ? pruneObject(kind, merged, mine.fieldsV1, fields, kept) : merged;
  // Its time is when it last changed anything.
  const entry: ManagedFields =
    mine && equal(mine.fieldsV1, fields) && !taken
      ? mine
      : newEntry(manager, 'Apply', kind, input.time, fields);
  return withManagers(pruned, [...others, entry]);
}

/** Records that `manager` wrote `next` over `live` by create, update or patch: it owns what it changed. */
export function trackUpdate(
  live: Stored | undefined,
  next: Stored,
  kind: Kind,
  manager: string,
  time: string,
  subresource?: string,
): Stored {
  const fields = fieldsOfObject(kind, next);
  if (!live) return withManagers(next, [newEntry(manager, 'Update', kind, time, fields)]);
  const entries = live.metadata.managedFields ?? [];
  const touched = changedFields(kind, fields, live, next);
  const removed = changedFields(kind, fieldsOfObject(kind, live), live, next);
  const gone = removed && (touched ? subtract(removed, touched) : removed);
  if (!touched && !gone) return withManagers(next, entries);
  const altered = union(touched ?? {}, gone ?? {});
  const mine = entries.find(
    (entry) => entry.manager === manager && entry.operation === 'Update' && entry.subresource === subresource,
  );
  const others = entries.flatMap((entry) => (entry === mine ? [] : less(entry, altered)));
  const own = union((mine && gone ? subtract(mine.fieldsV1, gone) : mine?.fieldsV1) ?? {}, touched ?? {});
  if (isLeaf(own)) return withManagers(next, others);
  const entry = newEntry(manager, 'Update', kind, time, own);
  return withManagers(next, [...others, subresource === undefined ? entry : { ...entry, subresource }]);
}

const isApplierEntry = (entry: ManagedFields, manager: string): boolean =>
  entry.manager === manager && entry.operation === 'Apply';

function newEntry(
  manager: string,
  operation: 'Apply' | 'Update',
  kind: Kind,
  time: string,
  fieldsV1: FieldSet,
): ManagedFields {
  return {
    manager,
    operation,
    apiVersion: kind.apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: shared(fieldsV1),
  };
}

/** The same manifests are applied to every leaf: equal field sets are kept once. Bounded, for it only saves memory. */
const known = new Map<string, FieldSet>();
const KNOWN_SETS = 2000;

function shared(set: FieldSet): FieldSet {
  const text = JSON.stringify(set);
  const found = known.get(text);
  if (found) return found;
  if (known.size >= KNOWN_SETS) known.clear();
  known.set(text, set);
  return set;
}

const withManagers = (object: Stored, managedFields: ManagedFields[]): Stored => {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(managedFields.length > 0 && { managedFields }) } };
};

function less(entry: ManagedFields, fields: FieldSet): ManagedFields[] {
  const rest = subtract(entry.fieldsV1, fields);
  return rest ? [{ ...entry, fieldsV1: shared(rest) }] : [];
}

function intersect(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const out: FieldSet = {};
  for (const step in a) {
    const mine = a[step] as FieldSet;
    const theirs = b[step];
    if (!theirs || step === '.') continue;
    if (isLeaf(mine) || isLeaf(theirs)) out[step] = {};
    else {
      const both = intersect(mine, theirs);
      if (both) out[step] = both;
    }
  }
  return isLeaf(out) ? undefined : out;
}

function conflictOf(
  kind: Kind,
  name: string,
  clashes: { entry: ManagedFields; fields: FieldSet }[],
): ApiError {
  const managerOf = ({ manager, operation, apiVersion, subresource }: ManagedFields): string => {
    const where = subresource === undefined ? '' : ` with subresource "${subresource}"`;
    return `${JSON.stringify(manager)}${where}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
  };
  const causes: Cause[] = clashes.flatMap(({ entry, fields }) =>
    pathsOf(fields).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerOf(entry)}`,
      field,
    })),
  );
  const [only] = causes;
  const list =
    causes.length === 1 && only
      ? [`${only.message}: ${only.field}`]
      : clashes.map(
          ({ entry, fields }) => `conflicts with ${managerOf(entry)}:\n- ${pathsOf(fields).join('\n- ')}`,
        );
  return new ApiError(
    409,
    'Conflict',
    `Apply failed with ${causes.length} conflict${causes.length > 1 ? 's' : ''}: ${list.join('\n')}`,
    { ...detailsOf(kind, name), causes },
  );
}

function mergeObject(kind: Kind, live: Stored, applied: Fields): Stored {
  const { metadata, apiVersion: _, kind: __, status: ___, ...rest } = applied;
  const { labels, annotations, finalizers, ownerReferences } = metadata as Fields;
  const owned = { labels, annotations, finalizers, ownerReferences };
  return {
    ...(merge(rootSite(kind), live, rest) as Stored),
    metadata: merge(METADATA, live.metadata, owned) as Stored['metadata'],
  };
}

/** `applied` laid over `live`. Shares what does not change. */
function merge(site: Site, live: unknown, applied: unknown): unknown {
  if (live === undefined || live === null) return applied;
  const shape = shapeOf(site, applied);
  if (shape.type === 'map' && isMap(live)) {
    const out: Record<string, unknown> = { ...live };
    for (const name in applied as Record<string, unknown>) {
      const value = (applied as Record<string, unknown>)[name];
      if (value !== undefined) out[name] = merge(fieldSite(site, name), out[name], value);
    }
    return out;
  }
  if (shape.type === 'set' && Array.isArray(live)) return [...new Set([...live, ...(applied as unknown[])])];
  if (shape.type === 'list-map' && Array.isArray(live)) {
    const items = live.filter(isMap);
    const out: unknown[] = [...items];
    for (const item of applied as Record<string, unknown>[]) {
      const step = itemStep(item, shape.keys);
      const at = items.findIndex((candidate) => itemStep(candidate, shape.keys) === step);
      if (at < 0) out.push(item);
      else out[at] = merge(itemSite(site), items[at], item);
    }
    return out;
  }
  return equal(live, applied) ? live : applied;
}

function pruneObject(kind: Kind, object: Stored, prior: FieldSet, next: FieldSet, kept: FieldSet[]): Stored {
  const { 'f:metadata': metadata, ...rest } = prior;
  const pruned = prune(rootSite(kind), object, rest, next, kept) as Stored;
  if (!metadata) return pruned;
  const claims = kept.flatMap((set) => set['f:metadata'] ?? []);
  const left = prune(METADATA, pruned.metadata, metadata, next['f:metadata'] ?? {}, claims);
  return { ...pruned, metadata: left as Stored['metadata'] };
}

/**
 * `value` without the fields that this manager owned (`prior`), no longer applies (`next`) and nobody else owns (`kept`).
 * Returns undefined where nothing is left.
 */
function prune(site: Site, value: unknown, prior: FieldSet, next: FieldSet, kept: FieldSet[]): unknown {
  let out = value;
  for (const step in prior) {
    if (step === '.') continue;
    const was = prior[step] as FieldSet;
    const stays = next[step];
    const claims = kept.flatMap((set) => set[step] ?? []);
    if (isLeaf(was)) {
      if (!stays && claims.length === 0) out = without(site, out, step, undefined);
      continue;
    }
    const wholeItem = step.startsWith('k:') && !stays && claims.length === 0;
    if (wholeItem) {
      out = without(site, out, step, undefined);
      continue;
    }
    const child = childOf(site, out, step);
    if (child === undefined) continue;
    const rest = prune(siteAt(site, step), child, was, stays ?? {}, claims);
    const emptied = !stays && claims.length === 0 && isEmpty(rest);
    if (rest !== child || emptied) out = without(site, out, step, emptied ? undefined : rest);
  }
  return out;
}

const isEmpty = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;

function childOf(site: Site, value: unknown, step: string): unknown {
  if (step.startsWith('f:')) return isMap(value) ? value[step.slice(2)] : undefined;
  return Array.isArray(value) ? value.find((item) => stepOf(site, value, item) === step) : undefined;
}

function stepOf(site: Site, list: unknown[], item: unknown): string | undefined {
  const shape = shapeOf(site, list);
  if (shape.type === 'set') return setStep(item);
  return shape.type === 'list-map' && isMap(item) ? itemStep(item, shape.keys) : undefined;
}

/** `value` with what the step leads to replaced, or removed if `replacement` is undefined. */
function without(site: Site, value: unknown, step: string, replacement: unknown): unknown {
  if (step.startsWith('f:') && isMap(value)) {
    const { [step.slice(2)]: _, ...rest } = value;
    return replacement === undefined ? rest : { ...value, [step.slice(2)]: replacement };
  }
  if (!Array.isArray(value)) return value;
  return value.flatMap((item) => {
    if (stepOf(site, value, item) !== step) return [item];
    return replacement === undefined ? [] : [replacement];
  });
}
