/** What Hub advises is written for whoever is at the console or calls the API. Here the same is said in commands. Pure. */

const IN_COMMANDS: readonly (readonly [form: RegExp, command: (cluster: string) => string])[] = [
  [/\bPress Retry\b/g, (cluster) => `Run hub retry ${cluster}`],
  [/\bpress Retry\b/g, (cluster) => `run hub retry ${cluster}`],
  [/\bGET \/v1\/catalog\b/g, () => 'hub catalog'],
  [/\bCheck the address; GET \/v1\/clusters lists\b/g, () => 'hub list shows'],
  [/\bGET the cluster to see\b/g, (cluster) => `hub show ${cluster} tells`],
];

/** @param cluster id of the one it is about, if it is known */
export const remedyInCommands = (remedy: string, cluster = '<cluster>'): string =>
  IN_COMMANDS.reduce((text, [form, command]) => text.replace(form, command(cluster)), remedy);
