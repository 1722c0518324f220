/** Time in words, and the one clock of the page. */
import { useEffect, useSyncExternalStore } from 'react';

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

/** Now, each second anew. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const;

/** `4 min 5 s`: at most two units, none of them zero. */
export function durationInWords(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000) * 1000);
  // Of hours nobody wants to know the seconds.
  if (left >= 3_600_000) left = Math.round(left / 60_000) * 60_000;
  const parts: string[] = [];
  for (const [size, name] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break;
  }
  return parts.join(' ') || 'a moment';
}

/** What is still to come, as one says it: `about 4 min`. */
export function leftInWords(ms: number): string {
  if (ms <= 5_000) return 'a moment';
  if (ms < 60_000) return `about ${Math.ceil(ms / 10_000) * 10} s`;
  if (ms < 3_600_000) return `about ${Math.round(ms / 60_000)} min`;
  return `about ${durationInWords(Math.round(ms / 600_000) * 600_000)}`;
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export const timeOfDay = (at: Date): string => clock.format(at);
export const dayAndTime = (at: Date): string => day.format(at);

/** The title of the tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Hub' : `${title} · Hub`;
  }, [title]);
}
