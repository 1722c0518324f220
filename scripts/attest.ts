/**
 * Signs what `npm run build` made: `dist/release.intoto.json` says which files a release has, from which commit and lock file they were built,
 * and by whom. `npm run attest -- --repository <address> --builder <uri> [--invocation <uri>] [--kms <key version> --project <id>]`; without
 * `--kms`, HUB_RELEASE_KEY holds the key. It builds anew first, so that nothing is signed but what this commit makes.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, runCommand, Unusable } from '../local/command.ts';
import { type Signer, sealed } from './dsse.ts';
import { googleOf } from './google.ts';
import { provenanceOf } from './provenance.ts';
import { ATTESTATION, commitIn, digestOf, digestsOf } from './release-files.ts';
import { kmsSigner, signerOf } from './signer.ts';

const USAGE = `usage: npm run attest -- --repository <address> --builder <uri> [--invocation <uri>] [--kms <key version> --project <id>]
Without --kms, HUB_RELEASE_KEY must hold a private Ed25519 key, in PEM.
`;

interface Options {
  repository: string;
  builder: string;
  invocation?: string | undefined;
  kms?: string | undefined;
  project?: string | undefined;
  /** Of a server in Google's place, and of a repository in this one's; for tests. */
  endpoint?: string | undefined;
  in?: string | undefined;
}

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const options = readArguments(args);
  const { repository, builder, invocation } = options;
  const root = options.in === undefined ? fileURLToPath(new URL('..', import.meta.url)) : resolve(options.in);
  const commit = commitIn(root, { clean: true });
  const signer = await signerFor(options, env);
  const statement = provenanceOf(digestsOf(root), {
    repository,
    commit,
    lockDigest: digestOf(root, 'package-lock.json'),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    builder,
    invocation,
    finishedAt: new Date(),
  });
  const envelope = await sealed(statement, signer);
  writeFileSync(join(root, ATTESTATION), `${JSON.stringify(envelope)}\n`);
  process.stdout.write(
    `${ATTESTATION}: ${statement.subject.length} files of ${commit}, signed by the key ${signer.kid}.\n`,
  );
}

function readArguments(args: readonly string[]): Options {
  const names = ['repository', 'builder', 'invocation', 'kms', 'project', 'endpoint', 'in'] as const;
  const values = readOptions(args, names, USAGE);
  const { repository, builder } = values;
  if (!repository || !builder || (values.kms === undefined) !== (values.project === undefined))
    throw new Unusable(USAGE);
  for (const [name, uri] of Object.entries({ repository, builder })) {
    const url = URL.parse(uri);
    if (!url) throw new Unusable(`--${name}: must be a URI`);
    // It would be in every release.
    if (url.username !== '' || url.password !== '') throw new Unusable(`--${name}: must hold no credentials`);
  }
  return { ...values, repository, builder };
}

async function signerFor({ kms, project = '', endpoint }: Options, env: NodeJS.ProcessEnv): Promise<Signer> {
  if (kms !== undefined) return kmsSigner(googleOf(project, endpoint), kms);
  const text = env.HUB_RELEASE_KEY;
  if (!text) throw new Unusable(`There is no key to sign with.\n${USAGE}`);
  return signerOf(text);
}

await runCommand((args) => main(args, process.env));
