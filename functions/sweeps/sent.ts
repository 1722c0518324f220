/** What one instance of the sweep remembers from one run to the next; another instance, or a new one, sends once more than it need. */
import { HANDLER_LIMIT_MS } from '../../shared/lifecycle/table.ts';
import type { Clock } from '../cloud.ts';

/**
 * What an instance has sent, and until when somebody may be at work on it. Whoever is slow, or has not got the message yet, is not helped by
 * a second one a moment later: handlers beside each other undo each other's work, and all together are slower still.
 */
export type Sent = Map<string, number>;

export const remember = (sent: Sent, key: string, clock: Clock): void =>
  void sent.set(key, clock.afterWork(HANDLER_LIMIT_MS));

export function forget(sent: Sent, clock: Clock): void {
  for (const [key, untilAtMs] of sent) if (untilAtMs <= clock.now()) sent.delete(key);
}
