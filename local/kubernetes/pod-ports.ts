/**
 * Who answers at the ports of pods. What a container serves is no part of the model; whoever knows (the stand-in of a product, a small
 * web server here) is asked when somebody connects.
 */
import { type Duplex, duplexPair } from 'node:stream';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { type Fields, keyOf, type Stored } from './objects.ts';
import { listenerOf } from './programs/listeners.ts';

export interface PodPort {
  leaf: LeafCluster;
  pod: Stored;
  /** Those that run. */
  containers: readonly Fields[];
  port: number;
}

/** Serves one connection. */
type PortHandler = (socket: Duplex) => void;

/** Who listens there; undefined: nobody does. */
export type Listener = (at: PodPort) => PortHandler | undefined;

/** A refusal in the words of the kubelet. */
export class ConnectionRefused extends Error {}

/** The client's end of a new connection into the pod. @throws ConnectionRefused */
export function connectToPod(leaf: LeafCluster, namespace: string, name: string, port: number): Duplex {
  const pod = leaf.objects.find(KINDS.Pod, keyOf(namespace, name));
  const running = new Set<string>(
    (pod?.status?.containerStatuses ?? []).flatMap((one: Fields) => (one.state?.running ? [one.name] : [])),
  );
  const containers = (pod?.spec?.containers ?? []).filter((one: Fields) => running.has(one.name));
  const at = pod && containers.length > 0 ? { leaf, pod, containers, port } : undefined;
  const handler = at && (leaf.edges.listener?.(at) ?? listenerOf(at));
  if (!handler) {
    throw new ConnectionRefused(
      `failed to connect to localhost:${port} inside namespace "${namespace}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused`,
    );
  }
  const [near, far] = duplexPair();
  for (const end of [near, far]) end.on('error', () => undefined);
  // A pair does not pass a destruction on: who is left would wait for ever.
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
  handler(far);
  return near;
}
