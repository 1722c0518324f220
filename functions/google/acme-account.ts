/** The account of a key at an ACME authority. Whoever gets certificates needs it, and `npm run keys` makes it. */
import acme from 'acme-client';
import { AcmeProblem } from './acme-http.ts';

export interface AcmeAccount {
  /** https://cloud.google.com/certificate-manager/docs/public-ca-tutorial */
  directoryUrl: string;
  /** PEM, from Secret Manager. */
  accountKey: string;
  /** Binds the account to the operator's project when it is made, once and within seven days; not needed after that. */
  externalAccount?: { kid: string; hmacKey: string };
}

/**
 * Finds the account, or makes it; `prepareHttp` was called before. To find it acme-client tells no binding, which may be too old by then.
 * @throws AcmeProblem, and what acme-client throws where nobody answers
 */
export async function ensureAccount({
  directoryUrl,
  accountKey,
  externalAccount,
}: AcmeAccount): Promise<acme.Client> {
  const client = new acme.Client({
    directoryUrl,
    accountKey,
    ...(externalAccount && { externalAccountBinding: externalAccount }),
  });
  try {
    await client.createAccount({ onlyReturnExisting: true });
  } catch (error) {
    if (!(error instanceof AcmeProblem) || error.type !== 'accountDoesNotExist') throw error;
    await client.createAccount({ termsOfServiceAgreed: true });
  }
  return client;
}
