/** Messages that were given up, for operators. */
import { z } from 'zod';
import { nextPageToken, pageFields, reason, said, timestamp } from './fields.ts';

const deadLetterState = z.enum(['open', 'replayed', 'dismissed']);
export const listDeadLettersQuery = z.strictObject({
  ...pageFields,
  state: deadLetterState.optional().describe('Only those in this state; absent: all.'),
});

export const replayBody = z.strictObject({ reason }).meta({
  id: 'Replay',
  description: 'Why it should work this time.',
  examples: [{ reason: 'The quota was raised.' }],
});

export const dismissBody = z.strictObject({ reason }).meta({
  id: 'Dismiss',
  description: 'Why nobody needs it any more.',
  examples: [{ reason: 'The cluster is deleted.' }],
});

export const deadLetterReply = z
  .object({
    id: z.string().describe('That of the message.'),
    topic: z.string().describe('Where it was published; empty if the bus does not say.'),
    body: z.string().describe('What was published.'),
    format: z
      .enum(['message', 'text'])
      .describe(
        'A `message` can be replayed; a `text` is none of ours, and what looks like a secret in it is masked.',
      ),
    deliveries: z.int().describe('How often it was delivered.'),
    publishedAt: timestamp.optional().describe('Absent where the bus does not say.'),
    diedAt: timestamp.describe('When it was given up.'),
    cluster: z.string().optional().describe('Id of the cluster that it names; absent where it names none.'),
    reason: z.string().describe('What is known of why, in words.'),
    state: deadLetterState.describe('Whether somebody has dealt with it.'),
    replays: z.array(said).describe('When it was sent again, oldest first.'),
    dismissed: said.optional().describe('Nobody is to send it again; absent where nobody said so.'),
  })
  .meta({
    id: 'DeadLetter',
    description: 'A message that was delivered several times without success, and then given up.',
  });
export type DeadLetterReply = z.infer<typeof deadLetterReply>;

export const deadLetterPage = z
  .object({ deadLetters: z.array(deadLetterReply).describe('Those of this page.'), nextPageToken })
  .meta({ id: 'DeadLetterPage', description: 'Newest first.' });
export type DeadLetterPage = z.infer<typeof deadLetterPage>;
