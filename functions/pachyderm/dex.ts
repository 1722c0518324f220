/**
 * How the dex inside a Pachyderm is told that Hub is its one connector.
 * https://dexidp.io/docs/connectors/oidc/
 */

/** What a dex is at Hub's provider. */
interface DexClient {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

interface DexConnector {
  id: string;
  name: string;
  type: 'oidc';
  config: Record<string, string | boolean | string[]>;
}

export const HUB_CONNECTOR = 'hub';

/**
 * The list of connectors, as the Secret key `upstream-idps` takes it (as JSON, which is YAML too). It holds the client's secret.
 * @param issuer of Hub
 */
export const dexConnectors = (
  issuer: string,
  { clientId, clientSecret, redirectUri }: DexClient,
): readonly [DexConnector] => [
  {
    id: HUB_CONNECTOR,
    name: 'Hub',
    type: 'oidc',
    config: {
      issuer,
      clientID: clientId,
      clientSecret,
      // dex compares it with its own issuer's `/callback`, so its issuer must be `https://<id>.<zone>/dex`.
      redirectURI: redirectUri,
      scopes: ['email', 'profile'],
      // All that dex wants is in the ID token; there is no userinfo endpoint.
      getUserInfo: false,
      insecureSkipEmailVerified: false,
      insecureEnableGroups: false,
    },
  },
];
