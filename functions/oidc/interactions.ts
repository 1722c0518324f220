/**
 * A sign-in from its beginning (dex sends a browser here) to its end (the console says who it is). It belongs to one browser, lasts
 * ten minutes and ends once.
 */
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import {
  INTERACTION_LIFETIME_MS,
  type OidcInteraction,
  oidcInteractionDocument,
  oidcInteractionPath,
} from '../../shared/documents/oidc.ts';
import { AppError } from '../../shared/errors.ts';
import { type Audited, commitAudited } from '../audit.ts';
import { isLostRace, type Write } from '../cloud.ts';
import { commitOwn, commitUnlessLost } from '../documents.ts';
import type { Ports } from '../ports.ts';
import { digestOf, isSecret, matchesAny, newSecret } from '../secrets.ts';
import type { AuthorizationRequest } from './authorize.ts';
import { contentOfInteraction, isSealed, sealOf } from './seal.ts';

type InteractionPorts = Pick<Ports, 'documents' | 'clock' | 'random' | 'settings' | 'log'>;

/** @returns its id, which the console is given */
export async function beginInteraction(
  { documents, clock, random, settings }: InteractionPorts,
  request: AuthorizationRequest,
  browserSecret: string,
): Promise<string> {
  const id = newSecret(random);
  const path = oidcInteractionPath(digestOf(id));
  const content = {
    ...request,
    browserDigest: digestOf(browserSecret),
    expiresAt: new Date(clock.now() + INTERACTION_LIFETIME_MS),
  };
  const seal = sealOf(settings.oidc.sealKeys, contentOfInteraction(path, content));
  const data = { schema: DOCUMENT_SCHEMA, ...content, seal };
  await commitOwn(documents, [{ op: 'create', path, data }], path);
  return id;
}

export interface OpenInteraction extends OidcInteraction {
  path: string;
  version: string;
}

/** @throws AppError SIGN_IN_OVER, whatever of it is wrong: who did not begin it learns nothing */
export async function requireInteraction(
  { documents, clock, settings, log }: InteractionPorts,
  id: string,
  browserSecrets: readonly string[],
): Promise<OpenInteraction> {
  if (!isSecret(id) || browserSecrets.length === 0) throw new AppError('SIGN_IN_OVER');
  const snapshot = await documents.get(oidcInteractionPath(digestOf(id)));
  if (!snapshot) throw new AppError('SIGN_IN_OVER');
  const parsed = oidcInteractionDocument.safeParse(snapshot.data);
  const { sealKeys } = settings.oidc;
  if (
    !parsed.success ||
    !isSealed(sealKeys, contentOfInteraction(snapshot.path, parsed.data), parsed.data.seal)
  ) {
    log.warn('sign-in refused', { resource: snapshot.path, detail: 'not one of Hub’s' });
    throw new AppError('SIGN_IN_OVER');
  }
  const { data: interaction } = parsed;
  const isOver = interaction.expiresAt.getTime() <= clock.now();
  const begun = [interaction.browserDigest];
  const isTheirs = browserSecrets.some((secret) => matchesAny(secret, begun));
  if (isOver || !isTheirs) throw new AppError('SIGN_IN_OVER');
  return { ...interaction, path: snapshot.path, version: snapshot.version };
}

/**
 * Ends it, together with what comes of it.
 * @param outcome its code, and who got it; absent: nothing comes of it, and whoever else ended it did as much
 * @throws AppError SIGN_IN_OVER if somebody else was quicker
 */
export async function endInteraction(
  { documents }: Pick<InteractionPorts, 'documents'>,
  { path, version }: OpenInteraction,
  outcome?: { code: Write; entry: Audited },
): Promise<void> {
  const end: Write = { op: 'delete', path, ifVersion: version };
  if (!outcome) {
    await commitUnlessLost(documents, [end]);
    return;
  }
  try {
    await commitAudited({ documents }, [end, outcome.code], outcome.entry);
  } catch (error) {
    if (isLostRace(error)) throw new AppError('SIGN_IN_OVER', undefined, { cause: error });
    throw error;
  }
}
