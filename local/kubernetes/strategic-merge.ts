/**
 * Strategic merge patches: lists merge by the key that their type declares, and directives in the patch say what to delete, to replace,
 * to keep and in which order.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
import { badRequest } from './errors.ts';
import { equal, isMap } from './json.ts';
import type { Fields, Stored } from './objects.ts';
import { type Field, type MessageType, messageType, type Type, typeOfKind } from './wire/types.ts';

const DIRECTIVE = '$patch';
const RETAIN = '$retainKeys';
const ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';

/** @throws ApiError 400 */
export function strategicMergePatch(live: Stored, patch: Fields): Fields {
  return mergeMap(typeOfKind(live.apiVersion, live.kind), live, patch);
}

function mergeMap(type: MessageType | undefined, target: Fields, patch: Fields): Fields {
  const { [DIRECTIVE]: directive, [RETAIN]: retained, ...rest } = patch;
  if (directive === 'delete') return {};
  if (directive === 'replace') return rest;
  if (directive !== undefined && directive !== 'merge') {
    throw badRequest(`Unknown patch type: ${directive} in map: ${JSON.stringify(patch)}`);
  }
  const out: Fields = { ...target };
  if (Array.isArray(retained)) {
    for (const name in out) if (!retained.includes(name)) delete out[name];
  }
  for (const name in rest) {
    if (name.startsWith(DELETE_FROM)) {
      const field = name.slice(DELETE_FROM.length);
      out[field] = listOf(out[field]).filter((item) => !listOf(rest[name]).includes(item));
    } else if (rest[name] === null) delete out[name];
    else if (!name.startsWith('$')) out[name] = mergeValue(type?.byName.get(name), out[name], rest[name]);
  }
  for (const name in rest) {
    if (!name.startsWith(ORDER)) continue;
    const field = name.slice(ORDER.length);
    if (!Array.isArray(out[field])) continue;
    const key = type?.byName.get(field)?.patch?.key;
    out[field] = ordered(out[field], listOf(target[field]), listOf(rest[name]), key);
  }
  return out;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const mergesLists = (field: Field | undefined): boolean =>
  field?.patch?.strategy.split(',').includes('merge') === true;

function mergeValue(field: Field | undefined, target: unknown, patch: unknown): unknown {
  const type = field?.type;
  if (isMap(patch)) {
    if (field?.patch?.strategy === 'replace') return patch;
    const inner = type?.is === 'map' ? undefined : messageOf(type);
    return mergeMap(inner, isMap(target) ? target : {}, patch);
  }
  if (!Array.isArray(patch) || !mergesLists(field)) return patch;
  const key = field?.patch?.key;
  const items = listOf(target);
  if (key === undefined) return [...items, ...patch.filter((item) => !items.includes(item))];
  return mergeItems(messageOf(type), key, items.filter(isMap), patch);
}

const messageOf = (type: Type | undefined): MessageType | undefined => {
  if (type?.is === 'message') return messageType(type.of);
  return type?.is === 'list' && type.of.is === 'message' ? messageType(type.of.of) : undefined;
};

function mergeItems(
  type: MessageType | undefined,
  key: string,
  target: readonly Fields[],
  patch: readonly unknown[],
): Fields[] {
  const items = patch.filter(isMap) as Fields[];
  if (items.some((item) => item[DIRECTIVE] === 'replace')) {
    return items.filter((item) => item[DIRECTIVE] !== 'replace');
  }
  let out = [...target];
  for (const item of items) {
    if (item[key] === undefined) {
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    }
    const isIt = (one: Fields): boolean => equal(one[key], item[key]);
    if (item[DIRECTIVE] === 'delete') {
      out = out.filter((one) => !isIt(one));
      continue;
    }
    const at = out.findIndex(isIt);
    const merged = mergeMap(type, out[at] ?? {}, item);
    if (at < 0) out.push(merged);
    else out[at] = merged;
  }
  return out;
}

/** The items that `order` names, in that order; the others stay before what they stood before. */
function ordered(
  items: readonly unknown[],
  before: readonly unknown[],
  order: readonly unknown[],
  key: string | undefined,
): unknown[] {
  const keyOf = (item: unknown): unknown => (key !== undefined && isMap(item) ? item[key] : item);
  const placeIn = (list: readonly unknown[], item: unknown): number =>
    list.findIndex((one) => equal(keyOf(one), keyOf(item)));
  const named = items
    .filter((item) => placeIn(order, item) >= 0)
    .sort((a, b) => placeIn(order, a) - placeIn(order, b));
  const others = items.filter((item) => placeIn(order, item) < 0);
  const out: unknown[] = [];
  for (const item of named) {
    const place = placeIn(before, item);
    while (place >= 0 && others.length > 0 && placeIn(before, others[0]) < place) out.push(others.shift());
    out.push(item);
  }
  return [...out, ...others];
}
