/**
 * Checks a clean-up certificate: `npm run verify -- <certificate.json> --keys keys.json`. Needs the file and Hub's public keys, and nothing
 * that runs: keys that were saved once will do. Exit code 0: it holds; 1: it does not; 2: it could not be checked.
 */
import { checkCleanUp, readCleanUpKeys } from '../functions/clean-up/check.ts';
import { readArguments, runCommand, Unusable } from '../local/command.ts';
import type { CleanUpJwk } from '../shared/clean-up.ts';
import { cleanUpReport } from '../shared/clean-up-report.ts';
import { seconds } from '../shared/units.ts';
import { readJson } from './input.ts';

const USAGE = `usage: npm run verify -- <certificate.json> (--keys <keys.json> | --url <address of the Hub>)
The keys are what a Hub answers at /v1/keys: curl https://hub.example.com/v1/keys > keys.json
`;
const DOWNLOADED = 'the file that was downloaded';
const PATIENCE_MS = seconds(20);

async function main(args: readonly string[]): Promise<number> {
  const { file, keys, url } = argumentsIn(args);
  const certificate = readJson(file, DOWNLOADED);
  const verdict = checkCleanUp(certificate, keys === undefined ? await fetchKeys(url) : readKeys(keys));
  (verdict.holds ? process.stdout : process.stderr).write(cleanUpReport(verdict));
  if (verdict.holds) return 0;
  return verdict.fault === 'not-a-certificate' ? 2 : 1;
}

type Arguments = { file: string } & ({ keys: string; url?: never } | { keys?: never; url: string });

function argumentsIn(args: readonly string[]): Arguments {
  const { options, words } = readArguments(args, ['keys', 'url'], USAGE, { words: 1 });
  const [file] = words;
  const { keys, url } = options;
  if (file !== undefined) {
    if (keys !== undefined && url === undefined) return { file, keys };
    if (url !== undefined && keys === undefined) return { file, url };
  }
  // The address in the certificate is not asked by itself: who forges one also writes the address.
  throw new Unusable(USAGE);
}

const readKeys = (file: string): readonly CleanUpJwk[] => keysIn(readJson(file, DOWNLOADED), file);

async function fetchKeys(url: string): Promise<readonly CleanUpJwk[]> {
  const address = URL.parse('/v1/keys', url);
  if (!address) throw new Unusable(`${url} is no address; say for example https://hub.example.com`);
  let set: unknown;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    set = await answer.json();
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Unusable(
      `${address} does not tell its keys: ${cause instanceof Error ? cause.message : message}`,
    );
  }
  return keysIn(set, address.href);
}

function keysIn(set: unknown, where: string): readonly CleanUpJwk[] {
  try {
    return readCleanUpKeys(set);
  } catch (error) {
    throw new Unusable(`${where} is not what a Hub answers at /v1/keys: ${(error as Error).message}`);
  }
}

await runCommand(main);
