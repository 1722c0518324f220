/** How a Pachyderm is reached: through its cluster's port-forward before it is exposed, by its name and certificate afterwards. */
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { WebReply, WebRequest } from './web.ts';

/** What it serves, each on a port of its own inside the cluster. */
export type Door = 'grpc' | 'identity' | 'callback' | 'console';

/** https://github.com/pachyderm/pachyderm/blob/master/etc/helm/pachyderm/templates/pachd/deployment.yaml */
export const DOOR_PORTS: Readonly<Record<Exclude<Door, 'console'>, number>> = {
  grpc: 1650,
  callback: 1657,
  identity: 1658,
};
/** Of the console's own pods. */
export const CONSOLE_PORT = 4000;

export interface Reach {
  /** What goes into `Host` and `:authority`. */
  authority: string;
  /** A new stream that carries nothing yet. Rejects with whatever went wrong. */
  dial(door: Door): Promise<Duplex>;
  /** Asks for one page, where there is no stream to do it on: in the simulation. */
  visit?(door: Door, request: WebRequest): Promise<WebReply>;
}

/** @param forward a new connection to that port of pachd's pod */
export const reachByForward = (authority: string, forward: (port: number) => Promise<Duplex>): Reach => ({
  authority,
  dial: (door) => forward(door === 'console' ? CONSOLE_PORT : DOOR_PORTS[door]),
});

export interface TlsTarget {
  /** The name that is asked for and that the certificate must prove. */
  host: string;
  /** Where to connect to; `host` if absent. */
  address?: string;
  port?: number;
  /** PEM of the only roots that are trusted; the public ones if absent. */
  ca?: string;
  /** Finds the address of the host; the system's if absent. */
  lookup?: LookupFunction;
  /** For the handshake, not for what comes after it. */
  timeoutMs: number;
}

export function reachByTls(target: TlsTarget): Reach {
  const { host, port = 443 } = target;
  return {
    authority: port === 443 ? host : `${host}:${port}`,
    dial: (door) => handshake(target, door === 'grpc' ? 'h2' : 'http/1.1'),
  };
}

function handshake(
  { host, address, port, ca, lookup, timeoutMs }: TlsTarget,
  protocol: string,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host: address ?? host,
      port: port ?? 443,
      servername: host,
      ALPNProtocols: [protocol],
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca }),
      ...(lookup && { lookup }),
    });
    const late = AbortSignal.timeout(timeoutMs);
    const giveUp = (): void => void socket.destroy(new Error(`no TLS handshake within ${timeoutMs} ms`));
    late.addEventListener('abort', giveUp);
    // It stays for what breaks later: a stream without a listener for errors would end the process.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed during the TLS handshake')));
    socket.once('secureConnect', () => {
      late.removeEventListener('abort', giveUp);
      resolve(socket);
    });
  });
}
