/** What each function does in the embedded cloud, beside what its identity may. */
import { SEAL_KEYS } from '../../../functions/config.ts';
import { MANIFEST } from '../../../functions/manifest.ts';
import { ISSUE_TOKEN, issuesChartTokens, PERMISSIONS } from '../../../functions/permissions.ts';
import { accessTo, type Heard } from './calls.ts';
import { findings } from './findings.ts';
import { heardInLives } from './lives.ts';
import { heardInSeeds } from './seeds.ts';

/** 12: no function is refused anything: what it does, it may. */
export async function permitted(): Promise<string[]> {
  const wrong = findings();
  wrong.push(...lacking(await heardInLives()));
  const inSeeds = await heardInSeeds();
  if (inSeeds.used.size < SEEN_FUNCTIONS) wrong.push(`only ${inSeeds.used.size} functions ran`);
  wrong.push(...lacking(inSeeds));
  return wrong;
}

/** All but those of sign-ins and credentials, the word of an alert, and what is rare; how rare depends on when modules are loaded. */
const SEEN_FUNCTIONS = MANIFEST.length - 6;

/** By a binding in each cluster: functions/leaf/roles.ts. */
const BOUND: Readonly<Record<string, readonly string[]>> = {
  credentials: ['container.pods.list', 'container.pods.portForward'],
};

/** In the project, in clusters, with the account alone that reads charts, and with the secret alone that seals. */
const mayOf = (name: string): readonly string[] => [
  ...(PERMISSIONS[name] ?? []),
  ...(BOUND[name] ?? []),
  ...(issuesChartTokens(name) ? [ISSUE_TOKEN] : []),
  ...(SEAL_KEYS.functions.includes(name) ? [accessTo(SEAL_KEYS)] : []),
];

const lacking = ({ used, unknown }: Heard): string[] => [
  ...unknown,
  ...[...used].flatMap(([name, of]) =>
    [...of]
      .filter((permission) => !mayOf(name).includes(permission))
      .sort()
      .map((permission) => `${name} lacks ${permission}`),
  ),
];

/** 12: no function may do what it never does. */
export async function needed(): Promise<string[]> {
  const wrong = findings();
  const { used } = await heardInLives();
  for (const name of Object.keys(PERMISSIONS))
    for (const permission of mayOf(name))
      if (!used.get(name)?.has(permission)) wrong.push(`${name} never uses ${permission}`);
  return wrong;
}
