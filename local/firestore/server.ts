/** Firestore's face: google.firestore.v1.Firestore as the official clients speak it, over gRPC and, on the same port, the web's way. */
import { ServerCredentials } from '@grpc/grpc-js';
import { createGrpcServer, duplex } from '../grpc.ts';
import { serveOnePort } from '../one-port.ts';
import type { Face, World } from '../service.ts';
import type { Access } from './access.ts';
import { fromGrpc } from './call.ts';
import type { TtlPolicy } from './index-config.ts';
import { firestoreHandlers } from './methods.ts';
import { createFirestore, type FirestoreModel } from './model.ts';
import { FIRESTORE_SERVICE, firestoreProtos } from './protos.ts';
import { keepTtl } from './ttl.ts';
import { createHttpServer } from './web/listener.ts';
import { createWebFace } from './web/server.ts';

export { createFirestore, type FirestoreModel } from './model.ts';

export interface FirestoreFace extends Face {
  readonly model: FirestoreModel;
  /** WebChannel sessions that are open: two for each browser tab that listens and writes. */
  readonly webSessions: number;
}

interface ServeOptions {
  model?: FirestoreModel;
  /** Who may do what; absent: everybody everything. */
  access?: Access;
  /** What goes by itself; absent: nothing does. */
  policies?: readonly TtlPolicy[];
}

export async function serveFirestore(
  world: World,
  port: number,
  { model = createFirestore(world), access, policies = [] }: ServeOptions = {},
): Promise<FirestoreFace> {
  const handlers = firestoreHandlers(world, model, access);
  const { unary, streams } = handlers;
  const root = firestoreProtos();
  const overGrpc = {
    ...unary,
    listen: duplex((call) => streams.listen(fromGrpc(call))),
    write: duplex((call) => streams.write(fromGrpc(call))),
  };
  const grpc = createGrpcServer([{ root, name: FIRESTORE_SERVICE, handlers: overGrpc }]);
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const web = createWebFace({ handlers, root });
  const http = createHttpServer(web);
  const face = await serveOnePort(port, {
    http2: (socket) => injector.injectConnection(socket),
    http1: (socket) => void http.emit('connection', socket),
  });
  const endTtl = keepTtl(world, model, policies);
  return {
    port: face.port,
    model,
    get webSessions() {
      return web.sessions;
    },
    async close() {
      endTtl();
      const closed = face.close();
      web.close();
      grpc.forceShutdown();
      await closed;
      model.close();
    },
  };
}
