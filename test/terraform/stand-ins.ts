/**
 * The same Terraform with every resource of a cloud replaced by one that Terraform has built in and that just holds what it is given. So
 * all expressions, types, conditions and the order can be tried with the tool alone: no provider, no network, no cloud. What only a
 * resource knows after it is made (an address, a generated name) is a text that says so; nested blocks made by `dynamic` keep what they are
 * made for.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BlockSchema, type ProviderSchema, schemaOf } from './schema.ts';
import { type Block, type Body, type Module, TERRAFORM, type Tree } from './tree.ts';

/** Files that are read beside those of Terraform; folders too. */
const READ = ['firestore.rules', 'firestore.indexes.json', 'firebase.json', 'dist/functions.zip', 'web/dist'];

/** @param folder an empty one @returns where to run Terraform */
export function writeStandIns(tree: Tree, schema: ProviderSchema, folder: string): string {
  const root = join(folder, 'terraform');
  for (const path of READ) cpSync(join(TERRAFORM, '..', path), join(folder, path), { recursive: true });
  cpSync(join(TERRAFORM, 'generated'), join(root, 'generated'), { recursive: true });
  for (const module of Object.values(tree)) {
    mkdirSync(join(root, module.path), { recursive: true });
    const file = join(root, module.path, 'main.tf.json');
    writeFileSync(file, JSON.stringify(standInOf(module, schema), null, 1));
  }
  return root;
}

const nameOf = ({ kind, type, name }: Block): string =>
  type === 'terraform_data' ? name : `${kind}_${type}_${name}`;

/** Those of Terraform's own keep their type and name, so that references to them still lead there. */
function standInOf(module: Module, schema: ProviderSchema): object {
  const toLocals = referencesTo(module);
  const inOrder = ({ depends_on, ...rest }: Body): Body => ({
    ...(toLocals(rest) as Body),
    ...(depends_on !== undefined && { depends_on: orderOf(module, depends_on as string[]) }),
  });
  const made = module.blocks.map((block) => [nameOf(block), resourceOf(block, schema)] as const);
  const outputs = module.blocks
    .filter(({ type }) => type !== 'terraform_data')
    .map((block) => [nameOf(block), heldBy(block)] as const);
  const sections = {
    variable: mapped(module.variables, ({ type, ...rest }) => ({
      ...rest,
      ...(type !== undefined && { type: String(type).replace(/^\$\{([\s\S]*)\}$/, '$1') }),
    })),
    locals: { ...(toLocals(module.locals) as Body), ...Object.fromEntries(outputs) },
    output: mapped(module.outputs, inOrder),
    module: mapped(module.calls, inOrder),
    resource: made.length === 0 ? {} : { terraform_data: mapped(Object.fromEntries(made), inOrder) },
  };
  return Object.fromEntries(
    Object.entries(sections).filter(([, content]) => Object.keys(content).length > 0),
  );
}

/** Whom to wait for is named without the marks of an expression. */
const orderOf = ({ blocks }: Module, names: readonly string[]): string[] =>
  names.map((text) => {
    const name = text.replace(/^\$\{(.*)\}$/, '$1');
    const block = blocks.find(
      (one) => `${one.kind === 'data' ? 'data.' : ''}${one.type}.${one.name}` === name,
    );
    return block ? `terraform_data.${nameOf(block)}` : name;
  });

const mapped = <T>(entries: Record<string, T>, change: (value: T) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value)]));

/** What it would be known by: one, or several. */
function heldBy(block: Block): string {
  const all = `terraform_data.${nameOf(block)}`;
  if ('for_each' in block.body) return `\${{ for key, one in ${all} : key => one.output }}`;
  return 'count' in block.body ? `\${[ for one in ${all} : one.output ]}` : `\${${all}.output}`;
}

function resourceOf({ kind, type, name, body }: Block, schema: ProviderSchema): Body {
  const { for_each, count, depends_on, lifecycle, provisioner, provider, triggers_replace, ...rest } = body;
  const known = schemaOf(schema, kind, type);
  return {
    ...(for_each !== undefined && { for_each }),
    ...(count !== undefined && { count }),
    ...(depends_on !== undefined && { depends_on }),
    ...(triggers_replace !== undefined && { triggers_replace }),
    ...(type !== 'terraform_data' && known && { input: filled(rest, known, `${type}.${name}`) }),
  };
}

/**
 * What a resource knows afterwards that is no text, by type and attribute.
 * https://registry.terraform.io/providers/hashicorp/google-beta/latest/docs/resources/firebase_hosting_custom_domain
 */
const KNOWN_AFTER: Readonly<Record<string, unknown>> = {
  'google_firebase_hosting_custom_domain.required_dns_updates': [
    {
      discovered: [],
      desired: [
        {
          records: [
            { domain_name: 'a domain', type: 'A', rdata: 'an address', required_action: 'ADD' },
            { domain_name: 'a domain', type: 'A', rdata: 'one of before', required_action: 'NONE' },
          ],
        },
      ],
    },
  ],
};

/** With a text for each attribute that is not given. */
function filled({ dynamic, ...body }: Body, schema: BlockSchema, path: string): Body {
  const full: Body = { ...body };
  const [type] = path.split('.');
  for (const key of Object.keys(schema.attributes))
    full[key] ??= KNOWN_AFTER[`${type}.${key}`] ?? `known after apply: ${path}.${key}`;
  for (const [key, inner] of Object.entries(schema.blocks))
    if (Array.isArray(full[key]))
      full[key] = (full[key] as Body[]).map((one) => filled(one, inner, `${path}.${key}`));
  for (const [key, [made]] of Object.entries((dynamic ?? {}) as Record<string, Body[]>))
    full[`dynamic_${key}`] = made?.for_each;
  return full;
}

/** References to resources become such to locals, which hold what the stand-ins hold. */
function referencesTo({ blocks }: Module): (value: unknown) => unknown {
  const names = blocks
    .filter(({ type }) => type !== 'terraform_data')
    .map((block) => {
      const { kind, type, name } = block;
      const written = `${kind === 'data' ? 'data.' : ''}${type}.${name}`.replaceAll('.', '\\.');
      return [new RegExp(`(?<![\\w.])${written}(?!\\w)`, 'g'), `local.${nameOf(block)}`] as const;
    });
  const change = (value: unknown): unknown => {
    if (typeof value === 'string') return names.reduce((text, [from, to]) => text.replace(from, to), value);
    if (Array.isArray(value)) return value.map(change);
    return typeof value === 'object' && value !== null ? mapped(value as Body, change) : value;
  };
  return change;
}
