/** One HTTP/1.1 exchange over a stream that is already open. Follows nothing by itself. */
import { type IncomingMessage, request as send } from 'node:http';
import type { Duplex } from 'node:stream';

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

const MAX_PAGE_BYTES = 1024 * 1024;

/**
 * Ends the stream. Rejects if it breaks, or if nothing is answered in time.
 * @param authority what goes into `Host`
 */
export async function exchange(stream: Duplex, authority: string, request: WebRequest): Promise<WebReply> {
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
            host: authority,
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
    if (text.length > MAX_PAGE_BYTES) throw new Error('the page is too large');
  }
  const cookies = (response.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
  return { status: response.statusCode ?? 0, location: response.headers.location, cookies, text };
}
