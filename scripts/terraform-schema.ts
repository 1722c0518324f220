/**
 * Makes `test/terraform/provider-schema.json`: what the providers take of the resources that `terraform/` uses, and nothing else. Run by
 * hand when a resource or a provider's version is new, with the providers' own sources, of which nothing is built or run:
 *
 *     for one in google google-beta; do
 *       git clone --depth 1 --branch v7.45.0 https://github.com/hashicorp/terraform-provider-$one
 *     done
 *     node scripts/terraform-schema.ts 7.45.0 <folder of google> <folder of google-beta>
 *
 * It tells of each attribute whether it must be there and whether it is only read, and of each block whether there may be several; not what
 * values are right. It knows as much of Go as schemas are written in, and stops at anything else.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BlockSchema, ProviderSchema } from '../test/terraform/schema.ts';
import { allBlocks, readTree } from '../test/terraform/tree.ts';

const FILE = fileURLToPath(new URL('../test/terraform/provider-schema.json', import.meta.url));

type Kind = 'resource' | 'data';
/** A package of Go: all its files, without comments. */
interface Package {
  source: Source;
  text: string;
}
interface Source {
  provider: string;
  packages: Map<string, Package>;
}
/** What names stand for inside of a function: an expression, and where it was written. */
type Names = Map<string, Bound>;
interface Bound {
  expression: string;
  at: Package;
  names: Names;
}
/** `schema.Schema`, as far as it matters here. */
interface Entry {
  required: boolean;
  optional: boolean;
  many: boolean;
  block?: Map<string, Entry>;
}
type Schema = Map<string, Entry>;

function sourceAt(folder: string, provider: string): Source {
  const source: Source = { provider, packages: new Map() };
  const root = join(folder, provider);
  for (const path of [
    'tpgresource',
    'tpgiamresource',
    ...readdirSync(join(root, 'services')).map((name) => `services/${name}`),
  ]) {
    const files = readdirSync(join(root, path)).filter(
      (name) => name.endsWith('.go') && !name.endsWith('_test.go'),
    );
    const text = files
      .map((name) => withoutComments(readFileSync(join(root, path, name), 'utf8')))
      .join('\n');
    source.packages.set(path.split('/').at(-1) ?? '', { source, text });
  }
  return source;
}

/** Texts between quotes of both kinds, and runes, in which nothing means anything. */
const QUOTED = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'/;
const withoutComments = (text: string): string =>
  text.replace(
    new RegExp(`(${QUOTED.source})|//[^\\n]*|/\\*[\\s\\S]*?\\*/`, 'g'),
    (_, quoted = '') => quoted,
  );

/** @returns what is between the bracket at `from` and its end */
function inside(text: string, from: number): string {
  const parts = new RegExp(`${QUOTED.source}|[([{}\\])]`, 'g');
  parts.lastIndex = from;
  for (let depth = 0, part = parts.exec(text); part !== null; part = parts.exec(text)) {
    if ('([{'.includes(part[0])) depth += 1;
    if (')]}'.includes(part[0]) && --depth === 0) return text.slice(from + 1, part.index);
  }
  throw new Error(`a bracket has no end: ${text.slice(from, from + 80)}`);
}

/** Split where nothing is open. */
function split(text: string, by: ',' | ':' | '\n'): string[] {
  const parts = new RegExp(`${QUOTED.source}|[([{}\\])]|${by}`, 'g');
  const found: string[] = [];
  let [depth, begin] = [0, 0];
  for (const { 0: part, index } of text.matchAll(parts)) {
    if ('([{'.includes(part)) depth += 1;
    else if (')]}'.includes(part)) depth -= 1;
    else if (part === by && depth === 0) {
      found.push(text.slice(begin, index));
      begin = index + 1;
    }
  }
  return [...found, text.slice(begin)].map((one) => one.trim()).filter((one) => one !== '');
}

/** `a: b, c: d` */
const pairsOf = (body: string): Map<string, string> =>
  new Map(
    split(body, ',').map((pair) => {
      const [key = '', ...value] = split(pair, ':');
      return [key.replaceAll('"', ''), value.join(':')];
    }),
  );

