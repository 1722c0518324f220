/**
 * Checks a clean-up certificate: `npm run verify -- <certificate.json> --keys keys.json`. Needs the file and Hub's public keys, and nothing
 * that runs: keys that were saved once will do. Exit code 0: it holds; 1: it does not; 2: it could not be checked.
 */
import { type CleanUpFault, checkCleanUp, readCleanUpKeys } from '../functions/clean-up/check.ts';
import { readArguments, runCommand, Unusable } from '../local/command.ts';
import type { CleanUpJwk, CleanUpStatement } from '../shared/clean-up.ts';
import { seconds } from '../shared/units.ts';
import { readJson } from './input.ts';

const USAGE = `usage: npm run verify -- <certificate.json> (--keys <keys.json> | --url <address of the Hub>)
The keys are what a Hub answers at /v1/keys: curl https://hub.example.com/v1/keys > keys.json
`;
const DOWNLOADED = 'the file that was downloaded';
const PATIENCE_MS = seconds(20);

const MEANING: Record<CleanUpFault, string> = {
  'not-a-certificate': 'This is no clean-up certificate.',
  unsigned: 'This record is not signed, so there is nothing to check.',
  'unknown-key': 'Nobody knows who signed this: none of the keys given is the one that it names.',
  'bad-signature': 'This is not what Hub signed: it was changed, or signed by somebody else.',
  altered: 'The signature is good, but what can be read beside it was changed.',
  untrue: 'It is signed, but what it says cannot be.',
};

async function main(args: readonly string[]): Promise<number> {
  const { file, keys, url } = argumentsIn(args);
  const certificate = readJson(file, DOWNLOADED);
  const verdict = checkCleanUp(certificate, keys === undefined ? await fetchKeys(url) : readKeys(keys));
  if (verdict.holds) {
    process.stdout.write(reportOf(verdict.statement, verdict.kid));
    return 0;
  }
  const details = verdict.details.map((detail) => `  ${detail}\n`).join('');
  process.stderr.write(`NOT VALID: ${MEANING[verdict.fault]}\n${details}`);
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

function reportOf({ issuer, cluster, deletedAt, resources, listing }: CleanUpStatement, kid: string): string {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));
  const kindWidth = widest(resources.map(({ kind }) => kind));
  const nameWidth = widest(resources.map(({ name }) => name));
  return [
    `VALID: nothing is left of cluster ${cluster}.`,
    `Signed by ${issuer} with the key ${kid}; deleted at ${deletedAt}.`,
    `Asked for and gone (${resources.length}):`,
    ...resources.map(
      ({ kind, name, goneAt }) => `  ${kind.padEnd(kindWidth)}  ${name.padEnd(nameWidth)}  gone ${goneAt}`,
    ),
    `Looked for again at ${listing.at}, and nothing was found:`,
    ...listing.scopes.map((scope) => `  ${scope.kinds.join(', ')} in ${scope.in} by ${scope.by.join('; ')}`),
    '',
  ].join('\n');
}

await runCommand(main);
