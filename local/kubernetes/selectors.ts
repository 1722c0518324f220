/** Label selectors as requests write them and as workloads hold them, and field selectors. */
import { badRequest } from './errors.ts';
import { isMap } from './json.ts';
import type { Fields, Stored } from './objects.ts';

type Labels = Record<string, string>;
export type Matcher = (object: Stored) => boolean;

const EVERYTHING: Matcher = () => true;

/** `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas. @throws ApiError 400 */
export function parseLabelSelector(text: string | undefined): Matcher {
  if (!text) return EVERYTHING;
  // Commas within parentheses belong to a set.
  const tests = text.split(/,(?![^(]*\))/).map((part) => parseRequirement(part.trim()));
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

function parseRequirement(part: string): (labels: Labels) => boolean {
  const set = /^([^\s!=()]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    const isIn = (labels: Labels) => labels[key] !== undefined && values.includes(labels[key]);
    return operator === 'in' ? isIn : (labels) => !isIn(labels);
  }
  const pair = /^([^\s!=()]+)\s*(==?|!=)\s*([^\s!=()]*)$/.exec(part);
  if (pair) {
    const [, key = '', operator, value = ''] = pair;
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const presence = /^(!?)([^\s!=()]+)$/.exec(part);
  if (!presence) throw badRequest(`unable to parse requirement: found '${part}'`);
  const [, not, key = ''] = presence;
  return not ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined;
}

/** `metadata.name=a,status.phase!=Running`. @throws ApiError 400 */
export function parseFieldSelector(text: string | undefined): Matcher {
  if (!text) return EVERYTHING;
  const tests = text.split(',').map((part): Matcher => {
    const pair = /^([\w.]+)(==?|!=)(.*)$/.exec(part.trim());
    if (!pair) throw badRequest(`invalid field selector: "${part}"`);
    const [, path = '', operator, value] = pair;
    const steps = path.split('.');
    return (object) => (fieldAt(object, steps) === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

function fieldAt(object: Stored, steps: readonly string[]): string {
  let value: unknown = object;
  for (const step of steps) value = isMap(value) ? value[step] : undefined;
  return value === undefined || value === null ? '' : String(value);
}

/** A workload's `spec.selector`: `matchLabels` and `matchExpressions`. */
export function selects(selector: Fields | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  const has = labels ?? {};
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => has[key] === value) &&
    (selector.matchExpressions ?? []).every((term: { key: string; operator: string; values?: string[] }) => {
      const value = has[term.key];
      if (term.operator === 'Exists') return value !== undefined;
      if (term.operator === 'DoesNotExist') return value === undefined;
      const isIn = value !== undefined && (term.values ?? []).includes(value);
      return term.operator === 'In' ? isIn : !isIn;
    })
  );
}

/** A workload's selector as one text: `app=web,tier in (a,b)`. */
export function selectorText(selector: Fields): string {
  const plain = selector.matchLabels || selector.matchExpressions ? (selector.matchLabels ?? {}) : selector;
  const terms = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }: { key: string; operator: string; values?: string[] }) => {
      if (operator === 'Exists') return key;
      if (operator === 'DoesNotExist') return `!${key}`;
      return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
    },
  );
  return [...Object.entries(plain).map(([key, value]) => `${key}=${value}`), ...terms].join(',');
}
