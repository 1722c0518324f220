/**
 * A cluster as it changes. What changes comes from Firestore, to whom its rules let it, and says only that it is time to look again: the
 * reply of the API is what is shown, so that there is one form of it.
 */
import type { ClusterReply } from '../shared/api/clusters.ts';
import { CLUSTERS } from '../shared/documents/paths.ts';
import { minutes, seconds } from '../shared/units.ts';
import type { Api } from './api.ts';
import { Failed } from './failure.ts';
import { configOf, type Session } from './sign-in/session.ts';

interface Watched {
  address: string;
  session: Session;
  api: Api;
  /** How often the API is asked where no change comes by itself. */
  deafMs?: number;
  /** How long after a look in vain it is looked again. */
  againMs?: number;
}

/** Where nothing comes through (some networks let no gRPC pass), the API is asked this often; and anywhere, after a look in vain. */
const DEAF_MS = seconds(15);
/** Looks in vain, one after the other, after which nobody waits any more: ten minutes. */
const MAX_MISSES = 40;
/** A listener ends with its token. It is replaced before. */
const BEFORE_EXPIRY_MS = minutes(5);
/** A listener that was ended is opened again after so long. */
const REOPEN_MS = seconds(5);

/**
 * @param signal ends it
 * @returns the cluster as it is now, and then whenever it has changed
 * @throws Failed
 */
export async function* watchCluster(
  { address, session, api, deafMs = DEAF_MS, againMs = DEAF_MS }: Watched,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<ClusterReply, void, void> {
  const wakes = createWakes(deafMs);
  const stop = new AbortController();
  const ends = AbortSignal.any([signal, stop.signal]);
  const listening = listenForEver({ address, session, id, signal: ends, wakes });
  try {
    let last = '';
    let misses = 0;
    for (;;) {
      const body = await look(api, id, signal).catch((error: unknown) => {
        // Whoever watches it has just found or made it: they wait for it also while the line, the sign-in or Hub is away.
        if (!(error instanceof Failed && error.passes) || ++misses > MAX_MISSES) throw error;
        return undefined;
      });
      if (!body) {
        await pause(againMs, signal);
        signal.throwIfAborted();
        continue;
      }
      misses = 0;
      if (body.updateTime !== last) yield body;
      last = body.updateTime;
      await wakes.next(ends);
      signal.throwIfAborted();
    }
  } finally {
    stop.abort();
    await listening;
  }
}

const look = async (api: Api, id: string, signal: AbortSignal): Promise<ClusterReply> =>
  (await api.ask<ClusterReply>('GET /v1/clusters/{id}', { id, signal })).body;

interface Wakes {
  /** Something has changed. */
  wake(): void;
  /** Whether changes come by themselves. */
  hears: boolean;
  /** Resolves when something has changed since it was called last, or may have. */
  next(signal: AbortSignal): Promise<void>;
}

function createWakes(deafMs: number): Wakes {
  let isDue = false;
  let onWake: (() => void) | undefined;
  const wakes: Wakes = {
    hears: false,
    wake() {
      isDue = true;
      onWake?.();
    },
    async next(signal) {
      if (!isDue && !signal.aborted)
        await new Promise<void>((resolve) => {
          const timer = setInterval(() => !wakes.hears && done(), deafMs);
          const done = (): void => {
            clearInterval(timer);
            signal.removeEventListener('abort', done);
            resolve();
          };
          onWake = done;
          signal.addEventListener('abort', done);
        });
      isDue = false;
      onWake = undefined;
    },
  };
  return wakes;
}

interface Listening extends Pick<Watched, 'address' | 'session'> {
  id: string;
  signal: AbortSignal;
  wakes: Wakes;
}

/** One listener after the other, each for as long as its token is good. Never rejects: whoever is deaf asks. */
async function listenForEver({ signal, wakes, ...where }: Listening): Promise<void> {
  while (!signal.aborted) {
    try {
      await listen({ ...where, signal, wakes });
    } catch {
      // The API is asked the same, and says why not.
    }
    wakes.hears = false;
    wakes.wake();
    await pause(REOPEN_MS, signal);
  }
}

/** Resolves when it is over. The official SDK speaks gRPC here, and shows the ID token, by which the rules judge. */
async function listen({ address, session, id, signal, wakes }: Listening): Promise<void> {
  const [{ deleteApp, initializeServerApp }, { connectAuthEmulator, getAuth }, firestore] = await Promise.all(
    [import('firebase/app'), import('firebase/auth'), import('firebase/firestore')],
  );
  const { connectFirestoreEmulator, doc, getFirestore, onSnapshot, setLogLevel } = firestore;
  const { hub, ...options } = await configOf(address);
  const authIdToken = await session.token();
  setLogLevel('silent');
  const app = initializeServerApp(options, { authIdToken });
  try {
    const auth = getAuth(app);
    if (hub) connectAuthEmulator(auth, hub.auth, { disableWarnings: true });
    const db = getFirestore(app);
    if (hub) {
      const [host = '', port = ''] = hub.firestore.split(':');
      connectFirestoreEmulator(db, host, Number(port));
    }
    await auth.authStateReady();
    const lifeMs = session.expiresAt() - Date.now() - BEFORE_EXPIRY_MS;
    const over = new AbortController();
    const stop = onSnapshot(
      doc(db, CLUSTERS, id),
      { includeMetadataChanges: true },
      ({ metadata }) => {
        wakes.hears = !metadata.fromCache;
        wakes.wake();
      },
      () => over.abort(),
    );
    await pause(Math.max(REOPEN_MS, Math.min(lifeMs, minutes(55))), AbortSignal.any([signal, over.signal]));
    stop();
  } finally {
    await deleteApp(app);
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
