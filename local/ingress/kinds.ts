/**
 * Where a request goes behind the gateway: Pachyderm's own routes, as its proxy has them and Hub's VirtualService repeats them.
 * https://github.com/pachyderm/pachyderm/blob/master/etc/helm/pachyderm/envoy.json
 */

export type Kind = 'grpc' | 's3' | 'identity' | 'callback' | 'http' | 'console';

export interface Routed {
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The first that fits, in this order. */
export function kindOf({ path, headers }: Routed): Kind {
  if (String(headers['content-type'] ?? '').startsWith('application/grpc')) return 'grpc';
  if (/^(AWS4-HMAC-SHA256|AWS )/.test(String(headers.authorization ?? ''))) return 's3';
  if (path.startsWith('/dex')) return 'identity';
  if (path.startsWith('/authorization-code/callback')) return 'callback';
  if (/^\/(archive\/|jsonschema\/|pfs|api\/)/.test(path)) return 'http';
  return 'console';
}
