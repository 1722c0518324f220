/** The one clock of the page, and instants in words. */
import { useEffect, useSyncExternalStore } from 'react';

/** Of instants: English as the page is, with hours to 24 and the day before the month. */
export const LANGUAGE = 'en-GB';

/** One timer for all that shows time, and none while nothing does or nobody looks. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

const tick = (): void => {
  now = Date.now();
  for (const listener of listeners) listener();
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    now = Date.now();
    timer = window.setInterval(() => {
      if (!document.hidden) tick();
    }, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.clearInterval(timer);
  };
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) tick();
});

/** @param everyMs how often it is anew: who shows cents need not be drawn each second */
export const useNow = (everyMs = 1000): number =>
  useSyncExternalStore(subscribe, () => (everyMs <= 1000 ? now : Math.floor(now / everyMs) * everyMs));

/** The page's language whatever the browser's, for both stand in one sentence; and the zone, for a time is often passed on. */
const clock = new Intl.DateTimeFormat(LANGUAGE, {
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});
const day = new Intl.DateTimeFormat(LANGUAGE, {
  ...{ day: 'numeric', month: 'short', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
});

export const timeOfDay = (at: Date): string => clock.format(at);
export const dayAndTime = (at: Date): string => day.format(at);

/** The title of the tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Hub' : `${title} · Hub`;
  }, [title]);
}
