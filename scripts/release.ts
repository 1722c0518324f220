/**
 * Puts the console that `npm run build` made onto Firebase Hosting, with the headers and rewrites of firebase.json. `terraform apply` runs it.
 * Nobody sees a half: what was uploaded is served from one moment on. `npm run release -- --project <id> --site <id> --region <region>`
 * https://firebase.google.com/docs/hosting/api-deploy
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { decimalNumber, readOptions, runCommand, Unusable } from '../local/command.ts';
import { seconds } from '../shared/units.ts';
import { type Answer, type Google, googleOf, refusalIn } from './google.ts';
import { consoleFiles } from './release-files.ts';

const USAGE = `usage: npm run release -- --project <id> --site <id> --region <region of the functions> [--pause <seconds>]
--pause: between tries, while Hosting does not know the site yet.
`;
const root = fileURLToPath(new URL('..', import.meta.url));
const API = 'https://firebasehosting.googleapis.com/v1beta1';

interface HostingConfig {
  public: string;
  rewrites: ({ source: string } & ({ function: { functionId: string } } | { destination: string }))[];
  headers: { source: string; headers: { key: string; value: string }[] }[];
}

const readConfig = (): HostingConfig =>
  (JSON.parse(readFileSync(join(root, 'firebase.json'), 'utf8')) as { hosting: HostingConfig }).hosting;

/** What firebase.json says, as the API takes it. A function is a service of Cloud Run's, by the same name. */
function servingConfig({ rewrites, headers }: HostingConfig, region: string): object {
  return {
    rewrites: rewrites.map((rewrite) =>
      'function' in rewrite
        ? { glob: rewrite.source, run: { serviceId: rewrite.function.functionId, region } }
        : { glob: rewrite.source, path: rewrite.destination },
    ),
    headers: headers.map(({ source, headers: list }) => ({
      glob: source,
      headers: Object.fromEntries(list.map(({ key, value }) => [key, value])),
    })),
  };
}

/** Compressed, as they are uploaded; by their path on the site. */
const filesOf = (folder: string): Map<string, Buffer> =>
  new Map(
    consoleFiles(folder).map((path) => [path, gzipSync(readFileSync(join(folder, path)), { level: 9 })]),
  );

const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** A site that was made a moment ago is not known everywhere: https://firebase.google.com/docs/hosting/multisites */
const TRIES = 30;
const PAUSE_S = 10;
const MAX_PAUSE_S = 3600;

async function onceKnown(ask: () => Promise<Answer>, pauseMs: number): Promise<Answer> {
  for (let tried = 1; ; tried += 1) {
    const answer = await ask();
    if (answer.status !== 404 || tried === TRIES) return answer;
    await setTimeout(pauseMs);
  }
}

function taken(answer: Answer, what: string): Answer['body'] {
  if (answer.status !== 200) throw new Unusable(`${what} was refused: ${refusalIn(answer)}`);
  return answer.body;
}

async function release(google: Google, site: string, region: string, pauseMs: number): Promise<void> {
  const config = readConfig();
  const files = filesOf(join(root, config.public));
  const made = await onceKnown(
    () => google.call('POST', `${API}/sites/${site}/versions`, { config: servingConfig(config, region) }),
    pauseMs,
  );
  const { name } = taken(made, `a version of ${site}`);
  const contents = new Map([...files.values()].map((content) => [digestOf(content), content]));
  const listed = Object.fromEntries([...files].map(([path, content]) => [path, digestOf(content)]));
  const { uploadRequiredHashes = [], uploadUrl } = taken(
    await google.call('POST', `${API}/${name}:populateFiles`, { files: listed }),
    'the list of files',
  );
  for (const hash of uploadRequiredHashes as string[]) {
    const content = contents.get(hash);
    if (!content) throw new Unusable(`Hosting asks for a file that nobody listed: ${hash}`);
    taken(await google.call('POST', `${uploadUrl}/${hash}`, content), 'a file');
  }
  taken(
    await google.call('PATCH', `${API}/${name}?update_mask=status`, { status: 'FINALIZED' }),
    'the version',
  );
  taken(await google.call('POST', `${API}/sites/${site}/releases?versionName=${name}`, {}), 'the release');
  process.stdout.write(
    `${site} serves ${name}: ${files.size} files, ${uploadRequiredHashes.length} of them new.\n`,
  );
}

async function main(args: readonly string[]): Promise<void> {
  const { project, site, region, endpoint, pause } = readOptions(
    args,
    ['project', 'site', 'region', 'endpoint', 'pause'],
    USAGE,
  );
  const pauseMs = seconds(decimalNumber('--pause', pause, { from: 0, to: MAX_PAUSE_S, fallback: PAUSE_S }));
  if (!project || !site || !region) throw new Unusable(USAGE);
  await release(googleOf(project, endpoint), site, region, pauseMs);
}

await runCommand(main);
