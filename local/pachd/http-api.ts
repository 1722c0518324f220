/**
 * The same services as JSON over HTTP, as grpc-gateway puts them: what a path says after it was decoded counts, headers become metadata.
 * https://github.com/pachyderm/pachyderm/blob/master/src/internal/restgateway/restgateway.go
 */
import type protobuf from 'protobufjs';
import type { CallContext, GrpcService, Message, UnaryHandler } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import { json, plainText, type Web } from './pages.ts';

export const httpApi =
  (services: readonly GrpcService[]): Web =>
  async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    if (path === '/healthz') return plainText(200, 'healthy');
    const found = methodAt(services, path);
    if (!found) return json(404, { code: 5, message: 'Not Found', details: [] });
    if (request.method !== 'POST') return json(501, { code: 12, message: 'Method Not Allowed', details: [] });
    const { handler, method } = found;
    const asked = method.resolvedRequestType?.toObject(
      method.resolvedRequestType.fromObject((await request.json().catch(() => ({}))) as Message),
      { longs: Number, defaults: true, arrays: true, objects: true },
    );
    return method.responseStream
      ? streamOf((context) => handler(asked, context), request.headers)
      : replyOf((context) => handler(asked, context), request.headers);
  };

/** `/api/auth_v2.API/WhoAmI`. */
function methodAt(
  services: readonly GrpcService[],
  path: string,
): { method: protobuf.Method; handler: UnaryHandler } | undefined {
  const [, service, name = ''] = /^\/api\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const bound = services.find((one) => one.name === service);
  const method = bound?.root.lookupService(bound.name).methods[name];
  const handler = bound?.handlers[name.charAt(0).toLowerCase() + name.slice(1)];
  return method && typeof handler === 'function'
    ? { method: method.resolve() as protobuf.Method, handler }
    : undefined;
}

type Call = (context: CallContext) => Message | Promise<Message>;

async function replyOf(call: Call, headers: Headers): Promise<Response> {
  try {
    return json(200, await call(contextOf(headers, () => undefined)));
  } catch (error) {
    return refusalOf(error);
  }
}

/** A line per message. It is answered with the first one, or once it is over. */
function streamOf(call: Call, headers: Headers): Promise<Response> {
  const answered = Promise.withResolvers<Response>();
  const lines = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, { highWaterMark: 1024 });
  const writer = lines.writable.getWriter();
  const begin = (): void =>
    answered.resolve(new Response(lines.readable, { headers: { 'content-type': 'application/json' } }));
  const write = (message: Message): void => {
    begin();
    writer.write(new TextEncoder().encode(`${JSON.stringify({ result: message })}\n`)).catch(() => undefined);
  };
  new Promise((resolve) => resolve(call(contextOf(headers, write)))).then(
    () => {
      begin();
      writer.close().catch(() => undefined);
    },
    (error: unknown) => answered.resolve(refusalOf(error)),
  );
  return answered.promise;
}

const contextOf = (headers: Headers, write: CallContext['write']): CallContext => ({
  write,
  header: (name) => headers.get(name) ?? undefined,
  cancelled: false,
});

/** https://github.com/grpc-ecosystem/grpc-gateway/blob/v2.20.0/runtime/errors.go */
const HTTP_STATUS: Readonly<Record<number, number>> = {
  [STATUS.INVALID_ARGUMENT]: 400,
  [STATUS.NOT_FOUND]: 404,
  [STATUS.PERMISSION_DENIED]: 403,
  [STATUS.UNAUTHENTICATED]: 401,
  [STATUS.UNIMPLEMENTED]: 501,
};

function refusalOf(error: unknown): Response {
  if (!(error instanceof ServiceError)) throw error;
  const { code, message } = error;
  return json(HTTP_STATUS[code] ?? 500, { code, message, details: [] });
}
