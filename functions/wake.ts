/** Word of something that stands in the database already. */
import { MESSAGE_SCHEMA, type TOPICS } from '../shared/messages.ts';
import { tellFailure } from './failure.ts';
import type { Ports } from './ports.ts';

type Topic = (typeof TOPICS)[keyof typeof TOPICS];

/** Never fails: the Scheduler sends the same, so what is lost only costs the time until then. */
export async function wake(
  { messages, log }: Ports,
  topic: Topic,
  more: { pool?: string } = {},
): Promise<void> {
  try {
    await messages.publish(topic, { schema: MESSAGE_SCHEMA, ...more });
  } catch (error) {
    tellFailure(log, 'message not sent', error, { topic, ...more });
  }
}
