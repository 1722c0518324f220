/** For tests: the web face on a port of its own, and a client that speaks its wire by hand. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http';
import { aWorld } from '../../../a-world.ts';
import type { Message } from '../../../grpc.ts';
import { listen } from '../../../http.ts';
import type { World } from '../../../service.ts';
import { memoryStore } from '../../../store.ts';
import { type FirestoreHandlers, firestoreHandlers } from '../../methods.ts';
import { createFirestore, type FirestoreModel } from '../../model.ts';
import { createWebFace, type WebFace, type WebLimits } from '../server.ts';

export const DATABASE = 'projects/demo/databases/(default)';
export const ROOT = `${DATABASE}/documents`;
const CHANNEL = '/google.firestore.v1.Firestore';

export interface Web {
  port: number;
  face: WebFace;
  model: FirestoreModel;
  send: Send;
  /** Opens a session. */
  open(stream: 'Listen' | 'Write', messages?: unknown[], more?: OpenOptions): Promise<Session>;
  close(): Promise<void>;
}

interface OpenOptions {
  headers?: Record<string, string>;
  /** More parameters of the URL. */
  query?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}
type Send = (method: string, path: string, body?: string, options?: RequestOptions) => Promise<Answer>;

export async function openWeb(
  limits: Partial<WebLimits> = {},
  handlers?: (model: FirestoreModel, world: World) => FirestoreHandlers,
): Promise<Web> {
  const store = memoryStore();
  const world: World = aWorld({ projectId: 'demo', store });
  const model = createFirestore(world);
  const made = handlers?.(model, world) ?? firestoreHandlers(world, model);
  const face = createWebFace({ handlers: made, limits });
  const server = createServer((incoming, response) => face.handle(incoming, response));
  const { port, close } = await listen(server, 0);
  const send = sender(port);
  return {
    port,
    face,
    model,
    send,
    open: (stream, messages = [], more = {}) => openSession(port, send, stream, messages, more),
    async close() {
      face.close();
      await close();
      model.close();
      store.close();
    },
  };
}

export const sender =
  (port: number): Send =>
  (method, path, body, options = {}) =>
    new Promise((resolve, reject) => {
      const call = request({ port, host: '127.0.0.1', method, path, agent: false, ...options }, (answer) => {
        readAll(answer).then(
          (text) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
          reject,
        );
      });
      call.on('error', reject);
      call.end(body);
    });

async function readAll(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const part of answer) text += part;
  return text;
}

/** `count=2&ofs=7&req0___data__=…`; a message that is undefined leaves its place empty. */
export function formOf(messages: readonly unknown[], offset = 0, headers?: Record<string, string>): string {
  const form = new URLSearchParams();
  if (headers) {
    form.set(
      'headers',
      Object.entries(headers)
        .map(([name, value]) => `${name}:${value}\r\n`)
        .join(''),
    );
  }
  form.set('count', String(messages.filter((m) => m !== undefined).length));
  if (messages.length > 0) form.set('ofs', String(offset));
  for (const [index, message] of messages.entries()) {
    if (message !== undefined) form.set(`req${index}___data__`, JSON.stringify(message));
  }
  return form.toString();
}

/** The JSON of a body that is one chunk. */
export function unchunk(text: string): Message {
  const [length = '', json = ''] = text.split('\n', 2);
  if (Number(length) !== json.length) throw new Error(`chunk of ${length} has ${json.length} characters`);
  return JSON.parse(json);
}

/** An array of the back channel: its number and what it carries. */
type Numbered = [id: number, payload: Message[]];

interface Back {
  /** The next chunk; undefined when the response has ended. */
  chunk(): Promise<Numbered[] | undefined>;
  /** Reads chunks until one of their payloads is as wanted; gives all that came. */
  until(wanted: (payload: Message) => boolean): Promise<Numbered[]>;
  headers: IncomingHttpHeaders;
  abort(): void;
}

