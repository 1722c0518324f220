/** What the bus gave up, for operators: to look at, to send once more, and to dismiss. */
import {
  type DeadLetterReply,
  deadLetterPage,
  deadLetterReply,
  dismissBody,
  listDeadLettersQuery,
  replayBody,
} from '../../shared/api/dead-letters.ts';
import { DEAD_LETTERS, type DeadLetter, deadLetterDocument } from '../../shared/documents/dead-letter.ts';
import { idOf } from '../../shared/documents/paths.ts';
import { AppError } from '../../shared/errors.ts';
import { dismissDeadLetter } from '../dead-letters/dismiss.ts';
import { replayDeadLetter } from '../dead-letters/replay.ts';
import { readableDocuments } from '../documents.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { listPage } from './paging.ts';

const list = endpoint({
  name: 'GET /v1/admin/deadLetters',
  summary: 'Messages that were given up, newest first.',
  status: 200,
  reply: deadLetterPage,
  refuses: ['INVALID_PAGE_TOKEN'],
  query: listDeadLettersQuery,
  async handle(call) {
    const { state } = call.query;
    const { page, ...next } = await listPage(call, {
      collection: DEAD_LETTERS,
      where: state === undefined ? [] : [['state', '==', state]],
      by: { field: 'diedAt', direction: 'desc', holds: 'instant' },
      filter: state,
    });
    const deadLetters = readableDocuments(call.ports, page, deadLetterDocument).map(({ path, data }) =>
      toReply({ ...data, id: idOf(path) }),
    );
    return { body: { deadLetters, ...next } };
  },
});

const replay = endpoint({
  name: 'POST /v1/admin/deadLetters/{id}:replay',
  summary: 'Publish the message again, unchanged. A cluster that is parked because of it continues at once.',
  status: 200,
  makes: true,
  reply: deadLetterReply,
  refuses: ['NOT_REPLAYABLE', 'REPLAY_REASON_USED', 'CONFLICT'],
  body: replayBody,
  async handle({ ports, id, principal, body: { reason } }) {
    requireName(id);
    return { body: toReply(await replayDeadLetter(ports, id, principal().uid, reason)) };
  },
});

const dismiss = endpoint({
  name: 'POST /v1/admin/deadLetters/{id}:dismiss',
  summary:
    'End it without publishing it: it cannot be replayed, or what it was for is done. Repeating it changes nothing, nor does it for one that was replayed.',
  status: 200,
  reply: deadLetterReply,
  refuses: ['CONFLICT'],
  body: dismissBody,
  async handle({ ports, id, principal, body: { reason } }) {
    requireName(id);
    return { body: toReply(await dismissDeadLetter(ports, id, principal().uid, reason)) };
  },
});

export const DEAD_LETTER_ENDPOINTS: readonly Endpoint[] = [list, replay, dismiss];

/** The bus names them; anything else could not be the name of a document. @throws AppError NOT_FOUND */
function requireName(id: string): void {
  if (!/^[a-z\d][\w-]{0,127}$/i.test(id)) throw new AppError('NOT_FOUND');
}

const toReply = ({
  id,
  topic,
  body,
  format,
  deliveries,
  publishedAt,
  diedAt,
  cluster,
  reason,
  state,
  replays,
  dismissed,
}: DeadLetter): DeadLetterReply => ({
  id,
  topic,
  body,
  format,
  deliveries,
  ...(publishedAt === undefined ? {} : { publishedAt: publishedAt.toISOString() }),
  diedAt: diedAt.toISOString(),
  ...(cluster === undefined ? {} : { cluster }),
  reason,
  state,
  replays: replays.map(toSaid),
  ...(dismissed && { dismissed: toSaid(dismissed) }),
});

const toSaid = ({ by, reason, at }: DeadLetter['replays'][number]): DeadLetterReply['replays'][number] => ({
  by,
  reason,
  at: at.toISOString(),
});
