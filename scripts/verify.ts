/**
 * Checks a clean-up certificate: `npm run verify -- <certificate.json> --keys keys.json`. Needs the file and Hub's public keys, and nothing
 * that runs: keys that were saved once will do. Exit code 0: it holds; 1: it does not; 2: it could not be checked.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkCleanUp, readCleanUpKeys } from '../functions/clean-up/check.ts';
import type { CleanUpJwk } from '../shared/clean-up.ts';
import { cleanUpReport } from '../shared/clean-up-report.ts';
import { seconds } from '../shared/units.ts';

const USAGE = `usage: npm run verify -- <certificate.json> (--keys <keys.json> | --url <address of the Hub>)
The keys are what a Hub answers at /v1/keys: curl https://hub.example.com/v1/keys > keys.json
`;
const PATIENCE_MS = seconds(20);

/** It could not be checked; says why. */
class Unchecked extends Error {}

async function main(args: readonly string[]): Promise<number> {
  const { file, keys, url } = readArguments(args);
  const certificate = readJson(file);
  const verdict = checkCleanUp(certificate, keys === undefined ? await fetchKeys(url) : readKeys(keys));
  (verdict.holds ? process.stdout : process.stderr).write(cleanUpReport(verdict));
  if (verdict.holds) return 0;
  return verdict.fault === 'not-a-certificate' ? 2 : 1;
}

type Arguments = { file: string } & ({ keys: string; url?: never } | { keys?: never; url: string });

function readArguments(args: readonly string[]): Arguments {
  let parsed: { positionals: string[]; values: { keys?: string; url?: string } };
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { keys: { type: 'string' }, url: { type: 'string' } },
    });
  } catch (error) {
    throw new Unchecked(`${(error as Error).message}\n${USAGE}`);
  }
  const { positionals, values } = parsed;
  const [file, ...more] = positionals;
  const { keys, url } = values;
  if (file !== undefined && more.length === 0) {
    if (keys !== undefined && url === undefined) return { file, keys };
    if (url !== undefined && keys === undefined) return { file, url };
  }
  // The address in the certificate is not asked by itself: who forges one also writes the address.
  throw new Unchecked(USAGE);
}

/** npm runs its scripts in the folder of the package, and says where it was called. */
const pathOf = (file: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), file);

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(pathOf(file), 'utf8');
  } catch (error) {
    throw new Unchecked(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Unchecked(`${file} is not JSON; is it the file that was downloaded?`);
  }
}

const readKeys = (file: string): readonly CleanUpJwk[] => keysIn(readJson(file), file);

async function fetchKeys(url: string): Promise<readonly CleanUpJwk[]> {
  const address = URL.parse('/v1/keys', url);
  if (!address) throw new Unchecked(`${url} is no address; say for example https://hub.example.com`);
  let set: unknown;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    set = await answer.json();
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Unchecked(
      `${address} does not tell its keys: ${cause instanceof Error ? cause.message : message}`,
    );
  }
  return keysIn(set, address.href);
}

function keysIn(set: unknown, where: string): readonly CleanUpJwk[] {
  try {
    return readCleanUpKeys(set);
  } catch (error) {
    throw new Unchecked(`${where} is not what a Hub answers at /v1/keys: ${(error as Error).message}`);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Unchecked)) throw error;
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exitCode = 2;
}
