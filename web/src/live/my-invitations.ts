/**
 * What somebody is invited to while they are on the page. They become a member when they come to Hub; a page that nobody looks at is not
 * somebody who has come, so who invites learns from it neither that they have an account nor that it is open somewhere.
 */
import { collection, type Firestore, query, where } from 'firebase/firestore';
import { INVITATIONS } from '../../../shared/documents/paths.ts';
import { listenToQuery } from './live.ts';

/**
 * @param address of who is signed in, verified
 * @param came called for each that comes, once they look at the page
 */
export function listenToInvitations(db: Firestore, address: string, came: () => void): () => void {
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
