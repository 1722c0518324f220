/** What a page does with users. */
import { onIdTokenChanged, signInWithEmailAndPassword, signOut } from 'firebase/auth';
import { auth } from './client.ts';

/** @returns the uid */
export const signIn = async (email: string, password: string): Promise<string> =>
  (await signInWithEmailAndPassword(auth(), email, password)).user.uid;

export const leave = (): Promise<void> => signOut(auth());

/** Gets a new ID token although the old one is still good. @returns whether listeners of tokens were told */
export async function refreshToken(): Promise<boolean> {
  const user = auth().currentUser;
  if (!user) throw new Error('nobody is signed in');
  const before = await user.getIdToken();
  const told = new Promise<boolean>((resolve) => {
    const stop = onIdTokenChanged(auth(), async (now) => {
      if (!now || (await now.getIdToken()) === before) return;
      stop();
      resolve(true);
    });
  });
  await user.getIdToken(true);
  return told;
}
