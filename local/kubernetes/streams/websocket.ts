/** The server's end of a WebSocket, as far as Kubernetes' clients use it: binary messages, pings, a close. RFC 6455. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CONTINUATION = 0;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
/** More than any client of ours sends in one message. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export const offeredProtocols = (request: IncomingMessage): string[] =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());

export const isWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' && headers['sec-websocket-key'] !== undefined;

/** Takes the upgrade; from then on each message is a chunk, read and written. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  protocol: string,
): WebSocketDuplex {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  );
  return new WebSocketDuplex(socket, head);
}

class WebSocketDuplex extends Duplex {
  readonly #socket: Duplex;
  #read: Buffer;
  #parts: Buffer[] = [];

  constructor(socket: Duplex, head: Buffer) {
    // An object mode keeps messages apart.
    super({ readableObjectMode: true });
    this.#socket = socket;
    this.#read = head;
    socket.on('data', (chunk: Buffer) => {
      this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk]);
      this.#receive();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', () => this.destroy());
    socket.on('close', () => this.destroy());
    this.on('error', () => undefined);
    this.#receive();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#send(BINARY, chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    const normal = Buffer.alloc(2);
    normal.writeUInt16BE(1000);
    this.#send(CLOSE, normal, () => {
      this.#socket.end();
      done();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #send(opcode: number, payload: Buffer, done?: () => void): void {
    if (this.#socket.writable) this.#socket.write(frameOf(opcode, payload), done);
    else done?.();
  }

  #receive(): void {
    for (let frame = takeFrame(this.#read); frame; frame = takeFrame(this.#read)) {
      if (frame === 'malformed') {
        this.destroy();
        return;
      }
      this.#read = this.#read.subarray(frame.size);
      this.#handle(frame);
    }
  }

  #handle({ opcode, isLast, payload }: Frame): void {
    switch (opcode) {
      case PING:
        this.#send(PONG, payload);
        return;
      case CLOSE:
        this.push(null);
        this.end();
        return;
      case PONG:
        return;
      default:
        if (opcode !== CONTINUATION) this.#parts = [];
        this.#parts.push(payload);
        if (isLast) this.push(Buffer.concat(this.#parts));
    }
  }
}

interface Frame {
  opcode: number;
  isLast: boolean;
  payload: Buffer;
  /** With its head. */
  size: number;
}

/** Clients mask what they send. Undefined until all of it is there. */
function takeFrame(bytes: Buffer): Frame | 'malformed' | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  if ((second & 0x80) === 0) return 'malformed';
  let length = second & 0x7f;
  let at = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  if (length > MAX_MESSAGE_BYTES) return 'malformed';
  if (bytes.length < at + 4 + length) return undefined;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, payload, size: at + 4 + length };
}

function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}
