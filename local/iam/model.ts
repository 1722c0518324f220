/**
 * The access tokens of workloads, as Workload Identity Federation for GKE gives them: opaque, for an hour, each for one pod's identity.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#credential-flow
 */
import { createHash, randomBytes } from 'node:crypto';
import { hours } from '../../shared/units.ts';
import type { World } from '../service.ts';
import type { Principal, Workload } from './principals.ts';

export interface AccessToken {
  accessToken: string;
  expiresAtMs: number;
}

export interface IamModel {
  readonly projectId: string;
  /** For whoever has made sure that the workload is what it says: `server.ts` by its cluster's signature. */
  mint(workload: Workload): AccessToken;
  /** Whose token it is; undefined if it is none of ours, or has expired. */
  identify(token: string): Principal | undefined;
}

/** Real time: a faster cloud does not age a token. */
const LIFE_MS = hours(1);

interface Row {
  workload: Workload;
  expiresAtMs: number;
}

export function createIamModel({ store, clock, projectId }: World): IamModel {
  /** By the hash of the token: a journal needs no secrets. */
  const tokens = store.table<Row>('tokens');
  const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
  const forgetExpired = (): void => {
    for (const [hash, { expiresAtMs }] of tokens.entries()) {
      // In the order of their making, which is that of their end.
      if (expiresAtMs > clock.now()) return;
      tokens.delete(hash);
    }
  };
  return {
    projectId,
    mint(workload) {
      forgetExpired();
      const accessToken = `ya29.d.${randomBytes(48).toString('base64url')}`;
      const expiresAtMs = clock.now() + LIFE_MS;
      tokens.set(hashOf(accessToken), { workload, expiresAtMs });
      return { accessToken, expiresAtMs };
    },
    identify(token) {
      const row = tokens.get(hashOf(token));
      if (!row || row.expiresAtMs <= clock.now()) return undefined;
      return { kind: 'workload', ...row.workload };
    },
  };
}
