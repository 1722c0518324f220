/** Whether what Terraform is told is what the providers take. Pure. */
import { allBlocks, type Body, type Tree, titleOf } from './tree.ts';

export interface BlockSchema {
  attributes: Record<string, 'required' | 'optional' | 'computed'>;
  blocks: Record<string, BlockSchema & { required?: boolean; many?: boolean }>;
}

export interface ProviderSchema {
  /** Versions. */
  providers: Record<string, string>;
  resource: Record<string, BlockSchema & { provider: string }>;
  data: Record<string, BlockSchema & { provider: string }>;
}

/** Terraform's own, in any resource. */
const META_ATTRIBUTES = ['for_each', 'count', 'depends_on', 'provider'];
const META_BLOCKS = ['lifecycle', 'provisioner', 'dynamic'];
/** Terraform's own resource: https://developer.hashicorp.com/terraform/language/resources/terraform-data */
const TERRAFORM_DATA: BlockSchema = {
  attributes: { input: 'optional', triggers_replace: 'optional', output: 'computed', id: 'computed' },
  blocks: {},
};

export const schemaOf = (
  schema: ProviderSchema,
  kind: 'resource' | 'data',
  type: string,
): (BlockSchema & { provider?: string }) | undefined =>
  type === 'terraform_data' ? TERRAFORM_DATA : schema[kind][type];

/** @returns what is wrong, a line each */
export const schemaFaults = (tree: Tree, schema: ProviderSchema): string[] => [
  ...versionFaults(tree, schema),
  ...blockFaults(tree, schema),
];

/** What was checked against one version is applied with that one, or a later one of its line. */
function versionFaults({ '': root }: Tree, { providers }: ProviderSchema): string[] {
  const [terraform] = (root?.rest.terraform ?? []) as { required_providers?: Record<string, Wanted>[] }[];
  const [wanted = {}] = terraform?.required_providers ?? [];
  return Object.entries(providers).flatMap(([provider, version]) => {
    const line = `~> ${version.split('.').slice(0, 2).join('.')}`;
    const said = wanted[provider]?.version;
    return said === line ? [] : [`${provider} is to be ${said}, and its schema is of ${version}`];
  });
}

interface Wanted {
  source?: string;
  version?: string;
}

function blockFaults(tree: Tree, schema: ProviderSchema): string[] {
  return allBlocks(tree).flatMap((block) => {
    const title = titleOf(block);
    const known = schemaOf(schema, block.kind, block.type);
    if (!known) return [`${title}: no such ${block.kind} in the schema; run scripts/terraform-schema.ts`];
    const provider = block.body.provider === undefined ? 'google' : 'google-beta';
    const wrong = known.provider !== undefined && known.provider !== provider;
    return [
      ...(wrong ? [`${title}: belongs to the provider ${known.provider}`] : []),
      ...bodyFaults(block.body, known, true).map((fault) => `${title}: ${fault}`),
    ];
  });
}

function bodyFaults(body: Body, schema: BlockSchema, isTop: boolean, at = ''): string[] {
  const faults: string[] = [];
  const blocks = blocksIn(body, isTop);
  for (const key of Object.keys(body)) {
    if (isTop && META_ATTRIBUTES.includes(key)) continue;
    if (key === 'dynamic' || (isTop && META_BLOCKS.includes(key)) || key in schema.blocks) continue;
    const kind = schema.attributes[key];
    if (kind === undefined) faults.push(`${at}${key} is not known`);
    else if (kind === 'computed') faults.push(`${at}${key} can only be read`);
  }
  for (const [key, found] of Object.entries(blocks)) {
    const inner = schema.blocks[key];
    if (!inner) {
      faults.push(`${at}${key} is no block`);
      continue;
    }
    if (!Array.isArray(found.bodies)) faults.push(`${at}${key} is a block, not an attribute`);
    else {
      if (!inner.many && found.bodies.length > 1) faults.push(`${at}${key} can be there once only`);
      for (const one of found.bodies) faults.push(...bodyFaults(one, inner, false, `${at}${key}.`));
    }
  }
  for (const [key, kind] of Object.entries(schema.attributes))
    if (kind === 'required' && !(key in body)) faults.push(`${at}${key} is missing`);
  for (const [key, inner] of Object.entries(schema.blocks))
    if (inner.required && !(key in blocks)) faults.push(`${at}${key} is missing`);
  return faults;
}

/** Blocks as they are written, and those that are made for each of something. */
function blocksIn(body: Body, isTop: boolean): Record<string, { bodies: Body[] }> {
  const found: Record<string, { bodies: Body[] }> = {};
  const add = (key: string, more: unknown): void => {
    const bodies = found[key]?.bodies ?? [];
    found[key] = { bodies: Array.isArray(more) ? [...bodies, ...(more as Body[])] : (more as Body[]) };
  };
  const isBlock = (value: unknown): boolean =>
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'object' && one !== null);
  for (const [key, value] of Object.entries(body))
    if (key !== 'dynamic' && !(isTop && META_BLOCKS.includes(key)) && isBlock(value)) add(key, value);
  for (const [key, made] of Object.entries((body.dynamic as Record<string, Body[]>) ?? {}))
    for (const one of made) add(key, one.content);
  return found;
}
