/** A TLS connection to a host whose certificate proves its name. */
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

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

/** As it goes into `Host` and `:authority`. */
export const authorityOf = ({ host, port = 443 }: TlsTarget): string =>
  port === 443 ? host : `${host}:${port}`;

/** @param protocol the one that is offered: `h2` or `http/1.1`. Rejects with whatever went wrong. */
export function handshake(
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
