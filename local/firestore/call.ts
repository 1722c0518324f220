/** A call whose both sides stream, on whatever wire it came: gRPC, or a browser's WebChannel (`web/`). */
import { type Duplex, type Message, toStatus } from '../grpc.ts';

export interface StreamCall {
  /** Request headers; the last value of each. */
  header(name: string): string | undefined;
  write(message: Message): void;
  /** Ends the stream in order. */
  end(): void;
  /** Ends the stream with a status. */
  fail(error: unknown): void;
  /** To be called once, at once. */
  start(client: StreamClient): void;
}

/** What the client does. */
export interface StreamClient {
  request(message: Message): void;
  /** It will send no more. */
  end(): void;
  /** The stream is over: it was cancelled, its connection broke, or it ended. May be called more than once. */
  closed(): void;
}

export type StreamHandler = (call: StreamCall) => void;

export const fromGrpc = (call: Duplex): StreamCall => ({
  header: (name) => call.metadata.get(name).at(-1)?.toString(),
  write: (message) => void call.write(message),
  end: () => call.end(),
  fail: (error) => void call.emit('error', toStatus(error)),
  start(client) {
    call.on('data', (message: Message) => client.request(message));
    call.on('end', () => client.end());
    call.on('cancelled', () => client.closed());
    call.on('close', () => client.closed());
    call.on('error', () => client.closed());
  },
});
