/** One HTTP/1.1 exchange over a stream that is already open, as the pages of a Pachyderm need it. Follows nothing by itself. */
import { type IncomingMessage, request as send } from 'node:http';
import type { Door, Reach } from './reach.ts';

export interface WebReply {
  status: number;
  location: string | undefined;
  cookies: readonly string[];
  text: string;
}

export interface WebRequest {
  method?: 'GET' | 'POST';
  /** With its query. */
  path: string;
  cookie?: string;
  /** Sent as a form. */
  form?: Readonly<Record<string, string>>;
  timeoutMs: number;
}

const MOST_PAGE_BYTES = 1024 * 1024;

/** Rejects if the stream cannot be opened or breaks, or if nothing is answered in time. */
export async function visit(reach: Reach, door: Door, request: WebRequest): Promise<WebReply> {
  if (reach.visit) return reach.visit(door, request);
  const stream = await reach.dial(door);
  // After the answer nobody asks any more how the connection ended.
  stream.on('error', () => undefined);
  const { method = 'GET', path, cookie, form, timeoutMs } = request;
  const body = form === undefined ? '' : new URLSearchParams(form).toString();
  try {
    return await new Promise<WebReply>((resolve, reject) => {
      const sent = send(
        {
          createConnection: () => stream,
          signal: AbortSignal.timeout(timeoutMs),
          method,
          path,
          headers: {
            host: reach.authority,
            connection: 'close',
            'user-agent': 'hub',
            ...(cookie !== undefined && { cookie }),
            ...(form !== undefined && {
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': Buffer.byteLength(body),
            }),
          },
        },
        (response) => read(response).then(resolve, reject),
      );
      sent.on('error', reject);
      sent.end(body);
    });
  } finally {
    stream.destroy();
  }
}

async function read(response: IncomingMessage): Promise<WebReply> {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response as AsyncIterable<string>) {
    text += part;
    if (text.length > MOST_PAGE_BYTES) throw new Error('the page is too large');
  }
  const cookies = (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
  return { status: response.statusCode ?? 0, location: response.headers.location, cookies, text };
}
