/** Which handlers run, for which cluster each was started, and when one of them last came to grief. */
import type { Process } from '../process.ts';
import type { Scene } from './scene.ts';

export interface Handlers {
  started(process: Process): void;
  /** It is that cluster's message that has started it. */
  takesUp(process: Process, id: string): void;
  /** It has come to its end, or was killed. */
  ended(process: Process): void;
  /** It was killed, or has met an error. */
  troubled(process: Process): void;
  /** Those that have not ended. */
  running(): Iterable<Process>;
  /** Whether another one than that works on the cluster. */
  isShared(id: string, current: Process | undefined): boolean;
  /** When a handler of that cluster was last killed or met an error, in ms since the start. */
  troubledAtMs(id: string): number;
  /** The same, of one beside which another one worked on the cluster. */
  troubledBesideAtMs(id: string): number;
}

export function watchHandlers({ nowMs, markers }: Scene): Handlers {
  const running = new Set<Process>();
  /** The cluster that a process was started for. */
  const about = new WeakMap<Process, string>();
  const troubledAtMs = new Map<string, number>();
  const troubledBesideAtMs = new Map<string, number>();
  const isShared = (id: string, current: Process | undefined): boolean =>
    [...running].some((process) => process !== current && process.alive && about.get(process) === id);
  return {
    started: (process) => void running.add(process),
    takesUp(process, id) {
      if (
        [...running].some(
          (other) => other !== process && about.get(other) === id && other.name === process.name,
        )
      )
        markers.add('two handlers at once');
      about.set(process, id);
    },
    ended: (process) => void running.delete(process),
    troubled(process) {
      const id = about.get(process);
      if (id === undefined) return;
      troubledAtMs.set(id, nowMs());
      if (isShared(id, process)) troubledBesideAtMs.set(id, nowMs());
    },
    running: () => running,
    isShared,
    troubledAtMs: (id) => troubledAtMs.get(id) ?? Number.NEGATIVE_INFINITY,
    troubledBesideAtMs: (id) => troubledBesideAtMs.get(id) ?? Number.NEGATIVE_INFINITY,
  };
}
