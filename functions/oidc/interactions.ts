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
import { CommitError, type Write } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import { digestOf, isSecret, matchesAny, newSecret } from '../secrets.ts';
import type { AuthorizationRequest } from './authorize.ts';

type InteractionPorts = Pick<Ports, 'documents' | 'clock' | 'random'>;

/** @returns its id, which the console is given */
export async function beginInteraction(
  { documents, clock, random }: InteractionPorts,
  request: AuthorizationRequest,
  browserSecret: string,
): Promise<string> {
  const id = newSecret(random);
  const data = {
    schema: DOCUMENT_SCHEMA,
    ...request,
    browserDigest: digestOf(browserSecret),
    expiresAt: new Date(clock.now() + INTERACTION_LIFETIME_MS),
  };
  await documents.commit([{ op: 'create', path: oidcInteractionPath(digestOf(id)), data }]);
  return id;
}

export interface OpenInteraction extends OidcInteraction {
  path: string;
  version: string;
}

/** @throws AppError SIGN_IN_OVER, whatever of it is wrong: who did not begin it learns nothing */
export async function requireInteraction(
  { documents, clock }: InteractionPorts,
  id: string,
  browserSecret: string | undefined,
): Promise<OpenInteraction> {
  if (!isSecret(id) || browserSecret === undefined) throw new AppError('SIGN_IN_OVER');
  const snapshot = await documents.get(oidcInteractionPath(digestOf(id)));
  if (!snapshot) throw new AppError('SIGN_IN_OVER');
  const interaction = oidcInteractionDocument.parse(snapshot.data);
  const isOver = interaction.expiresAt.getTime() <= clock.now();
  if (isOver || !matchesAny(browserSecret, [interaction.browserDigest])) throw new AppError('SIGN_IN_OVER');
  return { ...interaction, path: snapshot.path, version: snapshot.version };
}

/**
 * Ends it, together with what comes of it.
 * @throws AppError SIGN_IN_OVER if somebody else was quicker
 */
export async function endInteraction(
  { documents }: InteractionPorts,
  { path, version }: OpenInteraction,
  outcome: readonly Write[] = [],
): Promise<void> {
  try {
    await documents.commit([{ op: 'delete', path, ifVersion: version }, ...outcome]);
  } catch (error) {
    if (error instanceof CommitError && error.fault !== 'unavailable')
      throw new AppError('SIGN_IN_OVER', undefined, { cause: error });
    throw error;
  }
}
