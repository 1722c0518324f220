/** How long it takes until somebody looks again at a cluster whose handler died, or whose message was lost. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { rowOf } from '../../../shared/lifecycle/table.ts';
import type { Process } from '../process.ts';
import type { Scene } from './scene.ts';

/** Of a cluster's step, as its message names it. */
export interface Turn {
  id: string;
  epoch: number;
}

export interface Recovery {
  /** A handler looks at the cluster. */
  started(process: Process, turn: Turn): void;
  ended(process: Process): void;
  died(process: Process): void;
  /** A message is given to the bus, which may lose it in the same moment. */
  published(topic: string, body: Partial<Turn>): void;
  /** The bus has lost the message that it was given last. */
  messageLost(): void;
  /** From a crash or a lost message to the next look, in ms. */
  readonly recoveries: number[];
}

export function watchRecovery(
  { clock }: Scene,
  clusterNow: (id: string) => Pick<Cluster, 'epoch' | 'state'> | undefined,
): Recovery {
  const recoveries: number[] = [];
  /** What nobody looks at, by id of the cluster. */
  const lost = new Map<string, { epoch: number; sinceMs: number }>();
  const turns = new Map<Process, Turn>();
  let wasLost = false;

  const loses = ({ id, epoch }: Turn): void => {
    const now = clusterNow(id);
    const isCurrent = now?.epoch === epoch && rowOf(now.state).step !== undefined;
    if (isCurrent && !lost.has(id)) lost.set(id, { epoch, sinceMs: clock.now() });
  };

  return {
    started(process, turn) {
      const missing = lost.get(turn.id);
      lost.delete(turn.id);
      if (missing?.epoch === turn.epoch) recoveries.push(clock.now() - missing.sinceMs);
      turns.set(process, turn);
    },
    ended: (process) => void turns.delete(process),
    died(process) {
      const turn = turns.get(process);
      turns.delete(process);
      if (turn) loses(turn);
    },
    published(topic, { id, epoch }) {
      wasLost = false;
      if (id === undefined || epoch === undefined || !topic.startsWith('step-')) return;
      queueMicrotask(() => {
        if (wasLost) loses({ id, epoch });
        wasLost = false;
      });
    },
    messageLost() {
      wasLost = true;
    },
    recoveries,
  };
}
