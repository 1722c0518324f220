/** No lifetime ends before its end, nor before the end that somebody was told when they extended it (S20). That it ends then is L6. */
import type { World } from '../world.ts';

export type Lifetimes = ReturnType<typeof watchLifetimes>;

export function watchLifetimes({ violate }: World) {
  /** By cluster: when its lifetime ended. */
  const endedAtMs = new Map<string, number>();
  /** By cluster: the last end that was promised. */
  const promisedMs = new Map<string, number>();

  function checkPromise(id: string): void {
    if ((endedAtMs.get(id) ?? Number.POSITIVE_INFINITY) < (promisedMs.get(id) ?? 0))
      violate('S20', `the lifetime of ${id} ended although it was extended`);
  }

  return {
    /** @param expiresAt as it was in the document right before */
    checkEnd(id: string, at: Date, expiresAt: Date | undefined): void {
      endedAtMs.set(id, at.getTime());
      if (!expiresAt || at < expiresAt) violate('S20', `the lifetime of ${id} ended before its end`);
      checkPromise(id);
    },
    /** Its answer may come later than whatever follows it. */
    noteExtended(id: string, endsAtMs: number): void {
      promisedMs.set(id, Math.max(promisedMs.get(id) ?? 0, endsAtMs));
      checkPromise(id);
    },
  };
}
