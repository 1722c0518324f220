/** What a client sends to Hub's API, and to which of its functions. */

export interface Sending {
  /** Texts and bytes go as they are, everything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** @param token absent: of nobody */
export function requestOf(
  method: string,
  token: string | undefined,
  { body, headers }: Sending = {},
): RequestInit {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  return {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { body: isRaw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
  };
}

/** Where Hosting sends it. */
export const servedBy = (path: string): 'api' | 'credentials' =>
  /^\/v1\/clusters\/[^/]+\/credentials(\?|$)/.test(path) ? 'credentials' : 'api';
