/**
 * The JSON paths of printer columns: `.spec.hosts`, `.status.conditions[?(@.type=="Ready")].status`, `.spec.servers[*].port.number`.
 * Slices and unions are left out.
 */
import { isMap } from '../json.ts';

type Step =
  | { is: 'field'; name: string }
  | { is: 'all' }
  | { is: 'index'; at: number }
  | { is: 'where'; path: Step[]; equals: string };

const parsed = new Map<string, Step[] | undefined>();

/** All that the path leads to; nothing if it cannot be read. */
export function jsonPathOf(root: unknown, path: string): unknown[] {
  if (!parsed.has(path)) parsed.set(path, parse(path));
  const steps = parsed.get(path);
  return steps ? follow([root], steps) : [];
}

const STEP =
  /^(?:\.?\[\?\(@(?<path>(?:\.[\w-]+)+)\s*==\s*(?<quote>["'])(?<equals>.*?)\k<quote>\)\]|\.?\[(?<index>-?\d+|\*)\]|\.?\[(["'])(?<key>.+?)\5\]|\.(?<name>(?:[\w/-]|\\\.)+))/;

function parse(path: string): Step[] | undefined {
  let rest = path.replace(/^\$/, '');
  const steps: Step[] = [];
  while (rest !== '') {
    const match = STEP.exec(rest);
    if (!match) return undefined;
    const { path: where, equals = '', index, key, name } = match.groups ?? {};
    if (where !== undefined) steps.push({ is: 'where', path: parse(where) ?? [], equals });
    else if (index === '*') steps.push({ is: 'all' });
    else if (index !== undefined) steps.push({ is: 'index', at: Number(index) });
    else steps.push({ is: 'field', name: key ?? (name ?? '').replaceAll('\\.', '.') });
    rest = rest.slice(match[0].length);
  }
  return steps;
}

function follow(values: unknown[], steps: readonly Step[]): unknown[] {
  let here = values;
  for (const step of steps) here = here.flatMap((value) => take(value, step));
  return here;
}

function take(value: unknown, step: Step): unknown[] {
  switch (step.is) {
    case 'field':
      return isMap(value) && value[step.name] !== undefined ? [value[step.name]] : [];
    case 'all':
      return Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
    case 'index': {
      const item = Array.isArray(value) ? value.at(step.at) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'where':
      return Array.isArray(value)
        ? value.filter((item) => follow([item], step.path).some((one) => String(one) === step.equals))
        : [];
  }
}
