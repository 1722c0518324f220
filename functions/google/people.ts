/** The `People` port: firebase-admin looks accounts up by their address. */
import type { Auth } from 'firebase-admin/auth';
import { AppError } from '../../shared/errors.ts';
import type { People } from '../people.ts';
import { inTime, loadAuth, type TokenVerifierOptions } from './tokens.ts';

/** Loads firebase-admin with the first question. */
export function createPeople(options: TokenVerifierOptions): People {
  let loading: Promise<Auth> | undefined;
  return {
    async findByEmail(email) {
      loading ??= loadAuth(options);
      const auth = await loading;
      const user = await inTime(auth.getUserByEmail(email)).catch(orNobody);
      // Anybody can sign up with any address; whose it is shows only once it is proven.
      return user?.emailVerified ? { uid: user.uid } : undefined;
    },
  };
}

/** Takes the SDK's code only: its messages quote the address. */
function orNobody(error: unknown): undefined {
  if (error instanceof AppError) throw error;
  const { code } = error as { code?: unknown };
  if (code === 'auth/user-not-found' || code === 'auth/invalid-email') return undefined;
  throw new AppError('UNAVAILABLE', `the account cannot be looked up (${String(code ?? 'unknown')})`);
}
