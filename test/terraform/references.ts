/** Whether everything that Terraform is told of is there: variables, locals, outputs, resources and their attributes. Pure. */
import { join } from 'node:path';
import { type Reference, referencesIn } from './expressions.ts';
import { type BlockSchema, type ProviderSchema, schemaOf } from './schema.ts';
import { type Block, type Body, type Module, type Tree, textsIn } from './tree.ts';

/** An expression's surroundings. */
interface Scope {
  module: Module;
  /** `local.x`, `google_pubsub_topic.this`. */
  id: string;
  title: string;
  body: Body;
  /** Names of `for` and `dynamic`, and what they stand for, if that is a resource. */
  names: Map<string, Block | undefined>;
}

const META_ARGUMENTS = ['source', 'for_each', 'count', 'depends_on', 'providers', 'version'];
const PATHS = ['module', 'root', 'cwd'];

/** @returns what is wrong, a line each */
export function referenceFaults(tree: Tree, schema: ProviderSchema): string[] {
  return Object.values(tree).flatMap((module) => [
    ...callFaults(module, tree),
    ...scopesOf(module).flatMap((scope) => scopeFaults(scope, tree, schema)),
    ...unusedIn(module, tree),
  ]);
}

const titleOf = ({ path }: Module): string => path || 'root';

export function scopesOf(module: Module): Scope[] {
  const at = titleOf(module);
  const scope = (what: string, body: Body): Scope => ({
    module,
    id: what,
    title: `${at}: ${what}`,
    body,
    names: new Map(),
  });
  return [
    ...Object.entries(module.locals).map(([name, value]) => scope(`local.${name}`, { value })),
    ...Object.entries(module.outputs).map(([name, body]) => scope(`output.${name}`, body)),
    ...Object.entries(module.calls).map(([name, body]) => scope(`module.${name}`, body)),
    ...Object.entries(module.variables).map(([name, { validation }]) => scope(`var.${name}`, { validation })),
    ...module.blocks.map(({ type, name, body }) => scope(`${type}.${name}`, body)),
  ];
}

function scopeFaults(scope: Scope, tree: Tree, schema: ProviderSchema): string[] {
  for (const { text } of textsIn(scope.body))
    for (const { names, over } of referencesIn(text).loops) {
      for (const name of names) scope.names.set(name, undefined);
      const block = over && blockOf(over, scope.module)?.block;
      if (block && names[1] !== undefined) scope.names.set(names[1], block);
    }
  for (const iterator of dynamicNames(scope.body)) scope.names.set(iterator, undefined);
  return [...textsIn(scope.body)]
    .flatMap(({ text, path }) =>
      referencesIn(text).references.flatMap((reference) =>
        faultOf(reference, scope, tree, schema).map((fault) => ({ path, fault })),
      ),
    )
    .map(({ path, fault }) => `${scope.title}: ${path}: ${fault}`);
}

function* dynamicNames(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'dynamic') yield* Object.keys(inner as object);
    yield* dynamicNames(inner);
  }
}

function faultOf(reference: Reference, scope: Scope, tree: Tree, schema: ProviderSchema): string[] {
  const { root, steps } = reference;
  const { module, body, names } = scope;
  const [name = '', ...more] = steps;
  const text = `${root}.${steps.join('.')}`;
  const unless = (holds: boolean, fault = `${text} is nowhere`): string[] => (holds ? [] : [fault]);
  switch (root) {
    case 'var':
      return unless(name in module.variables);
    case 'local':
      return unless(name in module.locals);
    case 'path':
      return unless(PATHS.includes(name));
    case 'count':
      return unless('count' in body, `${text} without count`);
    case 'each':
      return eachFaults(text, name, more, scope, schema);
    case 'module':
      return moduleFaults(text, name, more, module, tree);
    default: {
      if (names.has(root)) {
        const block = names.get(root);
        return block ? attributeFaults(text, steps, block, schema) : [];
      }
      const found = blockOf(reference, module);
      if (!found) return [`${text} is nowhere`];
      return instanceFaults(text, found, schema);
    }
  }
}

function eachFaults(
  text: string,
  name: string,
  steps: readonly string[],
  { body, module }: Scope,
  schema: ProviderSchema,
): string[] {
  if (!('for_each' in body)) return [`${text} without for_each`];
  if (name !== 'key' && name !== 'value') return [`${text} is nowhere`];
  const over = name === 'value' ? /^\$\{([\w.]+)\}$/.exec(String(body.for_each))?.[1] : undefined;
  const [root = '', ...path] = over?.split('.') ?? [];
  const block = over === undefined ? undefined : blockOf({ root, steps: path }, module)?.block;
  return block ? attributeFaults(text, steps, block, schema) : [];
}

