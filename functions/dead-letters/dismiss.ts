/** An operator ends a dead letter that nobody is to send again: its topic or its form is gone, or what it was for is done. */

import { type DeadLetter, deadLetterPath, KEEP_REPLAYED_MS } from '../../shared/documents/dead-letter.ts';
import { AppError } from '../../shared/errors.ts';
import { audited, commitAudited } from '../audit.ts';
import { isLostRace, type Write } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import { parseDeadLetter } from './replay.ts';

/** Beside other operators. */
const TRIES = 8;

/**
 * Repeating it changes nothing, nor does it for one that was replayed. Its cluster, if it has one that is parked, is looked at when its time
 * has come, as if nothing had been said.
 * @returns the letter as it is afterwards
 * @throws AppError NOT_FOUND, CONFLICT; CommitError `unavailable`
 */
export async function dismissDeadLetter(
  ports: Ports,
  id: string,
  by: string,
  reason: string,
): Promise<DeadLetter> {
  const path = deadLetterPath(id);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const read = await ports.documents.get(path);
    if (!read) throw new AppError('NOT_FOUND');
    const letter = parseDeadLetter(read);
    if (letter.state !== 'open') return letter;
    const now = ports.clock.now();
    const after = {
      state: 'dismissed' as const,
      dismissed: { by, reason, at: new Date(now) },
      purgeAt: new Date(now + KEEP_REPLAYED_MS),
    };
    const mark: Write = { op: 'update', path, data: after, ifVersion: read.version };
    const entry = audited(ports, {
      actor: by,
      action: 'dismiss',
      target: path,
      ...(letter.cluster !== undefined && { cluster: letter.cluster }),
      reason,
    });
    try {
      await commitAudited(ports, [mark], entry);
      return { ...letter, ...after };
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
  throw new AppError('CONFLICT');
}
