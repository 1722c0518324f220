/** The stand-ins behind a page: Firestore under rules, with an admin client beside it, and Auth. It can be killed and started again. */
import { Firestore } from '@google-cloud/firestore';
import { silentLog } from '../../../functions/log.ts';
import { aWorld } from '../../../local/a-world.ts';
import { type AuthFace, serveAuth } from '../../../local/auth/server.ts';
import { type Access, createAccess } from '../../../local/firestore/access.ts';
import { type FirestoreFace, type FirestoreModel, serveFirestore } from '../../../local/firestore/server.ts';

export interface Backend {
  readonly port: number;
  /** Only with rules. */
  readonly guarded: Guarded;
  /** Of the server that runs now: a new one begins with its own. */
  readonly model: FirestoreModel;
  /** An official server client, which rules do not bind. */
  readonly admin: Firestore;
  /** WebChannel sessions that are open. */
  readonly sessions: number;
  /** Cuts all connections and forgets all but what is stored. */
  kill(): Promise<void>;
  /** On the same port, with the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface Guarded {
  auth: AuthFace;
  access: Access;
  /** Seconds after which Firestore takes no ID token any more, if that is before its own end. */
  tokenLifeS: number;
}

/** @param rules absent: everybody may everything, and there are no users */
export async function startBackend(rules?: string): Promise<Backend> {
  // Otherwise the client looks for Google's metadata server before its first call.
  process.env.METADATA_SERVER_DETECTION = 'none';
  const world = aWorld({ projectId: 'demo' });
  const guarded = rules === undefined ? undefined : await guardedBy(rules);
  const access = guarded ? { access: guarded.access } : {};
  let face: FirestoreFace | undefined = await serveFirestore(world, 0, access);
  const { port } = face;
  const running = (): FirestoreFace => {
    if (!face) throw new Error('the server was killed');
    return face;
  };
  let admin = adminClient(port);

  const kill = async (): Promise<void> => {
    await Promise.all([face?.close(), admin.terminate()]);
    face = undefined;
  };
  return {
    port,
    get guarded() {
      if (!guarded) throw new Error('this server has no rules');
      return guarded;
    },
    get model() {
      return running().model;
    },
    get admin() {
      return admin;
    },
    get sessions() {
      return running().webSessions;
    },
    kill,
    async restart() {
      face = await serveFirestore(world, port, access);
      admin = adminClient(port);
    },
    async close() {
      await Promise.all([kill(), guarded?.auth.close()]);
      world.store.close();
    },
  };
}

async function guardedBy(rules: string): Promise<Guarded> {
  const auth = await serveAuth(aWorld({ projectId: 'demo' }), { http: 0, tls: 0 });
  const verifyIdToken = async (token: string) => {
    const claims = await auth.model.tokens.verifyIdToken(token);
    const { exp = 0, iat = 0 } = claims;
    return { ...claims, exp: Math.min(exp, iat + guarded.tokenLifeS) };
  };
  const access = createAccess({ rules, verifyIdToken, log: silentLog });
  const guarded: Guarded = { auth, access, tokenLifeS: Number.POSITIVE_INFINITY };
  return guarded;
}

const adminClient = (port: number): Firestore =>
  new Firestore({ projectId: 'demo', host: `127.0.0.1:${port}`, ssl: false });
