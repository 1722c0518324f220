/**
 * Puts another key in the place of one of Hub's own, a step at a time, and says what to do before the next one: docs/operations.md, "A key has
 * leaked, or is old". Straight in Secret Manager, as `npm run keys`: nothing is written to a file or printed.
 * `npm run rotate -- --project <id> --secret oidc-signing-keys --to add`
 */
import { readFileSync } from 'node:fs';
import acme from 'acme-client';
import { parseCleanUpKeys } from '../functions/clean-up/keys.ts';
import { PUBLIC_AUTHORITY } from '../functions/config.ts';
import { AcmeProblem, isAway, prepareHttp } from '../functions/google/acme-http.ts';
import { parseSigningKeys } from '../functions/oidc/keys.ts';
import { parseSealKeys } from '../functions/oidc/seal.ts';
import { readOptions, runCommand, Unusable } from '../local/command.ts';
import { type Google, googleOf } from './google.ts';
import { MAKERS } from './key-makers.ts';
import { addVersion, readVersion, versionsOf } from './secret-manager.ts';

const USAGE = `usage: npm run rotate -- --project <id> --secret <name> --to <step>
page-token-key, acme-eab-kid            new
acme-account-key                        new, then retire
oidc-signing-keys, oidc-seal-keys,
clean-up-keys                           add, then sign, then retire
`;

interface Subject {
  project: string;
  google: Google;
  /** Of the authority that issues certificates. */
  directoryUrl: string;
}

/** @returns what was done, and the secrets that have another version by now */
type Step = (subject: Subject) => Promise<{ done: string; changed: readonly string[] }>;

/** Several keys in one text: the first one signs, and all of them are known to whoever checks. */
interface KeyRing {
  id: string;
  /** @throws Error saying what is wrong, and nothing of the text */
  parse(text: string): readonly { kid: string }[];
  /** Finds each of them in it. */
  block: RegExp;
  /** Where the public halves are that stay for ever; absent: a key is known for as long as it is in the text. */
  publicId?: string;
}

const PEM = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g;
const LINE = /^\S+$/gm;

const SIGN_IN: KeyRing = { id: 'oidc-signing-keys', parse: parseSigningKeys, block: PEM };
const SEAL: KeyRing = { id: 'oidc-seal-keys', parse: parseSealKeys, block: LINE };
const CLEAN_UP: KeyRing = {
  id: 'clean-up-keys',
  parse: parseCleanUpKeys,
  block: PEM,
  publicId: 'clean-up-keys-public',
};

const STEPS: Readonly<Record<string, Readonly<Record<string, Step>>>> = {
  'page-token-key': { new: (subject) => renew(subject, ['page-token-key']) },
  'acme-eab-kid': { new: (subject) => renew(subject, ['acme-eab-kid']) },
  'acme-account-key': {
    new: (subject) => renew(subject, ['acme-account-key', 'acme-eab-kid']),
    retire: retireAccounts,
  },
  'oidc-signing-keys': stepsOf(SIGN_IN),
  'oidc-seal-keys': stepsOf(SEAL),
  'clean-up-keys': stepsOf(CLEAN_UP),
};

function stepsOf(ring: KeyRing): Record<string, Step> {
  return {
    add: (subject) => add(subject, ring),
    sign: (subject) => sign(subject, ring),
    retire: (subject) => retire(subject, ring),
  };
}

async function main(args: readonly string[]): Promise<void> {
  const {
    project,
    secret = '',
    to = '',
    directory,
    endpoint,
  } = readOptions(args, ['project', 'secret', 'to', 'directory', 'endpoint'], USAGE);
  const step = Object.hasOwn(STEPS, secret) ? STEPS[secret]?.[to] : undefined;
  if (!project || !step) throw new Unusable(USAGE);
  const google = googleOf(project, endpoint);
  const subject = { project, google, directoryUrl: directory ?? PUBLIC_AUTHORITY };
  const { done, changed } = await step(subject);
  process.stdout.write(`${done}\n${await remainsToBeDone(subject, changed)}`);
}

/** What is of one piece, made anew. Nothing of what was before is read. */
async function renew(subject: Subject, leaders: readonly string[]): ReturnType<Step> {
  const made: Record<string, string> = {};
  for (const leader of leaders)
    for (const [id, text] of Object.entries((await MAKERS[leader]?.({ ...subject, made })) ?? {})) {
      await addVersion(subject.google, subject.project, id, text);
      made[id] = text;
    }
  const changed = Object.keys(made);
  return { done: `Made anew: ${changed.join(', ')}.`, changed };
}

/** Known before it signs: whoever meets it then can already check it. */
async function add(subject: Subject, ring: KeyRing): ReturnType<Step> {
  const { google, project } = subject;
  const blocks = await blocksIn(subject, ring);
  if (blocks.length > 1)
    throw new Unusable(`${ring.id} has a second key already. What comes next: --to sign, or --to retire`);
  const { [ring.id]: fresh = '', ...halves } = (await MAKERS[ring.id]?.({ ...subject, made: {} })) ?? {};
  const { publicId } = ring;
  // The public half first: an instance that starts in between knows what nobody signs with yet.
  if (publicId !== undefined) {
    const known = await blocksIn(subject, ring, publicId);
    await addVersion(google, project, publicId, checked(ring, [...known, halves[publicId] ?? '']));
  }
  await addVersion(google, project, ring.id, checked(ring, [...blocks, fresh]));
  return {
    done: `${ring.id}: ${kidsOf(ring, [fresh])} is there, and does not sign yet.`,
    changed: [...(publicId === undefined ? [] : [publicId]), ring.id],
  };
}

