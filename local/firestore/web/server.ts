/**
 * Firestore's face for browsers: WebChannel for the two streams (Listen, Write) and REST for the rest, as the unmodified `firebase`
 * client speaks them. Carries the handlers of `../server.ts`, and knows nothing of documents.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type protobuf from 'protobufjs';
import { toStatus } from '../../grpc.ts';
import { sendJson } from '../../http.ts';
import { ServiceError, STATUS } from '../../service.ts';
import type { FirestoreHandlers } from '../methods.ts';
import { FIRESTORE_SERVICE, firestoreProtos } from '../protos.ts';
import { BodyCutOff, BodyTooLarge, createBodyReader } from './body.ts';
import type { ChannelLimits } from './channel.ts';
import { createChannels, sendText } from './channels.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { BadRequest } from './form.ts';
import { fromJson, toJson } from './json.ts';
import { createRest } from './rest.ts';
import { errorJson } from './status.ts';

export interface WebLimits extends ChannelLimits {
  /** WebChannel sessions in all; whoever comes then is refused. */
  sessions: number;
  bodyBytes: number;
  /** Bodies that are being read, together. */
  bodiesBytes: number;
}

const MIB = 1024 * 1024;

/** Times are real ones, whatever the speed of the cloud: clients count so. */
export const WEB_LIMITS: WebLimits = {
  sessions: 2000,
  expiryMs: 60_000,
  lingerMs: 30_000,
  // The client waits 1.5 times the 30 s that it is told.
  keepaliveMs: 25_000,
  keptChars: 64 * MIB,
  allKeptChars: 512 * MIB,
  responseChars: 2 * MIB,
  chunkChars: MIB / 4,
  earlyMessages: 1000,
  // Firestore takes requests of 10 MiB; JSON in a form is up to three times as long.
  bodyBytes: 32 * MIB,
  bodiesBytes: 256 * MIB,
};

interface WebFaceOptions {
  handlers: FirestoreHandlers;
  limits?: Partial<WebLimits>;
  /** The descriptors, if they are loaded already. */
  root?: protobuf.Root;
}

export interface WebFace {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** WebChannel sessions that are open. */
  readonly sessions: number;
  /** Ends every session. */
  close(): void;
}

const CHANNEL_PATH = new RegExp(`^/${FIRESTORE_SERVICE.replaceAll('.', '\\.')}/(Listen|Write)/channel$`);

export function createWebFace({
  handlers,
  limits: given = {},
  root = firestoreProtos(),
}: WebFaceOptions): WebFace {
  const limits = { ...WEB_LIMITS, ...given };
  const service = root.lookupService(FIRESTORE_SERVICE);
  const readBody = createBodyReader(limits.bodyBytes, limits.bodiesBytes);
  const rest = createRest({ service, unary: handlers.unary, readBody });
  const channels = createChannels({
    streams: {
      Listen: { handler: handlers.streams.listen, ...codecOf(service, 'Listen') },
      Write: { handler: handlers.streams.write, ...codecOf(service, 'Write') },
    },
    readBody,
    limits,
  });

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    allowOrigin(request, response);
    if (request.method === 'OPTIONS') return answerPreflight(request, response);
    const url = urlOf(request);
    const stream = CHANNEL_PATH.exec(url.pathname)?.[1];
    const isChannel = stream !== undefined;
    try {
      if (isChannel) await channels.handle(stream, url.searchParams, request, response);
      else await rest.handle(url, request, response);
    } catch (error) {
      refuse(error, isChannel, response);
    }
  };
  return {
    handle: (request, response) => {
      // A connection that breaks is no fault of ours; its `close` tells whom it concerns.
      response.on('error', () => undefined);
      route(request, response).catch((error: unknown) => refuse(error, false, response));
    },
    get sessions() {
      return channels.count;
    },
    close: () => channels.close(),
  };
}

function codecOf(service: protobuf.Service, name: string) {
  const method = service.methods[name];
  method?.resolve();
  const request = method?.resolvedRequestType as protobuf.Type;
  const response = method?.resolvedResponseType as protobuf.Type;
  return {
    read: (json: unknown) => fromJson(request, json),
    write: (message: object) => toJson(response, message),
  };
}

/** Anything that cannot be read as a URL is a path that does not exist. */
function urlOf({ url = '/' }: IncomingMessage): URL {
  try {
    return new URL(url, 'http://127.0.0.1');
  } catch {
    return new URL('http://127.0.0.1/');
  }
}

function refuse(error: unknown, isChannel: boolean, response: ServerResponse): void {
  if (error instanceof BodyCutOff || response.headersSent) {
    response.destroy();
    return;
  }
  if (error instanceof BodyTooLarge) response.setHeader('connection', 'close');
  if (isChannel && error instanceof BadRequest) {
    sendText(response, 400, `Error: ${error.message}`);
    return;
  }
  const refusal = errorJson(toStatus(asServiceError(error)));
  if (isChannel) sendText(response, refusal.error.code, `Error: ${refusal.error.message}`);
  else sendJson(response, refusal.error.code, refusal);
}

function asServiceError(error: unknown): unknown {
  if (!(error instanceof BodyTooLarge)) return error;
  return new ServiceError(STATUS.INVALID_ARGUMENT, 'Request payload size exceeds the limit.');
}
