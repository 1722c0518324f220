/** Every way from one state to another that the table has, and for what reason: no cluster takes any other, and a full run takes all. */
import type { ClusterEvent } from '../../../shared/documents/event.ts';
import { type Command, rowOf, STATES, type State } from '../../../shared/lifecycle/table.ts';

/** `from>to:cause` of every edge that the table has. */
export const EDGES: ReadonlySet<string> = new Set(STATES.flatMap((state) => edgesFrom(state)));

function edgesFrom(from: State): string[] {
  const row = rowOf(from);
  const edges: string[] = [];
  const add = (to: string | undefined, ...causes: ClusterEvent['cause'][]): void => {
    if (to !== undefined) edges.push(...causes.map((cause) => `${from}>${to}:${cause}`));
  };
  if (row.step !== undefined) {
    const { success, successOfSpare, failure, failureOfSpare, requeue } = row;
    add(success, 'done');
    add(successOfSpare, 'done');
    add(failure, 'failed', 'timeout');
    add(failureOfSpare, 'failed', 'timeout');
    add(requeue, 'requeued');
  } else add(row.due, 'due');
  for (const [command, to] of Object.entries(row.accepts)) add(to, command as Command);
  return edges;
}
