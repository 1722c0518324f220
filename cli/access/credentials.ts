/** One's own way into a cluster, for kubectl. It is good for less than an hour, so that it is asked for again and again, by kubectl itself. */
import { load } from 'js-yaml';
import { minutes } from '../../shared/units.ts';
import type { Api } from '../api.ts';
import { Failed } from '../failure.ts';
import type { HubFiles } from '../files.ts';
import { claimsOf, type Session } from '../sign-in/session.ts';
import type { Kubeconfig } from './kubeconfig.ts';

/** A token with when it ends; undefined if it does not say. */
interface ClusterToken {
  token: string;
  expiresAtMs?: number;
}

/** What is good for less is not handed out again. */
const MIN_LEFT_MS = minutes(2);

const fileOf = (id: string): string => `token-${id}.json`;

interface Access {
  api: Api;
  files: HubFiles;
  session: Session;
}

/** Hub's kubeconfig, with a fresh token in it, which is kept for kubectl's first call. */
export async function askKubeconfig({ api, files, session }: Access, id: string): Promise<Kubeconfig> {
  const { text } = await api.ask('GET /v1/clusters/{id}/credentials', { id, query: { kind: 'kubeconfig' } });
  const config = load(text) as Kubeconfig;
  const issued = tokenIn(config);
  // Of who has only borrowed a token nothing stays.
  if (session.variable === undefined && issued.expiresAtMs !== undefined) files.write(fileOf(id), issued);
  return config;
}

/** @param anew whatever is kept; for a cluster that does not take it any more */
export async function clusterToken(access: Access, id: string, anew: boolean): Promise<ClusterToken> {
  const mayBeKept = access.session.variable === undefined && !anew;
  const kept = mayBeKept ? access.files.read<ClusterToken>(fileOf(id)) : undefined;
  if (kept?.expiresAtMs !== undefined && kept.expiresAtMs > Date.now() + MIN_LEFT_MS) return kept;
  return tokenIn(await askKubeconfig(access, id));
}

function tokenIn({ users }: Kubeconfig): ClusterToken {
  const token = users[0]?.user.token;
  if (typeof token !== 'string') throw new Failed('The kubeconfig that Hub gave has no token in it.');
  const { expiresAtMs } = claimsOf(token);
  return { token, ...(Number.isFinite(expiresAtMs) && { expiresAtMs }) };
}

/** What kubectl reads: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
export const execCredential = ({ token, expiresAtMs }: ClusterToken): object => ({
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  status: {
    token,
    ...(expiresAtMs !== undefined && { expirationTimestamp: new Date(expiresAtMs).toISOString() }),
  },
});
