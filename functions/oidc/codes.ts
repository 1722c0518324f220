/**
 * Authorization codes: good once, for a minute, for the client, the address and the PKCE verifier they were made for. A code that is
 * seen anywhere else has leaked, and is good for nothing from then on.
 */
import { createHash } from 'node:crypto';
import { HUB_EMAIL } from '../../shared/catalog/pachyderm.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import {
  CODE_LIFETIME_MS,
  type OidcCode,
  type OidcInteraction,
  oidcCodeDocument,
  oidcCodePath,
} from '../../shared/documents/oidc.ts';
import { isLostRace, type Write } from '../cloud.ts';
import { commitOwn } from '../documents.ts';
import type { Ports } from '../ports.ts';
import { digestOf, isSecret, newSecret } from '../secrets.ts';
import type { AuthorizationRequest } from './authorize.ts';
import { OAuthError } from './oauth-error.ts';
import { contentOfCode, isSealed, sealOf } from './seal.ts';

type CodePorts = Pick<Ports, 'documents' | 'clock' | 'random' | 'settings' | 'log'>;
type MakingPorts = Pick<CodePorts, 'clock' | 'random' | 'settings'>;

/** Somebody with a verified e-mail address. */
export interface Person {
  uid: string;
  email: string;
}

/** What of a request its code is made for. */
type Asked = Pick<OidcInteraction, 'cluster' | 'redirectUri' | 'scopes' | 'nonce' | 'codeChallenge'>;

/** @returns the code, and what writes it */
export const newCode = (
  ports: MakingPorts,
  interaction: Asked,
  { uid, email }: Person,
): { code: string; write: Write } => codeFor(ports, interaction, { uid, email });

/** A code for Hub itself. The flag says so, for a person may have any uid. */
export const newHubCode = (
  ports: MakingPorts,
  request: AuthorizationRequest,
): { code: string; write: Write } => codeFor(ports, request, { uid: 'hub', email: HUB_EMAIL, hub: true });

function codeFor(
  { clock, random, settings }: MakingPorts,
  { cluster, redirectUri, scopes, nonce, codeChallenge }: Asked,
  subject: Pick<OidcCode, 'uid' | 'email' | 'hub'>,
): { code: string; write: Write } {
  const code = newSecret(random);
  const path = oidcCodePath(digestOf(code));
  const content = {
    cluster,
    redirectUri,
    scopes,
    nonce,
    codeChallenge,
    ...subject,
    expiresAt: new Date(clock.now() + CODE_LIFETIME_MS),
  };
  const seal = sealOf(settings.oidc.sealKeys, contentOfCode(path, content));
  return { code, write: { op: 'create', path, data: { schema: DOCUMENT_SCHEMA, ...content, seal } } };
}

/** What a client says when it exchanges a code. */
interface Exchange {
  cluster: string;
  code: string | undefined;
  redirectUri: string | undefined;
  codeVerifier: string | undefined;
}

/** A code that was good, with the person in it. */
export type RedeemedCode = OidcCode & Person;

/**
 * Uses the code up: of any number of calls at once, one at most gets it.
 * @throws OAuthError invalid_grant, which does not say why; the log does
 */
export async function redeemCode(
  { documents, clock, random, settings, log }: CodePorts,
  exchange: Exchange,
): Promise<RedeemedCode> {
  const refuse = (why: string): OAuthError => {
    log.warn('code refused', { cluster: exchange.cluster, detail: why });
    return new OAuthError(
      'invalid_grant',
      'The code is not valid, belongs to another request, or was already used.',
    );
  };
  if (!isSecret(exchange.code)) throw refuse('unknown');
  const snapshot = await documents.get(oidcCodePath(digestOf(exchange.code)));
  if (!snapshot) throw refuse('unknown');
  const parsed = oidcCodeDocument.safeParse(snapshot.data);
  if (!parsed.success) throw refuse('not one of Hub’s');
  const { data: code } = parsed;
  const { usedAt, email } = code;
  if (usedAt !== undefined || email === undefined) throw refuse('replayed');
  if (!isSealed(settings.oidc.sealKeys, contentOfCode(snapshot.path, code), code.seal))
    throw refuse('not one of Hub’s');
  const now = clock.now();
  const fault = faultOf(code, exchange, now);
  try {
    const usedBy = random.base32(20);
    // The address is not needed any more either.
    const data = { usedAt: new Date(now), usedBy, email: undefined };
    const { path, version } = snapshot;
    const use: Write = { op: 'update', path, data, ifVersion: version };
    await commitOwn(documents, [use], path, (found) => found.data.usedBy === usedBy);
  } catch (error) {
    if (isLostRace(error)) throw refuse('replayed');
    throw error;
  }
  if (fault) throw refuse(fault);
  return { ...code, email };
}

function faultOf(code: OidcCode, exchange: Exchange, now: number): string | undefined {
  if (code.expiresAt.getTime() <= now) return 'expired';
  if (code.cluster !== exchange.cluster) return 'of another client';
  if (code.redirectUri !== exchange.redirectUri) return 'for another address';
  return verifierFault(code.codeChallenge, exchange.codeVerifier);
}

/** https://www.rfc-editor.org/rfc/rfc7636#section-4.1 */
const VERIFIER = /^[\w.~-]{43,128}$/;

/** A verifier without a challenge means that somebody took the challenge away: https://www.rfc-editor.org/rfc/rfc9700#section-4.8.2 */
function verifierFault(challenge: string | undefined, verifier: string | undefined): string | undefined {
  if (challenge === undefined) return verifier === undefined ? undefined : 'verifier without a challenge';
  if (verifier === undefined || !VERIFIER.test(verifier)) return 'no verifier';
  const digest = createHash('sha256').update(verifier, 'ascii').digest('base64url');
  return digest === challenge ? undefined : 'wrong verifier';
}
