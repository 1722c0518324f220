/** What Hub's own secrets are made of: first versions by `npm run keys`, later ones by `npm run rotate`. */
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { newCleanUpKeyPem } from '../functions/clean-up/keys.ts';
import { ensureAccount } from '../functions/google/acme-account.ts';
import { AcmeProblem, isAway, prepareHttp } from '../functions/google/acme-http.ts';
import { newSigningKeyPem } from '../functions/oidc/keys.ts';
import { newSealKey } from '../functions/oidc/seal.ts';
import { Unusable } from '../local/command.ts';
import { type Google, refusalIn } from './google.ts';
import { readVersion } from './secret-manager.ts';

interface Making {
  project: string;
  google: Google;
  /** Of the authority that issues certificates. */
  directoryUrl: string;
  /** What was made in this run, by secret. */
  made: Readonly<Record<string, string>>;
}

/** Secrets that are made of one thing are made together, in this order: a binding needs the key that it binds. */
export const MAKERS: Readonly<Record<string, (making: Making) => Promise<Record<string, string>>>> = {
  'page-token-key': async () => ({ 'page-token-key': randomBytes(32).toString('hex') }),
  'oidc-signing-keys': async () => ({ 'oidc-signing-keys': newSigningKeyPem() }),
  'oidc-seal-keys': async () => ({ 'oidc-seal-keys': `${newSealKey()}\n` }),
  'clean-up-keys': async () => {
    const pem = newCleanUpKeyPem();
    const half = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
    return { 'clean-up-keys': pem, 'clean-up-keys-public': half };
  },
  // https://www.rfc-editor.org/rfc/rfc8555#section-6.2: P-256 is what every authority takes.
  'acme-account-key': async () => ({
    'acme-account-key': generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string,
  }),
  'acme-eab-kid': externalAccount,
};

/**
 * Makes the account at once: a binding that is not used within seven days is void, and the first certificate may come later than that.
 * https://cloud.google.com/certificate-manager/docs/public-ca-tutorial#request-key-hmac. Only then is the binding kept, so that whoever
 * runs this again after a failure gets another one.
 */
async function externalAccount({
  project,
  google,
  directoryUrl,
  made,
}: Making): Promise<Record<string, string>> {
  const accountKey = made['acme-account-key'] ?? (await readVersion(google, project, 'acme-account-key'));
  const url = `https://publicca.googleapis.com/v1/projects/${project}/locations/global/externalAccountKeys`;
  const answer = await google.call('POST', url, {});
  if (answer.status !== 200)
    throw new Unusable(`Google's certificate authority refuses: ${refusalIn(answer)}`);
  const { keyId: kid, b64MacKey } = answer.body;
  const hmacKey = macKeyOf(b64MacKey);
  prepareHttp();
  try {
    await ensureAccount({ directoryUrl, accountKey, externalAccount: { kid, hmacKey } });
  } catch (error) {
    if (!(error instanceof AcmeProblem) && !isAway(error)) throw error;
    throw new Unusable(`The certificate authority makes no account: ${(error as Error).message}`);
  }
  return { 'acme-eab-kid': kid, 'acme-eab-hmac': hmacKey };
}

/** Bytes in JSON are base64; here those bytes are a text, which is base64url itself and what the client of the authority takes. */
function macKeyOf(text: string): string {
  const inner = Buffer.from(text, 'base64').toString('utf8');
  return /^[\w-]+=*$/.test(inner) ? inner : Buffer.from(text, 'base64').toString('base64url');
}