function moduleFaults(
  text: string,
  name: string,
  steps: readonly string[],
  module: Module,
  tree: Tree,
): string[] {
  const call = module.calls[name];
  const called = call && tree[pathOf(module, call)];
  if (!called) return [`${text} is nowhere`];
  const isMany = 'for_each' in call || 'count' in call;
  const [first, ...rest] = steps;
  if (first === undefined) return [];
  if (isMany !== (first === '[]')) return [`${text}: ${isMany ? 'which of them?' : 'there is only one'}`];
  const output = isMany ? rest[0] : first;
  return output === undefined || output in called.outputs ? [] : [`${text} is nowhere`];
}

export const pathOf = ({ path }: Module, { source }: Body): string => join(path, String(source));

/** The block that is named, and what of it. */
function blockOf({ root, steps }: Reference, module: Module): { block: Block; steps: string[] } | undefined {
  const isData = root === 'data';
  const [type = '', name = '', ...rest] = isData ? steps : [root, ...steps];
  const kind = isData ? 'data' : 'resource';
  const block = module.blocks.find((one) => one.kind === kind && one.type === type && one.name === name);
  return block && { block, steps: rest };
}

function instanceFaults(
  text: string,
  { block, steps }: { block: Block; steps: string[] },
  schema: ProviderSchema,
): string[] {
  const [first, ...rest] = steps;
  if (first === undefined) return [];
  const isMany = 'for_each' in block.body || 'count' in block.body;
  if (isMany !== (first === '[]')) return [`${text}: ${isMany ? 'which of them?' : 'there is only one'}`];
  return attributeFaults(text, isMany ? rest : steps, block, schema);
}

function attributeFaults(
  text: string,
  steps: readonly string[],
  { kind, type }: Block,
  schema: ProviderSchema,
): string[] {
  let at: BlockSchema | undefined = schemaOf(schema, kind, type);
  for (const step of steps) {
    if (step === '[]') continue;
    if (!at || step in at.attributes) return at ? [] : [`${text}: no schema`];
    const inner: BlockSchema | undefined = at.blocks[step];
    if (!inner) return [`${text}: there is no ${step}`];
    at = inner;
  }
  return [];
}

/** What a module is given is what it asks for. */
function callFaults(module: Module, tree: Tree): string[] {
  return Object.entries(module.calls).flatMap(([name, call]) => {
    const title = `${titleOf(module)}: module.${name}`;
    const called = tree[pathOf(module, call)];
    if (!called) return [`${title}: there is no ${String(call.source)}`];
    const given = Object.keys(call).filter((key) => !META_ARGUMENTS.includes(key));
    const asked = Object.entries(called.variables);
    return [
      ...given.filter((key) => !(key in called.variables)).map((key) => `${title}: ${key} is not asked for`),
      ...asked
        .filter(([key, body]) => !('default' in body) && !given.includes(key))
        .map(([key]) => `${title}: ${key} is missing`),
    ];
  });
}

/** What nobody speaks of is left over from something. */
function unusedIn(module: Module, tree: Tree): string[] {
  const spoken = new Set<string>();
  for (const { body } of scopesOf(module))
    for (const { text } of textsIn(body))
      for (const { root, steps } of referencesIn(text).references) spoken.add(`${root}.${steps[0]}`);
  const callers = Object.values(tree).flatMap((caller) =>
    Object.entries(caller.calls)
      .filter(([, call]) => pathOf(caller, call) === module.path)
      .map(([name]) => ({ caller, name })),
  );
  const isTaken = (output: string): boolean =>
    callers.some(({ caller, name }) =>
      scopesOf(caller).some(({ body }) =>
        [...textsIn(body)].some(({ text }) => {
          const { references, loops } = referencesIn(text);
          const through = loops.filter(({ over }) => over?.root === 'module' && over.steps[0] === name);
          return (
            references.some(
              ({ root, steps }) => root === 'module' && steps[0] === name && steps.includes(output),
            ) ||
            (through.length > 0 && references.some(({ steps }) => steps[0] === output))
          );
        }),
      ),
    );
  const at = titleOf(module);
  return [
    ...Object.keys(module.variables)
      .filter((name) => !spoken.has(`var.${name}`))
      .map((name) => `${at}: var.${name} is never used`),
    ...Object.keys(module.locals)
      .filter((name) => !spoken.has(`local.${name}`))
      .map((name) => `${at}: local.${name} is never used`),
    ...(module.path === '' ? [] : Object.keys(module.outputs))
      .filter((name) => !isTaken(name))
      .map((name) => `${at}: output.${name} is never used`),
  ];
}