async function sign(subject: Subject, ring: KeyRing): ReturnType<Step> {
  const blocks = await blocksIn(subject, ring);
  const [old = '', fresh] = blocks;
  if (fresh === undefined || blocks.length > 2)
    throw new Unusable(`${ring.id} has ${blocks.length} keys, and should have two: --to add`);
  // Done twice it would have the old one sign again.
  const before = await textBefore(subject, ring.id);
  if (before !== undefined && kidsOf(ring, blocksOf(ring, before)) === kidsOf(ring, [fresh, old]))
    throw new Unusable(`${kidsOf(ring, [old])} signs already. What comes next: --to retire`);
  await addVersion(subject.google, subject.project, ring.id, checked(ring, [fresh, old]));
  return { done: `${ring.id}: ${kidsOf(ring, [fresh])} signs.`, changed: [ring.id] };
}

async function retire(subject: Subject, ring: KeyRing): ReturnType<Step> {
  const blocks = await blocksIn(subject, ring);
  const [first = '', ...others] = blocks;
  if (others.length === 0) throw new Unusable(`${ring.id} has one key, which signs: --to add`);
  await addVersion(subject.google, subject.project, ring.id, checked(ring, [first]));
  const stays = ring.publicId === undefined ? '' : `, and its public half stays in ${ring.publicId}`;
  return { done: `${ring.id}: ${kidsOf(ring, others)} is gone${stays}.`, changed: [ring.id] };
}

/** What holds an older key can get no certificate any more: https://www.rfc-editor.org/rfc/rfc8555#section-7.3.6 */
async function retireAccounts({ project, google, directoryUrl }: Subject): ReturnType<Step> {
  const id = 'acme-account-key';
  const older = await olderOf(google, project, id);
  if (older.length === 0) throw new Unusable(`${id} has no older version that is enabled: --to new`);
  prepareHttp();
  for (const version of older)
    await closeAccount(directoryUrl, await readVersion(google, project, id, version));
  return { done: `The accounts of the versions ${older.join(', ')} of ${id} are closed.`, changed: [id] };
}

async function closeAccount(directoryUrl: string, accountKey: string): Promise<void> {
  const client = new acme.Client({ directoryUrl, accountKey });
  try {
    await client.createAccount({ onlyReturnExisting: true });
    await client.updateAccount({ status: 'deactivated' });
  } catch (error) {
    // It was never made, or is closed already.
    if (error instanceof AcmeProblem && ['accountDoesNotExist', 'unauthorized'].includes(error.type)) return;
    if (!(error instanceof AcmeProblem) && !isAway(error)) throw error;
    throw new Unusable(`The certificate authority does not close the account: ${(error as Error).message}`);
  }
}

/** Numbers of those that can be read still, beside the newest. */
async function olderOf(google: Google, project: string, id: string): Promise<number[]> {
  const [, ...older] = await versionsOf(google, project, id);
  return older.filter(({ enabled }) => enabled).map(({ number }) => number);
}

const blocksOf = ({ block }: KeyRing, text: string): string[] => text.match(block) ?? [];

/** @param id of the ring's own secret, or of that with its public halves */
async function blocksIn({ google, project }: Subject, ring: KeyRing, id = ring.id): Promise<string[]> {
  const blocks = blocksOf(ring, await readVersion(google, project, id));
  if (blocks.length === 0)
    throw new Unusable(
      `${id} is not written as here, so it was not made here: change it by hand, as its order says`,
    );
  return blocks;
}

/** Of the version before the one that is read; undefined if it cannot be read. */
async function textBefore({ google, project }: Subject, id: string): Promise<string | undefined> {
  const [before] = await olderOf(google, project, id);
  return before === undefined ? undefined : readVersion(google, project, id, before);
}

const kidsOf = (ring: KeyRing, blocks: readonly string[]): string =>
  ring
    .parse(blocks.join('\n'))
    .map(({ kid }) => kid)
    .join(', ');

/** What a function would refuse to start with is never stored. */
function checked(ring: KeyRing, blocks: readonly string[]): string {
  const text = `${blocks.map((block) => block.trim()).join('\n')}\n`;
  try {
    ring.parse(text);
  } catch (error) {
    throw new Unusable(`${ring.id} ${(error as Error).message}`);
  }
  return text;
}

/** A function reads its secrets when an instance of it starts: https://cloud.google.com/run/docs/configuring/services/secrets */
async function remainsToBeDone({ google, project }: Subject, changed: readonly string[]): Promise<string> {
  const functions = functionsWith(changed);
  const older: string[] = [];
  for (const id of changed) {
    const versions = await olderOf(google, project, id);
    older.push(
      ...versions.map(
        (version) => `  gcloud secrets versions destroy ${version} --secret ${id} --project ${project}`,
      ),
    );
  }
  return [
    'Functions go on with what they have read. Have them start anew, here and before the next step:',
    `  for F in ${functions.join(' ')}; do gcloud run services update $F --update-labels key=$(date +%s) --region $REGION --project ${project}; done`,
    ...(older.length > 0 ? ['After the last step, and once all is well, for good:', ...older] : []),
    '',
  ].join('\n');
}

function functionsWith(secrets: readonly string[]): string[] {
  const file = new URL('../terraform/generated/functions.json', import.meta.url);
  const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { secrets: Record<string, string> }>;
  return Object.entries(all)
    .filter(([, { secrets: given }]) => Object.values(given).some((id) => secrets.includes(id)))
    .map(([name]) => name);
}

await runCommand(main);
