/** What happened, as a number that tells two runs apart and as the last lines for whoever looks for a fault. */

/** Lines that are kept. */
const KEPT = 40;

export interface Trace {
  /** @param line made only if somebody reads it; `key` stands for it in the number */
  note(atMs: number, key: string, line?: () => string): void;
  readonly hash: number;
  /** The last ones, oldest first; all of them if the trace keeps all. */
  lines(): string[];
}

interface Entry {
  atMs: number;
  key: string;
  line: (() => string) | undefined;
}

export function createTrace({ startMs = 0, all = false } = {}): Trace {
  let hash = 2166136261;
  const ring: Entry[] = [];
  let next = 0;
  const kept: string[] = [];
  const textOf = ({ atMs, key, line }: Entry): string => `${clockTime(atMs - startMs)} ${line?.() ?? key}`;
  return {
    note(atMs, key, line) {
      hash = Math.imul(hash ^ atMs, 16777619) >>> 0;
      hash = Math.imul(hash ^ hashOf(key), 16777619) >>> 0;
      const entry = { atMs, key, line };
      // Read now: what it speaks of may have changed by the time of the last line.
      if (all) kept.push(textOf(entry));
      else {
        ring[next] = entry;
        next = (next + 1) % KEPT;
      }
    },
    get hash() {
      return hash;
    },
    lines: () => (all ? kept : [...ring.slice(next), ...ring.slice(0, next)].map(textOf)),
  };
}

const hashes = new Map<string, number>();

function hashOf(key: string): number {
  const known = hashes.get(key);
  if (known !== undefined) return known;
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 16777619) >>> 0;
  // Keys with ids in them would be kept for ever.
  if (hashes.size < 10_000) hashes.set(key, hash);
  return hash;
}

/** `1:02:03.456` since the start. */
function clockTime(ms: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${Math.floor(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
}
