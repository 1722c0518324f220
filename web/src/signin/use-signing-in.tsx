/** What asks something of Firebase Auth has this in common: it is busy, it may be refused, and it may have something to say. */
import type { Auth } from 'firebase/auth';
import { useState } from 'react';
import { useHub } from '../hub.ts';
import { inWords } from './auth-errors.ts';

/**
 * @param address with which somebody wants in, as far as it is known here
 * @returns `busy`: the name of what is under way
 */
export function useSigningIn(address?: string) {
  const { firebase } = useHub();
  const [busy, setBusy] = useState<string>();
  const [error, setError] = useState<string>();
  const [said, setSaid] = useState<string>();
  const run = async (name: string, work: (auth: Auth) => Promise<string | undefined>): Promise<void> => {
    if (busy) return;
    setBusy(name);
    setError(undefined);
    setSaid(undefined);
    try {
      setSaid(await work(firebase.auth));
    } catch (thrown) {
      setError(inWords(thrown, address));
    } finally {
      setBusy(undefined);
    }
  };
  const message = (
    <>
      {error && (
        <p className="error-line" role="alert">
          {error}
        </p>
      )}
      {said && (
        <p className="notice" role="status">
          {said}
        </p>
      )}
    </>
  );
  const forget = (): void => {
    setError(undefined);
    setSaid(undefined);
  };
  return { busy, run, message, forget };
}
