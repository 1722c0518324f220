/**
 * One WebChannel session, which carries one stream of Firestore: the client's messages come by POST, in any order and more than
 * once; what the server says goes out on a `Downlink`.
 */
import { type Message, toStatus } from '../../grpc.ts';
import { ServiceError, STATUS } from '../../service.ts';
import type { StreamCall, StreamClient, StreamHandler } from '../call.ts';
import { createDownlink, type Downlink, type DownlinkLimits } from './downlink.ts';
import type { ClientMessage } from './form.ts';
import { createInbox } from './inbox.ts';
import { errorJson } from './status.ts';

export interface ChannelLimits extends DownlinkLimits {
  /** Without a back channel and without a POST for this long the session ends. */
  expiryMs: number;
  /** The session of a stream that is over is kept this long for its client to hear of it. */
  lingerMs: number;
  /** More than this that the client has not fetched ends the stream. */
  keptChars: number;
  /** The same of all sessions together; it ends the stream that goes beyond it. */
  allKeptChars: number;
  /** How far ahead of its turn a message may come. */
  earlyMessages: number;
}

/** What all sessions keep for their clients, as each last counted its own. */
interface KeptInAll {
  chars: number;
}

export interface ChannelOptions {
  handler: StreamHandler;
  /** Headers of the call. */
  header: (name: string) => string | undefined;
  /** @throws ServiceError if the JSON is not such a message */
  read: (json: unknown) => Message;
  /** JSON of a message. */
  write: (message: Message) => unknown;
  limits: ChannelLimits;
  /** Shared by all sessions. */
  kept: KeptInAll;
  /** Called once, when the session is over. */
  closed: () => void;
}

export interface Channel {
  /** @throws BadRequest; then none of the messages is taken */
  receive(messages: readonly ClientMessage[]): void;
  readonly downlink: Downlink;
  close(): void;
}

const CLOSE = '["close"]';

export function openChannel(options: ChannelOptions): Channel {
  const { handler, header, read, write, limits, kept, closed } = options;
  const inbox = createInbox(limits.earlyMessages);
  const downlink = createDownlink(limits, () => {
    if (over) return;
    expiry.refresh();
    recount();
  });
  let client: StreamClient | undefined;
  /** The stream is over; its client may not know yet. */
  let ended = false;
  let over = false;

  let counted = 0;
  const recount = (): void => {
    const now = over ? 0 : downlink.keptChars;
    kept.chars += now - counted;
    counted = now;
  };
  const close = (): void => {
    if (over) return;
    over = true;
    recount();
    clearTimeout(expiry);
    downlink.end();
    endStream();
    closed();
  };
  const expire = (): void => {
    if (downlink.attached && !ended) expiry.refresh();
    else close();
  };
  let expiry = setTimeout(expire, limits.expiryMs).unref();

  const endStream = (): void => {
    ended = true;
    client?.closed();
  };
  /** The last words of the stream. */
  const finish = (...payloads: string[]): void => {
    if (ended) return;
    for (const payload of payloads) downlink.push(payload);
    endStream();
    clearTimeout(expiry);
    expiry = setTimeout(close, limits.lingerMs).unref();
  };
  const fail = (error: unknown): void => finish(JSON.stringify([errorJson(toStatus(error))]), CLOSE);

  const call: StreamCall = {
    header,
    write(message) {
      if (ended) return;
      downlink.push(JSON.stringify([write(message)]));
      recount();
      if (counted <= limits.keptChars && kept.chars <= limits.allKeptChars) return;
      downlink.dropUnsent();
      fail(new ServiceError(STATUS.RESOURCE_EXHAUSTED, 'The client does not read what is sent to it.'));
    },
    end: () => finish(CLOSE),
    fail,
    start(given) {
      client = given;
    },
  };
  const guarded = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      fail(error);
    }
  };
  guarded(() => handler(call));

  return {
    receive(messages) {
      if (!over && !ended) expiry.refresh();
      for (const json of inbox.accept(messages)) {
        if (!ended) guarded(() => client?.request(read(json)));
      }
    },
    downlink,
    close,
  };
}
