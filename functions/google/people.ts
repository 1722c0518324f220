/** The `People` port: firebase-admin looks accounts up, and deletes them. */
import type { UserRecord } from 'firebase-admin/auth';
import { AppError } from '../../shared/errors.ts';
import { lazyValue } from '../lazy.ts';
import type { People, Profile } from '../people.ts';
import { type AccountsOptions, inTime, loadAuth } from './tokens.ts';

/** Loads firebase-admin with the first question. */
export function createPeople(options: AccountsOptions): People {
  const loaded = lazyValue(() => loadAuth(options));
  return {
    async findByEmail(email) {
      const auth = await loaded();
      const user = await inTime(auth.getUserByEmail(email)).catch(orNobody);
      // Anybody can sign up with any address; whose it is shows only once it is proven.
      return user?.emailVerified ? { uid: user.uid } : undefined;
    },
    async find(uid) {
      const auth = await loaded();
      const user = await inTime(auth.getUser(uid)).catch(orNobody);
      return user && profileOf(user);
    },
    async ensureGone(uid) {
      const auth = await loaded();
      await inTime(auth.deleteUser(uid)).catch(orNobody);
    },
  };
}

const profileOf = (user: UserRecord): Profile => ({
  ...(user.email !== undefined && { email: user.email }),
  emailVerified: user.emailVerified,
  ...(user.displayName !== undefined && { displayName: user.displayName }),
  ...(user.phoneNumber !== undefined && { phoneNumber: user.phoneNumber }),
  ...(user.photoURL !== undefined && { photoUrl: user.photoURL }),
  providers: user.providerData.map(({ providerId }) => providerId),
  ...dated('createdAt', user.metadata.creationTime),
  ...dated('lastSignInAt', user.metadata.lastSignInTime),
});

/** The SDK gives times as HTTP does, and none of who never signed in. */
function dated<K extends string>(name: K, text: string | null | undefined): { [P in K]?: Date } {
  const at = new Date(text ?? Number.NaN);
  return (Number.isNaN(at.getTime()) ? {} : { [name]: at }) as { [P in K]?: Date };
}

const NOBODY: ReadonlySet<unknown> = new Set([
  'auth/user-not-found',
  'auth/invalid-email',
  // Longer than any of theirs, for one.
  'auth/invalid-uid',
]);

/** Takes the SDK's code only: its messages quote the address. */
function orNobody(error: unknown): undefined {
  if (error instanceof AppError) throw error;
  const { code } = error as { code?: unknown };
  if (NOBODY.has(code)) return undefined;
  throw new AppError('UNAVAILABLE', `the account cannot be looked up (${String(code ?? 'unknown')})`);
}
