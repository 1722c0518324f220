/** Messages of a client in the order of their numbers, each once, whatever was sent twice or too early. */
import { BadRequest, type ClientMessage } from './form.ts';

interface Inbox {
  /**
   * Takes what came and gives what is now in order. Nothing is taken if anything is wrong.
   * @throws BadRequest if a number is too far ahead
   */
  accept(messages: readonly ClientMessage[]): unknown[];
}

/** @param window how far ahead of its turn a message may come */
export function createInbox(window: number): Inbox {
  const early = new Map<number, unknown>();
  let next = 0;
  return {
    accept(messages) {
      if (messages.some(({ id }) => id >= next + window)) throw new BadRequest('Map id too far ahead');
      for (const { id, json } of messages) if (id >= next && !early.has(id)) early.set(id, json);
      const ready: unknown[] = [];
      for (; early.has(next); next++) {
        ready.push(early.get(next));
        early.delete(next);
      }
      return ready;
    },
  };
}
