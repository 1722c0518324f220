/**
 * SPDY/3.1 as far as kubectl's port-forward speaks it: streams with headers, data, ends, resets and pings. Flow control is left out, as
 * the clients leave it out too. The server's side only: the client opens the streams.
 * https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
 */
import { Duplex } from 'node:stream';
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { DICTIONARY } from './spdy-dictionary.ts';

const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 1;
const CANCEL = 5;
const LARGEST_FRAME = 2 ** 24 - 1;

export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #session: SpdySession;

  constructor(session: SpdySession, id: number, headers: ReadonlyMap<string, string>) {
    super({ allowHalfOpen: true });
    this.id = id;
    this.headers = headers;
    this.#session = session;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#session.sendData(this.id, chunk, 0, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#session.sendData(this.id, Buffer.alloc(0), FIN, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#session.forget(this, error !== null || !this.writableFinished);
    done(error);
  }
}

/** One connection. It reads until the transport ends. */
export class SpdySession {
  readonly #transport: Duplex;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  // One compression context for all headers of a direction.
  readonly #inflate: Inflate = createInflate({ dictionary: DICTIONARY });
  readonly #deflate: Deflate = createDeflate({ dictionary: DICTIONARY });
  #read = Buffer.alloc(0);

  constructor(transport: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#transport = transport;
    this.#onStream = onStream;
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      for await (const chunk of this.#transport) {
        this.#read = Buffer.concat([this.#read, chunk as Buffer]);
        for (let frame = this.#nextFrame(); frame; frame = this.#nextFrame()) await this.#receive(frame);
      }
    } catch {
      // Broken off, or no SPDY: either way nothing more is to be heard.
    } finally {
      for (const stream of this.#streams.values()) stream.destroy();
      this.#transport.destroy();
      this.#inflate.close();
      this.#deflate.close();
    }
  }

  #nextFrame(): Buffer | undefined {
    if (this.#read.length < 8) return undefined;
    const length = 8 + this.#read.readUIntBE(5, 3);
    if (this.#read.length < length) return undefined;
    const frame = this.#read.subarray(0, length);
    this.#read = this.#read.subarray(length);
    return frame;
  }

  async #receive(frame: Buffer): Promise<void> {
    const flags = frame.readUInt8(4);
    const payload = frame.subarray(8);
    if ((frame.readUInt8(0) & 0x80) === 0) {
      const stream = this.#streams.get(frame.readUInt32BE(0));
      if (payload.length > 0) stream?.push(Buffer.from(payload));
      if (flags & FIN) stream?.push(null);
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case SYN_STREAM:
        return this.#open(payload.readUInt32BE(0) & 0x7fffffff, flags, payload.subarray(10));
      case RST_STREAM:
        this.#streams.get(payload.readUInt32BE(0) & 0x7fffffff)?.destroy();
        return;
      case PING:
        // The client's own have odd numbers; they are to be sent back.
        if (payload.readUInt32BE(0) % 2 === 1) this.#sendControl(PING, payload);
        return;
      case GOAWAY:
        this.#transport.end();
        return;
    }
  }

  async #open(id: number, flags: number, block: Buffer): Promise<void> {
    const stream = new SpdyStream(this, id, parseHeaders(await inflated(this.#inflate, block)));
    stream.on('error', () => undefined);
    this.#streams.set(id, stream);
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(id);
    // No headers: a count of zero.
    this.#sendControl(SYN_REPLY, Buffer.concat([reply, await deflated(this.#deflate, Buffer.alloc(4))]));
    if (flags & FIN) stream.push(null);
    this.#onStream(stream);
  }

  #sendControl(type: number, payload: Buffer): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(type, 2);
    head.writeUIntBE(payload.length, 5, 3);
    this.#send(Buffer.concat([head, payload]));
  }

  #send(bytes: Buffer, done?: (error?: Error | null) => void): void {
    if (this.#transport.writable) this.#transport.write(bytes, done);
    else done?.();
  }

  sendData(id: number, data: Buffer, flags: number, done: (error?: Error | null) => void): void {
    for (let at = 0; at + LARGEST_FRAME < data.length; at += LARGEST_FRAME) {
      this.#send(dataFrame(id, data.subarray(at, at + LARGEST_FRAME), 0));
    }
    const rest = data.length % LARGEST_FRAME || Math.min(data.length, LARGEST_FRAME);
    this.#send(dataFrame(id, data.subarray(data.length - rest), flags), done);
  }

  /** @param aborted the client is to hear of it */
  forget(stream: SpdyStream, aborted: boolean): void {
    if (!this.#streams.delete(stream.id) || !aborted) return;
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(stream.id);
    payload.writeUInt32BE(CANCEL, 4);
    this.#sendControl(RST_STREAM, payload);
  }
}

function dataFrame(id: number, data: Buffer, flags: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(data.length, 5, 3);
  return Buffer.concat([head, data]);
}

/** Names are lower case; a header with several values has them apart by zero bytes. */
function parseHeaders(block: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const text = (): string => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.toString('utf8', at - length, at);
  };
  for (let count = block.readUInt32BE(0); count > 0; count--) headers.set(text(), text());
  return headers;
}

/** Runs one block through a compression that goes on after it. */
function through(stream: Inflate | Deflate, block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): void => void chunks.push(chunk);
    const fail = (error: Error): void => reject(error);
    stream.on('data', collect);
    stream.once('error', fail);
    stream.write(block, () => {
      stream.flush(constants.Z_SYNC_FLUSH, () => {
        stream.off('data', collect);
        stream.off('error', fail);
        resolve(Buffer.concat(chunks));
      });
    });
  });
}

const inflated = (stream: Inflate, block: Buffer): Promise<Buffer> => through(stream, block);
const deflated = (stream: Deflate, block: Buffer): Promise<Buffer> => through(stream, block);
