/** The Terraform of this repository as a tree: parsed by HashiCorp's own parser, and changed in memory by tests of the tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Its declarations would bring those of browsers with them, for the whole repository. */
const { parse } = createRequire(import.meta.url)('@cdktf/hcl2json') as {
  parse(file: string, content: string): Promise<Parsed>;
};

export const TERRAFORM = fileURLToPath(new URL('../../terraform', import.meta.url));

/** A body of HCL: attributes are texts, numbers and the like, `${…}` where they are expressions; blocks are arrays of bodies. */
export type Body = Record<string, unknown>;

export interface Block {
  /** `resource`, or `data`. */
  kind: 'resource' | 'data';
  type: string;
  name: string;
  body: Body;
}

export interface Module {
  /** From `terraform/`; empty for the root. */
  path: string;
  variables: Record<string, Body>;
  locals: Body;
  outputs: Record<string, Body>;
  /** Calls of other modules. */
  calls: Record<string, Body>;
  blocks: Block[];
  /** `terraform`, `moved`, `provider` and whatever else there is; as `opentofu`, what OpenTofu alone is asked for. */
  rest: Record<string, unknown>;
}

export type Tree = Record<string, Module>;

type Parsed = Record<string, Record<string, unknown>>;
const KNOWN = ['variable', 'locals', 'output', 'module', 'resource', 'data'];

/** Each in a list of one. */
const bodies = (blocks: Record<string, unknown> = {}): Record<string, Body> =>
  Object.fromEntries(Object.entries(blocks).map(([name, list]) => [name, (list as Body[])[0] ?? {}]));

const blocksOf = (kind: Block['kind'], byType: Record<string, unknown> = {}): Block[] =>
  Object.entries(byType).flatMap(([type, byName]) =>
    Object.entries(bodies(byName as Record<string, unknown>)).map(([name, body]) => ({
      kind,
      type,
      name,
      body,
    })),
  );

function moduleOf(path: string, files: readonly Parsed[]): Module {
  const all = (key: string): Record<string, unknown> =>
    Object.assign({}, ...files.map((file) => file[key] ?? {}));
  return {
    path,
    variables: bodies(all('variable')),
    locals: Object.assign({}, ...files.flatMap((file) => (file.locals as unknown as Body[]) ?? [])),
    outputs: bodies(all('output')),
    calls: bodies(all('module')),
    blocks: files.flatMap((file) => [...blocksOf('resource', file.resource), ...blocksOf('data', file.data)]),
    rest: Object.fromEntries(
      files.flatMap((file) => Object.entries(file).filter(([key]) => !KNOWN.includes(key))),
    ),
  };
}

/** @param ending `.tf`, or `.tofu` for what OpenTofu alone reads */
export const sourceFiles = (root = TERRAFORM, ending = '.tf'): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith(ending) && !entry.parentPath.includes('.terraform'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

export async function readTree(root = TERRAFORM): Promise<Tree> {
  const parsed = new Map<string, Parsed[]>();
  for (const file of sourceFiles(root)) {
    const path = relative(root, dirname(file));
    parsed.set(path, [...(parsed.get(path) ?? []), await parse(file, readFileSync(file, 'utf8'))]);
  }
  const tree = Object.fromEntries([...parsed].map(([path, files]) => [path, moduleOf(path, files)]));
  for (const file of sourceFiles(root, '.tofu')) {
    const { rest = {} } = tree[relative(root, dirname(file))] ?? {};
    rest.opentofu = (await parse(file, readFileSync(file, 'utf8'))).terraform;
  }
  return tree;
}

export const allBlocks = (tree: Tree): (Block & { module: string })[] =>
  Object.values(tree).flatMap(({ path, blocks }) => blocks.map((block) => ({ ...block, module: path })));

export const resourcesOf = (tree: Tree, type: string): (Block & { module: string })[] =>
  allBlocks(tree).filter((block) => block.kind === 'resource' && block.type === type);

export const titleOf = ({ kind, type, name, module }: Block & { module: string }): string =>
  `${module === '' ? 'root' : module}: ${kind === 'data' ? 'data.' : ''}${type}.${name}`;

/** All expressions below a value, without their marks; `path` tells where. */
export function* textsIn(value: unknown, path = ''): Generator<{ text: string; path: string }> {
  if (typeof value === 'string') yield { text: value, path };
  else if (Array.isArray(value))
    for (const [index, inner] of value.entries()) yield* textsIn(inner, `${path}[${index}]`);
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      yield* textsIn(inner, path === '' ? key : `${path}.${key}`);
      if (key.includes('${')) yield { text: key, path };
    }
}
