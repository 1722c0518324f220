/**
 * What became of the link that proves an address, as far as this page has had it sent. Of earlier pages nothing is known: whoever an operator has
 * added was never sent one.
 */
import { createStore, useStore } from '../store.ts';
import { inWords } from './auth-errors.ts';

/** `why`: it could not be sent. */
const mailed = createStore<{ uid: string; why?: string } | undefined>(undefined);

export const noteSent = (uid: string): void => mailed.set({ uid });

/** @param thrown what Firebase refused it with */
export const noteUnsent = (uid: string, thrown: unknown): void =>
  mailed.set({ uid, why: inWords(thrown) ?? '' });

export function useMailed(uid: string): { why?: string } | undefined {
  const now = useStore(mailed);
  return now?.uid === uid ? now : undefined;
}
