/**
 * The clients of Hub's OpenID provider: one per cluster, which is the dex of its Pachyderm. Made by the step that installs the leaf,
 * removed with it.
 */
import { CLUSTER_ID, DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { type OidcClient, oidcClientDocument, oidcClientPath } from '../../shared/documents/oidc.ts';
import { AppError } from '../../shared/errors.ts';
import { CommitError, type Documents, type Snapshot, type Write } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import { digestOf, isSecret, matchesAny, newSecret } from '../secrets.ts';

type ClientPorts = Pick<Ports, 'documents' | 'clock' | 'random' | 'settings'>;

/** What a cluster's dex needs to know of itself. */
export interface ClientCredentials {
  clientId: string;
  /** Kept nowhere but where the caller puts it. */
  clientSecret: string;
  redirectUri: string;
}

export interface EnsureClientOptions {
  /** The secret that the leaf holds already, if it does. It is registered, and is then the only one that is good. */
  held?: string | undefined;
  pkce?: OidcClient['pkce'];
}

export const clientIdOf = (clusterId: string): string => `cluster-${clusterId}`;

/** Where a cluster's dex takes the answer. */
export const redirectUriOf = (clusterId: string, zone: string): string =>
  `https://${clusterId}.${zone}/dex/callback`;

/** Writers of the same client at the same moment: a step that runs twice. */
const ATTEMPTS = 5;

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
    const client = snapshot && parseClient(snapshot);
    const before = known === undefined ? (client?.secretDigests.slice(0, 1) ?? []) : [];
    const fields = { redirectUri, pkce, secretDigests: [digestOf(clientSecret), ...before] };
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
      const lostRace = error instanceof CommitError && error.fault !== 'unavailable';
      if (!lostRace) throw error;
      if (attempt === ATTEMPTS)
        throw new AppError('CONFLICT', 'the client of a cluster changes all the time');
    }
  }
}

/** From then on nobody gets a code for this cluster, and none that is out is worth anything. */
export const noClient = (clusterId: string): Write => ({ op: 'delete', path: oidcClientPath(clusterId) });

const parseClient = ({ data }: Snapshot): OidcClient => oidcClientDocument.parse(data);

const isSame = (
  client: OidcClient,
  fields: Pick<OidcClient, 'redirectUri' | 'pkce' | 'secretDigests'>,
): boolean =>
  client.redirectUri === fields.redirectUri &&
  client.pkce === fields.pkce &&
  client.secretDigests.join() === fields.secretDigests.join();

/** A client, and whose it is. */
export interface FoundClient extends OidcClient {
  clusterId: string;
}

export async function findClient(
  documents: Documents,
  clientId: string | undefined,
): Promise<FoundClient | undefined> {
  const clusterId = /^cluster-(.+)$/.exec(clientId ?? '')?.[1] ?? '';
  if (!CLUSTER_ID.test(clusterId)) return undefined;
  const snapshot = await documents.get(oidcClientPath(clusterId));
  return snapshot && { ...parseClient(snapshot), clusterId };
}

/** A client that does not exist takes as long to refuse as a wrong secret. */
export const isSecretOf = (client: FoundClient | undefined, secret: string): boolean =>
  matchesAny(secret, client?.secretDigests ?? [NO_DIGEST]);

const NO_DIGEST = '0'.repeat(64);
