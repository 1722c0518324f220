/** Who is signed in. */
import { type Auth, getIdTokenResult, onIdTokenChanged, signOut, type User } from 'firebase/auth';
import { unreachable } from '../api/client.ts';
import { type Persistence, persist } from '../api/persist.ts';
import { createStore, type Store } from '../store.ts';

export interface SignedIn {
  kind: 'in';
  uid: string;
  email: string;
  emailVerified: boolean;
  operator: boolean;
  /** When they proved who they are; a fresh token does not count. In ms since the epoch. */
  signedInAtMs: number;
}

export type Session =
  /** `isUnreachable`: somebody is signed in, and nobody can be asked who; the page goes on trying by itself. */
  | { kind: 'starting'; isUnreachable?: true }
  /** `notice`: why somebody who was signed in is not any more. */
  | { kind: 'out'; notice?: string }
  | SignedIn;

export interface SessionStore extends Pick<Store<Session>, 'get' | 'subscribe'> {
  /** A fresh one if `anew`; undefined if nobody is signed in. */
  token(anew?: boolean): Promise<string | undefined>;
  /** The user wants it, or (with a notice) Hub does. */
  end(notice?: string): Promise<void>;
  /** Looks again whether the address is verified by now. */
  refresh(): Promise<void>;
}

export function startSession(auth: Auth): SessionStore {
  const store = createStore<Session>({ kind: 'starting' });
  let notice: string | undefined;
  let leaving = false;
  let asking: Persistence | undefined;

  const follow = (user: User | null): void => {
    asking?.stop();
    if (user) {
      asking = persist(() => claimsOf(user), {
        answered: (now) => {
          if (auth.currentUser?.uid === now.uid) show(now);
        },
        failed: () => {
          const before = store.get();
          // Who is on the page stays there: a token is only new.
          if (before.kind !== 'in' || before.uid !== user.uid)
            store.set({ kind: 'starting', isUnreachable: true });
        },
      });
      return;
    }
    const was = store.get();
    // The SDK itself lets go of whom it may not renew.
    const wasSomebody = was.kind === 'in' || (was.kind === 'starting' && was.isUnreachable === true);
    const lost = wasSomebody && !leaving ? (notice ?? ENDED) : notice;
    store.set({ kind: 'out', ...(lost !== undefined && { notice: lost }) });
    notice = undefined;
    leaving = false;
  };
  const show = (now: SignedIn): void => {
    const before = store.get();
    // A token is new every hour; the page is not.
    if (before.kind !== 'in' || JSON.stringify(before) !== JSON.stringify(now)) store.set(now);
  };
  /** @throws ApiError UNREACHABLE if nobody can be asked at the moment, and also where the session is over and ended for that */
  const claimsOf = async (user: User): Promise<SignedIn> => {
    try {
      const { claims, authTime } = await getIdTokenResult(user);
      return {
        kind: 'in',
        uid: user.uid,
        email: user.email ?? '',
        emailVerified: claims.email_verified === true,
        operator: claims.operator === true,
        signedInAtMs: Date.parse(authTime),
      };
    } catch (error) {
      if (isOver(error) && auth.currentUser?.uid === user.uid) await end(ENDED);
      throw unreachable();
    }
  };
  const end = async (why?: string): Promise<void> => {
    asking?.stop();
    notice = why;
    leaving = why === undefined;
    await signOut(auth);
  };
  onIdTokenChanged(auth, follow);
  addEventListener('online', () => asking?.now());
  return {
    get: store.get,
    subscribe: store.subscribe,
    async token(anew = false) {
      try {
        return await auth.currentUser?.getIdToken(anew);
      } catch (error) {
        if (!isOver(error)) throw error;
        await end(ENDED);
        return undefined;
      }
    },
    end,
    async refresh() {
      await auth.currentUser?.reload();
      await auth.currentUser?.getIdToken(true);
    },
  };
}

const ENDED = 'Your session has ended. Sign in again to continue where you were.';

/** https://firebase.google.com/docs/reference/js/auth#autherrorcodes */
const OVER: ReadonlySet<string> = new Set([
  'auth/user-token-expired',
  'auth/user-disabled',
  'auth/user-not-found',
  'auth/invalid-user-token',
]);
const isOver = (error: unknown): boolean => OVER.has((error as { code?: string }).code ?? '');
