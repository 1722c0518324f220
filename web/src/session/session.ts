/** Who is signed in. */
import { type Auth, getIdTokenResult, onIdTokenChanged, signOut, type User } from 'firebase/auth';
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
  | { kind: 'starting' }
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

  const show = async (user: User | null): Promise<void> => {
    if (!user) {
      const was = store.get();
      const lost = was.kind === 'in' && !leaving ? (notice ?? ENDED) : notice;
      store.set({ kind: 'out', ...(lost !== undefined && { notice: lost }) });
      notice = undefined;
      leaving = false;
      return;
    }
    const { claims, authTime } = await getIdTokenResult(user);
    if (auth.currentUser?.uid !== user.uid) return;
    const now: SignedIn = {
      kind: 'in',
      uid: user.uid,
      email: user.email ?? '',
      emailVerified: claims.email_verified === true,
      operator: claims.operator === true,
      signedInAtMs: Date.parse(authTime),
    };
    const before = store.get();
    // A token is new every hour; the page is not.
    if (before.kind !== 'in' || JSON.stringify(before) !== JSON.stringify(now)) store.set(now);
  };
  onIdTokenChanged(auth, (user) => void show(user).catch(() => end(ENDED)));

  const end = async (why?: string): Promise<void> => {
    notice = why;
    leaving = why === undefined;
    await signOut(auth);
  };
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
