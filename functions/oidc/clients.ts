/**
 * The clients of Hub's OpenID provider: one per cluster, which is the dex of its Pachyderm. Made by the step that installs the leaf,
 * removed with it.
 */

import { CLUSTER_ID, DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { type OidcClient, oidcClientDocument, oidcClientPath } from '../../shared/documents/oidc.ts';
import { AppError } from '../../shared/errors.ts';
import { isLostRace, type Snapshot, type Write } from '../cloud.ts';
import { commitUnlessLost } from '../documents.ts';
import type { Ports } from '../ports.ts';
import { digestOf, isSecret, matchesAny, newSecret } from '../secrets.ts';
import { contentOfClient, isSealed, type SealKey, sealOf } from './seal.ts';

type ClientPorts = Pick<Ports, 'documents' | 'clock' | 'random' | 'settings'>;

/** What a cluster's dex needs to know of itself. */
export interface ClientCredentials {
  clientId: string;
  /** Kept nowhere but where the caller puts it. */
  clientSecret: string;
  redirectUri: string;
}

interface EnsureClientOptions {
  /** The secret that the leaf holds already, if it does. It is registered, and is then the only one that is good. */
  held?: string | undefined;
  pkce?: OidcClient['pkce'];
}

export const clientIdOf = (clusterId: string): string => `cluster-${clusterId}`;

/** Where a cluster's dex takes the answer. */
export const redirectUriOf = (clusterId: string, zone: string): string =>
  `https://${clusterId}.${zone}/dex/callback`;

/** Writers of the same client at the same moment: a step that runs twice. */
const TRIES = 5;

/**
 * Makes the client of this cluster, or makes the one that is there fit. Without `held` it gives a new secret each time; the one before
 * stays good, so that of two runs at once neither takes the other's away. What the leaf holds is the truth: create the Secret there only
 * if there is none, read it back, and call this again with `held`.
 * @throws AppError CONFLICT; CommitError `unavailable`
 */
export async function ensureClient(
  { documents, clock, random, settings }: ClientPorts,
  clusterId: string,
  { held, pkce = 'optional' }: EnsureClientOptions = {},
): Promise<ClientCredentials> {
  const known = isSecret(held) ? held : undefined;
  const clientSecret = known ?? newSecret(random);
  const redirectUri = redirectUriOf(clusterId, settings.zone);
  const path = oidcClientPath(clusterId);
  for (let attempt = 1; ; attempt++) {
    const snapshot = await documents.get(path);
    // One that is not sealed is not Hub's, and nothing of it is kept.
    const client = snapshot && sealedClient(snapshot, settings.oidc.sealKeys);
    const before = known === undefined ? (client?.secretDigests.slice(0, 1) ?? []) : [];
    const fields = sealed(path, settings.oidc.sealKeys, {
      redirectUri,
      pkce,
      secretDigests: [digestOf(clientSecret), ...before],
    });
    try {
      if (!snapshot) {
        const createdAt = new Date(clock.now());
        const data = { schema: DOCUMENT_SCHEMA, ...fields, createdAt };
        await documents.commit([{ op: 'create', path, data }]);
      } else if (!client || !isSame(client, fields)) {
        await documents.commit([{ op: 'update', path, data: fields, ifVersion: snapshot.version }]);
      }
      return { clientId: clientIdOf(clusterId), clientSecret, redirectUri };
    } catch (error) {
      if (!isLostRace(error)) throw error;
      if (attempt === TRIES) throw new AppError('CONFLICT', 'the client of a cluster changes all the time');
    }
  }
}

/** From then on nobody gets a code for this cluster, and none that is out is worth anything. */
export const noClient = (clusterId: string): Write => ({ op: 'delete', path: oidcClientPath(clusterId) });

type Sealable = Pick<OidcClient, 'redirectUri' | 'pkce' | 'secretDigests'>;

const sealed = (
  path: string,
  keys: readonly SealKey[],
  { redirectUri, pkce, secretDigests }: Sealable,
): Sealable & { seal: string } => {
  const fields = { redirectUri, pkce, secretDigests };
  return { ...fields, seal: sealOf(keys, contentOfClient(path, fields)) };
};

/** @returns undefined for one that no key sealed */
function sealedClient({ path, data }: Snapshot, keys: readonly SealKey[]): OidcClient | undefined {
  const { data: client } = oidcClientDocument.safeParse(data);
  return client && isSealed(keys, contentOfClient(path, client), client.seal) ? client : undefined;
}

/** The seal is of all that is in it, and by the key that seals now. */
const isSame = (client: OidcClient, { seal }: Pick<OidcClient, 'seal'>): boolean => client.seal === seal;

/** A client, and whose it is. */
export interface FoundClient extends OidcClient {
  clusterId: string;
  /** Of its document. */
  version: string;
}

/** @returns undefined also for one that somebody else than Hub wrote */
export async function findClient(
  { documents, settings, log }: Pick<Ports, 'documents' | 'settings' | 'log'>,
  clientId: string | undefined,
): Promise<FoundClient | undefined> {
  const clusterId = /^cluster-(.+)$/.exec(clientId ?? '')?.[1] ?? '';
  if (!CLUSTER_ID.test(clusterId)) return undefined;
  const snapshot = await documents.get(oidcClientPath(clusterId));
  if (!snapshot) return undefined;
  const client = sealedClient(snapshot, settings.oidc.sealKeys);
  if (client) return { ...client, clusterId, version: snapshot.version };
  log.warn('client refused', { cluster: clusterId, detail: 'not one of Hub’s' });
  return undefined;
}

/**
 * Seals anew what a key sealed that is about to go. Whoever else writes the client at that moment seals it with the same key.
 * @throws CommitError `unavailable`
 */
export async function renewSeal(
  { documents, settings }: Pick<Ports, 'documents' | 'settings'>,
  client: FoundClient,
): Promise<void> {
  const path = oidcClientPath(client.clusterId);
  const { seal } = sealed(path, settings.oidc.sealKeys, client);
  if (isSame(client, { seal })) return;
  await commitUnlessLost(documents, [{ op: 'update', path, data: { seal }, ifVersion: client.version }]);
}

/** A client that does not exist takes as long to refuse as a wrong secret. */
export const isSecretOf = (client: FoundClient | undefined, secret: string): boolean =>
  matchesAny(secret, client?.secretDigests ?? [NO_DIGEST]);

const NO_DIGEST = '0'.repeat(64);
