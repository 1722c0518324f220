/**
 * Makes the first version of each of Hub's secrets that has none, straight into Secret Manager: nothing is written to a file, printed, or kept
 * in Terraform's state. `terraform apply` runs it. Those that have a version are left alone, so it is safe to repeat.
 * `npm run keys -- --project <id> --secrets page-token-key,oidc-signing-keys,…`; `--directory` names another authority than Google's.
 */
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { newCleanUpKeyPem } from '../functions/clean-up/keys.ts';
import { PUBLIC_AUTHORITY } from '../functions/config.ts';
import { ensureAccount } from '../functions/google/acme-account.ts';
import { AcmeProblem, isAway, prepareHttp } from '../functions/google/acme-http.ts';
import { newSigningKeyPem } from '../functions/oidc/keys.ts';
import { type Google, googleOf, NotSignedIn, refusalIn } from './google.ts';
import { readOptions, Unusable } from './options.ts';

const USAGE = 'usage: npm run keys -- --project <id> --secrets <names, with commas between>\n';

interface Making {
  project: string;
  google: Google;
  /** Of the authority that issues certificates. */
  directoryUrl: string;
  /** What was made in this run, by secret. */
  made: Readonly<Record<string, string>>;
}

/** Secrets that are made of one thing are made together, in this order: a binding needs the key that it binds. */
const MAKERS: Readonly<Record<string, (making: Making) => Promise<Record<string, string>>>> = {
  'page-token-key': async () => ({ 'page-token-key': randomBytes(32).toString('hex') }),
  'oidc-signing-keys': async () => ({ 'oidc-signing-keys': newSigningKeyPem() }),
  'clean-up-keys': async () => {
    const pem = newCleanUpKeyPem();
    const half = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
    return { 'clean-up-keys': pem, 'clean-up-keys-public': half };
  },
  // https://www.rfc-editor.org/rfc/rfc8555#section-6.2: P-256 is what every authority takes.
  'acme-account-key': async () => ({
    'acme-account-key': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string,
  }),
  'acme-eab-kid': externalAccount,
};

/** Which secret is made along with which. */
const WITH: Readonly<Record<string, string>> = {
  'clean-up-keys-public': 'clean-up-keys',
  'acme-eab-hmac': 'acme-eab-kid',
};

/** Which is made for which, and is worth nothing for another one that comes later. */
const FOR: Readonly<Record<string, string>> = {
  'acme-eab-kid': 'acme-account-key',
  'acme-eab-hmac': 'acme-account-key',
};

/**
 * Makes the account at once: a binding that is not used within seven days is void, and the first certificate may come later than that.
 * https://cloud.google.com/certificate-manager/docs/public-ca-tutorial#request-key-hmac. Only then is the binding kept, so that whoever
 * runs this again after a failure gets another one.
 */
async function externalAccount({
  project,
  google,
  directoryUrl,
  made,
}: Making): Promise<Record<string, string>> {
  const accountKey = made['acme-account-key'] ?? (await readVersion(google, project, 'acme-account-key'));
  const url = `https://publicca.googleapis.com/v1/projects/${project}/locations/global/externalAccountKeys`;
  const answer = await google.call('POST', url, {});
  if (answer.status !== 200)
    throw new Unusable(`Google's certificate authority refuses: ${refusalIn(answer)}`);
  const { keyId: kid, b64MacKey } = answer.body;
  const hmacKey = macKeyOf(b64MacKey);
  prepareHttp();
  try {
    await ensureAccount({ directoryUrl, accountKey, externalAccount: { kid, hmacKey } });
  } catch (error) {
    if (!(error instanceof AcmeProblem) && !isAway(error)) throw error;
    throw new Unusable(`The certificate authority makes no account: ${(error as Error).message}`);
  }
  return { 'acme-eab-kid': kid, 'acme-eab-hmac': hmacKey };
}

/** Bytes in JSON are base64; here those bytes are a text, which is base64url itself and what the client of the authority takes. */
function macKeyOf(text: string): string {
  const inner = Buffer.from(text, 'base64').toString('utf8');
  return /^[\w-]+=*$/.test(inner) ? inner : Buffer.from(text, 'base64').toString('base64url');
}

async function main(args: readonly string[]): Promise<void> {
  const { project, secrets, directoryUrl, endpoint } = readArguments(args);
  const google = googleOf(project, endpoint);
  const empty: string[] = [];
  for (const id of secrets) if (!(await hasVersion(google, project, id))) empty.push(id);
  const made: Record<string, string> = {};
  for (const leader of inOrder(new Set(empty.map((id) => WITH[id] ?? id)))) {
    const together = secrets.filter((id) => [id, WITH[id], FOR[id]].includes(leader));
    const make = MAKERS[leader];
    if (!make)
      throw new Unusable(
        `${leader} is yours to give: gcloud secrets versions add ${leader} --data-file=- --project ${project}`,
      );
    const half = together.filter((id) => !empty.includes(id));
    if (half.length > 0)
      throw new Unusable(
        `${half.join(', ')} has a version, and what goes with it has none: add it, or disable that version`,
      );
    for (const [id, text] of Object.entries(await make({ project, google, directoryUrl, made }))) {
      await addVersion(google, project, id, text);
      made[id] = text;
    }
  }
  process.stdout.write(empty.length === 0 ? 'Every secret has a version.\n' : `Made: ${empty.join(', ')}\n`);
}

/** Those that nobody makes come last: what can be made is there by then. */
const inOrder = (leaders: Iterable<string>): string[] => {
  const order = Object.keys(MAKERS);
  const placeOf = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
  return [...leaders].sort((a, b) => placeOf(a) - placeOf(b));
};

function readArguments(args: readonly string[]): {
  project: string;
  secrets: string[];
  directoryUrl: string;
  endpoint?: string;
} {
  const {
    project,
    secrets = '',
    directory = PUBLIC_AUTHORITY,
    endpoint,
  } = readOptions(args, ['project', 'secrets', 'directory', 'endpoint'], USAGE);
  if (!project || secrets === '') throw new Unusable(USAGE);
  return {
    project,
    secrets: secrets.split(','),
    directoryUrl: directory,
    ...(endpoint !== undefined && { endpoint }),
  };
}

const addressOf = (project: string, id: string): string =>
  `https://secretmanager.googleapis.com/v1/projects/${project}/secrets/${id}`;

async function hasVersion(google: Google, project: string, id: string): Promise<boolean> {
  const answer = await google.call(
    'GET',
    `${addressOf(project, id)}/versions?filter=state:ENABLED&pageSize=1`,
  );
  if (answer.status !== 200) throw new Unusable(`${id} cannot be seen: ${refusalIn(answer)}`);
  return (answer.body.versions ?? []).length > 0;
}

async function readVersion(google: Google, project: string, id: string): Promise<string> {
  const answer = await google.call('GET', `${addressOf(project, id)}/versions/latest:access`);
  if (answer.status !== 200) throw new Unusable(`${id} cannot be read: ${refusalIn(answer)}`);
  return Buffer.from(answer.body.payload.data, 'base64').toString('utf8');
}

async function addVersion(google: Google, project: string, id: string, text: string): Promise<void> {
  const payload = { data: Buffer.from(text).toString('base64') };
  const answer = await google.call('POST', `${addressOf(project, id)}:addVersion`, { payload });
  if (answer.status !== 200) throw new Unusable(`${id} cannot be given a version: ${refusalIn(answer)}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Unusable) && !(error instanceof NotSignedIn)) throw error;
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exitCode = 2;
}
