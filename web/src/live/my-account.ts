/** The account of who is signed in, as Hub counts and judges it: one listener for the whole page. */
import { doc, type Firestore } from 'firebase/firestore';
import type { Allowance } from '../../../shared/documents/account.ts';
import { accountPath } from '../../../shared/documents/paths.ts';
import type { SessionStore } from '../session/session.ts';
import type { Store } from '../store.ts';
import { type Live, listenToDocument } from './live.ts';
import { listenAsUser } from './of-user.ts';

/** Undefined of somebody who has not asked for anything yet. */
export type MyAccount = Store<Live<Allowance | undefined>>;

export const listenToMyAccount = (db: Firestore, session: SessionStore): MyAccount =>
  listenAsUser<Allowance | undefined>(session, (uid, next) =>
    listenToDocument<Allowance>(doc(db, accountPath(uid)), next),
  );
