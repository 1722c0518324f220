/**
 * Calls of gRPC over one stream that somebody else opened: a port-forward, a TLS connection. `@grpc/grpc-js` makes its connections
 * itself, from addresses, so it would need a listener on loopback in between, open to every process of the machine while it lasts.
 * Over Node's HTTP/2 the unary part of the protocol is this file. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
import { type ClientHttp2Session, connect } from 'node:http2';
import type { Duplex } from 'node:stream';

/** https://grpc.io/docs/guides/status-codes/ */
export const GRPC = {
  OK: 0,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** What the server, or the way to it, answered in place of a message. The text is the server's: see `errors.ts` before showing it. */
export class GrpcRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'GrpcRefusal';
    this.status = status;
  }
}

interface CallOptions {
  metadata?: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** The first message is answer enough, of a stream that may not end by itself: it ends with the channel. */
  onlyFirst?: true;
}

export interface GrpcChannel {
  /** One message there, all messages back. @throws GrpcRefusal */
  call(path: string, message: Uint8Array, options: CallOptions): Promise<Buffer[]>;
  close(): void;
}

/** Replies of Hub's calls are small; a larger one is no Pachyderm. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024;

/**
 * The channel ends with the stream, and only so: Node's HTTP/2 cannot say goodbye on a stream that is not a socket while something
 * waits to be written there (an assertion fails in it, which ends the process). So nothing here closes the session or one call of it.
 * @param stream carries nothing yet; it is destroyed with the channel, and when an answer does not come in time
 */
export function grpcChannel(stream: Duplex, authority: string): GrpcChannel {
  let broken = 'the connection was closed';
  // The scheme is what it would be without TLS; whether there is TLS below is the caller's matter.
  const session = connect(`http://${authority}`, { createConnection: () => stream });
  session.on('error', (error) => {
    broken = error.message;
  });
  stream.on('error', (error) => {
    broken = error.message;
  });
  return {
    async call(path, message, options) {
      if (stream.destroyed || session.closed || session.destroyed) {
        throw new GrpcRefusal(GRPC.UNAVAILABLE, broken);
      }
      const reply = replyOf(session, path, message, options);
      const overdue = AbortSignal.timeout(options.timeoutMs);
      const late = (): void => {
        reply.fail(new GrpcRefusal(GRPC.DEADLINE_EXCEEDED, `no answer within ${options.timeoutMs} ms`));
        stream.destroy();
      };
      overdue.addEventListener('abort', late);
      return reply.messages.finally(() => overdue.removeEventListener('abort', late));
    },
    close: () => void stream.destroy(),
  };
}

interface Reply {
  messages: Promise<Buffer[]>;
  fail(refusal: GrpcRefusal): void;
}

function replyOf(
  session: ClientHttp2Session,
  path: string,
  message: Uint8Array,
  { metadata, timeoutMs, onlyFirst }: CallOptions,
): Reply {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    te: 'trailers',
    'content-type': 'application/grpc',
    'user-agent': 'hub',
    'grpc-timeout': `${Math.ceil(timeoutMs)}m`,
    ...metadata,
  });
  stream.end(frame(message));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer[]>();
  const parts: Buffer[] = [];
  let size = 0;
  let last: Record<string, unknown> = {};
  let httpStatus = 0;
  let broken = 'the connection ended before the answer';
  stream.on('response', (headers) => {
    httpStatus = Number(headers[':status']);
    last = headers;
  });
  stream.on('trailers', (headers) => {
    last = headers;
  });
  stream.on('data', (part: Buffer) => {
    size += part.length;
    if (size > MAX_REPLY_BYTES) {
      reject(new GrpcRefusal(GRPC.RESOURCE_EXHAUSTED, 'the answer is too large'));
      return;
    }
    parts.push(part);
    const first = onlyFirst && unframe(Buffer.concat(parts), 1);
    if (first) resolve(first);
  });
  stream.on('error', (error) => {
    broken = error.message;
  });
  stream.on('close', () => {
    if (httpStatus === 0) reject(new GrpcRefusal(GRPC.UNAVAILABLE, broken));
    else settle(httpStatus, last, Buffer.concat(parts), resolve, reject);
  });
  return { messages: promise, fail: reject };
}

function settle(
  httpStatus: number,
  headers: Record<string, unknown>,
  body: Buffer,
  resolve: (messages: Buffer[]) => void,
  reject: (refusal: GrpcRefusal) => void,
): void {
  if (headers['grpc-status'] === undefined) {
    reject(new GrpcRefusal(statusOfHttp(httpStatus), `HTTP ${httpStatus} without a gRPC status`));
    return;
  }
  const status = Number(headers['grpc-status']);
  const messages = unframe(body);
  if (status !== GRPC.OK) reject(new GrpcRefusal(status, decodeText(headers['grpc-message'])));
  else if (messages) resolve(messages);
  else reject(new GrpcRefusal(GRPC.INTERNAL, 'the answer is not gRPC'));
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md; 200 without a status is a connection that broke. */
function statusOfHttp(status: number): number {
  if (status === 401) return GRPC.UNAUTHENTICATED;
  if (status === 403) return GRPC.PERMISSION_DENIED;
  if (status === 404) return GRPC.UNIMPLEMENTED;
  return status === 200 || status === 429 || status >= 502 ? GRPC.UNAVAILABLE : GRPC.UNKNOWN;
}

function decodeText(value: unknown): string {
  const text = String(value ?? '');
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const FRAME_HEAD_BYTES = 5;

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Undefined for what is cut off or compressed: Hub offers no compression. @param most what comes after so many is not looked at */
function unframe(body: Buffer, most = Number.POSITIVE_INFINITY): Buffer[] | undefined {
  const messages: Buffer[] = [];
  let at = 0;
  while (at < body.length && messages.length < most) {
    if (at + FRAME_HEAD_BYTES > body.length || body[at] !== 0) return undefined;
    const end = at + FRAME_HEAD_BYTES + body.readUInt32BE(at + 1);
    if (end > body.length) return undefined;
    messages.push(body.subarray(at + FRAME_HEAD_BYTES, end));
    at = end;
  }
  return messages;
}
