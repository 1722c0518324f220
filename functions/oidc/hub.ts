/**
 * Hub as a person of its own: the answer to a cluster's request for an authorization, given without a browser. It is checked as any other,
 * and a request comes from inside a cluster, so it gets a code for that cluster and for no other.
 */
import { AppError } from '../../shared/errors.ts';
import { commitOwn } from '../documents.ts';
import { elsewhere } from '../pachyderm/elsewhere.ts';
import type { Ports } from '../ports.ts';
import { isRedirectable, parseAuthorizationRequest, stateOf } from './authorize.ts';
import { findClient, renewSeal } from './clients.ts';
import { newHubCode } from './codes.ts';
import { OAuthError } from './oauth-error.ts';
import { parametersOf } from './parameters.ts';
import { codeRedirect } from './redirect.ts';

/**
 * @param request where the cluster's dex sends a browser: an address of `/oidc/authorize`
 * @returns where Hub sends it back to, with a code that is Hub's
 * @throws AppError PRODUCT_REFUSED if it is not a request of this cluster, or not one that Hub would take from anybody; CommitError `unavailable`
 */
export async function authorizeHub(
  ports: Pick<Ports, 'documents' | 'clock' | 'random' | 'settings' | 'log'>,
  clusterId: string,
  request: URL,
): Promise<URL> {
  const { issuer } = ports.settings.oidc;
  if (`${request.origin}${request.pathname}` !== `${issuer}/authorize`) throw elsewhere('not to Hub');
  const parameters = parametersOf(request.searchParams);
  const client = await findClient(ports, parameters.get('client_id'));
  if (client?.clusterId !== clusterId || !isRedirectable(client, parameters))
    throw elsewhere('it is not that of this cluster');
  // Hub signs in at each look at a cluster, so after a new key all clients are sealed with it within hours.
  await renewSeal(ports, client);
  try {
    const { code, write } = newHubCode(ports, parseAuthorizationRequest(client, parameters));
    await commitOwn(ports.documents, [write], write.path);
    const to = { issuer, redirectUri: client.redirectUri, state: stateOf(parameters) };
    return new URL(codeRedirect(to, code));
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    throw new AppError('PRODUCT_REFUSED', `Its sign-in asks for what Hub does not do: ${error.message}`, {
      cause: error,
    });
  }
}
