/** The link that proves an address, where it could not be sent to whoever has just signed up. */
import { createStore, useStore } from '../store.ts';
import { inWords } from './auth-errors.ts';

const unsent = createStore<{ uid: string; why: string } | undefined>(undefined);

/** @param thrown what Firebase refused it with */
export const noteUnsent = (uid: string, thrown: unknown): void =>
  unsent.set({ uid, why: inWords(thrown) ?? '' });

export const noteSent = (): void => unsent.set(undefined);

/** Why it was not sent to them; undefined: nothing is known against it. */
export function useUnsent(uid: string): string | undefined {
  const now = useStore(unsent);
  return now?.uid === uid ? now.why : undefined;
}
