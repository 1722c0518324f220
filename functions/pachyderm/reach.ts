/** How a Pachyderm is reached: through its cluster's port-forward before it is exposed, by its name and certificate afterwards. */
import type { Duplex } from 'node:stream';
import { exchange, type WebReply, type WebRequest } from '../net/exchange.ts';
import { authorityOf, handshake, type TlsTarget } from '../net/tls.ts';

/** What it serves, each on a port of its own inside the cluster. */
export type Door = 'grpc' | 'identity' | 'callback' | 'console';

/** https://github.com/pachyderm/pachyderm/blob/master/etc/helm/pachyderm/templates/pachd/deployment.yaml */
const DOOR_PORTS: Readonly<Record<Exclude<Door, 'console'>, number>> = {
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

export const reachByTls = (target: TlsTarget): Reach => ({
  authority: authorityOf(target),
  dial: (door) => handshake(target, door === 'grpc' ? 'h2' : 'http/1.1'),
});

/** One page of it. Rejects if the stream cannot be opened or breaks, or if nothing is answered in time. */
export const visit = async (reach: Reach, door: Door, request: WebRequest): Promise<WebReply> =>
  reach.visit ? reach.visit(door, request) : exchange(await reach.dial(door), reach.authority, request);