interface Session {
  sid: string;
  httpSessionId: string | undefined;
  /** What the URL of every later request begins with. */
  url: string;
  post(messages: unknown[], offset: number, acknowledged?: number): Promise<Answer>;
  back(acknowledged?: number, query?: Record<string, string>): Promise<Back>;
  terminate(method?: 'POST' | 'GET'): Promise<Answer>;
}

async function openSession(
  port: number,
  send: Send,
  stream: string,
  messages: unknown[],
  { headers = {}, query = {} }: OpenOptions,
): Promise<Session> {
  const path = `${CHANNEL}/${stream}/channel`;
  const parameters = new URLSearchParams({
    VER: '8',
    database: DATABASE,
    RID: '41420',
    CVER: '22',
    'X-HTTP-Session-Id': 'gsessionid',
    ...query,
  });
  const answer = await send('POST', `${path}?${parameters}`, formOf(messages, 0, headers));
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const sid: string = unchunk(answer.text)[0][1][1];
  const httpSessionId = answer.headers['x-http-session-id'] as string | undefined;
  const url = `${path}?VER=8&gsessionid=${httpSessionId}&SID=${sid}`;
  let rid = 41421;
  return {
    sid,
    httpSessionId,
    url,
    post: (more, offset, acknowledged = 0) =>
      send('POST', `${url}&RID=${rid++}&AID=${acknowledged}`, formOf(more, offset)),
    back: (acknowledged = 0, more = {}) =>
      openBack(
        port,
        `${url}&RID=rpc&AID=${acknowledged}&TYPE=xmlhttp&${new URLSearchParams({ CI: '0', ...more })}`,
      ),
    terminate: (method = 'POST') => send(method, `${url}&RID=${rid++}&TYPE=terminate`),
  };
}

function openBack(port: number, path: string): Promise<Back> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', path, agent: false }, (answer) => {
      if (answer.statusCode === 200) resolve(backOf(answer));
      else readAll(answer).then((text) => reject(new Error(`${answer.statusCode} ${text}`)), reject);
    });
    call.on('error', reject);
    call.end();
  });
}

function backOf(answer: IncomingMessage): Back {
  answer.setEncoding('utf8');
  const parts = answer[Symbol.asyncIterator]();
  let text = '';
  const chunk = async (): Promise<Numbered[] | undefined> => {
    for (;;) {
      const [head = ''] = text.split('\n', 1);
      const end = head.length + 1 + Number(head);
      if (text.length > head.length && text.length >= end) {
        const json = text.slice(head.length + 1, end);
        text = text.slice(end);
        return JSON.parse(json);
      }
      const { done, value } = await parts.next();
      if (done) {
        if (text !== '') throw new Error(`left over: ${text}`);
        return undefined;
      }
      text += value;
    }
  };
  return {
    chunk,
    headers: answer.headers,
    abort: () => answer.destroy(),
    async until(wanted) {
      const all: Numbered[] = [];
      for (;;) {
        const more = await chunk();
        if (!more) throw new Error(`ended after ${JSON.stringify(all)}`);
        all.push(...more);
        if (more.some(([, payload]) => wanted(payload[0]))) return all;
      }
    },
  };
}

/** A ListenRequest for documents. */
export const listenTo = (targetId: number, ...ids: string[]): Message => ({
  database: DATABASE,
  addTarget: { targetId, documents: { documents: ids.map((id) => `${ROOT}/things/${id}`) } },
});
/** A write of `{n}`. */
export const write = (id: string, n: number | string): Message => ({
  update: {
    name: `${ROOT}/things/${id}`,
    fields: { n: typeof n === 'number' ? { integerValue: String(n) } : { stringValue: n } },
  },
});
/** Whether a payload is the global snapshot, with which a listener is told. */
export const isSnapshot = ({ targetChange }: Message): boolean =>
  targetChange?.readTime !== undefined && targetChange.targetIds === undefined;
