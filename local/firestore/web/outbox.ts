/**
 * What a channel has for its client: numbered payloads, kept until the client has acknowledged them, cut into the chunks of the wire.
 * Knows neither HTTP nor time.
 */

interface Outbox {
  /** @param payload JSON text of an array, as `["noop"]` */
  push(payload: string): void;
  /** The client has everything up to this number. */
  acknowledge(id: number): void;
  /** What follows this number is sent (again). */
  rewind(id: number): void;
  /** The next chunk, of about that many characters at most, but one payload at least; undefined if all is sent. */
  take(maxChars: number): string | undefined;
  /** Forgets what was never sent; its numbers are given again. */
  dropUnsent(): void;
  /** Something waits to be sent. */
  readonly waiting: boolean;
  /** The last number sent to the present reader. */
  readonly lastSent: number;
  /** The last number ever sent. */
  readonly everSent: number;
  readonly lastAcknowledged: number;
  /** Sent and not acknowledged. */
  readonly unacknowledgedChars: number;
  /** Kept in all. */
  readonly keptChars: number;
}

interface Kept {
  text: string;
  /** Characters pushed before this one and with it, over the channel's life: differences are sizes. */
  endChars: number;
}

/** A chunk is its length and itself; the length counts UTF-16 code units, as the client's JavaScript does. */
export const chunk = (json: string): string => `${json.length}\n${json}`;

/** Numbers begin after 0, which the handshake took. */
export function createOutbox(): Outbox {
  let kept: Kept[] = [];
  let lastAcknowledged = 0;
  let lastSent = 0;
  let everSent = 0;
  let acknowledgedChars = 0;
  const lastId = (): number => lastAcknowledged + kept.length;
  /** Characters pushed up to that number. */
  const charsTo = (id: number): number => kept[id - lastAcknowledged - 1]?.endChars ?? acknowledgedChars;

  return {
    push(payload) {
      const text = `[${lastId() + 1},${payload}]`;
      kept.push({ text, endChars: charsTo(lastId()) + text.length });
    },
    acknowledge(id) {
      if (id <= lastAcknowledged) return;
      acknowledgedChars = charsTo(id);
      kept = kept.slice(id - lastAcknowledged);
      lastAcknowledged = id;
      lastSent = Math.max(lastSent, id);
    },
    rewind(id) {
      lastSent = Math.max(id, lastAcknowledged);
    },
    take(maxChars) {
      if (lastSent >= lastId()) return undefined;
      const texts: string[] = [];
      for (let chars = 0; chars < maxChars && lastSent < lastId(); lastSent++) {
        const { text } = kept[lastSent - lastAcknowledged] as Kept;
        if (texts.length > 0 && chars + text.length > maxChars) break;
        texts.push(text);
        chars += text.length;
      }
      everSent = Math.max(everSent, lastSent);
      return chunk(`[${texts.join(',')}]`);
    },
    dropUnsent() {
      kept = kept.slice(0, everSent - lastAcknowledged);
      lastSent = Math.min(lastSent, everSent);
    },
    get waiting() {
      return lastSent < lastId();
    },
    get lastSent() {
      return lastSent;
    },
    get everSent() {
      return everSent;
    },
    get lastAcknowledged() {
      return lastAcknowledged;
    },
    get unacknowledgedChars() {
      return charsTo(lastSent) - acknowledgedChars;
    },
    get keptChars() {
      return charsTo(lastId()) - acknowledgedChars;
    },
  };
}
