/** What a part of a page asks of the API: until there is an answer, and anew with each other question. */
import { useEffect, useRef, useState } from 'react';
import { useNow } from '../time.ts';
import type { ApiError } from './client.ts';
import { persistAgain } from './persist.ts';

interface Asked<T> {
  /** To the present question; undefined: it is still to come. */
  answer: T | undefined;
  /** Why it is still to come, or no newer one has. It is asked again by itself, unless it is refused for good. */
  error: ApiError | undefined;
  /** Without waiting. */
  askAgain(): void;
}

/** @param ask changes only with the question: see `useCallback`. Absent: there is nothing to ask. */
export function useAsked<T>(ask: (() => Promise<T>) | undefined): Asked<T> {
  const [heard, setHeard] = useState<{ of: () => Promise<T>; answer?: T; error?: ApiError }>();
  const asking = useRef<ReturnType<typeof persistAgain>>(undefined);
  useEffect(() => {
    if (!ask) return;
    const mine = persistAgain(ask, {
      answered: (answer) => setHeard({ of: ask, answer }),
      failed: (error) => setHeard((before) => ({ ...(before?.of === ask && before), of: ask, error })),
    });
    asking.current = mine;
    return mine.stop;
  }, [ask]);
  // Until the effect has run, what was heard is of the question before.
  const ofThis = ask && heard?.of === ask ? heard : undefined;
  return { answer: ofThis?.answer, error: ofThis?.error, askAgain: () => asking.current?.again() };
}

/** What a page shows as it is now is no older. */
const AGAIN_MS = 30_000;

/** The same of what changes, and no document tells: asked again by the clock of the page, which stands still while nobody looks. */
export function useAskedAgain<T>(ask: () => Promise<T>): Asked<T> {
  const asked = useAsked(ask);
  const turn = useNow(AGAIN_MS);
  const last = useRef(turn);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with the clock
  useEffect(() => {
    if (turn !== last.current) asked.askAgain();
    last.current = turn;
  }, [turn]);
  return asked;
}
