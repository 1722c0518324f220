/**
 * Makes the first version of each of Hub's secrets that has none, straight into Secret Manager: nothing is written to a file, printed, or kept
 * in Terraform's state. `terraform apply` runs it. Those that have a version are left alone, so it is safe to repeat; those that had one and
 * have it switched off are refused, for a new key is a rotation: `npm run rotate`.
 * `npm run keys -- --project <id> --secrets page-token-key,oidc-signing-keys,…`; `--directory` names another authority than Google's.
 */
import { PUBLIC_AUTHORITY } from '../functions/config.ts';
import { readOptions, runCommand, Unusable } from '../local/command.ts';
import { googleOf } from './google.ts';
import { MAKERS } from './key-makers.ts';
import { addVersion, type Version, versionsOf } from './secret-manager.ts';

const USAGE = 'usage: npm run keys -- --project <id> --secrets <names, with commas between>\n';

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

async function main(args: readonly string[]): Promise<void> {
  const { project, secrets, directoryUrl, endpoint } = readArguments(args);
  const google = googleOf(project, endpoint);
  const empty: string[] = [];
  for (const id of secrets) {
    const [newest] = await versionsOf(google, project, id);
    if (newest === undefined) empty.push(id);
    else if (!newest.enabled) throw switchedOff(project, id, newest);
  }
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
        `${half.join(', ')} has a version, and what goes with it has none: add it: docs/operations.md`,
      );
    for (const [id, text] of Object.entries(await make({ project, google, directoryUrl, made }))) {
      await addVersion(google, project, id, text);
      made[id] = text;
    }
  }
  process.stdout.write(empty.length === 0 ? 'Every secret has a version.\n' : `Made: ${empty.join(', ')}\n`);
}

/** A key in the place of one that was switched off: what that one has signed could not be checked any more, and who knows it was not told. */
const switchedOff = (project: string, id: string, { number }: Version): Unusable =>
  new Unusable(
    `the newest version of ${id} is switched off, and functions read no other one: gcloud secrets versions enable ${number} --secret ${id} --project ${project}. For another key: npm run rotate, as docs/operations.md says.`,
  );

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

await runCommand(main);
