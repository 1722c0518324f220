/**
 * `npm run test:terraform`: has OpenTofu or Terraform look at `terraform/`, where there is one of them. First without a network: its format,
 * and a plan of two cells with stand-ins for all resources, which tries every expression, and what the variables must refuse. Then with the providers, if they can be
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
  cells: { us: { project_id: 'my-hub-us', region: 'us-central1', domain: 'us-hub.example.com' } },
  ci: { issuer: 'https://ci.example.com', repository: 'example/hub' },
  first_cluster_made: true,
  kill_switch: true,
  licensed_products: ['pachyderm'],
  customer_managed_keys: true,
  paging_channels: ['projects/my-hub/notificationChannels/1', 'projects/my-hub-us/notificationChannels/2'],
  runbooks: 'https://example.com/hub/docs/operations.md',
};

/**
 * What the variables must refuse, and a piece of what they say then: a page of a cluster must not be let sign people in as the console does
 * (docs/decisions/0027-clusters-are-not-below-the-console.md). As in terraform/tests, which only run where there are the providers.
 */
const cell = (domain: string, more: object = {}) => ({
  cells: { us: { project_id: 'my-hub-us', region: 'us-central1', domain, ...more } },
});
const REFUSED: readonly [object, string][] = [
  [{ clusters_domain: 'clusters.hub.example.com' }, 'Must be neither domain'],
  [{ clusters_domain: 'hub.example.com' }, 'Must be neither domain'],
  [{ clusters_domain: 'clusters.my-hub.firebaseapp.com' }, 'Must be neither domain'],
  [{ clusters_domain: 'example.com' }, 'The console must not be below it'],
  [{ domain: 'example.com' }, 'no name is yours'],
  [{ domain: `${'a'.repeat(55)}.example.com` }, 'no name is yours'],
  [cell('us.hub.example.com'), 'Clusters of no cell'],
  [cell('us-hub.example.com', { clusters_domain: 'x.us-hub.example.com' }), 'Clusters of no cell'],
  [cell('us-hub.example.com', { clusters_domain: 'my-hub.firebaseapp.com' }), 'Clusters of no cell'],
  [cell('x.hub-clusters.example.com', { clusters_domain: 'example.net' }), 'Clusters of no cell'],
  [{ ...cell('us-hub.example.com'), clusters_domain: 'x.us-hub.example.com' }, 'Clusters of no cell'],
  [cell('example.org'), 'two labels'],
  [cell('Us-hub.example.com'), 'in lower case'],
];

/** What is not refused, or not with these words. */
function acceptedOf(tool: string, root: string): string | undefined {
  for (const [given, says] of REFUSED) {
    const file = join(root, 'refused.tfvars.json');
    writeFileSync(file, JSON.stringify(given));
    const args = ['plan', '-input=false', '-no-color', `-var-file=${file}`];
    const { status, stderr } = spawnSync(tool, args, { cwd: root, env: environment(), encoding: 'utf8' });
    // It breaks lines, and draws a margin.
    if (status === 0 || !stderr.replace(/[\s│]+/g, ' ').includes(says))
      return `${JSON.stringify(given)} is not refused with “${says}”: ${stderr}`;
  }
  return undefined;
}

const environment = () => ({ ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' });

/** @returns the first failed command, or undefined */
function failedOf(tool: string, cwd: string, commands: readonly (readonly string[])[]): string | undefined {
  const env = environment();
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
    const plan = [['init', '-input=false'], ['validate'], ['plan', '-input=false']];
    return failedOf(tool, root, plan) ?? acceptedOf(tool, root);
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
  process.stdout.write(
    'Formatted, and every expression can be planned, with stand-ins for resources; what must be refused is.\n',
  );
  if (failedOf(tool, TERRAFORM, [['init', '-backend=false', '-input=false']]) !== undefined) {
    process.stdout.write('The providers could not be fetched: nothing was validated against them.\n');
    return 0;
  }
  const refused = failedOf(tool, TERRAFORM, [['validate'], ['test']]);
  if (refused !== undefined) process.stderr.write(`FAILED: ${refused}\n`);
  return refused === undefined ? 0 : 1;
}

await runCommand(main);
