/** Lengths of time in words. */

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

/** What is still to come, as one says it: `about 4 min`. The longer it is, the coarser. */
export function leftInWords(ms: number): string {
  if (ms <= 5_000) return 'a moment';
  const to = (stepMs: number, round: (value: number) => number): number => round(ms / stepMs) * stepMs;
  const tens = to(10_000, Math.ceil);
  if (tens < 60_000) return `about ${durationInWords(tens)}`;
  const minutes = to(60_000, Math.round);
  return `about ${durationInWords(minutes < 3_600_000 ? minutes : to(600_000, Math.round))}`;
}

/** Until when something is expected, as one says it; below 0 that has passed. */
export const expectedInWords = (leftMs: number): string =>
  leftMs > 0 ? `${leftInWords(leftMs)} left` : 'longer than usual';