const CALL = /^(?:(\w+)\.)?(\w+)\(/;
const NAME = /^(?:(\w+)\.)?(\w+)$/;

/** Where a name of another package is looked for; packages are imported by names that are not always theirs. */
function packageOf(at: Package, alias: string | undefined, what: RegExp): Package {
  const named = alias === undefined ? at : at.source.packages.get(alias);
  const found = named ?? [...at.source.packages.values()].find(({ text }) => what.test(text));
  if (found === undefined || !what.test(found.text)) throw new Error(`nowhere: ${alias ?? ''} ${what}`);
  return found;
}

/** What a function does before it returns, as far as it is about schemas; and what it returns. */
function calledOf(expression: string, at: Package, names: Names): Bound {
  const [, alias, name = ''] = CALL.exec(expression) ?? [];
  const head = new RegExp(`^func ${name}\\(`, 'm');
  const there = packageOf(at, alias, head);
  const start = there.text.search(head);
  const open = there.text.indexOf('(', start);
  const parameters = split(inside(there.text, open), ',').map((one) => one.split(/\s+/)[0] ?? '');
  const given = split(inside(expression, expression.indexOf('(')), ',');
  const inner: Names = new Map(
    parameters.flatMap((one, i) => {
      const argument = given[i];
      return argument === undefined ? [] : [[one, { expression: argument, at, names }] as const];
    }),
  );
  const body = inside(there.text, there.text.indexOf('{\n', open));
  let returned = '';
  for (const statement of split(body, '\n')) {
    const [, set, value = ''] = /^(\w+) :?= ([\s\S]+)$/.exec(statement) ?? [];
    if (set !== undefined) inner.set(set, { expression: value, at: there, names: new Map(inner) });
    const [, map, key, entry = ''] = /^(\w+(?:\.Schema)?)\["(\w+)"\] = ([\s\S]+)$/.exec(statement) ?? [];
    if (map !== undefined) change(map, `Added(${map}, "${key}", ${entry})`);
    const [, helper, changed = '', keys = ''] =
      /^tpgresource\.(AddOptional|AddRequired)FieldsToSchema\((\w+), ([\s\S]+)\)$/.exec(statement) ?? [];
    if (helper !== undefined) change(changed, `${helper}(${changed}, ${keys})`);
    if (statement.startsWith('return ')) returned = statement.slice('return '.length);
  }
  return { expression: returned, at: there, names: inner };

  function change(map: string, expression: string): void {
    const name = map.replace('.Schema', '');
    inner.set(name, {
      expression: map === name ? expression : `Resource(${expression})`,
      at: there,
      names: new Map(inner),
    });
  }
}

/** Of `*schema.Resource`. */
function ofResource(expression: string, at: Package, names: Names): Schema {
  if (expression.startsWith('&schema.Resource{')) {
    const pairs = pairsOf(inside(expression, expression.indexOf('{')));
    const schema = ofMap(pairs.get('Schema') ?? '', at, names);
    const timeouts = pairs.get('Timeouts');
    if (timeouts !== undefined) {
      const kinds = [...pairsOf(inside(timeouts, timeouts.indexOf('{'))).keys()];
      const entry = { required: false, optional: true, many: false };
      const block = new Map(kinds.map((kind) => [kind.toLowerCase(), entry]));
      schema.set('timeouts', { ...entry, block });
    }
    return schema;
  }
  if (expression.startsWith('Resource(')) return ofMap(inside(expression, 8), at, names);
  return resolved(expression, at, names, ofResource);
}

/** What is named or called is read where it is written. */
function resolved<T>(
  expression: string,
  at: Package,
  names: Names,
  read: (expression: string, at: Package, names: Names) => T,
): T {
  const bound = names.get(expression);
  if (bound) return read(bound.expression, bound.at, bound.names);
  if (CALL.test(expression)) {
    const called = calledOf(expression, at, names);
    return read(called.expression, called.at, called.names);
  }
  const [, alias, name] = NAME.exec(expression) ?? [];
  if (name === undefined) throw new Error(`not understood: ${expression.slice(0, 120)}`);
  const declared = new RegExp(`^(?:var )?\\s*${name}(?: [^\\s=]+)? = `, 'm');
  const there = packageOf(at, alias, declared);
  const from = there.text.search(declared);
  const value = there.text.slice(from).replace(declared, '');
  const end = value.indexOf('{\n');
  return read(`${value.slice(0, end)}{${inside(value, end)}}`, there, new Map());
}

/** Of `map[string]*schema.Schema`. */
function ofMap(expression: string, at: Package, names: Names): Schema {
  if (expression.startsWith('map[string]*schema.Schema{')) {
    const body = inside(expression, expression.indexOf('{'));
    return new Map([...pairsOf(body)].map(([key, value]) => [key, ofEntry(value, at, names)]));
  }
  const [, helper, args = ''] = /^(?:tpgresource\.)?(\w+)\(([\s\S]*)\)$/.exec(expression) ?? [];
  const [first = '', ...others] = split(args, ',');
  switch (helper) {
    case 'MergeSchemas':
      return new Map([...ofMap(first, at, names), ...ofMap(others[0] ?? '', at, names)]);
    case 'Added':
      return new Map([
        ...ofMap(first, at, names),
        [String(others[0]).replaceAll('"', ''), ofEntry(others.slice(1).join(','), at, names)],
      ]);
    case 'AddOptional':
    case 'AddRequired': {
      const [schema, required] = [ofMap(first, at, names), helper === 'AddRequired'];
      for (const key of others.map((one) => one.replaceAll('"', '')))
        schema.set(key, { ...(schema.get(key) as Entry), required, optional: !required });
      return schema;
    }
    case 'DatasourceSchemaFromResourceSchema': {
      const onlyRead = ([key, entry]: [string, Entry]) =>
        [key, { ...entry, required: false, optional: false }] as const;
      const given = [...ofMap(first, at, names)].filter(([key]) => key !== 'timeouts');
      return new Map(given.map(onlyRead));
    }
  }
  if (expression.endsWith('.Schema')) return ofResource(expression.slice(0, -'.Schema'.length), at, names);
  return resolved(expression, at, names, ofMap);
}

function ofEntry(expression: string, at: Package, names: Names): Entry {
  if (!/^(&schema\.Schema)?\{/.test(expression)) return resolved(expression, at, names, ofEntry);
  const pairs = pairsOf(inside(expression, expression.indexOf('{')));
  const element = pairs.get('Elem');
  const isBlock = element !== undefined && !element.startsWith('&schema.Schema{');
  return {
    required: pairs.get('Required') === 'true',
    optional: pairs.get('Optional') === 'true',
    many: pairs.get('MaxItems') !== '1',
    ...(isBlock && { block: ofResource(element, at, names) }),
  };
}

/** What can only be read is an attribute, whatever is in it. */
function blockOf(schema: Schema, isTop: boolean): BlockSchema {
  const block: BlockSchema = { attributes: isTop ? { id: 'optional' } : {}, blocks: {} };
  for (const [key, { required, optional, many, block: inner }] of schema)
    if (!required && !optional) block.attributes[key] = 'computed';
    else if (inner)
      block.blocks[key] = {
        ...(required && { required }),
        ...(many && { many }),
        ...blockOf(inner, false),
      };
    else block.attributes[key] = required ? 'required' : 'optional';
  return block;
}

function registered(source: Source, kind: Kind, type: string): BlockSchema {
  const form = kind === 'data' ? 'SchemaTypeDataSource' : 'SchemaType(?:IAM)?Resource';
  const said = new RegExp(
    `\\bregistry\\.Schema\\{\\s+Name:\\s+"${type}",[^}]*?Type:\\s+registry\\.${form},\\s+Schema:\\s+`,
  );
  for (const at of source.packages.values()) {
    const found = said.exec(at.text);
    if (found === null) continue;
    const [expression = ''] = split(
      at.text.slice(found.index + found[0].length).split('\n\t}')[0] ?? '',
      ',',
    );
    return blockOf(ofResource(expression, at, new Map()), true);
  }
  throw new Error(`the provider ${source.provider} has no ${kind} ${type}`);
}

const [version, google, beta] = process.argv.slice(2);
if (version === undefined || google === undefined || beta === undefined)
  throw new Error('usage: terraform-schema.ts <version> <sources of google> <sources of google-beta>');
const sources = [sourceAt(google, 'google'), sourceAt(beta, 'google-beta')];
const schema: ProviderSchema = {
  providers: Object.fromEntries(sources.map(({ provider }) => [provider, version])),
  resource: {},
  data: {},
};
for (const { kind, type, body } of allBlocks(await readTree())) {
  if (!type.startsWith('google_') || schema[kind][type]) continue;
  const provider = body.provider === undefined ? 'google' : 'google-beta';
  const source = sources.find((one) => one.provider === provider) as Source;
  schema[kind][type] = { provider, ...registered(source, kind, type) };
}
const sorted = <T>(entries: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(
  FILE,
  `${JSON.stringify({ ...schema, resource: sorted(schema.resource), data: sorted(schema.data) }, null, 1)}\n`,
);
