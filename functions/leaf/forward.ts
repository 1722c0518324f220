/**
 * One port of one pod as a stream: the numbered channels of a WebSocket to the API server. client-node's own port-forward takes three
 * streams and never makes the sender wait; what is here waits on both sides, and ends where the other end does.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming
 */
import { Duplex } from 'node:stream';
import { scrub } from '../log.ts';

/** What is used of a WebSocket of the package `ws`. */
export interface ChannelSocket {
  send(message: Uint8Array, done: (error?: Error) => void): void;
  /** Nothing more is read from the network until `resume`. */
  pause(): void;
  resume(): void;
  /** Without a goodbye. */
  terminate(): void;
  on(event: 'close', listener: () => void): unknown;
}

/** Each port has two: bytes of both directions, and what went wrong, in words. */
const DATA = 0;
const ERRORS = 1;

/** Each channel begins with the number of its port, in a message of its own or in front of others. */
const PORT_BYTES = 2;

/** What went wrong is a sentence, but the message that has it may be of any size. */
const MAX_WORDS_BYTES = 4096;

/** Messages may come before the socket does, so it is attached afterwards. */
export class PortStream extends Duplex {
  #socket: ChannelSocket | undefined;
  #full = false;
  readonly #begun = new Set<number>();

  constructor() {
    // The protocol has no way to end one direction, so the end of the other end's is the end of both.
    super({ allowHalfOpen: false });
    // It may fail before anybody could listen, and must not end the process; who comes later finds it destroyed.
    this.on('error', () => undefined);
  }

  attach(socket: ChannelSocket): void {
    if (this.destroyed) {
      socket.terminate();
      return;
    }
    this.#socket = socket;
    if (this.#full) socket.pause();
    // Also without a goodbye: API servers do not always say one, and who speaks here knows what is whole.
    socket.on('close', () => void this.push(null));
  }

  /** @returns whether to go on; what fails the stream has ended it by then */
  receive(channel: number, message: Buffer): boolean {
    const content = this.#begun.has(channel) ? message : message.subarray(PORT_BYTES);
    this.#begun.add(channel);
    if (content.length === 0 || this.destroyed) return true;
    if (channel === DATA) {
      this.#full = !this.push(content);
      if (this.#full) this.#socket?.pause();
    } else if (channel === ERRORS) {
      this.destroy(new Error(scrub(content.subarray(0, MAX_WORDS_BYTES).toString('utf8').trim())));
    }
    return true;
  }

  override _read(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (!this.#socket) done(new Error('there is no connection yet'));
    else this.#socket.send(Buffer.concat([Buffer.from([DATA]), chunk]), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket?.terminate();
    done(error);
  }
}
