/**
 * `npm run sbom`: all packages that are deployed, as CycloneDX reads it, made from the lock file alone. `npm run build` writes it to
 * `dist/sbom.json`. https://cyclonedx.org/docs/1.6/json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { BILL_OF_MATERIALS } from './release-files.ts';

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

export function billOfMaterials({ packages }: Lock): {
  bomFormat: 'CycloneDX';
  specVersion: string;
  version: number;
  components: Component[];
} {
  const deployed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
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

if (import.meta.main) {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as Lock;
  const text = `${JSON.stringify(billOfMaterials(lock), undefined, 2)}\n`;
  if (process.argv.includes('--write'))
    writeFileSync(new URL(`../${BILL_OF_MATERIALS}`, import.meta.url), text);
  else process.stdout.write(text);
}
