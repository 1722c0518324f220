/**
 * Asks for something that a page needs until there is an answer: again and again, and each time a little later. What is refused for good is
 * asked again only by whoever wants it.
 */
import { ERRORS } from '../../../shared/errors.ts';
import { type ApiError, asApiError } from './client.ts';

const FIRST_MS = 2_000;
const MAX_MS = 60_000;

export interface Persistence {
  /** Without waiting. */
  now(): void;
  stop(): void;
}

interface Listener<T> {
  answered(value: T): void;
  /** It is asked again by itself, unless it is refused for good. */
  failed(error: ApiError): void;
}

/** How long to wait after so many failures. */
export const pauseMs = (failures: number): number => Math.min(MAX_MS, FIRST_MS * 2 ** (failures - 1));

/** The same question would be refused in the same way. */
const isForGood = ({ code }: ApiError): boolean => code !== 'UNREACHABLE' && ERRORS[code].retry === false;

export function persist<T>(ask: () => Promise<T>, { answered, failed }: Listener<T>): Persistence {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let isWanted = true;
  const now = (): void => {
    if (isAsking || !isWanted) return;
    clearTimeout(timer);
    isAsking = true;
    ask().then(
      (value) => {
        if (isWanted) answered(value);
        isWanted = false;
      },
      (thrown) => {
        isAsking = false;
        if (!isWanted) return;
        const error = asApiError(thrown);
        if (!isForGood(error)) timer = setTimeout(now, pauseMs(++failures));
        failed(error);
      },
    );
  };
  now();
  return {
    now,
    stop() {
      isWanted = false;
      clearTimeout(timer);
    },
  };
}

/** The same, and again for each time that something new is said; of what is said while it is asked, it is asked once more. */
export function persistAgain<T>(
  ask: () => Promise<T>,
  { answered, failed }: Listener<T>,
): { again(): void; stop(): void } {
  let asking: Persistence | undefined;
  let isAgain = false;
  const start = (): void => {
    asking = persist(ask, {
      answered(value) {
        asking = undefined;
        answered(value);
        if (isAgain) start();
        isAgain = false;
      },
      failed,
    });
  };
  start();
  return {
    again() {
      if (!asking) return start();
      isAgain = true;
      asking.now();
    },
    stop: () => asking?.stop(),
  };
}
