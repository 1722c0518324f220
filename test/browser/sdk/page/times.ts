/** When a page hears of a write. */
import { doc, onSnapshot } from 'firebase/firestore';
import { db } from './client.ts';

/** By value of `n`. */
const arrivals = new Map<number, { at: Promise<number>; arrive: (atMs: number) => void }>();

function arrivalOf(n: number) {
  let arrival = arrivals.get(n);
  if (!arrival) {
    const { promise: at, resolve: arrive } = Promise.withResolvers<number>();
    arrival = { at, arrive };
    arrivals.set(n, arrival);
  }
  return arrival;
}

/** Wall clock, in ms with fractions. */
export const wallClock = (): number => performance.timeOrigin + performance.now();

/** Begins to note at which time each value of the document's field `n` arrives. @returns once the first has */
export function timeArrivals(path: string): Promise<void> {
  arrivals.clear();
  return new Promise((resolve) => {
    onSnapshot(doc(db(), path), (snapshot) => {
      arrivalOf(snapshot.get('n') as number).arrive(wallClock());
      resolve();
    });
  });
}

/** @returns the time at which that value arrived, once it has */
export const arrival = (n: number): Promise<number> => arrivalOf(n).at;
