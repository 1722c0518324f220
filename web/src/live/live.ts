/** Documents as they are now: each change that Hub writes arrives here by itself. Nothing on the page polls. */
import {
  type DocumentData,
  type DocumentReference,
  type FirestoreError,
  onSnapshot,
  type Query,
  Timestamp,
} from 'firebase/firestore';
import { useEffect, useState } from 'react';
import { isIndexUnbuilt } from '../../../shared/index-building.ts';

export type Live<T> =
  | { kind: 'loading' }
  /** `fresh`: the server has confirmed it; not so while the connection is lost. */
  | { kind: 'there'; value: T; fresh: boolean }
  /** It is not to be seen any more: the permission is gone, or something is wrong with what was asked. */
  | { kind: 'ended'; denied: boolean };

export const LOADING: Live<never> = { kind: 'loading' };

export type Next<T> = (live: Live<T>) => void;

/** Of what is there. */
export const mapLive = <T, U>(live: Live<T>, map: (value: T) => U): Live<U> =>
  live.kind === 'there' ? { ...live, value: map(live.value) } : live;

const ended = (error: FirestoreError): Live<never> => ({
  kind: 'ended',
  denied: error.code === 'permission-denied' || error.code === 'unauthenticated',
});

/** Between two tries at a query whose index is still being built. */
const REOPEN_MS = 5_000;

/**
 * After an update of Hub an index may be built for some minutes yet, and what needs it is refused meanwhile: so it is opened again. Whatever
 * else ends a listener has ended it.
 * @param open is given where to tell, and what it ended with
 */
function lasting<T>(
  next: Next<T>,
  open: (tell: Next<T>, fail: (error: FirestoreError) => void) => () => void,
): () => void {
  let last: Live<T> = LOADING;
  let timer: number | undefined;
  let stop = (): void => undefined;
  const tell = (live: Live<T>): void => {
    last = live;
    next(live);
  };
  const start = (): void => {
    stop = open(tell, (error) => {
      if (error.code !== 'failed-precondition' || !isIndexUnbuilt(error.message)) return next(ended(error));
      if (last.kind === 'there') tell({ ...last, fresh: false });
      timer = window.setTimeout(start, REOPEN_MS);
    });
  };
  start();
  return () => {
    clearTimeout(timer);
    stop();
  };
}

export function listenToQuery<T>(query: Query, next: Next<readonly (T & { id: string })[]>): () => void {
  return lasting(next, (tell, fail) => {
    const known = new Map<string, T & { id: string }>();
    let isConfirmed = false;
    return onSnapshot(
      query,
      { includeMetadataChanges: true },
      (snapshot) => {
        for (const { type, doc } of snapshot.docChanges()) {
          if (type === 'removed') known.delete(doc.id);
          else known.set(doc.id, { ...(withDates(doc.data()) as T), id: doc.id });
        }
        // Without a connection the SDK says after a while that there is nothing; nobody knows that. What another listener has brought comes
        // at once and as one change, though: it is kept, for it is not said again.
        isConfirmed ||= !snapshot.metadata.fromCache;
        if (!isConfirmed) return;
        const value = snapshot.docs.flatMap(({ id }) => known.get(id) ?? []);
        tell({ kind: 'there', value, fresh: !snapshot.metadata.fromCache });
      },
      fail,
    );
  });
}

/** Needs no index. @returns undefined as the value of a document that does not exist */
export function listenToDocument<T>(
  reference: DocumentReference,
  next: Next<(T & { id: string }) | undefined>,
): () => void {
  return onSnapshot(
    reference,
    { includeMetadataChanges: true },
    (snapshot) => {
      const { fromCache } = snapshot.metadata;
      // What nobody has confirmed is not known to be absent.
      if (fromCache && !snapshot.exists()) return;
      const data = snapshot.data();
      const value = data && { ...(withDates(data) as T), id: snapshot.id };
      next({ kind: 'there', value, fresh: !fromCache });
    },
    (error) => next(ended(error)),
  );
}

/** @param listen changes only with what is listened to: see `useCallback`. Absent: nothing to listen to yet. */
export function useLive<T>(listen: ((next: Next<T>) => () => void) | undefined): Live<T> {
  const [live, setLive] = useState<Live<T>>(LOADING);
  useEffect(() => {
    setLive(LOADING);
    return listen?.(setLive);
  }, [listen]);
  return live;
}

/** Instants are `Date`s everywhere but in Firestore. */
function withDates(value: unknown): unknown {
  if (value instanceof Timestamp) return value.toDate();
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value as DocumentData).map(([key, of]) => [key, withDates(of)]));
  return value;
}
