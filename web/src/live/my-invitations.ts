/**
 * What somebody is invited to while they are on the page. They become a member when they come to Hub; a page that nobody looks at is not
 * somebody who has come, so who invites learns from it neither that they have an account nor that it is open somewhere.
 */
import { collection, type Firestore, query, where } from 'firebase/firestore';
import { useEffect } from 'react';
import { INVITATIONS } from '../../../shared/documents/paths.ts';
import { useHub } from '../hub.ts';
import { listenToQuery } from './live.ts';

/** @param came called for each that comes, once they look at the page; always the same function */
export function useInvitations(came: () => void): void {
  const { firebase, session } = useHub();
  const now = session.get();
  const address = now.kind === 'in' && now.emailVerified ? now.email : '';
  useEffect(
    () => (address === '' ? undefined : listenToInvitations(firebase.db, address, came)),
    [firebase, address, came],
  );
}

/**
 * @param address of who is signed in, verified
 * @param came called for each that comes, once they look at the page
 */
function listenToInvitations(db: Firestore, address: string, came: () => void): () => void {
  let there = '';
  let told = '';
  const tell = (): void => {
    if (there === told || document.visibilityState !== 'visible') return;
    told = there;
    if (there !== '') came();
  };
  const mine = query(collection(db, INVITATIONS), where('email', '==', address));
  const stop = listenToQuery(mine, (live) => {
    there = live.kind === 'there' ? live.value.map(({ id }) => id).join() : '';
    tell();
  });
  document.addEventListener('visibilitychange', tell);
  return () => {
    stop();
    document.removeEventListener('visibilitychange', tell);
  };
}
