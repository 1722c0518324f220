/**
 * `npm run test:terraform`: has OpenTofu or Terraform look at `terraform/`, where there is one of them. First without a network: its format,
 * and a plan of two cells with stand-ins for all resources, which tries every expression. Then with the providers, if they can be
 * fetched: validation, and the tests in `terraform/tests`. What can be known without any of this is in `npm test`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, takeNothing } from '../local/command.ts';
import type { ProviderSchema } from '../test/terraform/schema.ts';
import { writeStandIns } from '../test/terraform/stand-ins.ts';
import { readTree, TERRAFORM } from '../test/terraform/tree.ts';

const SCHEMA = new URL('../test/terraform/provider-schema.json', import.meta.url);
const DIGEST = `sha256:${'0'.repeat(64)}`;
const VARIABLES = {
  project_id: 'my-hub',
  billing_account: '012345-6789AB-CDEF01',
  domain: 'hub.example.com',
  operator_email: 'operator@example.com',
  images: { helm: `example/helm@${DIGEST}`, call_home: `example/gcloud@${DIGEST}` },
  // Everything that can be switched on.
  cells: { us: { project_id: 'my-hub-us', region: 'us-central1', domain: 'us.hub.example.com' } },
  ci: { issuer: 'https://ci.example.com', repository: 'example/hub' },
  first_cluster_made: true,
  kill_switch: true,
  licensed_products: ['pachyderm'],
  customer_managed_keys: true,
  paging_channels: ['projects/my-hub/notificationChannels/1', 'projects/my-hub-us/notificationChannels/2'],
  runbooks: 'https://example.com/hub/docs/operations.md',
};

/** @returns the first failed command, or undefined */
function failedOf(tool: string, cwd: string, commands: readonly (readonly string[])[]): string | undefined {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
  for (const args of commands) {
    const { status, stdout, stderr } = spawnSync(tool, args, {
      cwd,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (status === 0) continue;
    process.stderr.write(`${stdout.slice(-4000)}${stderr}`);
    return `${tool} ${args.join(' ')}`;
  }
  return undefined;
}

async function withStandIns(tool: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-terraform-'));
  try {
    const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as ProviderSchema;
    const root = writeStandIns(await readTree(), schema, folder);
    writeFileSync(join(root, 'terraform.tfvars.json'), JSON.stringify(VARIABLES));
    return failedOf(tool, root, [['init', '-input=false'], ['validate'], ['plan', '-input=false']]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  takeNothing(args, 'test:terraform');
  const tool = ['tofu', 'terraform'].find((name) => spawnSync(name, ['version']).status === 0);
  if (tool === undefined) {
    process.stdout.write('Neither tofu nor terraform is here: nothing was validated or planned.\n');
    return 0;
  }
  const failed =
    failedOf(tool, TERRAFORM, [['fmt', '-check', '-diff', '-recursive']]) ?? (await withStandIns(tool));
  if (failed !== undefined) {
    process.stderr.write(`FAILED: ${failed}\n`);
    return 1;
  }
  process.stdout.write('Formatted, and every expression can be planned, with stand-ins for resources.\n');
  if (failedOf(tool, TERRAFORM, [['init', '-backend=false', '-input=false']]) !== undefined) {
    process.stdout.write('The providers could not be fetched: nothing was validated against them.\n');
    return 0;
  }
  const refused = failedOf(tool, TERRAFORM, [['validate'], ['test']]);
  if (refused !== undefined) process.stderr.write(`FAILED: ${refused}\n`);
  return refused === undefined ? 0 : 1;
}

await runCommand(main);
