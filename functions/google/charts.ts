/**
 * The `Charts` port: tokens of the service account that reads charts, by the IAM Credentials API. No key of it is ever made.
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
import { AppError } from '../../shared/errors.ts';
import type { Charts } from '../charts.ts';
import { scrub } from '../log.ts';
import { asProviderError, CloudRefusal, restRefusal } from './refusal.ts';

/** The part of google-auth-library's AuthClient that is used: it adds the credentials. */
interface CredentialsCaller {
  request<T>(options: {
    url: string;
    method: 'POST';
    data: object;
    timeout: number;
    retry: false;
  }): Promise<{ data: T }>;
}

interface ChartsOptions {
  /** E-mail address of the service account. */
  account: string;
  rest: CredentialsCaller;
  /** `https://iamcredentials.googleapis.com/v1` unless it is the embedded cloud's. */
  credentialsUrl?: string;
}

const CREDENTIALS_URL = 'https://iamcredentials.googleapis.com/v1';
/**
 * The least with which one can pull, and that of Google's own machines unless they are given more:
 * https://cloud.google.com/artifact-registry/docs/integrate-compute#permissions
 */
const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_only';
/** A step ends within 60 s; retrying is the engine's business. */
const CALL_MS = 15_000;

export function createCharts({ account, rest, credentialsUrl = CREDENTIALS_URL }: ChartsOptions): Charts {
  return {
    async issueToken(lifetimeMs) {
      const url = `${credentialsUrl}/projects/-/serviceAccounts/${account}:generateAccessToken`;
      const data = { scope: [SCOPE], lifetime: `${Math.ceil(lifetimeMs / 1000)}s` };
      const options = { url, method: 'POST', data, timeout: CALL_MS, retry: false } as const;
      const answer = await rest.request<{ accessToken?: string }>(options).catch((error: unknown) => {
        throw translate(restRefusal(error), account);
      });
      const { accessToken } = answer.data;
      if (!accessToken) throw new AppError('PROVIDER_UNAVAILABLE', 'IAM gave no token that reads charts');
      return accessToken;
    },
  };
}

function translate(error: unknown, account: string): unknown {
  const isMissing = error instanceof CloudRefusal && error.status === 'NOT_FOUND';
  return isMissing
    ? new AppError('CLOUD_SETUP', `${account}: ${scrub(error.message)}`, { cause: error })
    : asProviderError(error);
}
