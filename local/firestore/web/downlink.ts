/**
 * The way from the server to the client: payloads are numbered and go out on one long response after the other, the back channels.
 * Knows no HTTP, only a `BackChannel`.
 */
import { BadRequest } from './form.ts';
import { createOutbox } from './outbox.ts';

/** A response that stays open. */
export interface BackChannel {
  /** False if the client does not keep up: then nothing more until `drained`. */
  write(chunk: string): boolean;
  end(): void;
  /** Cuts a connection that nobody reads. */
  destroy(): void;
}

interface Attachment {
  /** The client has everything up to here. */
  acknowledged: number;
  /** The response ends with its first chunk. */
  longPoll: boolean;
  /** When a long poll must end at the latest, as far as the client says. */
  timeoutMs: number | undefined;
}

export interface DownlinkLimits {
  /** A back channel is never silent for longer. */
  keepaliveMs: number;
  /** A response ends after this much, so that neither the client's text nor what it has not acknowledged grows for ever. */
  responseChars: number;
  /** Size of a chunk, which the client takes as a whole. */
  chunkChars: number;
}

export interface Downlink {
  /** @param payload JSON text of an array */
  push(payload: string): void;
  /** Forgets what was not sent yet. */
  dropUnsent(): void;
  /** @throws BadRequest if that was never sent */
  acknowledge(id: number): void;
  /** The new way out; one that is still open ends. @throws BadRequest */
  attach(back: BackChannel, attachment: Attachment): void;
  /** That way out is closed. */
  detach(back: BackChannel): void;
  /** The client reads again. */
  drained(back: BackChannel): void;
  /** Ends the way out that is open. */
  end(): void;
  readonly attached: boolean;
  /** Everything was sent and acknowledged. */
  readonly done: boolean;
  readonly keptChars: number;
  /** The last number sent, and how much of what was sent is not acknowledged. */
  sent(): [lastSent: number, unacknowledgedChars: number];
}

interface Open {
  back: BackChannel;
  longPoll: boolean;
  sentChars: number;
  /** The client does not keep up. */
  full: boolean;
  /** Something was sent or read since the last beat. */
  active: boolean;
  timer: NodeJS.Timeout;
}

const NOOP = '["noop"]';

/** @param detached is called when no way out is open any more */
export function createDownlink(limits: DownlinkLimits, detached: () => void): Downlink {
  const outbox = createOutbox();
  let open: Open | undefined;
  let flushing = false;

  const release = (): BackChannel | undefined => {
    if (!open) return undefined;
    const { back, timer } = open;
    clearInterval(timer);
    open = undefined;
    detached();
    return back;
  };
  const flush = (): void => {
    while (open && !open.full) {
      const text = outbox.take(limits.chunkChars);
      if (text === undefined) return;
      open.sentChars += text.length;
      open.active = true;
      open.full = !open.back.write(text);
      if (open.longPoll || open.sentChars >= limits.responseChars) release()?.end();
    }
  };
  /** Together with what else is said in this turn, else the result of a query would be a chunk per document. */
  const flushSoon = (): void => {
    if (flushing || !open) return;
    flushing = true;
    setImmediate(() => {
      flushing = false;
      flush();
    });
  };
  const push = (payload: string): void => {
    outbox.push(payload);
    flushSoon();
  };
  const beat = (): void => {
    if (!open) return;
    if (open.active) open.active = false;
    else if (open.full) release()?.destroy();
    else push(NOOP);
  };
  const acknowledge = (id: number): void => {
    if (id > outbox.everSent) throw new BadRequest('AID was never sent');
    outbox.acknowledge(id);
  };

  return {
    push,
    acknowledge,
    dropUnsent: () => outbox.dropUnsent(),
    attach(back, { acknowledged, longPoll, timeoutMs }) {
      acknowledge(acknowledged);
      release()?.end();
      outbox.rewind(acknowledged);
      // A stream's last sign of life may have come right after a beat: the next but one must not be too late.
      const everyMs = longPoll
        ? Math.min(timeoutMs || limits.keepaliveMs, limits.keepaliveMs)
        : limits.keepaliveMs / 2;
      const timer = setInterval(beat, everyMs).unref();
      open = { back, longPoll, sentChars: 0, full: false, active: false, timer };
      // A browser that hears nothing within twice the time of the handshake takes the network for one that holds responses back, and
      // falls to long polling.
      if (!longPoll && !outbox.waiting) outbox.push(NOOP);
      flush();
    },
    detach(back) {
      // One that was replaced closes later than its successor opened.
      if (open?.back === back) release();
    },
    drained(back) {
      if (open?.back !== back) return;
      open.full = false;
      open.active = true;
      flush();
    },
    end: () => release()?.end(),
    get attached() {
      return open !== undefined;
    },
    get done() {
      return !outbox.waiting && outbox.unacknowledgedChars === 0;
    },
    get keptChars() {
      return outbox.keptChars;
    },
    sent: () => [outbox.lastSent, outbox.unacknowledgedChars],
  };
}
