/** WebChannel over HTTP: which session a request belongs to, and what it wants of it. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StreamHandler } from '../call.ts';
import type { BodyReader } from './body.ts';
import { type Channel, type ChannelLimits, type ChannelOptions, openChannel } from './channel.ts';
import type { BackChannel } from './downlink.ts';
import { BadRequest, parseAcknowledged, parseCount, parseHeaders, parseMessages } from './form.ts';
import { chunk } from './outbox.ts';

interface ChannelsOptions {
  /** By name in the path: `Listen`, `Write`. */
  streams: Readonly<Record<string, Pick<ChannelOptions, 'read' | 'write'> & { handler: StreamHandler }>>;
  readBody: BodyReader;
  limits: ChannelLimits & { sessions: number };
}

interface Channels {
  /** @throws BadRequest, BodyTooLarge, BodyCutOff */
  handle(
    stream: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void>;
  readonly count: number;
  close(): void;
}

interface Session {
  stream: string;
  channel: Channel;
  /** What later requests must carry as `gsessionid`, if the client asked for it. */
  httpSessionId: string | undefined;
}

/** The wire's version, which every request names. */
const VERSION = '8';
const SERVER_VERSION = 14;
/** How often the client may expect a sign of life; it waits 1.5 times as long. */
const PROMISED_KEEPALIVE_MS = 30_000;

const secret = (): string => randomBytes(16).toString('base64url');

/** Any answer but 200 ends the client's channel; with these words (not at the very beginning) it opens another. */
const unknownSession = (): BadRequest => new BadRequest('Unknown SID');

export function createChannels({ streams, readBody, limits }: ChannelsOptions): Channels {
  const sessions = new Map<string, Session>();
  const kept = { chars: 0 };

  const sessionOf = (stream: string, query: URLSearchParams): Session => {
    const session = sessions.get(query.get('SID') ?? '');
    if (session?.stream !== stream) throw unknownSession();
    if (session.httpSessionId !== undefined && session.httpSessionId !== query.get('gsessionid')) {
      throw new BadRequest('Wrong gsessionid');
    }
    return session;
  };

  const handshake = async (
    stream: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const form = new URLSearchParams(await readBody(request));
    const messages = parseMessages(form);
    const { handler, read, write } = streams[stream] as ChannelsOptions['streams'][string];
    if (sessions.size >= limits.sessions) {
      sendText(response, 503, 'Error: Too many sessions');
      return;
    }
    const sid = secret();
    const channel = openChannel({
      handler,
      read,
      write,
      header: headersOf(request, query, form),
      limits,
      kept,
      closed: () => sessions.delete(sid),
    });
    const httpSessionId = query.has('X-HTTP-Session-Id') ? secret() : undefined;
    sessions.set(sid, { stream, channel, httpSessionId });
    if (httpSessionId !== undefined) response.setHeader('X-HTTP-Session-Id', httpSessionId);
    const hello = [[0, ['c', sid, '', Number(VERSION), SERVER_VERSION, PROMISED_KEEPALIVE_MS]]];
    sendText(response, 200, chunk(JSON.stringify(hello)));
    channel.receive(messages);
  };

  const forward = async (
    stream: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const acknowledged = parseAcknowledged(query);
    const messages = parseMessages(new URLSearchParams(await readBody(request)));
    // Only now, for the session may have ended while the body came.
    const { channel } = sessionOf(stream, query);
    channel.downlink.acknowledge(acknowledged);
    channel.receive(messages);
    const status = [channel.downlink.attached ? 1 : 0, ...channel.downlink.sent()];
    sendText(response, 200, chunk(JSON.stringify(status)));
  };

  return {
    async handle(stream, query, request, response) {
      if (query.get('VER') !== VERSION) throw new BadRequest('Bad VER');
      const isPost = request.method === 'POST';
      if (!isPost && request.method !== 'GET') throw new BadRequest('Bad method');
      if (isPost && !query.get('SID')) return handshake(stream, query, request, response);
      const { channel } = sessionOf(stream, query);
      if (query.get('TYPE') === 'terminate') {
        channel.close();
        sendText(response, 200, '');
      } else if (isPost) {
        await forward(stream, query, request, response);
      } else if (query.get('TYPE') === 'xmlhttp' && query.get('RID') === 'rpc') {
        attach(channel, query, response);
      } else {
        throw new BadRequest('Bad TYPE');
      }
    },
    get count() {
      return sessions.size;
    },
    close() {
      for (const { channel } of [...sessions.values()]) channel.close();
    },
  };
}

function attach(channel: Channel, query: URLSearchParams, response: ServerResponse): void {
  const attachment = {
    acknowledged: parseAcknowledged(query),
    longPoll: query.get('CI') === '1',
    timeoutMs: parseCount(query, 'TO'),
  };
  const { downlink } = channel;
  // What is wrong with it is said before the answer begins.
  downlink.acknowledge(attachment.acknowledged);
  const back: BackChannel = {
    write: (text) => response.write(text),
    end: () => response.end(),
    destroy: () => response.destroy(),
  };
  response.on('close', () => downlink.detach(back));
  response.on('drain', () => downlink.drained(back));
  response.writeHead(200, TEXT_HEADERS);
  response.flushHeaders();
  downlink.attach(back, attachment);
}

/** What the client put into its first body counts for more than HTTP's own headers. */
function headersOf(request: IncomingMessage, query: URLSearchParams, form: URLSearchParams) {
  const given = new Map([...parseHeaders(query.get('$httpHeaders')), ...parseHeaders(form.get('headers'))]);
  return (name: string): string | undefined => {
    const key = name.toLowerCase();
    return given.get(key) ?? lastOf(request.headers[key]);
  };
}

/** The last value of a header. */
export const lastOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.at(-1) : value;

const TEXT_HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, no-store, max-age=0',
  'x-content-type-options': 'nosniff',
};

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, TEXT_HEADERS).end(text);
}
