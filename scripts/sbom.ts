/**
 * `npm run sbom`: all packages that are deployed, as CycloneDX reads it: those that package.json has for what runs, and those that the bundler
 * has put into something, each as the lock file has it. `npm run build` writes it to `dist/sbom.json`. https://cyclonedx.org/docs/1.6/json
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, runCommand, Unusable } from '../local/command.ts';
import { BUNDLES, noteOf } from './bundled.ts';
import { BILL_OF_MATERIALS } from './release-files.ts';

const USAGE = `usage: npm run sbom -- [--write]
--write: to ${BILL_OF_MATERIALS}, as npm run build does.
`;
const FILE = fileURLToPath(new URL(`../${BILL_OF_MATERIALS}`, import.meta.url));

interface Lock {
  packages: Record<string, { version?: string; integrity?: string; license?: string; dev?: boolean }>;
}

interface Component {
  type: 'library';
  name: string;
  version: string;
  purl: string;
  hashes: { alg: 'SHA-512'; content: string }[];
  licenses?: { expression: string }[];
}

/**
 * @param bundled where packages are in the lock file that are inside of what is deployed
 * @throws Error if the lock file does not know one of them
 */
export function billOfMaterials(
  { packages }: Lock,
  bundled: readonly string[],
): {
  bomFormat: 'CycloneDX';
  specVersion: string;
  version: number;
  components: Component[];
} {
  const unknown = bundled.filter((path) => packages[path] === undefined);
  if (unknown.length > 0)
    throw new Error(`the lock file does not know what is deployed: ${unknown.join(', ')}`);
  const deployed = Object.entries(packages).filter(
    ([path, { dev }]) => path !== '' && (dev !== true || bundled.includes(path)),
  );
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    components: deployed.map(([path, { version = '', integrity = '', license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return {
        type: 'library',
        name,
        version,
        purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
        hashes: [
          {
            alg: 'SHA-512',
            content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex'),
          },
        ],
        ...(license !== undefined && { licenses: [{ expression: license }] }),
      };
    }),
  };
}

/** What the builds have noted. @throws Unusable if one has not */
const bundledPackages = (): string[] =>
  BUNDLES.flatMap((bundle) => {
    const note = noteOf(bundle);
    if (!existsSync(note)) throw new Unusable(`Nobody has noted what is in ${bundle}: npm run build`);
    return readFileSync(note, 'utf8').trimEnd().split('\n');
  });

function main(args: readonly string[]): void {
  const { write = false } = readOptions(args, [], USAGE, ['write']);
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lock;
  const text = `${JSON.stringify(billOfMaterials(lock, bundledPackages()), undefined, 2)}\n`;
  if (!write) process.stdout.write(text);
  else {
    mkdirSync(dirname(FILE), { recursive: true });
    writeFileSync(FILE, text);
  }
}

if (import.meta.main) await runCommand(main);
