/** What an operator says of a dead letter is written onto the version that was read, with its line in the audit log. */

import type { AuditAction } from '../../shared/documents/audit.ts';
import {
  type DeadLetter,
  deadLetterDocument,
  deadLetterPath,
  KEEP_REPLAYED_MS,
} from '../../shared/documents/dead-letter.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { idOf } from '../../shared/documents/paths.ts';
import { AppError } from '../../shared/errors.ts';
import { audited, commitAudited } from '../audit.ts';
import { type DocumentData, isLostRace, type Snapshot, type Write } from '../cloud.ts';
import type { Ports } from '../ports.ts';

/** Beside other operators, and a cluster that goes on. */
const TRIES = 8;

interface Said {
  by: string;
  action: AuditAction;
  reason: string;
}

/** What becomes of the letter, and what else is written with it. */
interface Mark {
  fields: Partial<DeadLetter>;
  also?: readonly Write[];
}

/**
 * @param plan asked anew each time somebody else was quicker; undefined: it stays as it is
 * @returns the letter as it is afterwards
 * @throws AppError NOT_FOUND, CONFLICT, those of `plan`; CommitError `unavailable`
 */
export async function markDeadLetter(
  ports: Ports,
  id: string,
  { by, action, reason }: Said,
  plan: (letter: DeadLetter, at: Date) => Promise<Mark | undefined>,
): Promise<DeadLetter> {
  const path = deadLetterPath(id);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const read = await ports.documents.get(path);
    if (!read) throw new AppError('NOT_FOUND');
    const letter = parseDeadLetter(read);
    const at = new Date(ports.clock.now());
    const mark = await plan(letter, at);
    if (!mark) return letter;
    const after = { ...mark.fields, purgeAt: new Date(at.getTime() + KEEP_REPLAYED_MS) };
    const write: Write = { op: 'update', path, data: after as DocumentData, ifVersion: read.version };
    const entry = audited(ports, {
      actor: by,
      action,
      target: path,
      ...(letter.cluster !== undefined && { cluster: letter.cluster }),
      reason,
    });
    try {
      await commitAudited(ports, [write, ...(mark.also ?? [])], entry);
      return { ...letter, ...after };
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
  throw new AppError('CONFLICT');
}

const parseDeadLetter = (snapshot: Snapshot): DeadLetter => ({
  ...parseDocument(deadLetterDocument, snapshot),
  id: idOf(snapshot.path),
});
