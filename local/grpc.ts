/** Serves a Google API over gRPC from the protobuf descriptors that its own client package ships. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type {
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceDefinition,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { type Face, ServiceError, STATUS } from './service.ts';

const require = createRequire(import.meta.url);

/** A decoded message: plain fields as protobufjs makes them. Each stand-in narrows what it reads. */
// biome-ignore lint/suspicious/noExplicitAny: the wire is typed by descriptors at run time, not by TypeScript.
export type Message = any;
export type Duplex = ServerDuplexStream<Message, Message>;

export interface Handlers {
  /** Unary and server-streaming calls: a streaming one calls `write` for each message and returns when done. */
  [method: string]: UnaryHandler | DuplexHandler;
}
export type UnaryHandler = (request: Message, context: CallContext) => Message | Promise<Message>;
/** Marked by `duplex()`, for calls whose client side streams. */
type DuplexHandler = { duplex: (call: Duplex) => void };
export interface CallContext {
  write(message: Message): void;
  /** Request headers; the last value of each, as text. */
  header(name: string): string | undefined;
  readonly cancelled: boolean;
}
export const duplex = (handle: (call: Duplex) => void): DuplexHandler => ({ duplex: handle });

/** Descriptors shipped by a client package, e.g. `('@google-cloud/pubsub', 'build/protos/protos.json')`. */
export function loadProtos(
  packageName: string,
  file: string,
  patch?: (json: Message) => void,
): protobuf.Root {
  const main = require.resolve(packageName);
  const marker = `/node_modules/${packageName}/`;
  const folder = main.slice(0, main.lastIndexOf(marker) + marker.length);
  const json = JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Message;
  patch?.(json);
  const root = protobuf.Root.fromJSON(json);
  root.resolveAll();
  return root;
}

export interface GrpcService {
  root: protobuf.Root;
  /** Full name, e.g. `google.pubsub.v1.Publisher`. */
  name: string;
  /** By lowerCamelCase method name; what is missing answers UNIMPLEMENTED. */
  handlers: Handlers;
}

/** Client messages larger than this are refused. Firestore's documented request limit is 10 MiB; a margin for framing. */
const MAX_MESSAGE_BYTES = 20 * 1024 * 1024;

/** A server of these services, on no port yet. */
export function createGrpcServer(services: readonly GrpcService[]): Server {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': -1,
    // Else the library's register of all servers keeps each for ever, also one that only a cluster knew that is gone.
    'grpc.enable_channelz': 0,
  });
  for (const { root, name, handlers } of services) {
    const { definition, implementation } = bind(root, name, handlers);
    server.addService(definition, implementation);
  }
  return server;
}

export async function serveGrpc(services: readonly GrpcService[], port: number): Promise<Face> {
  const server = createGrpcServer(services);
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, got) =>
      error ? reject(error) : resolve(got),
    );
  });
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.forceShutdown();
        resolve();
      }),
  };
}

function bind(root: protobuf.Root, name: string, handlers: Handlers) {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: UntypedServiceImplementation = {};
  for (const [methodName, method] of Object.entries(root.lookupService(name).methods)) {
    method.resolve();
    const request = method.resolvedRequestType as protobuf.Type;
    const response = method.resolvedResponseType as protobuf.Type;
    definition[methodName] = {
      path: `/${name}/${methodName}`,
      requestStream: method.requestStream === true,
      responseStream: method.responseStream === true,
      requestSerialize: (value: Message) => Buffer.from(request.encode(value).finish()),
      requestDeserialize: (bytes: Buffer) => request.decode(bytes),
      responseSerialize: (value: Message) =>
        Buffer.from(response.encode(response.fromObject(value)).finish()),
      responseDeserialize: (bytes: Buffer) => response.decode(bytes),
    };
    const handler = handlers[(methodName[0] ?? '').toLowerCase() + methodName.slice(1)];
    if (!handler) continue;
    if ('duplex' in handler) implementation[methodName] = handler.duplex;
    else if (method.responseStream) implementation[methodName] = serverStream(handler);
    else implementation[methodName] = unary(handler);
  }
  return { definition, implementation };
}

const headersOf = (metadata: Metadata) => (name: string) => metadata.get(name).at(-1)?.toString();

function unary(handler: UnaryHandler) {
  return (call: ServerUnaryCall<Message, Message>, reply: sendUnaryData<Message>): void => {
    const context: CallContext = {
      write: () => undefined,
      header: headersOf(call.metadata),
      get cancelled() {
        return call.cancelled;
      },
    };
    // Wrapped in a promise so that a synchronous throw is answered in the same way.
    new Promise<Message>((resolve) => resolve(handler(call.request, context))).then(
      (value) => reply(null, value ?? {}),
      (error: unknown) => reply(toStatus(error)),
    );
  };
}

function serverStream(handler: UnaryHandler) {
  return (call: ServerWritableStream<Message, Message>): void => {
    const context: CallContext = {
      write: (message) => void call.write(message),
      header: headersOf(call.metadata),
      get cancelled() {
        return call.cancelled;
      },
    };
    new Promise<void>((resolve) => resolve(handler(call.request, context))).then(
      () => call.end(),
      (error: unknown) => {
        // With headers before it the status is an answer. Without, Google's clients take it for a broken connection, and try twice more
        // (after 2 s and 4 s) whatever the status says.
        call.sendMetadata(new Metadata());
        call.emit('error', toStatus(error));
      },
    );
  };
}

/** Turns what a model threw into a gRPC status; anything unexpected is INTERNAL and shown, for it is a bug of the stand-in. */
export function toStatus(error: unknown): {
  code: number;
  details: string;
  metadata?: Metadata;
  message: string;
  name: string;
} {
  if (error instanceof ServiceError) {
    const metadata = new Metadata();
    if (error.reason || error.retryAfterMs) metadata.set('grpc-status-details-bin', statusDetails(error));
    return { code: error.code, details: error.message, message: error.message, name: error.name, metadata };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`stand-in: ${text}\n`);
  return { code: STATUS.INTERNAL, details: 'internal error of the stand-in', message: text, name: 'Error' };
}

/** google.rpc.Status with a google.rpc.ErrorInfo and a RetryInfo, as Google's servers attach them: https://google.aip.dev/193 */
function statusDetails({ code, message, reason, retryAfterMs }: ServiceError): Buffer {
  const status = protobuf.Writer.create().uint32(8).int32(code).uint32(18).string(message);
  const attach = (type: string, detail: Uint8Array): void => {
    const any = protobuf.Writer.create()
      .uint32(10)
      .string(`type.googleapis.com/google.rpc.${type}`)
      .uint32(18)
      .bytes(detail)
      .finish();
    status.uint32(26).bytes(any);
  };
  if (reason) {
    const info = protobuf.Writer.create().uint32(10).string(reason).uint32(18).string('googleapis.com');
    attach('ErrorInfo', info.finish());
  }
  if (retryAfterMs) {
    const seconds = Math.floor(retryAfterMs / 1000);
    const duration = protobuf.Writer.create()
      .uint32(8)
      .int64(seconds)
      .uint32(16)
      .int32((retryAfterMs - seconds * 1000) * 1e6)
      .finish();
    attach('RetryInfo', protobuf.Writer.create().uint32(10).bytes(duration).finish());
  }
  return Buffer.from(status.finish());
}
