/** How Hub is, for everybody. It was found out by the function `status`; asking reads one document, and a minute's answer serves all. */

import { statusReply } from '../../shared/api/status.ts';
import { COMPONENTS, statusDocument, statusPath } from '../../shared/documents/status.ts';
import { AppError } from '../../shared/errors.ts';
import { readDocument } from '../documents.ts';
import { type Endpoint, endpoint } from './endpoint.ts';

const get = endpoint({
  name: 'GET /v1/status',
  summary: 'How Hub is. The document status/{cell} says the same, and anybody may listen to it.',
  status: 200,
  reply: statusReply,
  refuses: ['UNAVAILABLE'],
  async handle({ ports: { documents, settings } }) {
    const found = await readDocument(documents, statusPath(settings.cell), statusDocument);
    if (!found) throw new AppError('UNAVAILABLE', 'A Hub that has just begun knows nothing of itself yet.');
    const { health, components, readySeconds, updatedAt, signIn, ...rest } = found.data;
    const replies = COMPONENTS.map((component) => {
      const { health: status, since, message } = components[component];
      return [component, { status, since: since.toISOString(), message }];
    });
    const { overdueSeconds, deadLetters, orphans, stuck } = rest;
    return {
      body: {
        status: health,
        components: Object.fromEntries(replies),
        readySeconds: readySeconds ?? null,
        overdueSeconds,
        deadLetters,
        orphans,
        stuck,
        ...(signIn && { signIn: { ways: signIn.ways, open: signIn.open } }),
        updateTime: updatedAt.toISOString(),
      },
      headers: { 'cache-control': 'public, max-age=30' },
    };
  },
});

export const STATUS_ENDPOINTS: readonly Endpoint[] = [get];
