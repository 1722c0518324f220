/**
 * The configuration that `pachctl` reads. Pure.
 * https://github.com/pachyderm/pachyderm/blob/master/src/internal/config/config.proto
 */

interface ContextInput {
  /** Name of the context. */
  name: string;
  /** Host name, without a scheme. */
  host: string;
  port?: number;
  /** Hub's session token for that member. */
  token: string;
  /** What pachd calls itself; `pachctl` compares it when it connects. */
  deploymentId?: string;
  /** PEM of the CA, where the public roots do not do. */
  ca?: string;
}

interface PachctlConfig {
  v2: {
    active_context: string;
    contexts: Record<
      string,
      {
        source: 'HUB';
        pachd_address: string;
        server_cas?: string;
        session_token: string;
        cluster_deployment_id?: string;
        project: string;
      }
    >;
    metrics: boolean;
  };
}

export function pachctlConfig({
  name,
  host,
  port = 443,
  token,
  deploymentId,
  ca,
}: ContextInput): PachctlConfig {
  return {
    v2: {
      active_context: name,
      contexts: {
        [name]: {
          source: 'HUB',
          pachd_address: `grpcs://${host}:${port}`,
          ...(ca !== undefined && { server_cas: Buffer.from(ca).toString('base64') }),
          session_token: token,
          ...(deploymentId !== undefined && { cluster_deployment_id: deploymentId }),
          project: 'default',
        },
      },
      metrics: false,
    },
  };
}
