/** The configuration that kubectl reads. Pure. https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/ */
import type { LeafConnection } from '../providers/provider.ts';

interface KubeconfigInput {
  /** Of the context: of no other cluster's, so that configurations can be merged. */
  name: string;
  clusterId: string;
  connection: LeafConnection;
  namespace: string;
  token: string;
}

/** A string of JSON is one of YAML. */
const quoted = JSON.stringify as (text: string) => string;

export function kubeconfig({ name, clusterId, connection, namespace, token }: KubeconfigInput): string {
  const { server, ca } = connection;
  const id = quoted(`hub-${clusterId}`);
  const authority =
    ca === undefined
      ? ''
      : `\n      certificate-authority-data: ${quoted(Buffer.from(ca, 'utf8').toString('base64'))}`;
  return `apiVersion: v1
kind: Config
current-context: ${quoted(name)}
clusters:
  - name: ${id}
    cluster:
      server: ${quoted(server)}${authority}
users:
  - name: ${id}
    user:
      token: ${quoted(token)}
contexts:
  - name: ${quoted(name)}
    context:
      cluster: ${id}
      user: ${id}
      namespace: ${quoted(namespace)}
`;
}
