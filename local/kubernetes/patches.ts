/** The patches that any JSON takes: merge patch and JSON patch. */
import { ApiError, badRequest } from './errors.ts';
import { copy, equal, isMap } from './json.ts';
import type { Fields } from './objects.ts';

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const out: Fields = isMap(target) ? { ...target } : {};
  for (const field in patch) {
    if (patch[field] === null) delete out[field];
    else out[field] = mergePatch(out[field], patch[field]);
  }
  return out;
}

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

const steps = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** RFC 6902. @throws ApiError 400, 422 */
export function jsonPatch(target: Fields, operations: unknown): Fields {
  if (!Array.isArray(operations)) throw badRequest('a JSON patch is a list of operations');
  // A copy, so that operations may change it in place.
  let root: unknown = copy(target);
  for (const operation of operations as Operation[]) root = operate(root, operation);
  return root as Fields;
}

function operate(root: unknown, operation: Operation): unknown {
  const path = steps(operation.path);
  switch (operation.op) {
    case 'add':
      return insertAt(root, path, copy(operation.value));
    case 'remove':
      return removeAt(root, path);
    case 'replace':
      requireAt(root, path);
      return insertAt(removeAt(root, path), path, copy(operation.value));
    case 'copy':
      return insertAt(root, path, copy(requireAt(root, steps(operation.from ?? ''))));
    case 'move': {
      const from = steps(operation.from ?? '');
      const value = requireAt(root, from);
      return insertAt(removeAt(root, from), path, value);
    }
    case 'test':
      if (equal(requireAt(root, path), operation.value)) return root;
      throw refused(`testing path ${operation.path} value failed`);
    default:
      throw badRequest(`unknown JSON patch operation "${operation.op}"`);
  }
}

const refused = (why: string): ApiError =>
  new ApiError(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`);

function requireAt(root: unknown, path: string[]): unknown {
  let value = root;
  for (const step of path) {
    value = Array.isArray(value) ? value[Number(step)] : isMap(value) ? value[step] : undefined;
    if (value === undefined) throw refused(`missing path /${path.join('/')}`);
  }
  return value;
}

function insertAt(root: unknown, path: string[], value: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  const parent = requireAt(root, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(last === '-' ? parent.length : Number(last), 0, value);
  else if (isMap(parent)) parent[last] = value;
  else throw refused(`missing path /${path.join('/')}`);
  return root;
}

function removeAt(root: unknown, path: string[]): unknown {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  requireAt(root, path);
  const parent = requireAt(root, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isMap(parent)) delete parent[last];
  return root;
}
