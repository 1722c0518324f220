/** What a process holds: memory after garbage was collected, and open handles. Linux only: handles are read from /proc. */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Sample {
  heapMiB: number;
  rssMiB: number;
  /** Open file descriptors, and how many of them are sockets. */
  handles: number;
  sockets: number;
  /** Timers, by Node's own word for them. */
  timers: number;
}

export const MEASURES = [
  'heapMiB',
  'rssMiB',
  'handles',
  'sockets',
  'timers',
] as const satisfies (keyof Sample)[];

/** A busy process answers late. */
const PATIENCE_MS = 60_000;
const MIB = 2 ** 20;

/** @param folder where its probe writes */
export async function sampleOf(pid: number, folder: string): Promise<Sample> {
  const file = join(folder, `${pid}.json`);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (const endMs = Date.now() + PATIENCE_MS; !existsSync(file); await sleep(20)) {
    if (Date.now() > endMs) throw new Error(`the probe of process ${pid} does not answer`);
  }
  const { heapUsed, external, rss, resources } = JSON.parse(readFileSync(file, 'utf8'));
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`));
  return {
    heapMiB: (heapUsed + external) / MIB,
    rssMiB: rss / MIB,
    handles: open.length,
    sockets: open.filter((target) => target.startsWith('socket:')).length,
    timers: resources.Timeout ?? 0,
  };
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ''; // It was closed meanwhile.
  }
}

/** Growth that is taken for noise: a tenth; of few handles, a few. */
const MAX_GROWTH = 0.1;
const FEW = 8;

export interface Trend {
  measure: keyof Sample;
  /**
   * Of memory the median of the first and of the last third under load. Handles come and go with the load: what is leaked is what is still open
   * when nobody does anything, of which the two are.
   */
  from: number;
  to: number;
  flat: boolean;
}

/**
 * @param loaded after the warm-up, in order
 * @param atRest before the first of them, and after the last
 */
export const trendsOf = (loaded: readonly Sample[], atRest: readonly [Sample, Sample]): Trend[] =>
  MEASURES.map((measure) => {
    const isMemory = measure === 'heapMiB' || measure === 'rssMiB';
    const values = (isMemory ? loaded : atRest).map((sample) => sample[measure]);
    const third = Math.max(1, Math.floor(values.length / 3));
    const [from, to] = [median(values.slice(0, third)), median(values.slice(-third))];
    const few = isMemory ? 0 : FEW;
    return { measure, from, to, flat: to <= from + Math.max(from * MAX_GROWTH, few) };
  });

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
