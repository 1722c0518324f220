/** What a WebChannel client says in its URLs and form bodies. */

/** Answered with 400; the session lives on. */
export class BadRequest extends Error {}

export interface ClientMessage {
  /** Its place in the session. */
  id: number;
  json: unknown;
}

/** Closure's client never sends more at once (`WebChannelBase.MAX_MAPS_PER_REQUEST_`). */
const MAX_MESSAGES = 1000;
const MESSAGE_KEY = /^req(\d{1,9})___data__$/;

/**
 * The messages of a body: `count=2&ofs=7&req0___data__=…&req1___data__=…`. Places may be left out after a retry.
 * @throws BadRequest
 */
export function parseMessages(form: URLSearchParams): ClientMessage[] {
  const count = parseCount(form, 'count') ?? 0;
  if (count > MAX_MESSAGES) throw new BadRequest('Too many maps');
  const offset = parseCount(form, 'ofs') ?? 0;
  const messages: ClientMessage[] = [];
  for (const [key, value] of form) {
    const index = MESSAGE_KEY.exec(key)?.[1];
    if (index === undefined) continue;
    if (messages.length === MAX_MESSAGES) throw new BadRequest('Too many maps');
    messages.push({ id: offset + Number(index), json: parseJson(value) });
  }
  // A body that was cut off must not be taken in part: the rest would be sent again under numbers that are then past.
  if (messages.length !== count) throw new BadRequest('Wrong number of maps');
  return messages;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest('Map data is no JSON');
  }
}

/**
 * A parameter that counts something; undefined if it is not there.
 * @throws BadRequest
 */
export function parseCount(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new BadRequest(`Bad ${name}`);
  return Number(text);
}

/** The number up to which the client has everything; -1 says that it has nothing. @throws BadRequest */
export const parseAcknowledged = (parameters: URLSearchParams): number =>
  parameters.get('AID') === '-1' ? 0 : (parseCount(parameters, 'AID') ?? 0);

/** `Name:value` lines, sent in the body (or, long ago, in the URL) so that the browser need not ask with OPTIONS first. */
export function parseHeaders(text: string | null): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of (text ?? '').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}
