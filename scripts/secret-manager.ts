/** What is in Hub's secrets. Nothing of it is written to a file, printed, or told in an error. */

import { Unusable } from '../local/command.ts';
import { type Google, refusalIn } from './google.ts';

const addressOf = (project: string, id: string): string =>
  `https://secretmanager.googleapis.com/v1/projects/${project}/secrets/${id}`;

export interface Version {
  number: number;
  /** Whether it can be read. */
  enabled: boolean;
}

/**
 * The newest first, which is what functions read as `latest`, enabled or not.
 * https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/list
 * @throws Unusable
 */
export async function versionsOf(google: Google, project: string, id: string): Promise<Version[]> {
  const answer = await google.call('GET', `${addressOf(project, id)}/versions?pageSize=1000`);
  if (answer.status !== 200) throw new Unusable(`${id} cannot be seen: ${refusalIn(answer)}`);
  const versions: { name: string; state: string }[] = answer.body.versions ?? [];
  return versions.map(({ name, state }) => ({
    number: Number(name.split('/').at(-1)),
    enabled: state === 'ENABLED',
  }));
}

/** @throws Unusable */
export async function readVersion(
  google: Google,
  project: string,
  id: string,
  version: number | 'latest' = 'latest',
): Promise<string> {
  const answer = await google.call('GET', `${addressOf(project, id)}/versions/${version}:access`);
  if (answer.status !== 200) throw new Unusable(`${id} cannot be read: ${refusalIn(answer)}`);
  return Buffer.from(answer.body.payload.data, 'base64').toString('utf8');
}

/** @throws Unusable */
export async function addVersion(google: Google, project: string, id: string, text: string): Promise<void> {
  const payload = { data: Buffer.from(text).toString('base64') };
  const answer = await google.call('POST', `${addressOf(project, id)}:addVersion`, { payload });
  if (answer.status !== 200) throw new Unusable(`${id} cannot be given a version: ${refusalIn(answer)}`);
}
