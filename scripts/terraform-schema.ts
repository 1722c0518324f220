/**
 * Makes `test/terraform/provider-schema.json`: what the providers take of the resources that `terraform/` uses, and nothing else. Run by
 * hand when a resource or a provider's version is new:
 *
 *     cd "$(mktemp -d)" && npm pack @cdktf/provider-google@16.12.1 @cdktf/provider-google-beta@16.12.1
 *     mkdir google beta && tar xzf cdktf-provider-google-16*.tgz -C google && tar xzf cdktf-provider-google-beta-*.tgz -C beta
 *     node scripts/terraform-schema.ts <folder>/google/package <folder>/beta/package
 *
 * These packages are made from the providers' own schemas. They tell of each attribute whether it must be there and whether it is only
 * read, and of each block whether there may be several; not what values are right.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BlockSchema, ProviderSchema } from '../test/terraform/schema.ts';
import { allBlocks, readTree } from '../test/terraform/tree.ts';

const FILE = fileURLToPath(new URL('../test/terraform/provider-schema.json', import.meta.url));

interface Package {
  provider: string;
  version: string;
  folder: string;
}

function packageAt(folder: string): Package {
  const { cdktf } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    cdktf: { provider: { name: string; version: string } };
  };
  const { name, version } = cdktf.provider;
  return { provider: name.split('/').at(-1) ?? '', version, folder };
}

/** `google_pubsub_topic` is in `pubsub-topic`, or in `google-pubsub-topic` where the provider is called otherwise. */
function folderOf({ folder, provider }: Package, kind: string, type: string): string {
  const name = type.replaceAll('_', '-');
  const own = provider === 'google' && kind === 'resource' ? name.replace(/^google-/, '') : name;
  return join(folder, 'lib', kind === 'data' ? `data-${own}` : own);
}

const INTERFACE = /export interface (\w+)(?: extends [\w.]+)? \{\n([\s\S]*?)\n\}/g;
const PROPERTY = /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s+readonly (\w+)(\?)?: ((?:\{[^}]*\}|[^;{])+);/g;

/** The types of the package speak TypeScript; the names of the provider are in the links of their comments. */
function schemaIn(declarations: string, code: string): BlockSchema {
  const interfaces = new Map(
    [...declarations.matchAll(INTERFACE)].map(([, name = '', body = '']) => [name, body]),
  );
  const [root] = [...interfaces.keys()].filter(
    (name) =>
      name.endsWith('Config') &&
      declarations.includes(`interface ${name} extends cdktf.TerraformMetaArguments`),
  );
  if (root === undefined) throw new Error('no configuration is declared');
  const readOnly = computedIn(code);
  const read = (name: string, className: string): BlockSchema => {
    const schema: BlockSchema = { attributes: {}, blocks: {} };
    for (const [, comment = '', , optional, type = ''] of (interfaces.get(name) ?? '').matchAll(PROPERTY)) {
      const key = /\{@link [^#\s]+#(\w+) /.exec(comment)?.[1];
      if (key === undefined) throw new Error(`${name} has a property without a name of the provider's`);
      const inner = /^(\w+)(\[\])?( \| cdktf\.IResolvable)?$/.exec(type.trim());
      const isBlock = inner?.[1] !== undefined && interfaces.has(inner[1]) && /\* \w+ block\b/.test(comment);
      const required = optional === undefined;
      if (isBlock && inner?.[1])
        schema.blocks[key] = {
          ...(required && { required }),
          ...(inner[2] !== undefined && { many: true }),
          ...read(inner[1], `${inner[1]}OutputReference`),
        };
      else schema.attributes[key] = required ? 'required' : 'optional';
    }
    for (const key of readOnly.get(className) ?? [])
      if (!(key in schema.blocks)) schema.attributes[key] ??= 'computed';
    return schema;
  };
  return read(root, root.replace(/Config$/, ''));
}

/** By class: what can only be read. */
function computedIn(code: string): Map<string, string[]> {
  const classes = code.split(/\nclass /).slice(1);
  return new Map(
    classes.map((text) => [
      /^\w+/.exec(text)?.[0] ?? '',
      [...text.matchAll(/\/\/ (\w+) - computed: true, optional: false, required: false/g)].map(
        ([, key = '']) => key,
      ),
    ]),
  );
}

const packages = process.argv.slice(2).map(packageAt);
if (packages.length === 0)
  throw new Error('usage: terraform-schema.ts <unpacked @cdktf/provider-google> [<…-google-beta>]');
const schema: ProviderSchema = {
  providers: Object.fromEntries(packages.map(({ provider, version }) => [provider, version])),
  resource: {},
  data: {},
};
for (const { kind, type, body } of allBlocks(await readTree())) {
  if (!type.startsWith('google_') || schema[kind][type]) continue;
  const wanted = body.provider === undefined ? 'google' : 'google-beta';
  const found = packages.find(({ provider }) => provider === wanted);
  const folder = found && folderOf(found, kind, type);
  if (!folder || !existsSync(folder)) throw new Error(`the provider ${wanted} has no ${kind} ${type}`);
  const [declarations, code] = ['index.d.ts', 'index.js'].map((file) =>
    readFileSync(join(folder, file), 'utf8'),
  );
  schema[kind][type] = { provider: wanted, ...schemaIn(declarations ?? '', code ?? '') };
}
const sorted = <T>(entries: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(
  FILE,
  `${JSON.stringify({ ...schema, resource: sorted(schema.resource), data: sorted(schema.data) }, null, 1)}\n`,
);
