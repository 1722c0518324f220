/** What a part of a page asks of the API: until there is an answer, and anew with each other question. */
import { useEffect, useRef, useState } from 'react';
import type { ApiError } from './client.ts';
import { type Persistence, persist } from './persist.ts';

interface Asked<T> {
  /** To the present question; undefined: it is still to come. */
  answer: T | undefined;
  /** Why it is still to come. It is asked again by itself, unless it is refused for good. */
  error: ApiError | undefined;
  /** Without waiting. */
  askAgain(): void;
}

/** @param ask changes only with the question: see `useCallback`. Absent: there is nothing to ask. */
export function useAsked<T>(ask: (() => Promise<T>) | undefined): Asked<T> {
  const [heard, setHeard] = useState<{ of: () => Promise<T>; answer?: T; error?: ApiError }>();
  const asking = useRef<Persistence>(undefined);
  useEffect(() => {
    if (!ask) return;
    asking.current = persist(ask, {
      answered: (answer) => setHeard({ of: ask, answer }),
      failed: (error) => setHeard({ of: ask, error }),
    });
    return asking.current.stop;
  }, [ask]);
  // Until the effect has run, what was heard is of the question before.
  const ofThis = ask && heard?.of === ask ? heard : undefined;
  return { answer: ofThis?.answer, error: ofThis?.error, askAgain: () => asking.current?.now() };
}
