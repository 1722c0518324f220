/** What the bus gave up, for operators: to look at, and to send once more. */
import {
  type DeadLetterReply,
  deadLetterPage,
  deadLetterReply,
  listDeadLettersQuery,
  replayBody,
} from '../../shared/api.ts';
import { DEAD_LETTERS, type DeadLetter } from '../../shared/documents/dead-letter.ts';
import { AppError } from '../../shared/errors.ts';
import type { Snapshot } from '../cloud.ts';
import { parseDeadLetter, replayDeadLetter } from '../dead-letters/replay.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { cutPage, type PageScope, parsePageToken } from './paging.ts';

const list = endpoint({
  name: 'GET /v1/admin/deadLetters',
  summary: 'Messages that were given up, newest first.',
  status: 200,
  reply: deadLetterPage,
  refuses: ['INVALID_PAGE_TOKEN'],
  query: listDeadLettersQuery,
  async handle({ ports, principal, query: { pageSize, pageToken, state } }) {
    const key = ports.settings.pageTokenKey;
    const scope: PageScope = { list: DEAD_LETTERS, uid: principal().uid, filter: state };
    const [diedMs, path] = pageToken === undefined ? [] : parsePageToken(key, scope, pageToken);
    const found = await ports.documents.query({
      collection: DEAD_LETTERS,
      ...(state === undefined ? {} : { where: [['state', '==', state]] }),
      orderBy: [['diedAt', 'desc']],
      ...(diedMs === undefined ? {} : { startAfter: [new Date(diedMs), String(path)] }),
      limit: pageSize + 1,
    });
    const { page, ...next } = cutPage(key, scope, found, pageSize, (last) => [diedMsOf(last), last.path]);
    return { body: { deadLetters: page.map((snapshot) => toReply(parseDeadLetter(snapshot))), ...next } };
  },
});

const diedMsOf = ({ data }: Snapshot): number => (data.diedAt instanceof Date ? data.diedAt.getTime() : 0);

const replay = endpoint({
  name: 'POST /v1/admin/deadLetters/{id}:replay',
  summary: 'Publish the message again, unchanged. A cluster that is parked because of it continues at once.',
  status: 200,
  makes: true,
  reply: deadLetterReply,
  refuses: ['NOT_REPLAYABLE', 'REPLAY_REASON_USED', 'CONFLICT'],
  body: replayBody,
  async handle({ ports, id, principal, body: { reason } }) {
    // The bus names them; anything else could not be the name of a document.
    if (!/^[a-z\d][\w-]{0,127}$/i.test(id)) throw new AppError('NOT_FOUND');
    return { body: toReply(await replayDeadLetter(ports, id, principal().uid, reason)) };
  },
});

export const DEAD_LETTER_ENDPOINTS: readonly Endpoint[] = [list, replay];

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
  replays: replays.map(({ by, reason, at }) => ({ by, reason, at: at.toISOString() })),
});
