/** How clients that speak gRPC are connected: to Google, or to a stand-in. */

/**
 * An instance is frozen between requests. If its connection is dropped meanwhile and no word of that reaches it, gRPC by itself would send every
 * later call into the dead one until the kernel gives it up, a quarter of an hour later: https://github.com/grpc/grpc-node/issues/1769,
 * https://github.com/firebase/firebase-admin-node/issues/2978. With this, a call on a connection on which nothing came for so long is
 * preceded by a ping, and one that is not answered ends it: the client makes the call again on a new one, within what any call may take
 * (`DEADLINES_MS`, `CALL_MS`). As often as Google's own client of Firestore asks on phones:
 * https://github.com/firebase/firebase-android-sdk/pull/8370
 */
export const KEEPALIVE = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 3_000 };

/**
 * Options of any client of Google's that speaks gRPC.
 * @param standIn its `host:port`; no credentials are sent there, for it is clear text
 */
export async function grpcOptions(standIn?: string, keepalive = KEEPALIVE) {
  if (standIn === undefined) return { ...keepalive };
  const { credentials } = await import('@grpc/grpc-js');
  const [host = '', port = ''] = standIn.split(':');
  return { ...keepalive, servicePath: host, port: Number(port), sslCreds: credentials.createInsecure() };
}
