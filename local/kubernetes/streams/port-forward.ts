/**
 * Connections into pods, in the three ways in which clients ask for them: kubectl's SPDY, inside a WebSocket or on its own, and the
 * numbered channels of a WebSocket, as client-node speaks.
 */
import type { IncomingMessage } from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import { badRequest } from '../errors.ts';
import type { LeafCluster } from '../leaf-cluster.ts';
import { ConnectionRefused, connectToPod } from '../pod-ports.ts';
import { SpdySession, type SpdyStream } from './spdy.ts';
import { acceptWebSocket, isWebSocket, offeredProtocols } from './websocket.ts';

const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const STREAMS = 'portforward.k8s.io';
const CHANNELS = 'v4.channel.k8s.io';

export interface Upgrade {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

interface ForwardTarget {
  leaf: LeafCluster;
  namespace: string;
  pod: string;
}

/** @throws ApiError 400 before the upgrade is taken */
export function forwardPorts(
  target: ForwardTarget,
  { request, socket, head }: Upgrade,
  query: URLSearchParams,
): void {
  if (isWebSocket(request)) {
    const offered = offeredProtocols(request);
    if (offered.includes(TUNNEL)) {
      serveStreams(target, acceptWebSocket(request, socket, head, TUNNEL));
    } else if (offered.includes(CHANNELS)) {
      const ports = portsOf(query);
      serveChannels(target, acceptWebSocket(request, socket, head, CHANNELS), ports);
    } else throw badRequest(`unable to upgrade: none of the protocols is known: ${offered.join(', ')}`);
    return;
  }
  if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') {
    throw badRequest('Upgrade request required');
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${STREAMS}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
  serveStreams(target, socket);
}

function portsOf(query: URLSearchParams): number[] {
  const ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number));
  if (ports.length > 0 && ports.every(isPort)) return ports;
  throw badRequest('query parameter "ports" is required, with numbers of ports');
}

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port < 65_536;

/** A pair of streams for each connection: one for errors, then one for data. */
function serveStreams(target: ForwardTarget, transport: Duplex): void {
  const errors = new Map<string, SpdyStream>();
  new SpdySession(transport, (stream) => {
    const id = stream.headers.get('requestid') ?? '';
    if (stream.headers.get('streamtype') === 'error') {
      errors.set(id, stream);
      stream.resume();
      return;
    }
    const error = errors.get(id);
    errors.delete(id);
    const inside = connect(target, Number(stream.headers.get('port')), (why) => error?.write(why));
    if (!inside) {
      stream.end();
      error?.end();
      return;
    }
    pipeline(stream, inside, () => undefined);
    pipeline(inside, stream, () => error?.end());
  });
}

/** Two channels for each port, data and errors; on each the server says its port first. */
function serveChannels(target: ForwardTarget, transport: Duplex, ports: readonly number[]): void {
  const send = (channel: number, data: Buffer): void => {
    if (transport.writable) transport.write(Buffer.concat([Buffer.from([channel]), data]));
  };
  const connections = ports.map((port, i) => {
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    send(2 * i, number);
    send(2 * i + 1, number);
    const inside = connect(target, port, (why) => send(2 * i + 1, Buffer.from(why)));
    inside?.on('data', (data: Buffer) => send(2 * i, data));
    inside?.on('end', () => transport.end());
    return inside;
  });
  transport.on('data', (message: Buffer) => {
    const channel = message[0] ?? 0;
    if (channel % 2 === 0 && message.length > 1) connections[channel / 2]?.write(message.subarray(1));
  });
  transport.on('close', () => {
    for (const connection of connections) connection?.destroy();
  });
  if (connections.every((connection) => !connection)) transport.end();
}

function connect(
  { leaf, namespace, pod }: ForwardTarget,
  port: number,
  refuse: (why: string) => void,
): Duplex | undefined {
  try {
    return connectToPod(leaf, namespace, pod, port);
  } catch (error) {
    if (!(error instanceof ConnectionRefused)) throw error;
    refuse(`error forwarding port ${port} to pod ${pod}, uid : ${error.message}`);
    return undefined;
  }
}
