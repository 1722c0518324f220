/** The authoritative name server of the zones, over UDP and TCP on one port of 127.0.0.1. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import type { Face } from '../service.ts';
import { serveSockets } from '../sockets.ts';
import { type Answer, lookup } from './lookup.ts';
import type { DnsModel } from './model.ts';
import { encodeAnswer, encodeMalformed, parseQuery, RCODE } from './packet.ts';

/** What a length of two bytes can say: https://www.rfc-editor.org/rfc/rfc1035#section-4.2.2 */
const LARGEST_TCP_BYTES = 65_535;
const SILENT_MS = 10_000;
/** A port that is free for TCP may be taken for UDP. */
const ATTEMPTS = 10;

/** @param port 0: any that is free for both */
export async function serveNames(port: number, model: DnsModel): Promise<Face> {
  for (let attempt = 1; ; attempt++) {
    const tcp = await listenTcp(port, model);
    try {
      const udp = await listenUdp(tcp.port, model);
      return { port: tcp.port, close: async () => void (await Promise.all([tcp.close(), closeUdp(udp)])) };
    } catch (error) {
      await tcp.close();
      if (port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Nothing for what cannot be answered. */
export function respond(model: DnsModel, message: Buffer, overTcp: boolean): Buffer | undefined {
  const parsed = parseQuery(message);
  if ('malformed' in parsed) return parsed.malformed && encodeMalformed(parsed.malformed);
  const { query } = parsed;
  const limitBytes = overTcp ? LARGEST_TCP_BYTES : query.udpBytes;
  const none: Answer = { status: 'refused', answers: [], authority: [] };
  if (query.opcode !== 0) return encodeAnswer(query, RCODE.unknown, none, limitBytes);
  if (query.class !== 1) return encodeAnswer(query, RCODE.refused, none, limitBytes);
  const answer = lookup(model, query.name, query.type);
  return encodeAnswer(query, rcodeOf(answer), answer, limitBytes);
}

const rcodeOf = ({ status }: Answer): number =>
  status === 'ok' ? RCODE.ok : status === 'refused' ? RCODE.refused : RCODE.noSuchName;

async function listenUdp(port: number, model: DnsModel): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const reply = respond(model, message, false);
    // Whoever asked may be gone; nobody would hear of it.
    if (reply) socket.send(reply, from.port, from.address, () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => {
      socket.off('error', reject);
      // An ICMP answer of an asker that is gone comes back as an error of this socket.
      socket.on('error', () => undefined);
      resolve();
    });
  });
  return socket;
}

const closeUdp = (socket: UdpSocket): Promise<void> =>
  new Promise((resolve) => socket.close(() => resolve()));

const listenTcp = (port: number, model: DnsModel): Promise<Face> =>
  serveSockets(port, {}, (socket) => {
    socket.setTimeout(SILENT_MS, () => socket.destroy());
    let waiting: Buffer = Buffer.alloc(0);
    socket.on('data', (part) => {
      waiting = Buffer.concat([waiting, part]);
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0);
        const reply = respond(model, waiting.subarray(2, end), true);
        waiting = waiting.subarray(end);
        if (!reply) {
          socket.destroy();
          return;
        }
        const length = Buffer.alloc(2);
        length.writeUInt16BE(reply.length);
        socket.write(Buffer.concat([length, reply]));
      }
    });
  });
