/** For tests: the service on free ports with a clock that can be set forward, and the official SDKs pointed at it. */
import { deleteApp, initializeApp } from 'firebase/app';
import { type Auth, connectAuthEmulator, getAuth } from 'firebase/auth';
import { localAppOptions } from '../../functions/google/tokens.ts';
import { type Log, silentLog } from '../../functions/log.ts';
import { realClock } from '../clock.ts';
import { createFaults } from '../faults.ts';
import { seededRandom } from '../random.ts';
import type { World } from '../service.ts';
import { memoryStore, type Store } from '../store.ts';
import type { OobCode, OobType } from './model.ts';
import { type AuthFace, serveAuth } from './server.ts';

export const PROJECT = 'hub-test';
export const PASSWORD = 'hub-local';

interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: replies of many shapes, each checked by its test.
  body: any;
}

let apps = 0;

export async function anAuth(store: Store = memoryStore(), { speed = 1, log = silentLog as Log } = {}) {
  let aheadMs = 0;
  const clock = { ...realClock(speed), now: () => Date.now() + aheadMs };
  const random = seededRandom(1);
  const world: World = { projectId: PROJECT, clock, random, faults: createFaults({}, random), store, log };
  const face: AuthFace = await serveAuth(world, { http: 0, tls: 0 });
  const origin = `http://127.0.0.1:${face.port}`;
  const closing: (() => Promise<unknown>)[] = [() => face.close()];

  const send = async (path: string, body?: object, headers: Record<string, string> = {}): Promise<Reply> => {
    const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
    const response = await fetch(origin + path, { ...init, headers });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    face,
    origin,
    send,
    forward: (ms: number) => {
      aheadMs += ms;
    },
    /** As a browser calls. */
    client: (operation: string, body: object) =>
      send(`/identitytoolkit.googleapis.com/v1/accounts:${operation}?key=local`, body),
    /** As a server calls. */
    admin: (rest: string, body?: object) =>
      send(`/identitytoolkit.googleapis.com/v1/projects/${PROJECT}${rest}`, body, {
        authorization: 'Bearer owner',
      }),
    refresh: (refreshToken: string) =>
      send('/securetoken.googleapis.com/v1/token?key=local', {
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
      }),
    /** The newest open code of that kind, as the list of the emulator shows it. */
    async mailed(requestType: OobType): Promise<Pick<OobCode, 'oobCode' | 'oobLink' | 'email' | 'newEmail'>> {
      const { body } = await send(`/emulator/v1/projects/${PROJECT}/oobCodes`);
      return body.oobCodes.findLast((code: OobCode) => code.requestType === requestType);
    },
    async configure(config: object): Promise<void> {
      const url = `${origin}/emulator/v1/projects/${PROJECT}/config`;
      await fetch(url, { method: 'PATCH', body: JSON.stringify(config) });
    },
    /** The web SDK, as an app of its own. */
    sdk(): Auth {
      const options = { apiKey: 'local', projectId: PROJECT, authDomain: 'localhost' };
      const app = initializeApp(options, `sdk-${++apps}`);
      closing.push(() => deleteApp(app));
      const auth = getAuth(app);
      connectAuthEmulator(auth, origin, { disableWarnings: true });
      return auth;
    },
    /** What firebase-admin is given to verify against the TLS face, as in production. */
    adminOptions: () => ({
      projectId: PROJECT,
      serviceAccountId: `hub@${PROJECT}.iam.gserviceaccount.com`,
      ...localAppOptions({ authTls: `127.0.0.1:${face.tlsPort}`, ca: face.ca }),
    }),
    async close(): Promise<void> {
      for (const close of closing.splice(0).reverse()) await close();
    },
  };
}

export type AnAuth = Awaited<ReturnType<typeof anAuth>>;

/** The code of the SDK's error, `auth/…`. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}
