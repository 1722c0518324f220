/**
 * Pushes to the project's own mirror what it lacks of the charts that clusters are installed from, with the `helm` of this machine; what is
 * there stays as it is. `npm run charts -- --project <id> --region <region> [--products pachyderm,…] [--from <repository of one's own charts>]`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions, runCommand, Unusable } from '../local/command.ts';
import { googleOf, refusalIn } from './google.ts';
import { type Chart, mirrorOf, missingCharts, OFFERED, productsIn, REPOSITORIES } from './mirror.ts';

const USAGE = `usage: npm run charts -- --project <id> --region <region> [--products ${OFFERED}] [--from <https:// or oci:// address>]
helm must be signed in to the mirror: docs/deploy.md. --products: that are offered, with commas between them. --from: where the charts of your own products are.
`;

async function main(args: readonly string[]): Promise<number> {
  const { project, region, products, from, endpoint } = readOptions(
    args,
    ['project', 'region', 'products', 'from', 'endpoint'],
    USAGE,
  );
  if (!project || !region) throw new Unusable(USAGE);
  const missing = await missingCharts(googleOf(project, endpoint), project, region, productsIn(products));
  if (!Array.isArray(missing))
    throw new Unusable(`what ${mirrorOf(project, region)} has cannot be seen: ${refusalIn(missing)}`);
  const left = missing.filter((chart) => !push(chart, mirrorOf(project, region), from));
  process.stdout.write(
    left.length === 0
      ? 'Every chart in every version is there.\n'
      : `Still missing: ${left.map(nameOf).join(', ')}\n`,
  );
  return left.length === 0 ? 0 : 1;
}

const nameOf = ({ chart, version }: Chart): string => `${chart} ${version}`;

/** @returns whether it is there now; if not, why is told */
function push({ chart, version }: Chart, mirror: string, from: string | undefined): boolean {
  const repository = REPOSITORIES[chart] ?? from;
  if (repository === undefined) {
    process.stderr.write(`${chart} ${version} is a chart of your own: --from says where it is\n`);
    return false;
  }
  const folder = mkdtempSync(join(tmpdir(), 'hub-charts-'));
  try {
    const source = repository.startsWith('oci://')
      ? [`${repository}/${chart}`]
      : [chart, '--repo', repository];
    if (!helm('pull', ...source, '--version', version, '--destination', folder)) return false;
    const [file] = readdirSync(folder);
    return file !== undefined && helm('push', join(folder, file), mirror);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function helm(...args: string[]): boolean {
  const { status, error } = spawnSync('helm', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error)
    throw new Unusable(
      `helm does not run here (${error.message}): install it as https://helm.sh/docs/intro/install says, then sign it in: docs/deploy.md`,
    );
  return status === 0;
}

await runCommand(main);
