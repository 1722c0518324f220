/** The port to whoever lets a cluster's Helm read the operator's charts, where their registry asks who comes. */

export interface Charts {
  /**
   * An access token that reads charts and nothing else, for about that long.
   * @throws AppError PERMISSION_DENIED, CLOUD_SETUP, CLOUD_BUSY, PROVIDER_UNAVAILABLE
   */
  issueToken(lifetimeMs: number): Promise<string>;
}

/**
 * As `helm registry login` would keep it: https://helm.sh/docs/topics/registries, and with a token of Google's
 * https://cloud.google.com/artifact-registry/docs/helm/authentication#token
 * @param source `oci://<host>/…`
 */
export const registryConfig = (source: string, token: string): object => ({
  auths: {
    [new URL(source).host]: { auth: Buffer.from(`oauth2accesstoken:${token}`, 'utf8').toString('base64') },
  },
});
