/**
 * A kubeconfig without a secret in it: kubectl calls `hub token` whenever it needs one.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { dump, load } from 'js-yaml';
import { Failed } from '../failure.ts';
import { writeWanted } from '../files.ts';
import type { Io } from '../io.ts';

interface Named {
  name: string;
}

/** https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
export interface Kubeconfig {
  apiVersion: string;
  kind: string;
  'current-context': string;
  clusters: (Named & { cluster: object })[];
  users: (Named & { user: { token?: string; exec?: object } })[];
  contexts: (Named & { context: object })[];
}

/** The same, with the command that gives tokens in the place of a token. */
export function withCommand(config: Kubeconfig, id: string, hub: string, self: Io['self']): Kubeconfig {
  const [command, ...args] = self;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args: [...args, 'token', id, '--hub', hub],
    // It asks nobody anything.
    interactiveMode: 'Never',
    provideClusterInfo: false,
    installHint: `Get the command hub from ${hub}/hub.mjs, and the kubeconfig from it: hub kubeconfig ${id}`,
  };
  return { ...config, users: config.users.map(({ name }) => ({ name, user: { exec } })) };
}

export const asYaml = (config: object): string => dump(config, { lineWidth: -1 });

/** The first of `$KUBECONFIG`, where kubectl writes too; else its own. */
export function kubeconfigPath({ env }: Pick<Io, 'env'>): string {
  const [first] = (env.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  return first ?? join(env.HOME || homedir(), '.kube', 'config');
}

/**
 * Adds to a file, or replaces what is called the same in it, and makes it the one that kubectl uses.
 * @throws Failed if the file is not a kubeconfig
 */
export function mergeInto(path: string, config: Kubeconfig): void {
  const there = existsSync(path) ? readKubeconfig(path) : {};
  const merged = {
    ...{ apiVersion: config.apiVersion, kind: config.kind },
    ...there,
    'current-context': config['current-context'],
    clusters: replaced(there.clusters, config.clusters),
    users: replaced(there.users, config.users),
    contexts: replaced(there.contexts, config.contexts),
  };
  writeWanted(path, asYaml(merged));
}

/**
 * Before a file is written anew.
 * @param called as who asks calls the cluster
 * @throws Failed if other clusters are in it, which would be lost
 */
export function requireNoOthers(path: string, config: Kubeconfig, called: string): void {
  let there: Partial<Kubeconfig> = {};
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) there = readKubeconfig(path);
  } catch {
    // What is no kubeconfig has no clusters in it.
  }
  const lost = (Array.isArray(there.clusters) ? there.clusters : []).filter(
    ({ name }) => !config.clusters.some((one) => one.name === name),
  );
  if (lost.length > 0)
    throw new Failed(`${path} has other clusters in it, which would be lost. Nothing was changed.`, {
      remedy: `Add this one to them: hub kubeconfig ${called} --file ${path} --merge. Or say another file.`,
    });
}

function readKubeconfig(path: string): Partial<Kubeconfig> {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.trim() === '') return {};
    const config: unknown = load(text);
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config;
    throw new Error('it is no mapping');
  } catch (error) {
    throw new Failed(`${path} cannot be read as a kubeconfig: ${(error as Error).message.split('\n')[0]}`, {
      remedy: 'Nothing was changed. Use another file: hub kubeconfig <cluster> --file <path>.',
    });
  }
}

const replaced = <T extends Named>(there: readonly T[] | null | undefined, added: readonly T[]): T[] => [
  ...(there ?? []).filter(({ name }) => !added.some((one) => one.name === name)),
  ...added,
];
