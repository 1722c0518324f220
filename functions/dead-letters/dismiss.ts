/** An operator ends a dead letter that nobody is to send again: its topic or its form is gone, or what it was for is done. */

import type { DeadLetter } from '../../shared/documents/dead-letter.ts';
import type { Ports } from '../ports.ts';
import { markDeadLetter } from './mark.ts';

/**
 * Repeating it changes nothing, nor does it for one that was replayed. Its cluster, if it has one that is parked, is looked at when its time
 * has come, as if nothing had been said.
 * @returns the letter as it is afterwards
 * @throws AppError NOT_FOUND, CONFLICT; CommitError `unavailable`
 */
export const dismissDeadLetter = (
  ports: Ports,
  id: string,
  by: string,
  reason: string,
): Promise<DeadLetter> =>
  markDeadLetter(ports, id, { by, action: 'dismiss', reason }, async ({ state }, at) =>
    state === 'open' ? { fields: { state: 'dismissed', dismissed: { by, reason, at } } } : undefined,
  );
