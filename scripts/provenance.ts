/**
 * What a release consists of, and from what it was built: an in-toto statement with SLSA's provenance. Pure.
 * https://slsa.dev/spec/v1.0/provenance
 */
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const commit = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'must be the whole hash of a commit');

const STATEMENT = 'https://in-toto.io/Statement/v1';
const PROVENANCE = 'https://slsa.dev/provenance/v1';
/** How it is built; a build that needs other parameters gets another number. */
const BUILD_TYPE = 'hub:npm-run-build:v1';
const COMMANDS = ['npm ci --ignore-scripts', 'npm run build'];
const LOCK = 'package-lock.json';

const provenance = z.object({
  _type: z.literal(STATEMENT),
  subject: z.array(z.object({ name: z.string().min(1), digest: z.object({ sha256 }) })).min(1),
  predicateType: z.literal(PROVENANCE),
  predicate: z.object({
    buildDefinition: z.object({
      buildType: z.literal(BUILD_TYPE),
      externalParameters: z.strictObject({ repository: z.string(), commands: z.array(z.string()) }),
      internalParameters: z.object({ node: z.string(), platform: z.string() }),
      resolvedDependencies: z.tuple([
        z.object({ uri: z.string(), digest: z.object({ gitCommit: commit }) }),
        z.object({ uri: z.literal(LOCK), digest: z.object({ sha256 }) }),
      ]),
    }),
    runDetails: z.object({
      builder: z.object({ id: z.string() }),
      metadata: z.object({ invocationId: z.string().optional(), finishedOn: z.iso.datetime() }),
    }),
  }),
});
export type Provenance = z.infer<typeof provenance>;

/** What there is: SHA-256 by path. */
export type Digests = Readonly<Record<string, string>>;

interface Build {
  /** Address of the repository, and the commit that is checked out. */
  repository: string;
  commit: string;
  lockDigest: string;
  /** As `process.version` says it. */
  node: string;
  platform: string;
  /** Who vouches for the way from the commit to the files: a URI. */
  builder: string;
  /** Of that one's run. */
  invocation?: string | undefined;
  finishedAt: Date;
}

/** @throws ZodError if the commit or a digest is none */
export const provenanceOf = (files: Digests, build: Build): Provenance =>
  provenance.parse({
    _type: STATEMENT,
    subject: Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, digest]) => ({ name, digest: { sha256: digest } })),
    predicateType: PROVENANCE,
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: { repository: build.repository, commands: COMMANDS },
        internalParameters: { node: build.node, platform: build.platform },
        resolvedDependencies: [
          { uri: `git+${build.repository}`, digest: { gitCommit: build.commit } },
          { uri: LOCK, digest: { sha256: build.lockDigest } },
        ],
      },
      runDetails: {
        builder: { id: build.builder },
        metadata: {
          ...(build.invocation !== undefined && { invocationId: build.invocation }),
          finishedOn: build.finishedAt.toISOString(),
        },
      },
    },
  } satisfies Provenance);

interface Expected {
  files: Digests;
  commit: string;
  lockDigest: string;
  /** Whoever else may have built it; absent: anybody whose key is trusted. */
  builder?: string | undefined;
}

type Verdict = { holds: true; provenance: Provenance } | { holds: false; faults: readonly string[] };

/** Whether a statement whose signature is good speaks of these files, of this commit, and of nothing else. */
export function checkProvenance(statement: unknown, expected: Expected): Verdict {
  const parsed = provenance.safeParse(statement);
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
    return { holds: false, faults: ['it is signed, but does not say how Hub was built', ...where] };
  }
  const { subject, predicate } = parsed.data;
  const { buildDefinition, runDetails } = predicate;
  const [source, lock] = buildDefinition.resolvedDependencies;
  const faults: string[] = [];
  const expect = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  const { gitCommit } = source.digest;
  expect(gitCommit === expected.commit, `it is of the commit ${gitCommit}, and not of ${expected.commit}`);
  expect(lock.digest.sha256 === expected.lockDigest, `it was built with another ${LOCK}`);
  const { commands } = buildDefinition.externalParameters;
  expect(JSON.stringify(commands) === JSON.stringify(COMMANDS), `it was built by ${commands.join('; ')}`);
  const { id } = runDetails.builder;
  expect(
    expected.builder === undefined || id === expected.builder,
    `it was built by ${id}, and not by ${expected.builder}`,
  );
  const signed = new Map(subject.map(({ name, digest }) => [name, digest.sha256]));
  expect(signed.size === subject.length, 'it names a file twice');
  for (const [name, digest] of Object.entries(expected.files)) {
    if (!signed.has(name)) faults.push(`${name} is not part of the release`);
    else expect(signed.get(name) === digest, `${name} is not the one that was released`);
  }
  for (const name of signed.keys()) expect(name in expected.files, `${name} is missing`);
  return faults.length > 0 ? { holds: false, faults } : { holds: true, provenance: parsed.data };
}
