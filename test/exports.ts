/** Which exports no other file uses, read off the text: every module here says what it takes by name, in the one form that the formatter leaves. */
import { dirname, join } from 'node:path';

/** `{ a, type b as c }` → the names on the exporting side, or on the importing one. */
const namesIn = (braces: string, side: 'theirs' | 'ours'): string[] =>
  braces
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim().replace(/^type\s+/, ''))
    .filter((part) => part !== '')
    .map((part) => part.split(/\s+as\s+|:\s*/).at(side === 'theirs' ? 0 : -1) ?? '');

/** What stands before `from`, and from where. */
const STATIC =
  /^(?:import|export)\s+(?:type\s+)?(?:(\w+),\s*)?(\{[^}]*\}|\*(?: as \w+)?|\w+)\s+from\s+'(\.[^']+)'/gm;
/** A module that is loaded late; what is taken of it stands where it stands. */
const LATE = /\bimport\('(\.[^']+)'\)/g;
const DECLARED =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;
const LISTED = /^export (?:type |const )?(\{[^}]*\})/gm;

/** All that it exports, in the order of the text. */
function exportsOf(text: string): string[] {
  return [
    ...[...text.matchAll(DECLARED)].map(([, name = '']) => name),
    ...[...text.matchAll(LISTED)].flatMap(([, braces = '']) => namesIn(braces, 'ours')),
    ...(/^export default\b/m.test(text) ? ['default'] : []),
  ];
}

/**
 * @param texts by path, of all modules
 * @returns `<path> <name>` of each export that no other module names
 */
export function unusedExports(texts: ReadonlyMap<string, string>): string[] {
  const taken = new Set<string>();
  /** By path: the texts of those that take the module as a whole, and name what they want of it somewhere in them. */
  const takenWhole = new Map<string, string[]>();
  for (const [file, text] of texts) {
    const pathOf = (from: string): string => join(dirname(file), from);
    const takeWhole = (from: string): void =>
      void takenWhole.set(pathOf(from), [...(takenWhole.get(pathOf(from)) ?? []), text]);
    for (const [, alone, what = '', from = ''] of text.matchAll(STATIC)) {
      if (what.startsWith('{'))
        for (const name of namesIn(what, 'theirs')) taken.add(`${pathOf(from)} ${name}`);
      else if (what.startsWith('*')) takeWhole(from);
      if (alone !== undefined || /^\w/.test(what)) taken.add(`${pathOf(from)} default`);
    }
    for (const [, from = ''] of text.matchAll(LATE)) takeWhole(from);
  }
  const isTaken = (file: string, name: string): boolean =>
    taken.has(`${file} ${name}`) ||
    (takenWhole.get(file)?.some((text) => name === 'default' || new RegExp(`\\b${name}\\b`).test(text)) ??
      false);
  return [...texts].flatMap(([file, text]) =>
    exportsOf(text)
      .filter((name) => !isTaken(file, name))
      .map((name) => `${file} ${name}`),
  );
}
