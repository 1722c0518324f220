/**
 * Whether what is about to be deployed is what was released: `npm run check-release -- --keys release-keys.pem`, before `terraform apply`.
 * Offline: it needs the files, the signed statement beside them, and public keys that came another way. Exit code 0: it is; 1: it is not; 2: it
 * could not be checked.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, runCommand, Unusable } from '../local/command.ts';
import { opened, type PublicKey, parsePublicKeys } from './dsse.ts';
import { pathOf, readJson, readText } from './input.ts';
import { checkProvenance, type Provenance } from './provenance.ts';
import { ATTESTATION, commitIn, digestOf, digestsOf } from './release-files.ts';

const USAGE = `usage: npm run check-release -- --keys <public keys in PEM> [--commit <hash>] [--builder <uri>] [--attestation <file>]
Without --commit it is the one that is checked out; without --builder any that has the key; the file is ${ATTESTATION}.
`;

interface Options {
  keys: string;
  commit?: string | undefined;
  builder?: string | undefined;
  attestation?: string | undefined;
  /** A repository in this one's place; for tests. */
  in?: string | undefined;
}

function main(args: readonly string[]): number {
  const options = readArguments(args);
  const root = options.in === undefined ? fileURLToPath(new URL('..', import.meta.url)) : pathOf(options.in);
  const keys = readKeys(options.keys);
  const file = options.attestation === undefined ? join(root, ATTESTATION) : pathOf(options.attestation);
  const expected = {
    files: digestsOf(root),
    commit: options.commit ?? commitIn(root, { otherwise: '; or name it with --commit' }),
    lockDigest: digestOf(root, 'package-lock.json'),
    builder: options.builder,
  };
  const found = opened(readJson(file, 'the file of the release'), keys);
  if ('fault' in found) return refuse([found.fault]);
  const verdict = checkProvenance(found.statement, expected);
  if (!verdict.holds) return refuse(verdict.faults);
  process.stdout.write(reportOf(verdict.provenance, found.kid));
  return 0;
}

function refuse(faults: readonly string[]): number {
  process.stderr.write(`NOT VALID: do not deploy this.\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
  return 1;
}

function reportOf({ subject, predicate }: Provenance, kid: string): string {
  const { buildDefinition, runDetails } = predicate;
  const { repository } = buildDefinition.externalParameters;
  const [{ digest }] = buildDefinition.resolvedDependencies;
  const { node, platform } = buildDefinition.internalParameters;
  return [
    `VALID: ${subject.length} files, all of them as they were released.`,
    `Built from ${repository} at ${digest.gitCommit}, with Node ${node} on ${platform},`,
    `by ${runDetails.builder.id} at ${runDetails.metadata.finishedOn}; signed by the key ${kid}.`,
    '',
  ].join('\n');
}

function readArguments(args: readonly string[]): Options {
  const values = readOptions(args, ['keys', 'commit', 'builder', 'attestation', 'in'], USAGE);
  if (!values.keys) throw new Unusable(USAGE);
  return { ...values, keys: values.keys };
}

function readKeys(file: string): readonly PublicKey[] {
  try {
    return parsePublicKeys(readText(file));
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw new Unusable(`${file} ${(error as Error).message}`);
  }
}

await runCommand(main);
