/**
 * Access tokens, opaque: of workloads, as Workload Identity Federation for GKE gives them, for an hour, each for one pod's identity; and of
 * service accounts, for whoever may act as them.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#credential-flow
 * https://cloud.google.com/iam/docs/create-short-lived-credentials-direct
 */
import { createHash, randomBytes } from 'node:crypto';
import { hours } from '../../shared/units.ts';
import type { World } from '../service.ts';
import type { Principal, Workload } from './principals.ts';

interface AccessToken {
  accessToken: string;
  expiresAtMs: number;
}

export interface IamModel {
  readonly projectId: string;
  /** For whoever has made sure that the workload is what it says: `server.ts` by its cluster's signature. */
  mint(workload: Workload): AccessToken;
  /** For whoever was found to be allowed to. */
  impersonate(email: string, lifetimeMs: number): AccessToken;
  /** Whose token it is; undefined if it is none of ours, or has expired. */
  identify(token: string): Principal | undefined;
}

/** Real time: a faster cloud does not age a token. */
const LIFE_MS = hours(1);

interface Row {
  workload?: Workload;
  /** Of a service account. */
  email?: string;
  expiresAtMs: number;
}

export function createIamModel({ store, clock, projectId }: World): IamModel {
  /** By the hash of the token: a journal needs no secrets. */
  const tokens = store.table<Row>('tokens');
  const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
  const forgetExpired = (): void => {
    for (const [hash, { expiresAtMs }] of tokens.entries()) {
      if (expiresAtMs <= clock.now()) tokens.delete(hash);
    }
  };
  const issue = (kind: string, whose: Omit<Row, 'expiresAtMs'>, expiresAtMs: number): AccessToken => {
    forgetExpired();
    const accessToken = `ya29.${kind}.${randomBytes(48).toString('base64url')}`;
    tokens.set(hashOf(accessToken), { ...whose, expiresAtMs });
    return { accessToken, expiresAtMs };
  };
  return {
    projectId,
    mint: (workload) => issue('d', { workload }, clock.now() + LIFE_MS),
    // What it is asked for may take its time, or the cloud's.
    impersonate: (email, lifetimeMs) =>
      issue('c', { email }, Math.max(clock.now() + lifetimeMs, clock.after(lifetimeMs))),
    identify(token) {
      const row = tokens.get(hashOf(token));
      if (!row || row.expiresAtMs <= clock.now()) return undefined;
      const { workload, email = '' } = row;
      return workload ? { kind: 'workload', ...workload } : { kind: 'serviceAccount', email };
    },
  };
}
